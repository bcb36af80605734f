"""Voices that change while they sound: each gives way to the next at equal power, on the same beat.

Of a renderer's three layers only those that become another sound are faded; what both have in common, a
background that stays, goes on as if nothing were. The tempo is the score's own and knows nothing of voices.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from entrain.score import Score
from entrain.synth.renderer import Layer, Renderer
from entrain.synth.stretch import Samples, Stretch, Strike, silence

CROSSFADE_S: Final = 3.0  # a few beats: long enough not to startle, short enough to hear what one has chosen


@dataclass(frozen=True, slots=True)
class Entry:
    """From `first_frame` on this renderer comes in, over `CROSSFADE_S`."""

    first_frame: int
    renderer: Renderer

    @property
    def there_frame(self) -> int:
        """From here on it sounds alone."""
        return self.first_frame + round(CROSSFADE_S * self.renderer.sample_rate_hz)


@dataclass(frozen=True, slots=True)
class Cast:
    """Which renderer sounds when; a function of the absolute frame, as each of them is."""

    first: Renderer
    entries: tuple[Entry, ...] = ()

    @property
    def last(self) -> Renderer:
        """The one that sounds in the end."""
        return self.entries[-1].renderer if self.entries else self.first

    def changed(self, renderer: Renderer, at_frame: int) -> Self:
        """From `at_frame` on to another renderer, of the same sample rate; nothing before that is touched.

        A change in the middle of a change waits for its end; of several that wait, the last counts.
        """
        begun = [entry for entry in self.entries if entry.first_frame < at_frame]
        over = [entry for entry in begun if entry.there_frame <= at_frame]
        first = over[-1].renderer if over else self.first
        going = tuple(begun[len(over) :])
        at_frame = max([at_frame, *(entry.there_frame for entry in going)])
        return type(self)(first, (*going, Entry(at_frame, renderer)))

    def render(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> Samples:
        """As `Renderer.render`."""
        before, end = self.first, first_frame + n_frames
        pieces: list[Samples] = []

        def take(until: int, entry: Entry | None) -> None:
            nonlocal first_frame
            n = min(until, end) - first_frame
            if n > 0:
                place = (score, first_frame, n, epoch_s)
                pieces.append(before.render(*place) if entry is None else _between(before, entry, *place))
                first_frame += n

        for entry in self.entries:
            take(entry.first_frame, None)
            take(entry.there_frame, entry)
            before = entry.renderer
        take(end, None)
        return pieces[0] if len(pieces) == 1 else np.concatenate([silence(0), *pieces])

    def onsets(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> list[Strike]:
        """As `Renderer.onsets`; who sounds them makes no difference."""
        return self.last.onsets(score, first_frame, n_frames, epoch_s)


def _between(
    before: Renderer, entry: Entry, score: Score, first_frame: int, n_frames: int, epoch_s: float
) -> Samples:
    """Frames in which one renderer gives way to another: the squares of the two gains add up to one."""
    after = entry.renderer
    frames = np.arange(first_frame, first_frame + n_frames, dtype=np.float64)
    angle = (frames - entry.first_frame) * (np.pi / 2 / (entry.there_frame - entry.first_frame))
    gains = [gain.astype(np.float32)[:, None] for gain in (np.cos(angle), np.sin(angle))]

    def add_all(out: Samples, stretch: Stretch) -> None:
        for old, new in zip(before.layers, after.layers, strict=True):
            if old.sounds_as(new):
                new.add(out, score, stretch)
                continue
            for layer, gain in zip((old, new), gains, strict=True):
                out += _alone(layer, score, stretch) * gain

    return after.finished(score, Stretch(first_frame, n_frames, after.sample_rate_hz, epoch_s), add_all)


def _alone(layer: Layer, score: Score, stretch: Stretch) -> Samples:
    out = silence(stretch.n_frames)
    layer.add(out, score, stretch)
    return out
