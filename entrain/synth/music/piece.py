"""What is known of a piece of music: plain data, found once, sent to whoever plays it. No NumPy."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from entrain.units import S_PER_MIN

_AROUND_BEATS: Final = 8  # a tempo at a place is that of so many beats before and after it


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of music. Beat n of it falls at `beats_s[n]` seconds after its first frame.

    Where it has a beat, the first of `beats_s` lies at its very beginning or before, the last at its end or
    behind, so that every moment of it lies between two. Without a beat there are none.
    """

    path: str
    name: str
    sha256: str
    duration_s: float
    sample_rate_hz: int
    gain: float  # what brings it to the loudness of the voices
    beats_s: tuple[float, ...] = ()

    @property
    def has_beat(self) -> bool:
        """Was a steady beat found in it?"""
        return bool(self.beats_s)

    @property
    def last_beat(self) -> int:
        """The number of the last beat found."""
        return len(self.beats_s) - 1

    @property
    def bpm(self) -> float | None:
        """Its tempo as a whole, None without a beat."""
        if not self.beats_s:
            return None
        return S_PER_MIN * self.last_beat / (self.beats_s[-1] - self.beats_s[0])

    def bpm_at(self, beat: float) -> float:
        """Its tempo around a beat."""
        first = max(0, min(int(beat) - _AROUND_BEATS, self.last_beat - 1))
        last = max(first + 1, min(int(beat) + _AROUND_BEATS, self.last_beat))
        return S_PER_MIN * (last - first) / (self.beats_s[last] - self.beats_s[first])

    def time_of_beat(self, beat: float) -> float:
        """When a beat of it, or a place between two, comes."""
        n = max(0, min(int(beat), self.last_beat - 1))
        return self.beats_s[n] + (beat - n) * (self.beats_s[n + 1] - self.beats_s[n])

    def beat_before(self, t_s: float) -> int:
        """The last beat at or before `t_s`, or the first one."""
        return max(0, bisect_right(self.beats_s, t_s) - 1)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece from a beat of the score on, until the next segment has faded in.

    With a `ratio`, beat `from_beat` of the piece falls on beat `first_beat` of the score, and `ratio` of its
    beats on each one that follows. Without, it goes on from `from_s` at its own speed.
    """

    index: int  # of the piece in its playlist
    first_beat: int
    began_s: float  # session seconds of that beat
    fade_beats: int  # how long it takes to fade in, and the one before to fade out
    ratio: float | None
    from_beat: int
    from_s: float

    def beat_at(self, phase: float) -> float:
        """The beat of the piece, where the score's phase is `phase`."""
        assert self.ratio is not None
        return self.from_beat + (phase - self.first_beat) * self.ratio

    def phase_of(self, beat: int) -> float:
        """The score's phase on which a beat of the piece falls."""
        assert self.ratio is not None
        return self.first_beat + (beat - self.from_beat) / self.ratio

    def position_s(self, piece: Piece, phase: float, t_s: float) -> float:
        """Where in the piece it is at session time `t_s`, when the score's phase is `phase`."""
        if self.ratio is None:
            return self.from_s + t_s - self.began_s
        return piece.time_of_beat(self.beat_at(phase))


@dataclass(frozen=True, slots=True)
class Playlist:
    """Pieces that play one after the other, round and round."""

    pieces: tuple[Piece, ...]
    volume: float = 1.0  # 0 to 1
    start: Segment | None = None  # what has been come to already; None: begin with the first piece
