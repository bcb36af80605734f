"""Sound into a file, as session time goes on; at any speed, in constant memory."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from entrain.clock import Clock
from entrain.control.events import Event, OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio.dither import Dither
from entrain.devices.ports import Emit
from entrain.errors import UsageError
from entrain.music_library.reading import waiting_music
from entrain.remark import Remark, Topic
from entrain.score import Score
from entrain.synth.cast import Cast
from entrain.synth.layers import Layers
from entrain.synth.level import Glide, glide_s
from entrain.synth.renderer import DEFAULT_RATE_HZ, Renderer
from entrain.synth.stretch import Samples, silence
from entrain.synth.volume import gain_of

_FORMATS: Final = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
_PIECE_FRAMES: Final = 65_536
# libsndfile encodes Vorbis on the stack: it is handed small pieces.
_HANDED_FRAMES: Final = 8192


class FileSound:
    """A `SoundOutput` that writes what a device would play; second 0 of the file is the session's.

    `advance(t_s)` writes up to `t_s` and no further: all that is earlier is committed, so a file holds the
    very frames a device would have played.
    """

    def __init__(
        self,
        path: Path,
        voice: str,
        beat: float = 1.0,
        breath: float = 1.0,
        volume: float = 1.0,
        layers: Layers = Layers(),
        *,
        bits: int = 16,
    ) -> None:
        """`bits` of a sample, 16 or 24, where the format has samples.

        Raises:
            UsageError: no such voice, no such format, or the file is there or cannot be written.
        """
        if path.suffix.lower() not in _FORMATS:
            raise UsageError(
                f'"{path}" has no sound format in its name.', f"Use one of {', '.join(_FORMATS)}."
            )
        self._music = waiting_music(layers.music, DEFAULT_RATE_HZ)
        self._renderer_of = partial(
            Renderer,
            sample_rate_hz=DEFAULT_RATE_HZ,
            beat=beat,
            breath=breath,
            layers=layers,
            music=self._music,
        )
        self._cast, self._voice = Cast(self._renderer_of(voice)), voice
        kind, subtype = _FORMATS[path.suffix.lower()]
        if subtype == "PCM_16" and bits == 24:
            subtype = "PCM_24"
        if kind not in soundfile.available_formats():
            raise UsageError(
                f"The libsndfile of this system writes no {kind}.",
                "Version 1.1 or later does; or use another format.",
            )
        try:
            # Opened here, by name, so that what is wrong with the path is said in the system's own words.
            path.open("xb").close()
            self._file = soundfile.SoundFile(
                path, "w", samplerate=DEFAULT_RATE_HZ, channels=2, format=kind, subtype=subtype
            )
        except FileExistsError as error:
            raise UsageError(
                f'"{path}" exists already; nothing is overwritten.', "Choose another name."
            ) from error
        except (OSError, soundfile.LibsndfileError) as error:
            if isinstance(error, soundfile.LibsndfileError):  # what was opened by name is empty, and ours
                path.unlink(missing_ok=True)
            why = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
            raise UsageError(f'"{path}" cannot be written: {why}.', "Choose another place.") from error
        self._path = path
        self._dither = Dither() if subtype == "PCM_16" else None
        self._score: Score | None = None
        self._glide = Glide.at(gain_of(volume))
        self._frame = 0
        self._emit: Emit | None = None
        self._waiting: list[Event] = []  # what happened before anybody listened
        self._closed = asyncio.Event()
        self._is_full = False

    async def run(self, emit: Emit, clock: Clock) -> None:
        self._emit = emit
        emit(SoundChanged(clock.now_s(), Sound.PLAYING, str(self._path)))
        for event in self._waiting:
            emit(event)
        self._waiting.clear()
        await self._closed.wait()

    def play(self, score: Score) -> None:
        self._score = score

    def set_volume(self, volume: float, muted: bool) -> None:
        gain = 0.0 if muted else gain_of(volume)
        if gain != self._glide.to_gain:
            within_s = glide_s(self._glide.gain_at(self._frame), gain)
            self._glide = self._glide.to(gain, self._frame, round(within_s * DEFAULT_RATE_HZ))

    def hush(self) -> None:
        pass  # nothing is on its way

    def set_voice(self, voice: str) -> None:
        if voice != self._voice:
            self._cast, self._voice = self._cast.changed(self._renderer_of(voice), self._frame), voice

    def advance(self, t_s: float) -> None:
        end_frame = round(t_s * DEFAULT_RATE_HZ)
        while self._frame < end_frame and not self._is_full:
            self._write_piece(min(_PIECE_FRAMES, end_frame - self._frame), t_s)

    async def close(self, fade_s: float) -> None:
        if self._file.closed:
            return
        n_fade = round(fade_s * DEFAULT_RATE_HZ)
        self._glide = self._glide.to(0.0, self._frame, n_fade)
        self.advance((self._frame + n_fade) / DEFAULT_RATE_HZ)
        self._file.close()
        self._closed.set()

    def _write_piece(self, n_frames: int, t_s: float) -> None:
        frame, score = self._frame, self._score
        self._frame += n_frames
        try:
            if score is None:
                self._write(silence(n_frames), frame)
                return
            sound = self._cast.render(score, frame, n_frames, 0.0)
            self._write(self._glide.applied(sound, frame), frame)
        except (OSError, soundfile.LibsndfileError) as error:
            self._is_full = True
            cause = str(error).rstrip(". ")
            remark = Remark.of(Topic.FILE_UNWRITTEN, path=str(self._path), cause=cause)
            self._say(SoundChanged(t_s, Sound.LOST, str(self._path), remark))
            return
        while self._music is not None and self._music.said:
            self._say(SoundChanged(t_s, Sound.PLAYING, str(self._path), self._music.said.popleft()))
        for strike in self._cast.onsets(score, frame, n_frames, 0.0):
            if self._glide.gain_at(strike.frame) > 0.0:
                at_s = strike.frame / DEFAULT_RATE_HZ
                half_a_frame_s = 0.5 / DEFAULT_RATE_HZ
                self._say(OnsetPlayed(t_s, strike.n, strike.t_s, at_s, half_a_frame_s, strike.frame))

    def _write(self, sound: Samples, first_frame: int) -> None:
        if self._dither is not None:
            self._file.write(self._dither.sixteen_bits(sound, first_frame))
            return
        for at in range(0, len(sound), _HANDED_FRAMES):
            self._file.write(np.ascontiguousarray(sound[at : at + _HANDED_FRAMES]))

    def _say(self, event: Event) -> None:
        if self._emit is None:
            self._waiting.append(event)
        else:
            self._emit(event)
