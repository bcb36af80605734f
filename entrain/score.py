"""The score: all that a listener is to hear and breathe; nothing else crosses from control to sound.

It holds no synthesis. The renderer turns it into samples, the screen into a figure, the headless run into
lines, and a simulated person breathes along with it.

The score is *committed* up to `LEAD_S` ahead of the newest event: edits take effect no earlier, so whoever
renders less than that ahead always plays what the log says was planned.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Self

from entrain.breath.pattern import BreathMoment, BreathPart, BreathPlan
from entrain.tempo.plan import TempoPlan

LEAD_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Level:
    """From `start_s` on, presence goes linearly to `level` in `duration_s` and stays."""

    start_s: float
    level: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Presence:
    """How present the guidance is, 0 (silence) to 1, as linear ramps in session time; 0 before the first."""

    levels: tuple[Level, ...] = ()

    def at(self, t_s: float) -> float:
        """How much of the sound is there at `t_s`, 0 to 1."""
        if self.levels:
            last = self.levels[-1]
            if t_s - last.start_s >= last.duration_s:  # as nearly always
                return last.level
        value = 0.0
        for index, level in enumerate(self.levels):
            if t_s < level.start_s:
                break
            end_s = self.levels[index + 1].start_s if index + 1 < len(self.levels) else t_s
            value = _ramped(value, level, min(t_s, max(end_s, level.start_s)))
        return value

    def changed(self, at_s: float, level: float, duration_s: float) -> Self:
        """The same before `at_s`; from there to `level`, in place of all that was to begin then or later."""
        kept = tuple(x for x in self.levels if x.start_s < at_s)
        return type(self)((*kept, Level(at_s, level, duration_s)))


@dataclass(frozen=True, slots=True)
class Cue:
    """One part of a breath begins."""

    t_s: float
    part: BreathPart
    beats: int
    duration_s: float
    breath: int


@dataclass(frozen=True, slots=True)
class Score:
    """What is to be heard and breathed, from its beginning on."""

    tempo: TempoPlan
    breath: BreathPlan | None = None  # None: a beat without a breath to follow
    presence: Presence = Presence()

    def breath_at(self, t_s: float) -> BreathMoment | None:
        """Where the breath stands, or None where there is none to follow."""
        if self.breath is None or t_s < self.tempo.start_s:
            return None
        return self.breath.at(self.tempo.phase_at(t_s))

    def breath_rate_at(self, t_s: float) -> float | None:
        """Breaths per minute that the score asks for at `t_s`."""
        asked = self.breathed_at(t_s)
        return None if asked is None else asked[1]

    def breathed_at(self, t_s: float) -> tuple[float, float] | None:
        """(fraction of the breath, breaths per minute) that the score asks for, heard or not: much of
        `breath_at` for a fifth of its cost."""
        breath, tempo = self.breath, self.tempo
        if breath is None or t_s < tempo.start_s:
            return None
        phase, bpm = tempo.ramp_at(t_s).at(t_s)
        run = breath.run_at(phase)
        beats = run.pattern.beats
        x = phase - run.first_beat
        return x % beats / beats if x > 0.0 else 0.0, bpm / beats

    def paced_at(self, t_s: float) -> tuple[float, float] | None:
        """(fraction of the breath, breaths per minute) where a breath is being guided at `t_s`."""
        return self.breathed_at(t_s) if self.presence.at(t_s) > 0.0 else None

    def onsets_between(self, from_s: float, to_s: float) -> Iterator[tuple[int, float]]:
        """(beat number, session seconds) of every beat with from_s <= time < to_s."""
        for n in self.tempo.beats_between(from_s, to_s):
            yield n, self.tempo.time_of_beat(n)

    def cues_between(self, from_s: float, to_s: float) -> Iterator[Cue]:
        """Every breath part that begins with from_s <= time < to_s."""
        if self.breath is None:
            return
        for n in self.tempo.beats_between(from_s, to_s):
            moment = self.breath.at(n)
            if n >= moment.first_beat and moment.part_fraction == 0.0 and n >= self.breath.runs[0].first_beat:
                t_s = self.tempo.time_of_beat(n)
                end_s = self.tempo.time_of_beat(n + moment.part_beats)
                yield Cue(t_s, moment.part, moment.part_beats, end_s - t_s, moment.breath)

    def since(self, t_s: float) -> Self:
        """The score without what was over before `t_s`; everything from `t_s` on is the same."""
        phase = self.tempo.phase_at(t_s)
        index = max(0, bisect_right(self.presence.levels, t_s, key=lambda x: x.start_s) - 1)
        value = self.presence.at(self.presence.levels[index].start_s) if self.presence.levels else 0.0
        levels = self.presence.levels[index:]
        if index > 0:
            # What ramped before is summed up as one step, so that the kept ramp starts from the same value.
            levels = (Level(levels[0].start_s - 1e-9, value, 0.0), *levels)
        return replace(
            self,
            tempo=self.tempo.since(t_s),
            breath=None if self.breath is None else self.breath.since(phase),
            presence=Presence(levels),
        )

    def next_beat(self, t_s: float) -> int:
        """The number of the first beat at or after `t_s`."""
        return max(0, ceil(self.tempo.phase_at(t_s)))


def _ramped(value: float, level: Level, t_s: float) -> float:
    x_s = t_s - level.start_s
    if x_s >= level.duration_s:
        return level.level
    return value + (level.level - value) * x_s / level.duration_s
