"""What a preset is said to do is what the controller does with it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.control.events import Phase
from entrain.control.protocol import BreathRule, PhaseTimes, Preset, TempoRule
from entrain.presets import library as presets
from entrain.shipped import shipped_presets_path
from entrain.whatif.forecast import forecast

PRESET = Preset("p", "P", "", minutes=10, phases=PhaseTimes(60.0, 60.0, 120.0))


@pytest.mark.parametrize("name", sorted(path.stem for path in shipped_presets_path().glob("*.toml")))
def test_every_shipped_preset_has_a_whole_course(name: str) -> None:
    preset = presets.load(str(shipped_presets_path() / f"{name}.toml")).preset
    plan = forecast(preset)
    assert plan.course[-1].t_s == pytest.approx(preset.minutes * 60.0, abs=5.0)
    assert sum(length_s for _, length_s in plan.phases) == pytest.approx(preset.minutes * 60.0, abs=5.0)
    rates = [s.breath_per_min for s in plan.course if s.breath_per_min is not None]
    assert bool(rates) is preset.breath.guided
    assert all(rate >= 0.96 * preset.breath.goal_per_min - 0.01 for rate in rates)


def test_the_beat_begins_below_the_pulse_and_stops_at_its_bound() -> None:
    tempi = [s.tempo_bpm for s in forecast(PRESET, 70.0).course if s.tempo_bpm is not None]
    assert tempi[0] == pytest.approx(0.95 * 70.0, abs=0.05)
    assert tempi[-1] == pytest.approx(0.90 * 70.0, abs=0.2)  # lead_fraction of a pulse that stays


def test_phases_come_in_order_and_silence_has_no_beat() -> None:
    plan = forecast(PRESET)
    assert [phase for phase, _ in plan.phases][:3] == [Phase.BASELINE, Phase.MATCH, Phase.DESCEND]
    assert plan.phases[-1][0] is Phase.SILENCE
    assert all(s.tempo_bpm is None for s in plan.course if s.t_s < 59.0 or s.t_s > 485.0)


def test_without_a_heart_it_begins_at_once() -> None:
    free = replace(PRESET, needs_heart=False, tempo=TempoRule(free_bpm=64.0), breath=BreathRule(guided=False))
    plan = forecast(free)
    assert plan.phases[0][0] is Phase.MATCH
    assert plan.course[2].tempo_bpm == pytest.approx(64.0)
    assert plan.course[0].pulse_bpm is None


@settings(max_examples=25, deadline=None)
@given(st.floats(50.0, 110.0), st.sampled_from(["glide", "step", "leader", "follow", "offset", "silence"]))
def test_no_course_leaves_the_bounds(resting_bpm: float, policy: str) -> None:
    preset = replace(PRESET, minutes=6, tempo=TempoRule(policy=policy))
    tempi = [s.tempo_bpm for s in forecast(preset, resting_bpm).course if s.tempo_bpm is not None]
    assert all(49.99 <= bpm <= 120.01 for bpm in tempi)
