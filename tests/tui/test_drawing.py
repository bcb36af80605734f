"""Fields, ink, palettes and plots: pictures as plain data."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPart, BreathPattern, BreathPlan
from entrain.drawing.palette import Depth, FigureColours, from_oklab, parse, ramp, to_oklab
from entrain.drawing.shapes import FIGURES, REST_FULLNESS, Grid, Pose
from entrain.tui.drawing.ink import braille_cells, braille_text, ink_for
from entrain.tui.drawing.plot import CourseCurve, dots_of, drawn, frame_of
from entrain.tui.themes import CYCLE, THEMES, figure_colours

COLOURS = figure_colours("dark", Depth.TRUE)
patterns = st.builds(
    BreathPattern,
    inhale=st.integers(1, 8),
    exhale=st.integers(1, 10),
    hold_in=st.integers(0, 4),
    hold_out=st.integers(0, 4),
)
fractions = st.floats(0, 1)
sizes = st.tuples(st.integers(4, 60), st.integers(2, 28))


def pose_in(pattern: BreathPattern, beats: float, presence: float = 1.0) -> Pose:
    return Pose.at(BreathPlan.steady(pattern).at(beats), presence)


# ---- figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
@given(pattern=patterns, beats=st.floats(0, 40), presence=fractions, size=sizes)
@settings(max_examples=60, deadline=None)
def test_a_figure_is_a_field_of_light_of_the_asked_size(
    name: str, pattern: BreathPattern, beats: float, presence: float, size: tuple[int, int]
) -> None:
    width, height = size[0], 2 * size[1]
    field = FIGURES[name](Grid.of(width, height), pose_in(pattern, beats, presence))
    assert field.shape == (height, width)
    assert np.isfinite(field).all()
    assert field.min() >= 0.0
    assert field.max() <= 1.0


@pytest.mark.parametrize("name", ["orb", "petals", "bar", "landscape"])
@given(lower=fractions, higher=fractions)
@settings(max_examples=40, deadline=None)
def test_fuller_lungs_never_give_less_light(name: str, lower: float, higher: float) -> None:
    lower, higher = sorted((lower, higher))
    grid = Grid.of(48, 30)
    less, more = (FIGURES[name](grid, Pose(f, 0.5, 1.0)).sum() for f in (lower, higher))
    assert more >= less - 0.5


@pytest.mark.parametrize("name", ["orb", "petals", "bar", "landscape"])
def test_a_hundredth_of_a_breath_shows(name: str) -> None:
    grid = Grid.of(48, 30)
    frames = [FIGURES[name](grid, Pose(f, 0.5, 1.0)) for f in np.linspace(0.05, 0.95, 91)]
    assert all(np.abs(b - a).max() > 0.02 for a, b in pairwise(frames))


@pytest.mark.parametrize("name", FIGURES)
def test_no_figure_touches_the_border_of_its_place(name: str) -> None:
    field = FIGURES[name](Grid.of(52, 30), Pose(1.0, 1.0, 1.0))
    assert field[0].max() < 0.02
    assert field[-1].max() < 0.02
    assert field[:, 0].max() < 0.02
    assert field[:, -1].max() < 0.02


def test_the_wave_shows_the_breath_that_is_now_in_its_middle() -> None:
    pattern = BreathPattern(inhale=4, exhale=6)
    grid = Grid.of(61, 41)
    for beats in (0.0, 2.0, 4.0, 7.0, 9.5):
        pose = pose_in(pattern, beats)
        brightest = int(FIGURES["wave"](grid, pose)[:, 30].argmax())
        assert grid.y[brightest, 0] == pytest.approx(-0.62 + 1.24 * pose.fullness, abs=0.14)


@given(pattern=patterns, beats=st.floats(0, 40))
def test_the_tide_tells_the_direction(pattern: BreathPattern, beats: float) -> None:
    moment = BreathPlan.steady(pattern).at(beats)
    tide = Pose.at(moment).tide
    assert 0.0 <= tide <= 1.0
    if moment.part_fraction > 0.4:
        assert (tide > 0.5) == (moment.part in (BreathPart.INHALE, BreathPart.HOLD_IN))


def test_without_a_breath_the_figure_rests() -> None:
    assert Pose.at(None) == Pose(REST_FULLNESS, 0.5, 0.0)
    moment = BreathPlan.steady(BreathPattern(4, 6)).at(4.0)
    assert Pose.at(moment, 0.0).fullness == REST_FULLNESS


def test_a_still_pose_does_not_move_within_a_part_of_a_breath() -> None:
    pattern = BreathPattern(inhale=4, exhale=6)
    breathing_in = {pose_in(pattern, beats).still() for beats in (0.1, 1.0, 2.2, 3.9)}
    breathing_out = {pose_in(pattern, beats).still() for beats in (4.1, 6.0, 9.9)}
    assert len(breathing_in) == len(breathing_out) == 1
    assert breathing_in != breathing_out


# ---- colours -----------------------------------------------------------------------------------------------


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_oklab_and_back_is_the_same_colour(rgb: tuple[int, int, int]) -> None:
    back = from_oklab(to_oklab(np.array([rgb], float)))[0]
    assert tuple(back) == pytest.approx(rgb, abs=1)


@pytest.mark.parametrize("theme", CYCLE)
def test_nothing_lit_is_the_theme_s_own_background(theme: str) -> None:
    background = parse(str(THEMES[theme].background))
    for tide in (0.0, 0.4, 1.0):
        assert ramp(figure_colours(theme, Depth.TRUE), tide, 32)[0] == background


def test_a_ramp_goes_from_stop_to_stop() -> None:
    colours = FigureColours(("#000000", "#808080", "#ffffff"), ("#000000", "#ff0000", "#ffff00"))
    assert ramp(colours, 1.0, 3) == ((0, 0, 0), (128, 128, 128), (255, 255, 255))
    assert ramp(colours, 0.0, 3) == ((0, 0, 0), (255, 0, 0), (255, 255, 0))


# ---- ink ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", Depth)
@given(size=sizes, fullness=fractions, tide=fractions)
@settings(max_examples=25, deadline=None)
def test_rows_fill_their_place_exactly(
    depth: Depth, size: tuple[int, int], fullness: float, tide: float
) -> None:
    ink = ink_for(depth, COLOURS)
    field = FIGURES["orb"](Grid.of(*ink.size(*size)), Pose(fullness, tide, 1.0))
    rows = ink.rows(field, tide)
    assert len(rows) == size[1]
    assert all(row.cell_length == sum(len(s.text) for s in row) == size[0] for row in rows)


@pytest.mark.parametrize("depth", Depth)
def test_an_equal_row_is_the_same_object(depth: Depth) -> None:
    ink = ink_for(depth, COLOURS)
    field = FIGURES["orb"](Grid.of(*ink.size(40, 16)), Pose(0.4, 1.0, 1.0))
    first, second = ink.rows(field, 1.0), ink.rows(field.copy(), 1.0)
    assert all(a is b for a, b in zip(first, second, strict=True))


def test_without_colours_the_shape_alone_tells_the_breath() -> None:
    ink = ink_for(Depth.NONE, COLOURS)
    dots: list[int] = []
    for fullness in (0.0, 0.25, 0.5, 0.75, 1.0):
        rows = ink.rows(FIGURES["orb"](Grid.of(*ink.size(40, 16)), Pose(fullness, 1.0, 1.0)), 1.0)
        styles = {segment.style for row in rows for segment in row if segment.style is not None}
        assert all(style.color is None and style.bgcolor is None for style in styles)
        dots.append(
            sum((ord(c) - 0x2800).bit_count() for row in rows for s in row for c in s.text if c != " ")
        )
    assert dots == sorted(dots)
    assert dots[-1] > 2 * dots[0]


def test_sixteen_colours_use_names_the_terminal_knows() -> None:
    ink = ink_for(Depth.SIXTEEN, COLOURS)
    rows = ink.rows(FIGURES["orb"](Grid.of(*ink.size(40, 16)), Pose(0.5, 1.0, 1.0)), 1.0)
    assert {s.style.color.name for row in rows for s in row if s.style and s.style.color} == {"cyan"}


@given(st.lists(st.lists(st.booleans(), min_size=8, max_size=8), min_size=8, max_size=8))
def test_braille_keeps_every_dot(dots: list[list[bool]]) -> None:
    cells = braille_cells(np.array(dots))
    assert cells.shape == (2, 4)
    text = "".join(braille_text(row) for row in cells)
    assert sum((ord(c) - 0x2800).bit_count() for c in text if c != " ") == sum(map(sum, dots))


# ---- plots -------------------------------------------------------------------------------------------------

values = st.one_of(st.none(), st.floats(40, 120))


@given(st.lists(values, min_size=1, max_size=300), st.integers(8, 80), st.integers(2, 12))
@settings(max_examples=60, deadline=None)
def test_a_plot_shows_what_is_known_and_nothing_else(
    series: list[float | None], columns: int, rows: int
) -> None:
    points = [(float(t), value) for t, value in enumerate(series)]
    known = [value for value in series if value is not None]
    frame = frame_of(known, 0.0, max(1.0, len(series) - 1.0))
    dots = dots_of(CourseCurve(points), frame, columns, rows)
    assert dots.any() == bool(known)
    for t_s, value in points:
        if value is not None:
            x = t_s / frame.to_s * (2 * columns - 1)
            near = dots[:, max(0, int(x) - 1) : int(x) + 3]
            assert near.any()
            assert frame.low <= value <= frame.high


def test_a_gap_stays_a_gap() -> None:
    points = [(float(t), None if 40 <= t < 60 else 70.0) for t in range(100)]
    dots = dots_of(CourseCurve(points), frame_of([70.0], 0.0, 99.0), 50, 6)
    assert not dots[:, 42:58].any()
    assert dots[:, 38].any()
    assert dots[:, 62].any()


def test_the_course_named_first_owns_a_shared_cell() -> None:
    flat = [(float(t), 70.0) for t in range(60)]
    cells = drawn((CourseCurve(flat), CourseCurve(flat, dashed=True)), frame_of([70.0], 0.0, 59.0), 20, 4)
    assert set(cells.owner[cells.codes > 0].tolist()) == {0}


@given(st.lists(st.floats(40, 140), min_size=1, max_size=20))
def test_the_scale_stands_on_fives_and_holds_everything(known: list[float]) -> None:
    frame = frame_of(known, 0.0, 1.0)
    assert frame.low % 5 == frame.high % 5 == 0
    assert frame.low < min(known)
    assert max(known) < frame.high
    assert frame.high - frame.low >= 12
