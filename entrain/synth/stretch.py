"""A run of frames, and what a score asks for in it.

Everything here is a closed-form function of the absolute frame and of the score, evaluated frame by frame, so
that the same numbers come out however the stream is cut into runs. Frame f stands at session time
`epoch_s + f / sample_rate_hz`; what begins at a time begins on the frame nearest to it.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.breath.pattern import BreathMoment, BreathPart, BreathPlan
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan
from entrain.units import S_PER_MIN

# (n_frames, 2) of sound, each side in one piece of memory (`silence`), or (n_frames,) of a gain. Side by side
# costs NumPy several times less than frame by frame; whoever hands them on interleaves them.
Samples = NDArray[np.float32]
Positions = NDArray[np.float64]  # (n_frames,)

# What changes slowly is worked out so many times a second, and is linear in between.
CONTROL_HZ: Final = 750

# A presence that jumps would click; 20 ms is the shortest ramp that does not.
EASE_S: Final = 0.02
# Steps closer together than this are the bookkeeping of a pruned score, not something to be heard.
_INSTANT_S: Final = 1e-6


def silence(n_frames: int) -> Samples:
    """(n_frames, 2) of nothing, to be added to."""
    return np.zeros((2, n_frames), dtype=np.float32).T


@dataclass(frozen=True)  # no slots: times are worked out once, and only if somebody asks
class Stretch:
    """Frames `first_frame` up to, not including, `first_frame + n_frames`."""

    first_frame: int
    n_frames: int
    sample_rate_hz: int
    epoch_s: float

    @property
    def end_frame(self) -> int:
        """The first frame after it."""
        return self.first_frame + self.n_frames

    @cached_property
    def times_s(self) -> Positions:
        """Session seconds of every frame."""
        frames = np.arange(self.first_frame, self.end_frame, dtype=np.float64)
        return self.epoch_s + frames / self.sample_rate_hz

    def time_of(self, frame: int) -> float:
        """Session seconds of one frame; the same float as in `times_s`."""
        return self.epoch_s + frame / self.sample_rate_hz

    def frame_at(self, t_s: float) -> int:
        """The frame nearest to session time `t_s`."""
        return round((t_s - self.epoch_s) * self.sample_rate_hz)


@dataclass(frozen=True, slots=True)
class Strike:
    """One beat, for a voice to sound. Nothing in it can be changed by an edit after the beat."""

    n: int
    t_s: float
    frame: int
    bpm: float
    breath: BreathMoment | None  # where in the breath it falls


@dataclass(frozen=True, slots=True)
class Swell:
    """One part of a breath, or those of its frames that lie in a stretch.

    `position` goes from 0 to 1 over the whole part. It rides on the beat's phase, so a tempo that changes in
    the middle of the part bends it without a jump. It is told at control points, `cell_frames` apart by
    absolute frame, from the last one not after `first_frame` to the first one beyond the last frame;
    `each_frame` fills in what lies between. `pace_s` is how long the part would last at the tempo it began
    with: fixed once it has begun, for whoever needs seconds (a pitch, say).
    """

    part: BreathPart
    breath: int
    beats: int
    pace_s: float
    first_frame: int
    n_frames: int
    cell_frames: int
    position: Positions

    def each_frame(self, values: NDArray[np.floating]) -> Samples:
        """Values at the control points as (n_frames,), linear in between."""
        return self.along(values[:-1], np.diff(values))

    def along(self, starts: NDArray[np.floating], steps: NDArray[np.floating]) -> Samples:
        """(n_frames,) that begins every cell at its start and goes by its step until the next one."""
        share = np.arange(self.cell_frames, dtype=np.float32) / np.float32(self.cell_frames)
        cells: Samples = np.multiply.outer(steps.astype(np.float32), share)
        cells += starts.astype(np.float32)[:, None]
        offset = self.first_frame % self.cell_frames
        return cells.reshape(-1)[offset : offset + self.n_frames]


def strikes_in(score: Score, stretch: Stretch, tail_frames: int = 0) -> Iterator[Strike]:
    """Every beat whose onset lies in the stretch, or at most `tail_frames` before it."""
    tempo = score.tempo
    from_frame = stretch.first_frame - tail_frames
    # One frame to spare on either side: an onset is rounded to its frame.
    from_s = max(stretch.time_of(from_frame - 1), tempo.start_s)
    for n in tempo.beats_between(from_s, stretch.time_of(stretch.end_frame + 1)):
        t_s = tempo.time_of_beat(n)
        frame = stretch.frame_at(t_s)
        if from_frame <= frame < stretch.end_frame:
            yield Strike(
                n, t_s, frame, tempo.bpm_at(t_s), None if score.breath is None else score.breath.at(n)
            )


def swells_in(score: Score, stretch: Stretch) -> Iterator[Swell]:
    """The parts of breaths that the stretch cuts through, in order, each with its frames."""
    tempo, breath = score.tempo, score.breath
    if breath is None:
        return
    cell_frames = max(1, stretch.sample_rate_hz // CONTROL_HZ)
    for part, number, first_beat, beats in _parts_from(breath, _first_beat_of_part(breath, tempo, stretch)):
        began_s = tempo.time_of_beat(first_beat)
        part_frame = stretch.frame_at(began_s)
        if part_frame >= stretch.end_frame:
            return
        first = max(part_frame, stretch.first_frame)
        end = min(stretch.frame_at(tempo.time_of_beat(first_beat + beats)), stretch.end_frame)
        if first >= end:
            continue
        controls = np.arange(first // cell_frames, (end - 1) // cell_frames + 2, dtype=np.float64)
        phases = phases_at(tempo, stretch.epoch_s + controls * cell_frames / stretch.sample_rate_hz)
        yield Swell(
            part=part,
            breath=number,
            beats=beats,
            pace_s=beats * S_PER_MIN / tempo.bpm_at(began_s),
            first_frame=first,
            n_frames=end - first,
            cell_frames=cell_frames,
            position=np.clip((phases - first_beat) / beats, 0.0, 1.0),
        )


def phases_at(tempo: TempoPlan, times_s: Positions) -> Positions:
    """`TempoPlan.phase_at` for many times (ascending) at once."""
    phases = np.empty_like(times_s)
    for index, ramp in enumerate(tempo.ramps):
        end_s = tempo.ramps[index + 1].start_s if index + 1 < len(tempo.ramps) else np.inf
        start = int(np.searchsorted(times_s, ramp.start_s))
        reached_s = ramp.start_s + ramp.duration_s
        glided = int(np.searchsorted(times_s, min(reached_s, end_s)))
        end = int(np.searchsorted(times_s, end_s))
        f0, f1 = ramp.bpm / S_PER_MIN, ramp.to_bpm / S_PER_MIN
        if index == 0:
            phases[:start] = ramp.phase + (times_s[:start] - ramp.start_s) * f0
        if start < glided:
            x_s = times_s[start:glided] - ramp.start_s
            phases[start:glided] = ramp.phase + x_s * (f0 + 0.5 * ((f1 - f0) / ramp.duration_s) * x_s)
        if glided < end:
            phases[glided:end] = ramp.phase_at(reached_s) + (times_s[glided:end] - reached_s) * f1
    return phases


def presence_in(presence: Presence, stretch: Stretch) -> Samples | float:
    """The gain 0 to 1 of every frame; one number where it is the same in all of them.

    Linear as in `Presence.at`, but no ramp is shorter than `EASE_S`.
    """
    first_s, last_s = stretch.time_of(stretch.first_frame), stretch.time_of(stretch.end_frame - 1)
    gains: Positions | None = None
    value = steady = 0.0  # where the ramp at hand starts from; what holds where no ramp reaches
    for index, level in enumerate(presence.levels):
        if level.start_s > last_s:
            break
        later = presence.levels[index + 1 :]
        end_s = later[0].start_s if later else np.inf
        instant = end_s - level.start_s < _INSTANT_S
        ease_s = level.duration_s if instant else max(level.duration_s, EASE_S)
        # Whether it is over on the first frame is asked in the very terms in which it is drawn below.
        if not instant and end_s > first_s and (first_s - level.start_s) / ease_s < 1.0:
            if gains is None:
                gains = np.full(stretch.n_frames, steady)
            at = bisect_left(stretch.times_s, level.start_s)
            x = np.minimum((stretch.times_s[at:] - level.start_s) / ease_s, 1.0)
            gains[at:] = value + (level.level - value) * x
        elif gains is not None:
            gains[bisect_left(stretch.times_s, level.start_s) :] = level.level
        reached = 1.0 if instant else min(1.0, (end_s - level.start_s) / ease_s)
        value = steady = value + (level.level - value) * reached
    return steady if gains is None else gains.astype(np.float32)


def _first_beat_of_part(breath: BreathPlan, tempo: TempoPlan, stretch: Stretch) -> int:
    """The beat on which the part began that sounds, or is about to end, on the stretch's first frame."""
    phase = tempo.phase_at(max(stretch.time_of(stretch.first_frame - 1), tempo.start_s))
    moment = breath.at(max(phase, breath.runs[0].first_beat))
    within = next(first for part, first, _ in moment.pattern.parts() if part is moment.part)
    return moment.first_beat + within


def _parts_from(breath: BreathPlan, beat: int) -> Iterator[tuple[BreathPart, int, int, int]]:
    """(part, number of the breath, first beat, beats) of every part from the one that begins on `beat` on."""
    while True:
        moment = breath.at(beat)
        yield moment.part, moment.breath, beat, moment.part_beats
        beat += moment.part_beats
