"""Which piece plays when, and how it lies on the beat: decided on one beat after the other.

A decision on a beat hangs on the score around that beat alone, and by the time it is due the score there is
committed (`entrain.score.LEAD_S`). So it is made once, comes out the same however the stream is cut, and no
later edit can take it back.
"""

from math import floor
from typing import Final

from entrain.score import Score
from entrain.synth.music.piece import Piece, Playlist, Segment
from entrain.units import S_PER_MIN

# How much quicker or slower a piece is played than it was made.
LEAST_SPEED: Final = 0.75
MOST_SPEED: Final = 1.25
_KEPT_WITHIN: Final = 1.03  # beyond the bounds, before a piece is laid anew: it must not go to and fro

# Beats of the piece for each beat of the score: all its beats meet one another, …
_RATIOS: Final = (1.0, 2.0, 0.5)
# … or, where that would bend it too far, every second or third beat does.
_CROSS_RATIOS: Final = (1.5, 2.0 / 3.0)

CROSSFADE_S: Final = 4.0
_LONGEST_FADE: Final = 0.25  # of a piece
_SOON_S: Final = 0.02  # presence that begins on a beat is there a moment later


def ratio_for(piece_bpm: float, bpm: float) -> float | None:
    """How a piece of one tempo is laid on a beat of another; None where it would be bent too far."""
    for ratios in (_RATIOS, _CROSS_RATIOS):
        ratio = min(ratios, key=lambda r: max(r * bpm / piece_bpm, piece_bpm / (r * bpm)))
        if LEAST_SPEED <= ratio * bpm / piece_bpm <= MOST_SPEED:
            return ratio
    return None


class Programme:
    """Segments, in order; the last one is played until another is added.

    `halts` has, by a segment's place in that order, the beat on which it had fallen silent with all else.
    """

    def __init__(self, playlist: Playlist) -> None:
        self._pieces = playlist.pieces
        self.segments: list[Segment] = []
        self.halts: dict[int, int] = {}
        self.broken: set[int] = set()  # pieces that cannot be played, by index
        self._next_beat = 0
        if playlist.start is not None:
            self.segments.append(playlist.start)
            self._next_beat = playlist.start.first_beat + 1

    def decide(self, score: Score, until_s: float) -> None:
        """Decide for every beat before `until_s`."""
        while (t_s := score.tempo.time_of_beat(self._next_beat)) < until_s:
            self._decide(self._next_beat, t_s, score)
            self._next_beat += 1

    def coming(self) -> int | None:
        """The piece that will play next, by index; None where there is none."""
        now = self.segments[-1].index if self.segments else -1
        order = [(now + 1 + i) % len(self._pieces) for i in range(len(self._pieces))]
        return next((index for index in order if index not in self.broken), None)

    # ---- one beat ----

    def _decide(self, beat: int, t_s: float, score: Score) -> None:
        newest = len(self.segments) - 1
        if score.presence.at(t_s + _SOON_S) <= 0.0:
            if self.segments:
                self.halts.setdefault(newest, beat)
            return
        bpm = score.tempo.bpm_at(t_s)
        now = self.segments[-1] if self.segments else None
        if now is None or now.index in self.broken or self._is_over(now, beat, t_s, bpm):
            index = self.coming()
            if index is not None:
                self._begin(index, beat, t_s, bpm, 0.0)
            return
        piece = self._pieces[now.index]
        if newest in self.halts:
            # It goes on where it was last heard.
            halt = self.halts[newest]
            self._begin(
                now.index, beat, t_s, bpm, now.position_s(piece, halt, score.tempo.time_of_beat(halt))
            )
        else:
            position_s = now.position_s(piece, beat, t_s)
            if self._lies_badly(now, piece, position_s, bpm):
                self._begin(now.index, beat, t_s, bpm, position_s)

    def _begin(self, index: int, beat: int, t_s: float, bpm: float, from_s: float) -> None:
        piece = self._pieces[index]
        from_beat = piece.beat_before(from_s) if piece.has_beat else 0
        ratio = ratio_for(piece.bpm_at(from_beat), bpm) if piece.has_beat else None
        fade_beats = max(1, round(_fade_s(piece) * bpm / S_PER_MIN))
        self.segments.append(Segment(index, beat, t_s, fade_beats, ratio, from_beat, from_s))

    def _is_over(self, now: Segment, beat: int, t_s: float, bpm: float) -> bool:
        """Is it time for the next piece to fade in, so that this one has faded out before it ends?"""
        piece = self._pieces[now.index]
        halt = self.halts.get(len(self.segments) - 1)
        if halt is not None:
            return False
        if now.ratio is None:
            left_s = piece.duration_s - now.from_s - (t_s - now.began_s)
            return left_s < _fade_s(piece) + 2.0 * S_PER_MIN / bpm
        end = now.first_beat + (piece.last_beat - 1 - now.from_beat) / now.ratio
        return beat >= floor(end) - round(_fade_s(piece) * bpm / S_PER_MIN)

    def _lies_badly(self, now: Segment, piece: Piece, position_s: float, bpm: float) -> bool:
        if not piece.has_beat:
            return False
        piece_bpm = piece.bpm_at(piece.beat_before(position_s))
        if now.ratio is None:
            return ratio_for(piece_bpm, bpm) is not None
        speed = now.ratio * bpm / piece_bpm
        return not LEAST_SPEED / _KEPT_WITHIN <= speed <= MOST_SPEED * _KEPT_WITHIN


def _fade_s(piece: Piece) -> float:
    return min(CROSSFADE_S, _LONGEST_FADE * piece.duration_s)
