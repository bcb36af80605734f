"""Each rule by itself: what it wishes, and that it says why."""

from dataclasses import replace

import pytest

from entrain.tempo.policy import POLICIES, Situation

NOW = Situation(
    guided_s=100.0,
    tempo_bpm=64.0,
    plan_bpm=63.0,
    pulse_bpm=70.0,
    baseline_bpm=72.0,
    start_bpm=68.0,
    goal_bpm=61.0,
    fixed_bpm=None,
    offset_fraction=-0.05,
    step_fraction=0.03,
    step_s=40.0,
    yoked=((0.0, 70.0), (90.0, 66.0), (120.0, 60.0)),
)


@pytest.mark.parametrize(
    ("name", "now", "wish_bpm"),
    [
        ("glide", NOW, 61.0),
        ("offset", NOW, 66.5),
        ("offset", replace(NOW, offset_fraction=0.05), 73.5),
        ("leader", NOW, 63.0),
        ("leader", replace(NOW, guided_s=120.0), 69.0),
        ("step", NOW, 68.0 * 0.94),
        ("step", replace(NOW, guided_s=1000.0), 61.0),
        ("exhale", NOW, 68.0),
        ("endless", NOW, 64.0),
        ("endless", replace(NOW, pulse_bpm=60.0), 61.0),
        ("endless", replace(NOW, pulse_bpm=66.0), 62.7),
        ("follow", NOW, 70.0),
        ("fixed", NOW, 68.0),
        ("fixed", replace(NOW, fixed_bpm=60.0), 60.0),
        ("silence", NOW, 64.0),
        ("yoked", NOW, 66.0),
        ("yoked", replace(NOW, yoked=()), 63.0),
    ],
)
def test_what_a_policy_wishes(name: str, now: Situation, wish_bpm: float) -> None:
    assert POLICIES[name](now).to_bpm == pytest.approx(wish_bpm)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_every_policy_says_why_and_lowers_nothing_without_a_pulse_but_by_plan(name: str) -> None:
    wish = POLICIES[name](replace(NOW, pulse_bpm=None))
    assert wish.reason
    assert POLICIES[name].__doc__
    if name in ("offset", "leader", "follow"):
        assert wish.to_bpm >= min(NOW.tempo_bpm, NOW.plan_bpm)
