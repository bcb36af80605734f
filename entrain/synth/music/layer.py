"""The music of a session: its programme, woven and faded, by absolute frame."""

from collections import deque
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

import numpy as np

from entrain.remark import Remark, Topic
from entrain.score import Score
from entrain.synth.music.piece import Piece, Playlist, Segment
from entrain.synth.music.programme import Programme
from entrain.synth.music.weave import HOP_S, SoundSource, Weaver
from entrain.synth.stretch import Positions, Samples, Stretch, phases_at
from entrain.synth.volume import gain_of

_END_S: Final = 0.05  # a file may end in the middle of a sound
_BROKEN_END_S: Final = 2.0


class PieceSource(SoundSource, Protocol):
    """A source that may turn out to be broken: then from frame `sound_end` on there is nothing."""

    @property
    def fault(self) -> Remark | None:
        """What keeps the music from sounding, if anything does."""
        ...

    @property
    def sound_end(self) -> int | None:
        """The frame with which the music ends; None where it does not."""
        ...

    def expect(self, frame: int) -> None:
        """This frame will be wanted soon."""
        ...


class AnyMusic(Protocol):
    """Music, whatever its sources are."""

    def add(self, out: Samples, score: Score, stretch: Stretch) -> None:
        """Add this block's music to `out`, float32 of shape (n_frames, 2)."""
        ...


S = TypeVar("S", bound=PieceSource)


class Music(Generic[S]):
    """Plays a playlist along with scores.

    `sources` are those whose sound is wanted now or soon; `said` is what the listener should know, for others
    to take from it.
    """

    def __init__(
        self, playlist: Playlist, sample_rate_hz: int, open_source: Callable[[Piece, int], S]
    ) -> None:
        self._playlist = playlist
        self._rate_hz = sample_rate_hz
        self._open = open_source
        self._programme = Programme(playlist)
        self._gain = gain_of(playlist.volume)
        self._playing: dict[int, tuple[S, Weaver | None]] = {}  # by the segment's number
        self._coming: tuple[int, S] | None = None  # the next piece, by index
        self.sources: tuple[S, ...] = ()
        self.said: deque[Remark] = deque()
        if playlist.start is not None:
            self._player_of(0)
        self._look_ahead()

    @property
    def newest(self) -> Segment | None:
        """What has been come to."""
        return self._programme.segments[-1] if self._programme.segments else None

    def add(self, out: Samples, score: Score, stretch: Stretch) -> None:
        """Add the music of a stretch to `out`, (n_frames, 2), without presence."""
        programme, tempo = self._programme, score.tempo
        self._leave_out_what_is_broken()
        # What a beat begins is crossfaded over the hop before it.
        n_before = len(programme.segments)
        programme.decide(score, stretch.time_of(stretch.end_frame) + 2.0 * HOP_S)
        phase, end_phase = (
            tempo.phase_at(stretch.time_of(f)) for f in (stretch.first_frame, stretch.end_frame)
        )
        sounding = [n for n in range(len(programme.segments)) if self._sounds(n, phase, end_phase)]
        for n in sounding:
            out += self._segment_sound(n, score, stretch, phase, end_phase)
        if len(programme.segments) != n_before or any(n not in sounding for n in self._playing):
            for n in [n for n in self._playing if n not in sounding and n != len(programme.segments) - 1]:
                del self._playing[n]
            self._look_ahead()

    # ---- one segment ----

    def _sounds(self, n: int, phase: float, end_phase: float) -> bool:
        first, end = self._span(n)
        return first < end_phase and phase < end

    def _span(self, n: int) -> tuple[float, float]:
        """From which beat to which a segment can be heard."""
        segments = self._programme.segments
        end = self._programme.halts.get(n, np.inf)
        if n + 1 < len(segments):
            following = segments[n + 1]
            end = min(end, following.first_beat + following.fade_beats)
        return segments[n].first_beat, end

    def _segment_sound(
        self, n: int, score: Score, stretch: Stretch, phase: float, end_phase: float
    ) -> Samples:
        segment = self._programme.segments[n]
        piece = self._playlist.pieces[segment.index]
        source, weaver = self._player_of(n)
        if weaver is not None:
            sound = weaver.sound(score, stretch)
        else:
            began = stretch.frame_at(segment.began_s) - round(segment.from_s * source.rate_hz)
            sound = source.read(stretch.first_frame - began, stretch.n_frames)
        gain = self._gain * piece.gain * self._fades(n, score, stretch, phase, end_phase)
        gain = gain * _ending(segment, piece, source, score, stretch)
        return sound * np.asarray(gain, np.float32).reshape(-1, 1)

    def _player_of(self, n: int) -> tuple[S, Weaver | None]:
        if n not in self._playing:
            segments = self._programme.segments
            segment = segments[n]
            piece = self._playlist.pieces[segment.index]
            if segment.from_s > 0.0 and n - 1 in self._playing:
                source = self._playing[n - 1][0]  # the same piece goes on, and is there already
            elif segment.from_s == 0.0 and self._coming is not None and self._coming[0] == segment.index:
                source, self._coming = self._coming[1], None
            else:
                source = self._open(piece, self._rate_hz)
                source.expect(round(segment.from_s * source.rate_hz))
            if segment.ratio is None and piece.has_beat:
                self.said.append(Remark.of(Topic.MUSIC_OWN_SPEED, piece=piece.name))
            weaver = None if segment.ratio is None else Weaver(piece, segment, source, self._rate_hz)
            self._playing[n] = source, weaver
        return self._playing[n]

    def _look_ahead(self) -> None:
        """Have the beginning of the next piece ready."""
        index = self._programme.coming()
        if index is None:
            self._coming = None
        elif self._coming is None or self._coming[0] != index:
            self._coming = index, self._open(self._playlist.pieces[index], self._rate_hz)
        ahead = () if self._coming is None else (self._coming[1],)
        self.sources = (*(source for source, _ in self._playing.values()), *ahead)

    def _leave_out_what_is_broken(self) -> None:
        in_use = [(self._programme.segments[n].index, source) for n, (source, _) in self._playing.items()]
        broken = self._programme.broken
        for index, source in [*in_use, *([] if self._coming is None else [self._coming])]:
            if source.fault and index not in broken:
                broken.add(index)
                self.said.append(source.fault)
                self._look_ahead()

    # ---- gains ----

    def _fades(
        self, n: int, score: Score, stretch: Stretch, phase: float, end_phase: float
    ) -> Positions | float:
        """In from its first beat, out from the first beat of what follows; of equal power together."""
        segments = self._programme.segments
        following = segments[n + 1] if n + 1 < len(segments) else None
        rises = phase < segments[n].first_beat + segments[n].fade_beats
        falls = following is not None and end_phase > following.first_beat
        halt = self._programme.halts.get(n)
        if not rises and not falls and (halt is None or end_phase < halt):
            return 1.0
        phases = phases_at(score.tempo, stretch.times_s)
        gain = _faded_in(phases, segments[n])
        if following is not None:
            gain = gain * np.sqrt(np.maximum(0.0, 1.0 - _faded_in(phases, following) ** 2))
        if halt is not None:
            gain = np.where(phases < halt, gain, 0.0)
        return gain


def _faded_in(phases: Positions, segment: Segment) -> Positions:
    x = np.clip((phases - segment.first_beat) / segment.fade_beats, 0.0, 1.0)
    return np.sin(0.5 * np.pi * x)


def _ending(
    segment: Segment, piece: Piece, source: PieceSource, score: Score, stretch: Stretch
) -> Positions | float:
    """The gain where the sound of a file ends."""
    if source.sound_end is None:
        end_s, ramp_s = piece.duration_s, _END_S
    else:
        end_s, ramp_s = source.sound_end / source.rate_hz, _BROKEN_END_S
    last_s = stretch.time_of(stretch.end_frame)
    if segment.position_s(piece, score.tempo.phase_at(last_s), last_s) <= end_s - ramp_s:
        return 1.0
    if segment.ratio is None:
        positions_s = segment.from_s + stretch.times_s - segment.began_s
    else:
        beats = (
            segment.from_beat + (phases_at(score.tempo, stretch.times_s) - segment.first_beat) * segment.ratio
        )
        positions_s = np.interp(beats, np.arange(len(piece.beats_s)), piece.beats_s)
    return np.clip((end_s - positions_s) / ramp_s, 0.0, 1.0)
