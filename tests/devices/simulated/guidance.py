"""Scores to breathe to."""

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan


def paced(per_min: float, start_s: float = 0.0) -> Score:
    """A steady pacer from `start_s` on, heard from there on."""
    pattern = BreathPattern(inhale=4, exhale=6)
    tempo = TempoPlan.steady(start_s, per_min * pattern.beats)
    return Score(tempo, BreathPlan.steady(pattern), Presence().changed(start_s, 1.0, 0.0))


def beat_only(bpm: float, start_s: float = 0.0) -> Score:
    """A tempo without a breath."""
    return Score(TempoPlan.steady(start_s, bpm), None, Presence().changed(start_s, 1.0, 0.0))
