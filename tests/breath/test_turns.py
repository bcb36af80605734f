"""Breaths and a pacer: who follows, who merely breathes near the pace, and who begins to follow late."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.chest import WINDOW_S
from entrain.breath.estimate import InStep
from entrain.breath.turns import TURNS_S, Turns, kept, paced_turns

LENGTH_S = 240


def said(tops_s: list[float], paced_per_min: float) -> list[InStep | None]:
    """What is said each second, with the breaths of the last 48 s to be seen."""
    out: list[InStep | None] = []
    turns: Turns = ()
    for second in range(round(WINDOW_S), LENGTH_S):
        seen = [t_s for t_s in tops_s if second - WINDOW_S <= t_s < second]
        rate = 60.0 * (len(seen) - 1) / (seen[-1] - seen[0])
        turns = paced_turns(seen, lambda t_s: ((t_s * paced_per_min / 60.0) % 1.0, paced_per_min), turns)
        assert all(turn[0] > seen[-1] - TURNS_S for turn in turns)
        out.append(kept(rate, seen, lambda t_s: ((t_s * paced_per_min / 60.0) % 1.0, paced_per_min), turns))
    return out


def tops(per_min: float, uneven_s: float, seed: int, from_s: float = 0.0) -> list[float]:
    chance = Random(seed)
    n = int(LENGTH_S * per_min / 60.0)
    return [from_s + 60.0 * k / per_min + chance.gauss(0.0, uneven_s) for k in range(n)]


@settings(max_examples=30, deadline=None)
@given(st.floats(5.0, 14.0), st.floats(0.0, 0.06), st.integers(0, 999))
def test_who_follows_is_in_step_however_late_they_are(per_min: float, uneven: float, seed: int) -> None:
    told = said(tops(per_min, uneven * 60.0 / per_min, seed, from_s=0.7), per_min)
    assert told.count(InStep.YES) > 0.9 * len(told)


@settings(max_examples=30, deadline=None)
@given(st.floats(5.0, 14.0), st.sampled_from((-0.09, -0.06, 0.06, 0.09)), st.integers(0, 999))
def test_who_breathes_beside_the_pace_is_not_in_step_for_long(per_min: float, off: float, seed: int) -> None:
    told = said(tops(per_min * (1.0 + off), 0.1, seed), per_min)
    assert InStep.YES not in told[round(TURNS_S - WINDOW_S) :]


def test_who_begins_late_is_told_within_the_time_that_is_looked_at() -> None:
    before = [t_s for t_s in tops(6.0, 0.1, 3, from_s=4.2) if t_s < 100.0]
    told = said(before + [t_s for t_s in tops(6.0, 0.1, 4) if t_s >= 104.0], 6.0)
    assert set(told[round(104 + TURNS_S) - round(WINDOW_S) :]) == {InStep.YES}


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_is_said_of_nothing(n: int) -> None:
    assert kept(6.0, [], lambda _: None, ()) is None
    assert kept(6.0, [10.0] * n, None, ()) is None
    assert paced_turns([10.0], None) == paced_turns([], lambda _: (0.0, 6.0)) == ()
