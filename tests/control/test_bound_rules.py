"""Each bound by itself, on plans made by hand."""

from dataclasses import asdict, replace

import pytest

from entrain.control.bounds import COME_UP_BPM, Lowest, bounded, lead_floor_bpm, start_bpm, tempo_floor_bpm
from entrain.control.protocol import Bounds
from entrain.reason import Code, Reason
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import Wish
from entrain.wording.decisions import said

WHY = Reason(Code.GLIDING, (("goal_bpm", 60.0),))
BOUNDS = Bounds()
STEADY = TempoPlan.steady(0.0, 65.0)
FALLING = STEADY.edited(10.0, 60.0, 300.0)
RISING = STEADY.edited(10.0, 68.0, 60.0)


def permitted(
    bounds: Bounds, baseline_bpm: float | None, pulse_bpm: float | None, may_fall: bool = True
) -> Lowest:
    return Lowest(tempo_floor_bpm(bounds, baseline_bpm), lead_floor_bpm(bounds, pulse_bpm), may_fall)


def cut(
    to_bpm: float,
    plan: TempoPlan = STEADY,
    pulse_bpm: float | None = 70.0,
    may_fall: bool = True,
    per_min: float | None = None,
) -> tuple[float, float, str]:
    lowest = permitted(BOUNDS, 70.0, pulse_bpm, may_fall)
    got = bounded(Wish(to_bpm, WHY, per_min), plan, plan.bpm_at(20.0), BOUNDS, lowest)
    return got.to_bpm, got.per_min, "" if got.limit is None else said(got.limit)


def test_without_fresh_data_nothing_falls_and_a_rise_may() -> None:
    to_bpm, _, limit = cut(60.0, FALLING, pulse_bpm=None, may_fall=False)
    assert to_bpm == FALLING.bpm_at(20.0)
    assert "no fresh pulse" in limit
    assert cut(68.0, pulse_bpm=None, may_fall=False)[0] == 68.0


def test_the_floor_is_the_highest_of_three() -> None:
    assert cut(40.0)[0] == pytest.approx(0.85 * 70)
    assert bounded(Wish(40.0, WHY), STEADY, 65.0, BOUNDS, permitted(BOUNDS, None, None)).to_bpm == 50.0
    strict = Bounds(tempo_floor_bpm=62.0)
    assert bounded(Wish(40.0, WHY), STEADY, 65.0, strict, permitted(strict, 70.0, None)).to_bpm == 62.0
    lax = Bounds(tempo_floor_bpm=10.0, tempo_floor_fraction=0.1)
    assert bounded(Wish(10.0, WHY), STEADY, 65.0, lax, permitted(lax, 60.0, None)).to_bpm == 51.0


def test_no_bounds_are_laxer_than_the_hard_ones() -> None:
    lax = Bounds(1.0, 0.0, 999.0, 0.9, 99.0, breath_floor_per_min=0.5, breath_fall_per_min2=60.0)
    assert (lax.tempo_floor_bpm, lax.tempo_floor_fraction, lax.tempo_ceiling_bpm) == (50.0, 0.85, 140.0)
    assert (lax.lead_fraction, lax.fall_bpm_per_min) == (0.30, 2.0)
    assert (lax.breath_floor_per_min, lax.breath_fall_per_min2) == (4.0, 2.0)
    strict = Bounds(60.0, 0.95, 100.0, 0.05, 0.5, breath_floor_per_min=6.0, breath_fall_per_min2=0.5)
    assert replace(lax, **asdict(strict)) == strict


def test_a_beat_too_far_below_the_pulse_is_raised_with_some_room() -> None:
    to_bpm, per_min, limit = cut(60.0, pulse_bpm=80.0)
    assert to_bpm == pytest.approx(72.0 + COME_UP_BPM)
    assert per_min == BOUNDS.rise_bpm_per_min
    assert "too far below" in limit


def test_a_rise_under_way_is_not_redrawn_while_it_is_enough() -> None:
    assert cut(60.0, RISING, pulse_bpm=75.0)[0] == 68.0  # lead 67.5, still below it
    assert cut(60.0, RISING, pulse_bpm=72.5)[0] == 68.0  # past it, within the room


def test_a_fall_stops_before_the_lead_and_begins_again_only_with_room() -> None:
    tempo = FALLING.bpm_at(20.0)
    assert cut(60.0, FALLING, pulse_bpm=tempo / 0.9 - 0.05)[0] == tempo
    assert cut(60.0, FALLING, pulse_bpm=tempo / 0.9 - 0.5)[0] == 60.0
    assert cut(60.0, STEADY, pulse_bpm=65.0 / 0.9 - 0.5)[0] == 65.0
    assert cut(60.0, STEADY, pulse_bpm=65.0 / 0.9 - 1.5)[0] == 60.0


def test_the_slew_is_the_slowest_of_all_that_limit_it() -> None:
    assert cut(60.0, pulse_bpm=None)[1] == pytest.approx(1.0)
    assert cut(60.0, pulse_bpm=None, per_min=0.3)[1] == pytest.approx(0.3)
    gentle = Bounds(fall_fraction_per_min=0.01)
    assert bounded(
        Wish(60.0, WHY), STEADY, 65.0, gentle, permitted(gentle, 70.0, None)
    ).per_min == pytest.approx(0.6)
    greedy = Bounds(fall_bpm_per_min=99.0, fall_fraction_per_min=0.9)
    assert bounded(Wish(60.0, WHY), STEADY, 65.0, greedy, permitted(greedy, 70.0, None)).per_min == 2.0


def test_where_nothing_may_fall_at_all_the_tempo_stays() -> None:
    stuck = Bounds(fall_bpm_per_min=0.0)
    assert bounded(Wish(60.0, WHY), STEADY, 65.0, stuck, permitted(stuck, 70.0, None)).to_bpm == 65.0


def test_the_beginning_is_within_floor_lead_and_ceiling() -> None:
    assert start_bpm(66.0, BOUNDS, permitted(BOUNDS, 70.0, 70.0)).to_bpm == 66.0
    assert start_bpm(40.0, BOUNDS, permitted(BOUNDS, 70.0, 70.0)).to_bpm == pytest.approx(63.0)
    assert start_bpm(300.0, BOUNDS, permitted(BOUNDS, 70.0, 70.0)).to_bpm == 120.0
    assert start_bpm(66.0, BOUNDS, permitted(BOUNDS, None, 180.0)).to_bpm == 120.0
