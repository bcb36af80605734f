"""How far a pulse swings with a breath: known swings, gaps, and too little to tell."""

from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.heart.beat import Beat, RRInterval, Verdict
from entrain.heart.wave import WavePoint, point_of, swing_bpm


def swinging(by_bpm: float, per_min: float, to_s: float = 90.0) -> list[WavePoint]:
    """Beats of a pulse about 66 that swings by `by_bpm` from lowest to highest, `per_min` times a minute."""
    t_s, points = 0.0, []
    while t_s < to_s:
        bpm = 66.0 + 0.5 * by_bpm * sin(2 * pi * per_min / 60.0 * t_s)
        points.append(WavePoint(t_s, bpm))
        t_s += 60.0 / bpm
    return points


@given(st.floats(2.0, 25.0), st.floats(4.5, 9.0))
def test_a_known_swing_is_found(by_bpm: float, per_min: float) -> None:
    """A few beats to a breath miss its very top and bottom."""
    found = swing_bpm(swinging(by_bpm, per_min), 90.0, per_min)
    assert found is not None
    assert 0.8 * by_bpm <= found <= by_bpm + 1e-9


def test_a_breath_with_a_beat_set_aside_does_not_count() -> None:
    points = swinging(10.0, 6.0)
    wild = [WavePoint(p.t_s, None if 62.0 < p.t_s < 64.0 else p.bpm) for p in points]
    assert swing_bpm(wild, 90.0, 6.0) == pytest.approx(swing_bpm(points, 90.0, 6.0), abs=0.5)
    nothing = [WavePoint(p.t_s, None if int(p.t_s / 5.0) % 2 else p.bpm) for p in points]
    assert swing_bpm(nothing, 90.0, 6.0) is None


def test_nothing_is_told_from_one_breath_or_from_what_is_long_ago() -> None:
    points = swinging(10.0, 6.0, to_s=14.0)
    assert swing_bpm(points, 14.0, 6.0) is None
    assert swing_bpm(swinging(10.0, 6.0), 200.0, 6.0) is None
    assert swing_bpm([], 10.0, None) is None


def test_a_beat_that_the_screening_set_aside_is_a_gap() -> None:
    beat = Beat(10.0, RRInterval(1024), Verdict.OK, "a", 0, 1)
    assert point_of(beat) == WavePoint(10.0, 60.0)
    assert point_of(Beat(10.0, RRInterval(512), Verdict.EXTRA, "a", 0, 1)).bpm is None
