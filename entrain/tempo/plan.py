"""The tempo plan: a piecewise tempo map with a closed-form phase and its inverse.

Phase is counted in beats and is continuous by construction: an edit starts where the plan it replaces stands
at that moment, so no sequence of edits can make a beat jump, double or vanish. Within a segment the tempo is
linear in time: with f in beats/s and x = t - start, phase(x) = phase0 + f0*x + k*x²/2, and its inverse is the
stable root x = 2p / (f0 + sqrt(f0² + 2kp)). Nothing is accumulated beat by beat, so nothing drifts.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf, sqrt
from typing import Self

from entrain.units import S_PER_MIN


@dataclass(frozen=True, slots=True)
class Ramp:
    """From `start_s` on, the tempo goes from `bpm` to `to_bpm` in `duration_s` and stays there."""

    start_s: float
    phase: float  # beats since the plan began, at start_s
    bpm: float
    to_bpm: float
    duration_s: float

    def bpm_at(self, t_s: float) -> float:
        """The tempo at `t_s`."""
        x_s = t_s - self.start_s
        if x_s < 0.0:
            return self.bpm
        if x_s >= self.duration_s:
            return self.to_bpm
        return self.bpm + (self.to_bpm - self.bpm) * (x_s / self.duration_s)

    def phase_at(self, t_s: float) -> float:
        return self.at(t_s)[0]

    def at(self, t_s: float) -> tuple[float, float]:
        """(phase in beats, tempo in bpm)."""
        x_s, bpm, to_bpm, duration_s = t_s - self.start_s, self.bpm, self.to_bpm, self.duration_s
        if x_s < 0.0:
            return self.phase + x_s * (bpm / S_PER_MIN), bpm  # at the starting tempo, as `time_at` does
        if x_s >= duration_s:
            return self._end_phase() + (x_s - duration_s) * to_bpm / S_PER_MIN, to_bpm
        # The share first: the slope itself overflows where a ramp is as good as a step.
        rise_bpm, share = to_bpm - bpm, x_s / duration_s
        phase = self.phase + x_s * (bpm / S_PER_MIN + 0.5 * (rise_bpm / S_PER_MIN * share))
        return phase, bpm + rise_bpm * share

    def time_at(self, phase: float) -> float:
        """When the phase is reached; extrapolates before `start_s` at the starting tempo."""
        p = phase - self.phase
        f0, f1 = self.bpm / S_PER_MIN, self.to_bpm / S_PER_MIN
        if p <= 0.0:
            return self.start_s + p / f0
        end = self._end_phase()
        if phase >= end:
            return self.start_s + self.duration_s + (phase - end) / f1
        kp = (f1 - f0) * (p / self.duration_s)
        return self.start_s + 2.0 * p / (f0 + sqrt(max(0.0, f0 * f0 + 2.0 * kp)))

    def _end_phase(self) -> float:
        return self.phase + self.duration_s * 0.5 * (self.bpm + self.to_bpm) / S_PER_MIN


@dataclass(frozen=True)  # without slots, to keep what it works out
class TempoPlan:
    """Ramps in order of time; the last one holds for ever. Times are session seconds, phase is in beats."""

    ramps: tuple[Ramp, ...]

    @classmethod
    def steady(cls, start_s: float, bpm: float, phase: float = 0.0) -> Self:
        """A plan of one tempo, whose beat number `phase` (0 unless told) falls at `start_s`."""
        _check_bpm(bpm)
        return cls((Ramp(start_s, phase, bpm, bpm, 0.0),))

    @cached_property
    def start_s(self) -> float:
        """When beat 0 sounds."""
        return self.ramps[0].start_s

    @cached_property
    def goal_bpm(self) -> float:
        """The tempo the plan ends on if nobody edits it."""
        return self.ramps[-1].to_bpm

    @cached_property
    def _last(self) -> Ramp:
        return self.ramps[-1]

    def ramp_at(self, t_s: float) -> Ramp:
        """The ramp that the tempo follows at `t_s`."""
        last = self._last
        if t_s >= last.start_s:  # as nearly always
            return last
        ramps = self.ramps
        return ramps[max(0, bisect_right(ramps, t_s, key=_start) - 1)]

    def bpm_at(self, t_s: float) -> float:
        """Tempo in beats per minute."""
        return self.ramp_at(t_s).bpm_at(t_s)

    def phase_at(self, t_s: float) -> float:
        """Beats since the plan began; a whole number at each beat. Negative before the start."""
        return self.ramp_at(t_s).at(t_s)[0]

    def time_of_beat(self, n: float) -> float:
        """Session seconds at which beat `n` (or any phase) falls: the inverse of `phase_at`."""
        index = bisect_right(self.ramps, n, key=lambda ramp: ramp.phase) - 1
        return self.ramps[max(0, index)].time_at(n)

    def beats_between(self, from_s: float, to_s: float) -> range:
        """The numbers of all beats with `from_s` <= time < `to_s`."""
        first, last = ceil(self.phase_at(from_s)) - 1, ceil(self.phase_at(to_s)) + 1
        inside = [n for n in range(max(0, first), last) if from_s <= self.time_of_beat(n) < to_s]
        return range(inside[0], inside[-1] + 1) if inside else range(0)

    def edited(self, at_s: float, to_bpm: float, duration_s: float, from_bpm: float | None = None) -> Self:
        """The same plan until `at_s`; from there a ramp to `to_bpm` over `duration_s`.

        `from_bpm` makes the tempo (never the phase) jump at `at_s`. `at_s` before the first ramp replaces the
        whole plan from its start.
        """
        _check_bpm(to_bpm)
        at_s = max(at_s, self.start_s)
        bpm = self.bpm_at(at_s) if from_bpm is None else from_bpm
        _check_bpm(bpm)
        kept = tuple(ramp for ramp in self.ramps if ramp.start_s < at_s)
        ramp = Ramp(at_s, self.phase_at(at_s), bpm, to_bpm, max(0.0, duration_s))
        return type(self)((*kept, ramp))

    def since(self, t_s: float) -> Self:
        """The plan without the ramps that were over before `t_s`; the same from `t_s` on."""
        index = max(0, bisect_right(self.ramps, t_s, key=lambda ramp: ramp.start_s) - 1)
        return type(self)(self.ramps[index:])

    def joined(self, later: Self) -> Self:
        """This plan up to where `later` begins, then `later`: puts pruned plans back together."""
        return type(self)((*(r for r in self.ramps if r.start_s < later.start_s), *later.ramps))


def _start(ramp: Ramp) -> float:
    return ramp.start_s


def _check_bpm(bpm: float) -> None:
    if not 0.0 < bpm < inf:
        raise ValueError(f"a tempo must be positive and finite, not {bpm} bpm")
