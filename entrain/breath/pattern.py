"""Breaths counted in beats.

A breath is a whole number of beats, so the tempo carries the breathing down; the number of beats changes only
between two breaths. Sources for the ratio: a longer exhale than inhale (4:6) is what slow-breathing protocols
use most (Lehrer & Gevirtz 2014); no breath is held unless a pattern says so.
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import cos, floor, fsum, pi
from typing import Self


class BreathPart(StrEnum):
    """A part of a breath, in the order in which they come."""

    INHALE = "in"
    HOLD_IN = "hold in"
    EXHALE = "out"
    HOLD_OUT = "hold out"


@dataclass(frozen=True)  # without slots, to keep what it works out
class BreathPattern:
    """Beats of each part of one breath; whole numbers, inhale and exhale at least 1."""

    inhale: int
    exhale: int
    hold_in: int = 0
    hold_out: int = 0

    def __post_init__(self) -> None:
        if min(self.inhale, self.exhale) < 1 or min(self.hold_in, self.hold_out) < 0:
            raise ValueError(f"a breath needs at least one beat in and one out: {self}")

    @cached_property
    def beats(self) -> int:
        """Of the whole breath."""
        return self.inhale + self.hold_in + self.exhale + self.hold_out

    @classmethod
    def of_beats(cls, beats: int, ratio: tuple[float, float, float, float] = (4, 0, 6, 0)) -> Self:
        """The pattern of `beats` whole beats nearest to `ratio` (inhale, hold, exhale, hold).

        Largest remainder, each part with a positive share of inhale and exhale getting at least one beat.
        """
        beats = max(2, beats)
        total = fsum(ratio)
        shares = [beats * r / total for r in ratio]
        whole = [floor(share) for share in shares]
        whole[0], whole[2] = max(1, whole[0]), max(1, whole[2])
        # A breath too short for all its parts gives up the pauses first.
        for index in (3, 1, 0, 2):
            while sum(whole) > beats and whole[index] > (1 if index in (0, 2) else 0):
                whole[index] -= 1
        # What is left goes to the largest remainder; between equals to the exhale.
        order = sorted((2, 0, 1, 3), key=lambda i: (whole[i] - shares[i], i != 2))
        for i in range(beats - sum(whole)):
            whole[order[i % 4]] += 1
        return cls(inhale=whole[0], hold_in=whole[1], exhale=whole[2], hold_out=whole[3])

    def parts(self) -> tuple[tuple[BreathPart, int, int], ...]:
        """(part, first beat, number of beats) of every part that lasts, in order."""
        out: list[tuple[BreathPart, int, int]] = []
        at = 0
        for part, beats in (
            (BreathPart.INHALE, self.inhale),
            (BreathPart.HOLD_IN, self.hold_in),
            (BreathPart.EXHALE, self.exhale),
            (BreathPart.HOLD_OUT, self.hold_out),
        ):
            if beats:
                out.append((part, at, beats))
            at += beats
        return tuple(out)


@dataclass(frozen=True, slots=True)
class BreathMoment:
    """Where in a breath a phase stands."""

    breath: int  # breaths since the plan began
    part: BreathPart
    part_beats: int
    beat_in_part: int  # 0-based count, for "in, 2, 3, 4"
    part_fraction: float  # 0..1 within the part
    fraction: float  # 0..1 within the whole breath
    first_beat: int  # beat number at which this breath began
    pattern: BreathPattern

    @property
    def fullness(self) -> float:
        """How full the lungs are asked to be, 0..1, smooth (cosine) within inhale and exhale."""
        ease = 0.5 - 0.5 * cos(pi * self.part_fraction)
        match self.part:
            case BreathPart.INHALE:
                return ease
            case BreathPart.HOLD_IN:
                return 1.0
            case BreathPart.EXHALE:
                return 1.0 - ease
            case BreathPart.HOLD_OUT:
                return 0.0


@dataclass(frozen=True, slots=True)
class BreathRun:
    """From beat `first_beat` on, breaths of `pattern`; the first of them has number `first_breath`."""

    first_beat: int
    first_breath: int
    pattern: BreathPattern


@dataclass(frozen=True, slots=True)
class BreathPlan:
    """Runs of equal breaths along the beat; the last one goes on for ever."""

    runs: tuple[BreathRun, ...]

    @classmethod
    def steady(cls, pattern: BreathPattern, first_beat: int = 0) -> Self:
        """One pattern from `first_beat` on."""
        return cls((BreathRun(first_beat, 0, pattern),))

    @property
    def pattern(self) -> BreathPattern:
        """The pattern of the last run."""
        return self.runs[-1].pattern

    def at(self, phase: float) -> BreathMoment:
        """Where the breath stands at `phase` (beats); before the first beat, at the start of the first."""
        run = self.run_at(phase)
        x = max(0.0, phase - run.first_beat)
        beats = run.pattern.beats
        index = floor(x / beats)
        within = x - index * beats
        part, first, n = next(p for p in run.pattern.parts() if within < p[1] + p[2])
        return BreathMoment(
            breath=run.first_breath + index,
            part=part,
            part_beats=n,
            beat_in_part=min(n - 1, floor(within - first)),
            part_fraction=min(1.0, (within - first) / n),
            fraction=within / beats,
            first_beat=run.first_beat + index * beats,
            pattern=run.pattern,
        )

    def pattern_at(self, phase: float) -> BreathPattern:
        """The pattern in which beat phase `phase` lies."""
        return self.run_at(phase).pattern

    def next_boundary(self, phase: float) -> int:
        """The first beat at or after `phase` on which a breath begins."""
        run = self.run_at(phase)
        x = phase - run.first_beat
        if x <= 0:
            return run.first_beat
        beats = run.pattern.beats
        return run.first_beat + -floor(-x / beats) * beats

    def changed(self, phase: float, pattern: BreathPattern) -> Self:
        """The same breaths until the first boundary at or after `phase`, then breaths of `pattern`."""
        at = self.next_boundary(phase)
        kept = tuple(run for run in self.runs if run.first_beat < at)
        if not kept:
            return type(self)((BreathRun(at, self.runs[0].first_breath, pattern),))
        last = kept[-1]
        if last.pattern == pattern:
            return type(self)(kept)
        breath = last.first_breath + (at - last.first_beat) // last.pattern.beats
        return type(self)((*kept, BreathRun(at, breath, pattern)))

    def since(self, phase: float) -> Self:
        """The plan without the runs that were over before `phase`."""
        index = max(0, bisect_right(self.runs, phase, key=_first_beat) - 1)
        return type(self)(self.runs[index:])

    def run_at(self, phase: float) -> BreathRun:
        """The run that the breath at `phase` belongs to."""
        runs = self.runs
        if phase >= runs[-1].first_beat:  # as nearly always
            return runs[-1]
        return runs[max(0, bisect_right(runs, phase, key=_first_beat) - 1)]


def _first_beat(run: BreathRun) -> int:
    return run.first_beat
