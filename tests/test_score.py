"""The score: however time is cut, the same onsets and cues come out, each exactly once."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from entrain.breath.pattern import BreathPart, BreathPattern, BreathPlan
from entrain.score import LEAD_S, Presence, Score
from entrain.tempo.plan import TempoPlan
from tests.breath.test_pattern import patterns
from tests.tempo.test_plan import plans as tempos

END_S = 240.0
LEVEL = st.tuples(st.floats(0.0, 40.0), st.floats(0.0, 1.0), st.one_of(st.just(0.0), st.floats(0.0, 30.0)))


@st.composite
def presences(draw: st.DrawFn) -> Presence:
    presence, at_s = Presence(), 0.0
    for since_s, level, duration_s in draw(st.lists(LEVEL, max_size=6)):
        at_s += since_s
        presence = presence.changed(at_s, level, duration_s)
    return presence


@st.composite
def scores(draw: st.DrawFn) -> Score:
    tempo = draw(tempos())
    breath = BreathPlan.steady(draw(patterns), draw(st.integers(0, 5)))
    phase = 0.0
    for step, pattern in draw(st.lists(st.tuples(st.floats(0.0, 40.0), patterns), max_size=4)):
        phase += step
        breath = breath.changed(phase, pattern)
    return Score(tempo, breath, draw(presences()))


@given(scores(), st.lists(st.floats(-5.0, END_S), max_size=40))
def test_onsets_and_cues_do_not_depend_on_the_blocks(score: Score, cuts_s: list[float]) -> None:
    start_s = score.tempo.start_s
    edges = sorted({start_s + c for c in (-5.0, *cuts_s, END_S)})
    onsets = [x for a, b in pairwise(edges) for x in score.onsets_between(a, b)]
    assert onsets == list(score.onsets_between(edges[0], edges[-1]))
    assert [n for n, _ in onsets] == list(range(len(onsets)))
    cues = [x for a, b in pairwise(edges) for x in score.cues_between(a, b)]
    assert cues == list(score.cues_between(edges[0], edges[-1]))


@given(scores())
def test_cutting_at_the_onsets_themselves_loses_and_doubles_none(score: Score) -> None:
    start_s = score.tempo.start_s
    whole = list(score.onsets_between(start_s, start_s + END_S))
    edges = [start_s, *(t_s for _, t_s in whole), start_s + END_S]
    assert [x for a, b in pairwise(edges) for x in score.onsets_between(a, b)] == whole
    cues = list(score.cues_between(start_s, start_s + END_S))
    assert [x for a, b in pairwise(edges) for x in score.cues_between(a, b)] == cues


@given(scores())
def test_cues_follow_each_other_through_every_breath(score: Score) -> None:
    assert score.breath is not None
    start_s = score.tempo.start_s
    cues = list(score.cues_between(start_s, start_s + END_S))
    for before, after in pairwise(cues):
        assert before.t_s + before.duration_s == pytest.approx(after.t_s, abs=1e-9)
        if after.part is BreathPart.INHALE:
            assert after.breath == before.breath + 1
        else:
            assert after.breath == before.breath
    if cues:
        assert (cues[0].part, cues[0].breath) == (BreathPart.INHALE, 0)
        assert cues[0].t_s == score.tempo.time_of_beat(score.breath.runs[0].first_beat)
    for cue in cues:
        moment = score.breath_at(cue.t_s + 1e-6)
        assert moment is not None
        assert (moment.part, moment.breath) == (cue.part, cue.breath)


@given(scores(), st.floats(0.0, END_S))
def test_the_rest_of_a_score_is_the_score_from_there_on(score: Score, cut_s: float) -> None:
    cut_s += score.tempo.start_s
    rest = score.since(cut_s)
    end_s = cut_s + 90.0
    assert list(rest.onsets_between(cut_s, end_s)) == list(score.onsets_between(cut_s, end_s))
    assert list(rest.cues_between(cut_s, end_s)) == list(score.cues_between(cut_s, end_s))
    for n in range(60):
        t_s = cut_s + 1.7 * n
        assert rest.breath_at(t_s) == score.breath_at(t_s)
        assert rest.breath_rate_at(t_s) == score.breath_rate_at(t_s)
        assert rest.next_beat(t_s) == score.next_beat(t_s)
        assert rest.presence.at(t_s) == pytest.approx(score.presence.at(t_s), abs=1e-9)


@given(scores(), st.lists(st.floats(0.0, 40.0), max_size=6))
def test_pruning_again_and_again_changes_nothing(score: Score, steps_s: list[float]) -> None:
    t_s, rest = score.tempo.start_s, score
    for step_s in steps_s:
        t_s += step_s
        rest = rest.since(t_s)
    for n in range(30):
        later_s = t_s + 2.3 * n
        assert rest.breath_at(later_s) == score.breath_at(later_s)
        assert rest.presence.at(later_s) == pytest.approx(score.presence.at(later_s), abs=1e-9)


@given(
    presences(), st.floats(0.0, 200.0), st.floats(0.0, 1.0), st.one_of(st.just(0.0), st.floats(0.001, 20.0))
)
def test_presence_changes_from_where_it_stands(
    presence: Presence, at_s: float, level: float, duration_s: float
) -> None:
    assume(all(x.start_s != at_s for x in presence.levels))
    changed = presence.changed(at_s, level, duration_s)
    for n in range(20):
        before_s = at_s * n / 20.0
        if before_s < at_s:
            assert changed.at(before_s) == presence.at(before_s)
    assert all(0.0 <= changed.at(at_s + 1.3 * n) <= 1.0 for n in range(20))
    assert changed.at(at_s + duration_s) == pytest.approx(level, abs=1e-9)
    if duration_s > 0.0:
        assert changed.at(at_s) == pytest.approx(presence.at(at_s), abs=1e-9)
        step_s = duration_s / 1000.0
        for n in range(0, 1000, 50):
            rise = changed.at(at_s + (n + 1) * step_s) - changed.at(at_s + n * step_s)
            assert abs(rise) <= 1.0 / 1000.0 + 1e-9


def test_of_two_changes_of_presence_for_one_moment_the_later_counts() -> None:
    presence = Presence().changed(5.0, 1.0, 0.0)
    assert presence.changed(5.0, 0.0, 3.0).at(6.0) == 0.0
    assert presence.changed(5.0, 0.5, 2.0).at(6.0) == 0.25


@given(scores(), st.floats(0.0, END_S))
def test_what_is_paced_is_what_is_breathed(score: Score, at_s: float) -> None:
    t_s = score.tempo.start_s + at_s
    paced = score.paced_at(t_s)
    if score.presence.at(t_s) <= 0.0:
        assert paced is None
        return
    moment = score.breath_at(t_s)
    assert moment is not None
    assert paced == (moment.fraction, score.breath_rate_at(t_s))


def test_before_the_start_there_is_no_breath_and_no_onset() -> None:
    score = Score(TempoPlan.steady(10.0, 60.0), BreathPlan.steady(BreathPattern(4, 6)))
    assert score.breath_at(9.99) is None
    assert score.paced_at(9.99) is None
    assert list(score.onsets_between(0.0, 10.0)) == []
    assert [n for n, _ in score.onsets_between(0.0, 12.5)] == [0, 1, 2]
    assert score.next_beat(3.0) == 0
    assert list(replace(score, breath=None).cues_between(0.0, 100.0)) == []
    assert LEAD_S > 0.0
