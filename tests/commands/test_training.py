"""The preset `first` comes down over days: this person's earlier sessions say how far."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.cli import main
from entrain.presets import library as presets
from entrain.storage.log.store import Store
from entrain.whatif.progression import GAP_S, Practised, goal_per_min, steps_done, today
from tests.support.real_heart import with_a_strap

DAY_S = 86_400.0


@pytest.fixture(autouse=True)
def home(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))


def on_days(days: Sequence[float], *, real: bool = True, share: float = 0.9) -> list[Practised]:
    return [Practised(day * DAY_S, real, 6.0, 6.0 * share) for day in days]


def test_three_sessions_to_nine_three_to_eight_then_seven() -> None:
    first = presets.load("first").preset
    steps = [steps_done(on_days(range(n)), n * DAY_S) for n in range(8)]
    assert [goal_per_min(first, each) for each in steps] == [9, 9, 9, 8, 8, 8, 7, 7]
    assert today(first, 99) == first
    assert today(first, 1).breath.goal_per_min == 8.0
    desk = presets.load("desk").preset
    assert today(desk, 0) == desk


@pytest.mark.parametrize(
    "idle",
    [
        on_days(range(6), real=False),  # simulated, played back, tapped, none
        on_days(range(6), share=0.69),  # not in step enough
        [Practised(day * DAY_S, True, 2.9, 2.9) for day in range(6)],  # too short to tell
        [Practised(day * DAY_S, True, 0.0, 0.0) for day in range(6)],  # no heart to tell by
    ],
)
def test_what_does_not_count(idle: list[Practised]) -> None:
    assert steps_done(idle, 6 * DAY_S) == 0
    assert steps_done([*idle, *on_days(range(6))], 6 * DAY_S) == 2


def test_a_gap_takes_a_step_away_and_a_long_one_all() -> None:
    six = on_days(range(6))  # two steps; the last on day 5
    assert [steps_done(six, day * DAY_S) for day in (5, 14.9, 15, 24.9, 25, 400)] == [2, 2, 1, 1, 0, 0]
    # Nor does what came before a gap come back: one after three weeks is the first of three.
    assert steps_done([*six, *on_days([27])], 27 * DAY_S) == 0
    assert steps_done([*six, *on_days([27, 28, 29])], 29 * DAY_S) == 1
    # Within the gap others do not help: only what counts is practice.
    assert steps_done([*six, *on_days([10], real=False)], 15 * DAY_S) == 1


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans(), st.floats(0, 20), st.floats(0, 1)), max_size=30))
def test_the_order_does_not_matter_and_a_session_never_takes_more_than_a_step(
    drawn: list[tuple[float, bool, float, float]],
) -> None:
    found = [Practised(day * DAY_S, real, min_, min_ * share) for day, real, min_, share in drawn]
    assert steps_done(found, 100 * DAY_S) == steps_done(reversed(found), 100 * DAY_S)
    ordered = sorted(found, key=lambda each: each.began_epoch_s)
    after_each = [steps_done(ordered[: n + 1], each.began_epoch_s) for n, each in enumerate(ordered)]
    assert all(after <= before + 1 for before, after in pairwise([0, *after_each]))
    assert steps_done(found, 100 * DAY_S + GAP_S) <= steps_done(found, 100 * DAY_S)


def run(person: str = "", preset: str = "first", minutes: str = "8") -> int:
    """A session of somebody; its number."""
    heart = ["--heart", "sim:1", "--headless", "--speed", "1e6", "--minutes", minutes]
    assert main(["run", *heart, "--preset", preset, "--person", person]) == 0
    return Store.open().sessions()[-1].id


def goal(number: int) -> float:
    return Store.open().load(number).config.preset.breath.goal_per_min


def test_only_ones_own_sessions_with_a_heart_count() -> None:
    """Six sessions of P09 without a heart, and P10's first day goes to 9."""
    for _ in range(3):
        run("P09")
    assert goal(run("P09")) == 9.0
    for number in range(1, 5):
        with_a_strap(number)
    assert goal(run("P10")) == 9.0
    assert goal(run("P09")) == 8.0
    assert goal(run("")) == 9.0


def test_the_log_keeps_what_was_meant_and_two_minute_demos_do_not_count() -> None:
    for preset, minutes in (("first", "8"), ("desk", "8"), ("first", "8"), ("first", "8"), ("first", "3")):
        with_a_strap(run(preset=preset, minutes=minutes))
    assert [goal(number) for number in range(1, 6)] == [9, 7, 9, 9, 8]
    last = run()
    assert goal(last) == 8.0
    cued = [
        effect.breath_per_min
        for _, effects in Store.open().load(last).records
        for effect in effects
        if type(effect).__name__ == "BreathCued"
    ]
    assert min(cued) >= 8.0 - 0.02


def test_a_deleted_session_is_as_if_it_had_not_been() -> None:
    for _ in range(3):
        with_a_strap(run("P01"))
    assert goal(run("P01")) == 8.0
    Store.open().delete(2)
    assert goal(run("P01")) == 9.0


def test_a_gap_is_told_from_the_log() -> None:
    for _ in range(3):
        with_a_strap(run("P01"))
    long_ago = datetime.now(UTC).timestamp() - 11 * DAY_S
    with sqlite3.connect(Store.open().path) as connection:
        connection.execute("UPDATE session SET origin_epoch_s = ?", (long_ago,))
    assert goal(run("P01")) == 9.0
