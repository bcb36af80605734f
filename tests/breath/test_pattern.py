"""Breaths counted in beats: whole numbers, changes only between two breaths, nothing lost when pruned."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPart, BreathPattern, BreathPlan

patterns = st.builds(
    BreathPattern,
    inhale=st.integers(1, 8),
    exhale=st.integers(1, 10),
    hold_in=st.integers(0, 4),
    hold_out=st.integers(0, 4),
)


@st.composite
def plans(draw: st.DrawFn) -> BreathPlan:
    """A plan as a session makes it: changed again and again at phases that do not go back."""
    plan = BreathPlan.steady(draw(patterns), draw(st.integers(0, 20)))
    phase = float(plan.runs[0].first_beat)
    for step, pattern in draw(st.lists(st.tuples(st.floats(0.0, 80.0), patterns), max_size=8)):
        phase += step
        plan = plan.changed(phase, pattern)
    return plan


@given(st.integers(2, 40), st.tuples(*[st.floats(0.0, 10.0)] * 4).filter(lambda r: r[0] > 0.1 and r[2] > 0.1))
def test_a_breath_of_so_many_beats_has_them_in_about_the_ratio(
    beats: int, ratio: tuple[float, float, float, float]
) -> None:
    pattern = BreathPattern.of_beats(beats, ratio)
    assert pattern.beats == beats
    assert min(pattern.inhale, pattern.exhale) >= 1
    parts = (pattern.inhale, pattern.hold_in, pattern.exhale, pattern.hold_out)
    wanted = [beats * share / sum(ratio) for share in ratio]
    assert all(want > 0.0 or part == 0 for part, want in zip(parts, wanted, strict=True))
    if min(wanted[0], wanted[2]) >= 1.0:
        assert all(abs(part - want) < 1.0 for part, want in zip(parts, wanted, strict=True))


def test_the_usual_breath_is_four_to_six() -> None:
    assert BreathPattern.of_beats(10) == BreathPattern(inhale=4, exhale=6)
    assert BreathPattern.of_beats(5) == BreathPattern(inhale=2, exhale=3)
    assert BreathPattern.of_beats(1).beats == 2


@pytest.mark.parametrize("wrong", [(0, 1, 0, 0), (1, 0, 0, 0), (1, 1, -1, 0), (1, 1, 0, -1)])
def test_a_breath_needs_a_beat_in_and_one_out(wrong: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least one beat"):
        BreathPattern(*wrong)


@given(patterns)
def test_the_parts_fill_the_breath(pattern: BreathPattern) -> None:
    parts = pattern.parts()
    assert parts[0][1] == 0
    assert all(a[1] + a[2] == b[1] for a, b in pairwise(parts))
    assert parts[-1][1] + parts[-1][2] == pattern.beats
    assert all(beats > 0 for _, _, beats in parts)


@given(plans(), st.floats(0.0, 600.0))
def test_a_moment_says_where_it_is(plan: BreathPlan, phase: float) -> None:
    phase += plan.runs[0].first_beat
    moment = plan.at(phase)
    assert 0.0 <= moment.fraction < 1.0
    assert 0.0 <= moment.part_fraction <= 1.0
    assert 0 <= moment.beat_in_part < moment.part_beats
    assert 0.0 <= moment.fullness <= 1.0
    assert moment.first_beat <= phase < moment.first_beat + moment.pattern.beats
    assert moment.fraction * moment.pattern.beats == pytest.approx(phase - moment.first_beat, abs=1e-9)


@given(plans())
def test_breaths_follow_each_other_without_a_gap_and_are_counted_one_by_one(plan: BreathPlan) -> None:
    first = plan.runs[0].first_beat
    beats = [plan.at(n) for n in range(first, first + 400)]
    for before, after in pairwise(beats):
        if after.breath == before.breath:
            assert (after.first_beat, after.pattern) == (before.first_beat, before.pattern)
        else:
            assert after.breath == before.breath + 1
            assert after.first_beat == before.first_beat + before.pattern.beats
            assert after.part is BreathPart.INHALE
    assert beats[0].breath == 0


@given(plans(), st.floats(0.0, 400.0))
def test_fullness_never_jumps(plan: BreathPlan, phase: float) -> None:
    phase += plan.runs[0].first_beat
    step = 1e-4
    # The steepest is half a cosine over one beat.
    assert abs(plan.at(phase + step).fullness - plan.at(phase).fullness) < 2.0 * step


@given(plans(), st.floats(0.0, 500.0, allow_subnormal=False), patterns)
def test_a_change_waits_for_the_end_of_the_breath(
    plan: BreathPlan, phase: float, pattern: BreathPattern
) -> None:
    phase += plan.runs[0].first_beat
    changed = plan.changed(phase, pattern)
    boundary = plan.next_boundary(phase)
    assert phase <= boundary < phase + plan.at(phase).pattern.beats + 1e-9
    assert boundary == phase or plan.at(boundary).breath == plan.at(phase).breath + 1
    for n in range(40):
        before = plan.runs[0].first_beat + (boundary - plan.runs[0].first_beat) * n / 40.0
        if before < boundary:
            assert changed.at(before) == plan.at(before)
    at = changed.at(boundary)
    assert (at.part, at.fraction, at.pattern, at.first_beat) == (BreathPart.INHALE, 0.0, pattern, boundary)
    assert at.breath == plan.at(boundary).breath
    assert changed.pattern == pattern


@given(plans(), st.floats(0.0, 500.0))
def test_boundaries_are_where_breaths_begin(plan: BreathPlan, phase: float) -> None:
    boundary = plan.next_boundary(phase)
    moment = plan.at(boundary)
    assert moment.first_beat == boundary
    assert moment.fraction == 0.0
    assert plan.next_boundary(float(boundary)) == boundary


@given(plans(), st.floats(-10.0, 500.0))
def test_the_rest_of_a_plan_is_the_plan_from_there_on(plan: BreathPlan, cut: float) -> None:
    rest = plan.since(cut)
    assert all(rest.at(cut + 0.37 * n) == plan.at(cut + 0.37 * n) for n in range(200))


@given(plans(), st.floats(0.0, 50.0))
def test_before_the_first_beat_the_breath_stands_at_its_beginning(plan: BreathPlan, before: float) -> None:
    moment = plan.at(plan.runs[0].first_beat - before)
    assert (moment.part, moment.fraction, moment.breath) == (BreathPart.INHALE, 0.0, 0)
