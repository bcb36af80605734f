"""The tempo plan: no sequence of edits makes a beat jump, double or vanish, and the inverse is one."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from entrain.tempo.plan import TempoPlan

bpm = st.floats(35.0, 160.0)
EDIT = st.tuples(
    st.floats(0.0, 60.0),  # since the edit before
    bpm,
    st.one_of(st.just(0.0), st.floats(0.0, 300.0), st.floats(1e-6, 1e-3)),
    st.one_of(st.none(), bpm),
)


@st.composite
def plans(draw: st.DrawFn, max_edits: int = 8) -> TempoPlan:
    """A plan as a session makes it: begun somewhere, then edited again and again, later and later."""
    plan = TempoPlan.steady(draw(st.floats(0.0, 500.0)), draw(bpm))
    at_s = plan.start_s
    for since_s, to_bpm, duration_s, from_bpm in draw(st.lists(EDIT, max_size=max_edits)):
        at_s += since_s
        plan = plan.edited(at_s, to_bpm, duration_s, from_bpm)
    return plan


@given(plans())
def test_phase_is_continuous_at_every_joint(plan: TempoPlan) -> None:
    for before, after in pairwise(plan.ramps):
        assert before.phase_at(after.start_s) == pytest.approx(after.phase, abs=1e-9)


@given(plans(), st.floats(0.0, 2000.0), st.floats(1e-6, 1.0))
def test_phase_rises_and_no_faster_than_the_quickest_tempo(plan: TempoPlan, t_s: float, dt_s: float) -> None:
    t_s += plan.start_s
    rise = plan.phase_at(t_s + dt_s) - plan.phase_at(t_s)
    quickest = max(max(r.bpm, r.to_bpm) for r in plan.ramps) / 60.0
    slowest = min(min(r.bpm, r.to_bpm) for r in plan.ramps) / 60.0
    assert slowest * dt_s - 1e-9 <= rise <= quickest * dt_s + 1e-9


@given(plans(), st.floats(0.0, 4000.0))
def test_the_inverse_of_the_phase(plan: TempoPlan, beats: float) -> None:
    t_s = plan.time_of_beat(beats)
    assert plan.phase_at(t_s) == pytest.approx(beats, abs=1e-7)
    at_s = plan.start_s + beats
    assert plan.time_of_beat(plan.phase_at(at_s)) == pytest.approx(at_s, abs=1e-7)


@given(plans(), st.floats(0.001, 60.0))
def test_before_the_start_the_first_tempo_goes_back(plan: TempoPlan, before_s: float) -> None:
    t_s = plan.start_s - before_s
    first_hz = plan.ramps[0].bpm / 60.0
    # An edit at the very start may have replaced the first tempo; time runs back at what it begins with.
    assume(len(plan.ramps) == 1 or plan.ramps[1].start_s > plan.start_s)
    assert plan.phase_at(t_s) == pytest.approx(-before_s * first_hz)
    assert plan.time_of_beat(plan.phase_at(t_s)) == pytest.approx(t_s, abs=1e-7)
    assert plan.bpm_at(t_s) == plan.ramps[0].bpm


@given(plans(), st.floats(0.0, 900.0), EDIT)
def test_an_edit_changes_nothing_before_it(
    plan: TempoPlan, at_s: float, edit: tuple[float, float, float, float | None]
) -> None:
    at_s += plan.start_s
    _, to_bpm, duration_s, from_bpm = edit
    edited = plan.edited(at_s, to_bpm, duration_s, from_bpm)
    for n in range(21):
        t_s = plan.start_s + (at_s - plan.start_s) * n / 20.0
        assert edited.phase_at(t_s) == pytest.approx(plan.phase_at(t_s), abs=1e-9)
        if t_s < at_s:
            assert edited.bpm_at(t_s) == plan.bpm_at(t_s)
    assert edited.bpm_at(at_s) == (to_bpm if duration_s <= 0.0 else from_bpm or plan.bpm_at(at_s))
    assert edited.bpm_at(at_s + duration_s + 1e-3) == pytest.approx(to_bpm)
    assert edited.goal_bpm == to_bpm


@given(plans(), st.floats(-5.0, 900.0))
def test_the_rest_of_a_plan_is_the_plan_from_there_on(plan: TempoPlan, cut_s: float) -> None:
    cut_s += plan.start_s
    rest = plan.since(cut_s)
    for n in range(20):
        t_s = cut_s + 37.0 * n
        assert rest.phase_at(t_s) == plan.phase_at(t_s)
        assert rest.bpm_at(t_s) == plan.bpm_at(t_s)
    first = max(0, int(plan.phase_at(cut_s)) + 1)
    for n in range(first, first + 20):
        assert rest.time_of_beat(n) == plan.time_of_beat(n)
    assert rest.beats_between(cut_s, cut_s + 60.0) == plan.beats_between(cut_s, cut_s + 60.0)


@given(plans(), st.floats(0.0, 900.0), EDIT, st.floats(0.0, 100.0))
def test_pruned_plans_can_be_put_together_again(
    plan: TempoPlan, cut_s: float, edit: tuple[float, float, float, float | None], later_s: float
) -> None:
    cut_s += plan.start_s
    _, to_bpm, duration_s, from_bpm = edit
    edited = plan.edited(cut_s + later_s, to_bpm, duration_s, from_bpm)
    joined = plan.joined(edited.since(cut_s))
    for n in range(40):
        t_s = plan.start_s + 29.0 * n
        assert joined.phase_at(t_s) == edited.phase_at(t_s)


@given(plans(), st.lists(st.floats(0.0, 300.0), min_size=1, max_size=30))
def test_however_time_is_cut_every_beat_comes_exactly_once(plan: TempoPlan, cuts_s: list[float]) -> None:
    edges = sorted({plan.start_s + c for c in (0.0, *cuts_s, 300.0)})
    pieces = [n for a, b in pairwise(edges) for n in plan.beats_between(a, b)]
    assert pieces == list(plan.beats_between(edges[0], edges[-1]))
    assert pieces == list(range(pieces[0], pieces[-1] + 1))
    assert pieces[0] == 0
    for a, b in pairwise(edges):
        assert all(a <= plan.time_of_beat(n) < b for n in plan.beats_between(a, b))


@given(plans(), st.integers(0, 400))
def test_an_edge_on_a_beat_belongs_to_what_follows(plan: TempoPlan, n: int) -> None:
    t_s = plan.time_of_beat(n)
    assert n not in plan.beats_between(t_s - 5.0, t_s)
    assert n in plan.beats_between(t_s, t_s + 1e-9 + 1e-9 * t_s)
    assert list(plan.beats_between(t_s, t_s)) == []


@given(plans())
def test_beats_come_in_order_of_time(plan: TempoPlan) -> None:
    times = [plan.time_of_beat(n) for n in range(300)]
    assert all(a < b for a, b in pairwise(times))


def test_a_long_session_does_not_drift() -> None:
    """A thousand ramps, then compare with the exact sum."""
    plan, phase = TempoPlan.steady(0.0, 60.0), 0.0
    for n in range(1000):
        a, b = plan.bpm_at(n * 3.6), 55.0 + (n * 7) % 11
        plan = plan.edited(n * 3.6, b, 3.6)
        phase += 3.6 * (a + b) / 120.0
    assert plan.phase_at(3600.0) == pytest.approx(phase, abs=1e-8)


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("inf"), float("nan")])
def test_a_tempo_must_be_one(wrong: float) -> None:
    with pytest.raises(ValueError, match="tempo"):
        TempoPlan.steady(0.0, wrong)
    with pytest.raises(ValueError, match="tempo"):
        TempoPlan.steady(0.0, 60.0).edited(1.0, wrong, 1.0)
