"""Scores for the tests of sound: random ones, and edits under the commit rule."""

from hypothesis import strategies as st

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.score import LEAD_S, Presence, Score
from entrain.tempo.plan import TempoPlan

bpms = st.floats(45.0, 150.0)


def lengths_s(longest_s: float) -> st.SearchStrategy[float]:
    """Durations to the millisecond: nothing shorter is ever asked for, except no time at all."""
    return st.integers(0, round(longest_s * 1000)).map(lambda ms: ms / 1000)


patterns = st.builds(
    BreathPattern, st.integers(1, 5), st.integers(1, 7), st.integers(0, 2), st.integers(0, 2)
)


def steady(bpm: float = 60.0, start_s: float = 0.0, pattern: BreathPattern | None = None) -> Score:
    """A score of one tempo that is fully there from its start on."""
    breath = None if pattern is None else BreathPlan.steady(pattern)
    return Score(TempoPlan.steady(start_s, bpm), breath, Presence().changed(start_s - 1.0, 1.0, 0.0))


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """A tempo with glides and jumps, breaths that change, presence that comes and goes, all within 12 s."""
    start_s = draw(st.floats(-1.0, 2.0))
    breath = draw(st.none() | patterns)
    score = Score(
        TempoPlan.steady(start_s, draw(bpms)),
        None if breath is None else BreathPlan.steady(breath),
        Presence().changed(draw(st.floats(-2.0, 2.0)), 1.0, draw(lengths_s(2.0))),
    )
    at_s = start_s
    for _ in range(draw(st.integers(0, 4))):
        at_s += draw(lengths_s(3.0))
        score = draw(edits(score, at_s))
    return score


@st.composite
def edits(draw: st.DrawFn, score: Score, at_s: float) -> Score:
    """`score` with one thing changed from `at_s` on."""
    tempo, breath, presence = score.tempo, score.breath, score.presence
    match draw(st.sampled_from(("glide", "jump", "breath", "presence"))):
        case "glide":
            tempo = tempo.edited(at_s, draw(bpms), draw(lengths_s(20.0)))
        case "jump":
            tempo = tempo.edited(at_s, draw(bpms), draw(lengths_s(20.0)), from_bpm=draw(bpms))
        case "breath" if breath is not None:
            breath = breath.changed(max(0.0, tempo.phase_at(at_s)), draw(patterns))
        case _:
            level = draw(st.sampled_from((0.0, 0.3, 1.0)))
            presence = presence.changed(at_s, level, draw(lengths_s(2.0)))
    return Score(tempo, breath, presence)


@st.composite
def edited_live(draw: st.DrawFn) -> tuple[list[tuple[float, Score]], Score]:
    """Edits under the commit rule: [(when said, the score from then on)], and the last score."""
    score = draw(scores())
    said: list[tuple[float, Score]] = [(-10.0, score)]
    t_s = 0.0
    for _ in range(draw(st.integers(1, 5))):
        t_s += draw(st.floats(0.1, 2.5))
        score = draw(edits(score, t_s + LEAD_S + draw(st.floats(0.0, 1.0))))
        said.append((t_s, score))
    return said, score
