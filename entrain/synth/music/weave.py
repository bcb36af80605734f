"""Another tempo at the same pitch: a piece of music, woven anew on the score's beat.

Waveform similarity overlap-add (Verhelst and Roelands, ICASSP 1993), begun again on every beat of the piece:
there the source is at its beat and the stream at the score's, to the frame, so nothing drifts and nothing is
remembered for longer than a beat. From there the source runs on as it is. Where it has come `REACH_S` away
from where the tempo wants it, it goes on at the place nearby that continues it best, crossfaded over a hop.
The last hop before a beat is crossfaded into what leads up to that beat in the piece; towards it the source
may run ahead less and less, so that the beat is not heard twice. So that the two are in step there and a long
note shows no joint, the source slides by some milliseconds on the way, over a third of a second.

All of it is a function of absolute frames and of the score; what is remembered only saves work.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from entrain.score import Score
from entrain.synth.music import bend
from entrain.synth.music.piece import Piece, Segment
from entrain.synth.stretch import Positions, Samples, Stretch, phases_at

HOP_S: Final = 0.024
REACH_S: Final = 0.009  # an onset between beats is off by that at most
SLIDE_S: Final = 0.35  # for so long ahead a score must be settled
SLID_S: Final = 0.003  # at most: no more than a sixth of a semitone over that time
_FAR_COST: Final = 0.4  # of sliding that far, in likeness
_COARSE: Final = 4  # frames to a step of the first search
_KEPT: Final = 4  # beats

Frames = NDArray[np.int64]


class SoundSource(Protocol):
    """The frames of a piece at the rate at which it is played, which is `rate_hz`."""

    @property
    def rate_hz(self) -> float:
        """Frames a second of the source."""
        ...

    def read(self, first: int, n_frames: int) -> Samples:
        """(n_frames, 2); silence beyond the piece's ends."""
        ...


@dataclass(slots=True)
class _Chain:
    """From one beat of the piece on: where the source should be at each hop, and where it is."""

    wanted: list[tuple[int, int]] = field(
        default_factory=list[tuple[int, int]]
    )  # and how far ahead it may be
    taken: list[int] = field(default_factory=list[int])
    alike: list[float] = field(default_factory=list[float])  # with what was there before, -1 to 1
    seam: tuple[tuple[int, int, int], Samples] | None = None  # what it was made for, and it


class Weaver:
    """The sound of one segment of a programme, which follows the beat."""

    def __init__(self, piece: Piece, segment: Segment, source: SoundSource, sample_rate_hz: int) -> None:
        self._segment = segment
        self._source = source
        self._hop = _COARSE * round(HOP_S * sample_rate_hz / _COARSE)
        self._reach = _COARSE * round(REACH_S * sample_rate_hz / _COARSE)
        self._slide = round(SLIDE_S * sample_rate_hz)
        self._slid = _COARSE * round(SLID_S * sample_rate_hz / _COARSE)
        self._margin = self._slid + bend.MARGIN_FRAMES
        self._beats = np.array(piece.beats_s) * source.rate_hz
        self._numbers = np.arange(len(self._beats), dtype=np.float64)
        self._chains: dict[int, _Chain] = {}
        rising = np.sin(0.5 * np.pi * (np.arange(self._hop) + 0.5) / self._hop) ** 2
        self._rise = rising.astype(np.float32)[:, None]

    def sound(self, score: Score, stretch: Stretch) -> Samples:
        """The frames of the stretch, (n_frames, 2)."""
        out = np.zeros((stretch.n_frames, 2), np.float32)
        at, hop = stretch.first_frame, self._hop
        beat = int(self._segment.beat_at(score.tempo.phase_at(stretch.time_of(at)))) - 1
        while self._frame_of(beat + 1, score, stretch) <= at:
            beat += 1
        while at < stretch.end_frame:
            began, ends = (self._frame_of(n, score, stretch) for n in (beat, beat + 1))
            seam = max(began, ends - self._slide, (began + ends) // 2)
            while at < min(seam, stretch.end_frame):
                k = (at - began) // hop
                end = min(began + (k + 1) * hop, seam, stretch.end_frame)
                span = self._span(self._chain(beat, k + 1, began, score, stretch), k)
                out[at - stretch.first_frame : end - stretch.first_frame] = span[
                    at - began - k * hop : end - began - k * hop
                ]
                at = end
            end = min(ends, stretch.end_frame)
            if at < end:
                woven = self._seam(beat, began, seam, ends, score, stretch)
                out[at - stretch.first_frame : end - stretch.first_frame] = woven[at - seam : end - seam]
                at = end
            beat += 1
        return out

    def _frame_of(self, beat: int, score: Score, stretch: Stretch) -> int:
        """The frame on which a beat of the piece falls."""
        return stretch.frame_at(score.tempo.time_of_beat(self._segment.phase_of(beat)))

    # ---- from one beat to the next ----

    def _chain(self, beat: int, last_hop: int, began: int, score: Score, stretch: Stretch) -> _Chain:
        """The chain that begins on a beat, up to a hop."""
        frames = np.arange(last_hop + 1) * self._hop + began
        times_s = stretch.epoch_s + frames / stretch.sample_rate_hz
        beats = self._segment.from_beat + (phases_at(score.tempo, times_s) - self._segment.first_beat) * (
            self._segment.ratio or 1.0
        )
        places = np.rint(np.interp(beats, self._numbers, self._beats)).astype(np.int64)
        ahead = self._reach * np.clip(2.0 * (1.0 - (beats - beat)), 0.0, 1.0)
        wanted = list(
            zip(places.tolist(), (ahead.astype(np.int64) // _COARSE * _COARSE).tolist(), strict=True)
        )
        chain = self._chains.get(beat)
        if chain is None or chain.wanted[: len(wanted)] != wanted[: len(chain.wanted)]:
            chain = self._chains[beat] = _Chain()
            for old in [n for n in self._chains if abs(n - beat) >= _KEPT]:
                del self._chains[old]
        for k in range(len(chain.wanted), len(wanted)):
            self._add(chain, wanted[k])
        return chain

    def _add(self, chain: _Chain, wanted: tuple[int, int]) -> None:
        place, ahead = wanted
        taken, alike = place, 1.0
        if chain.taken:
            taken = chain.taken[-1] + self._hop
            if not -self._reach <= taken - place <= ahead:
                taken, alike = self._continued(chain.taken[-1], place, ahead)
        chain.wanted.append(wanted)
        chain.taken.append(taken)
        chain.alike.append(alike)

    def _span(self, chain: _Chain, k: int) -> Samples:
        """The frames from hop `k` to the next."""
        here, there = chain.taken[k], chain.taken[k + 1]
        going = self._source.read(here, self._hop)
        if there == here + self._hop:
            return going
        return self._crossed(going, self._source.read(there - self._hop, self._hop), chain.alike[k + 1])

    def _seam(self, beat: int, began: int, first: int, end: int, score: Score, stretch: Stretch) -> Samples:
        """The frames from `first` to `end`, the last ones before the next beat."""
        last = (end + self._margin - 1 - began) // self._hop
        chain = self._chain(beat, last + 1, began, score, stretch)
        arriving_at = self._chain(beat + 1, 0, end, score, stretch).taken[0]
        key = (first - began, end - began, arriving_at)
        if chain.seam is None or chain.seam[0] != key:
            chain.seam = key, self._led_into(arriving_at, chain, first - began, end - began)
        return chain.seam[1]

    def _led_into(self, place: int, chain: _Chain, first: int, end: int) -> Samples:
        """The chain's frames from `first` to `end`, where the source is to be at `place`."""
        margin, n_cross = self._margin, min(self._hop, end - first)
        going = self._going(chain, first - margin, end + margin)
        coming = self._source.read(place - n_cross, n_cross)
        last = (end - 1) // self._hop
        behind = place - (chain.taken[last] + end - last * self._hop)
        by = 0 if behind == 0 else self._in_step(going[-n_cross - 2 * margin :], coming, behind)
        if by == 0:
            going = going[margin:-margin]
        else:
            going = bend.slid(going, margin, max(1, end - first - n_cross), end - first, by)
        tail = going[-n_cross:]
        return np.concatenate([going[:-n_cross], self._crossed(tail, coming, _likeness(tail, coming))])

    def _going(self, chain: _Chain, first: int, end: int) -> Samples:
        """A chain's frames; those before its beginning are the source's."""
        before = self._source.read(chain.taken[0] + first, max(0, -first))
        k, last = max(0, first) // self._hop, (end - 1) // self._hop
        spans = np.concatenate([self._span(chain, n) for n in range(k, last + 1)])
        return np.concatenate([before, spans[max(0, first) - k * self._hop : end - k * self._hop]])

    def _in_step(self, around: Samples, coming: Samples, behind: int) -> int:
        """By how many frames what lies in the middle of `around` should slide to be most like `coming`.

        Slid, it may be no further off than `REACH_S` from where it should be, which is `behind` frames on.
        """
        least = max(-self._slid, _COARSE * ((behind - self._reach) // _COARSE))
        if least > self._slid:
            return 0
        first = self._margin + least
        around = around[first : self._margin + self._slid + len(coming)].sum(axis=1)
        far = np.arange(least, self._slid + 1) / self._slid
        at, _ = _best(around, coming.sum(axis=1), _FAR_COST * far**2)
        return least + at

    def _crossed(self, going: Samples, coming: Samples, alike: float) -> Samples:
        """From one to the other, as loud in between as at both ends, however much they are alike."""
        rise = self._rise[-len(going) :]
        fall = 1.0 - rise
        alike = min(1.0, max(0.0, alike))
        size = np.sqrt(fall**2 + rise**2 + 2.0 * alike * fall * rise)
        return ((going * fall + coming * rise) / size).astype(np.float32)

    def _continued(self, taken: int, wanted: int, ahead: int) -> tuple[int, float]:
        """(the place near `wanted` that continues what is taken best, how much they are alike)."""
        hop, reach = self._hop, self._reach
        model = self._source.read(taken, hop).sum(axis=1)
        if not model.any():
            return wanted, 0.0
        around = self._source.read(wanted - reach - hop, hop + reach + ahead).sum(axis=1)
        at, alike = _best(around, model)
        return wanted - reach + at, alike


def _best(around: Samples, model: Samples, cost: Positions | float = 0.0) -> tuple[int, float]:
    """(where in `around` it is most like `model`, how much so, -1 to 1); `cost` is taken off of that."""
    n = len(model) // _COARSE * _COARSE
    whole = around[: len(around) // _COARSE * _COARSE].reshape(-1, _COARSE).sum(axis=1)
    coarse = _alikeness(whole, model[:n].reshape(-1, _COARSE).sum(axis=1))
    costs = np.broadcast_to(cost, len(around) - len(model) + 1)
    near = _COARSE * int(np.argmax(coarse - costs[: _COARSE * len(coarse) : _COARSE]))
    first, end = max(0, near - _COARSE), min(len(around), near + _COARSE + len(model))
    alike = _alikeness(around[first:end], model)
    best = int(np.argmax(alike - costs[first : first + len(alike)]))
    return first + best, float(alike[best])


def _alikeness(around: Samples, model: Samples) -> Positions:
    """How much `model` is like each stretch of its length in `around`, -1 to 1."""
    power = np.concatenate([np.zeros(1), np.cumsum(around.astype(np.float64) ** 2)])
    power = power[len(model) :] - power[: -len(model)]
    return np.correlate(around, model, "valid") / np.sqrt((power + 1e-9) * (float(model @ model) + 1e-9))


def _likeness(one: Samples, other: Samples) -> float:
    product, size = float(np.vdot(one, other)), float(np.vdot(one, one)) * float(np.vdot(other, other))
    return product / float(np.sqrt(size)) if size > 0.0 else 0.0
