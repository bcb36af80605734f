"""The sound of a piece, any part of it, while only some seconds of it are held in memory.

`WaitingSource` decodes what is asked for on the spot: for files, at any speed. `AheadSource` gives at once
what has been decoded, and silence for the rest, to a device that cannot wait; a thread decodes ahead for it.

Chunks are always cut at the same places, so that a frame is the same whenever it is read.
"""

import threading
from math import ceil, floor
from pathlib import Path
from time import sleep
from typing import Final

import numpy as np
import soundfile

from entrain.music_library.listening import Floats, MusicFile, stereo
from entrain.music_library.resampling import Resampler
from entrain.remark import Remark, Topic
from entrain.synth.music.layer import Music
from entrain.synth.music.piece import Piece, Playlist

CHUNK_S: Final = 0.5
BEHIND_S: Final = 1.5
AHEAD_S: Final = 10.0
_LOOK_S: Final = 0.05
_RUN_UP_FRAMES: Final = 8192  # decoded before a place that is jumped to: MP3 and Vorbis need what came before


class Unreadable(Exception):
    """The file is gone or broken; `remark` is for the listener."""

    def __init__(self, topic: Topic, piece: Piece, cause: str = "") -> None:
        self.remark = Remark.of(topic, piece=piece.name, cause=cause.rstrip(". "))
        super().__init__(str(self.remark))


class MusicSource:
    """What plays a piece asks this for its frames, at the rate at which they are played.

    Where the file turns out to be broken, `fault` says so and `sound_end` is the frame from which on there is
    nothing.
    """

    def __init__(self, piece: Piece, sample_rate_hz: int) -> None:
        self.piece = piece
        self.fault: Remark | None = None
        self.sound_end: int | None = None
        self._resampler = Resampler(piece.sample_rate_hz, sample_rate_hz)
        self.rate_hz = self._resampler.rate_hz
        self._rounds = max(1, round(CHUNK_S * piece.sample_rate_hz / self._resampler.down))
        self._chunk_frames = self._rounds * self._resampler.up
        self._n_chunks = ceil(piece.duration_s * self.rate_hz / self._chunk_frames)
        self._chunks: dict[int, Floats] = {}
        self._wanted = 0
        self._file: _File | None = None

    def expect(self, frame: int) -> None:
        """This frame will be wanted soon."""
        self._wanted = frame

    def read(self, first: int, n_frames: int) -> Floats:
        """Frames `first` and the following, (n_frames, 2); silence beyond the piece's ends."""
        self._wanted = first
        size = self._chunk_frames
        out = np.zeros((n_frames, 2), np.float32)
        end = first + n_frames
        for number in range(max(0, first) // size, min(self._n_chunks, -(-end // size))):
            chunk = self._chunk(number)
            if chunk is not None:
                start = number * size
                a, b = max(first, start), min(end, start + size)
                out[a - first : b - first] = chunk[a - start : b - start]
        return out

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _chunk(self, number: int) -> Floats | None:
        return self._chunks.get(number)

    def _decode(self, number: int) -> None:
        """Decode a chunk and keep it, if it can be had."""
        if self.fault:
            return
        n_in, reach = self._rounds * self._resampler.down, self._resampler.reach_frames
        try:
            if self._file is None:
                self._file = _File(self.piece)
            frames = self._file.frames(number * n_in - reach, n_in + 2 * reach, 2 * reach)
        except Unreadable as error:
            # First where, then that: who sees the one knows the other.
            self.sound_end = number * self._chunk_frames
            self.fault = error.remark
            return
        self._chunks[number] = self._resampler.resampled(frames)

    def _window(self) -> range:
        """The numbers of the chunks that should be there."""
        size, wanted = self._chunk_frames, self._wanted
        first = floor((wanted - BEHIND_S * self.rate_hz) / size)
        end = ceil((wanted + AHEAD_S * self.rate_hz) / size)
        return range(max(0, first), min(self._n_chunks, end))

    def _forget(self, window: range) -> None:
        for number in list(self._chunks):
            if number not in window:
                del self._chunks[number]


class WaitingSource(MusicSource):
    """Decodes what is asked for when it is asked for."""

    def _chunk(self, number: int) -> Floats | None:
        if number not in self._chunks:
            self._decode(number)
            self._forget(self._window())
        return self._chunks.get(number)


class AheadSource(MusicSource):
    """What is not there yet is silence: whoever plays must never wait. A thread calls `fill`."""

    def fill(self) -> bool:
        """Decode the next chunk that will be wanted; False where all are there."""
        window = self._window()
        self._forget(window)
        number = next((n for n in window if n not in self._chunks), None)
        if number is None or self.fault:
            return False
        self._decode(number)
        return True


def waiting_music(playlist: Playlist | None, sample_rate_hz: int) -> Music[WaitingSource] | None:
    """The music of a playlist for whoever can wait for it."""
    return None if playlist is None else Music(playlist, sample_rate_hz, WaitingSource)


def music_ahead(playlist: Playlist, sample_rate_hz: int) -> Music[AheadSource]:
    """The music of a playlist for whoever cannot wait, and a thread that decodes for it."""
    music = Music(playlist, sample_rate_hz, AheadSource)

    def decode() -> None:
        while True:
            n_filled = sum(source.fill() for source in music.sources)
            if not n_filled:
                sleep(_LOOK_S)

    threading.Thread(target=decode, name="entrain-music", daemon=True).start()
    return music


class _File:
    """Frames of a file at its own rate, read on from where it stands wherever that is possible."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        try:
            Path(piece.path).open("rb").close()
            self._file = MusicFile(piece.path)
        except OSError as error:
            raise Unreadable(Topic.MUSIC_UNREADABLE, piece, error.strerror or str(error)) from None
        except soundfile.LibsndfileError as error:
            raise Unreadable(Topic.MUSIC_UNREADABLE, piece, error.error_string) from None
        if self._file.samplerate != piece.sample_rate_hz:
            self.close()
            raise Unreadable(Topic.MUSIC_ANOTHER, piece)
        self._n_frames = round(piece.duration_s * piece.sample_rate_hz)
        self._kept = np.zeros((0, 2), np.float32)  # the newest frames read, …
        self._kept_at = 0  # … which begin on this one

    def frames(self, first: int, n_frames: int, again: int) -> Floats:
        """Frames `first` and the following, of which the last `again` will be asked for once more.

        Raises:
            Unreadable: there should be such frames, and there are not.
        """
        a, b = max(0, first), min(first + n_frames, self._n_frames)
        out = np.zeros((n_frames, 2), np.float32)
        if a >= b:
            return out
        if not self._kept_at <= a <= self._kept_at + len(self._kept):
            self._jump(max(0, a - _RUN_UP_FRAMES))
        missing = b - self._kept_at - len(self._kept)
        if missing > 0:
            self._kept = np.concatenate([self._kept, self._read(missing)])
        out[a - first : b - first] = self._kept[a - self._kept_at : b - self._kept_at]
        past = max(0, b - again - self._kept_at)
        self._kept, self._kept_at = self._kept[past:], self._kept_at + past
        return out

    def close(self) -> None:
        self._file.close()

    def _jump(self, frame: int) -> None:
        try:
            self._file.seek(frame)
        except soundfile.LibsndfileError as error:
            raise Unreadable(Topic.MUSIC_DAMAGED, self._piece, error.error_string) from None
        self._kept, self._kept_at = self._kept[:0], frame

    def _read(self, n_frames: int) -> Floats:
        try:
            frames = self._file.read(n_frames, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, OSError) as error:
            raise Unreadable(Topic.MUSIC_BROKEN_OFF, self._piece, str(error)) from None
        if len(frames) < n_frames:
            raise Unreadable(Topic.MUSIC_SHORT, self._piece)
        return stereo(frames)
