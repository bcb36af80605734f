"""A film by PyAV: every frame and sample with its own time."""

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np

from entrain import extras
from entrain.drawing.frame import Planes
from entrain.errors import UsageError
from entrain.film.encoding import Container, Sound, options_of
from entrain.film.lettering import EXTRA, PURPOSE
from entrain.film.plan import Film
from entrain.film.sound import RATE_HZ, as_32_bits
from entrain.units import MS_PER_S

_BT709: Final = 1
_LIMITED: Final = 1
_FILE_OPTIONS: Final = {"mp4": {"movflags": "+faststart"}, "webm": {"cues_to_front": "1"}}


class ByLibrary:
    """An `Encoder` in this process."""

    def __init__(self, path: Path, film: Film, container: Container, threads: int) -> None:
        """Raises MissingExtra: PyAV is not there. UsageError: it has no encoder for that kind of file."""
        self._av: Any = extras.load("av", EXTRA, PURPOSE)
        self.video_name = first_of(container, self._av.codecs_available)
        self._file: Any = self._av.open(
            str(path), "w", format=container.format, options=_FILE_OPTIONS.get(container.format, {})
        )
        self._file.metadata.update({"title": film.title, "comment": film.description})
        self._picture: Any = self._file.add_stream(
            self.video_name, rate=film.fps, options=options_of(self.video_name, film, threads)
        )
        self._picture.width, self._picture.height = film.width, film.height
        self._picture.pix_fmt = "yuv420p"
        context = self._picture.codec_context
        context.time_base = Fraction(1, film.fps)
        context.color_range = _LIMITED
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        self._sound: Any = self._file.add_stream(container.audio, rate=RATE_HZ, layout="stereo")
        if container.is_lossless:
            self._sound.codec_context.format = "s32"
        else:
            self._sound.codec_context.bit_rate = 160_000
        self._sound.metadata["language"] = self._picture.metadata["language"] = film.language
        self._is_lossless, self._fps = container.is_lossless, film.fps
        ends = [each.start_s for each in film.chapters[1:]] + [film.length_s]
        self._file.set_chapters(
            [
                {
                    "id": number,
                    "start": round(each.start_s * MS_PER_S),
                    "end": round(end_s * MS_PER_S),
                    "time_base": Fraction(1, int(MS_PER_S)),
                    "metadata": {"title": each.title},
                }
                for number, (each, end_s) in enumerate(zip(film.chapters, ends, strict=True))
            ]
        )
        self._n_frames = self._n_samples = 0

    def picture(self, planes: Planes) -> None:
        whole = np.concatenate([planes.y.ravel(), planes.u.ravel(), planes.v.ravel()])
        frame = self._av.VideoFrame.from_ndarray(whole.reshape(-1, planes.y.shape[1]), format="yuv420p")
        frame.pts, frame.time_base = self._n_frames, Fraction(1, self._fps)
        self._n_frames += 1
        self._file.mux(self._picture.encode(frame))

    def sound(self, samples: Sound) -> None:
        form, packed = (
            ("s32", as_32_bits(samples)) if self._is_lossless else ("flt", samples.astype(np.float32))
        )
        frame = self._av.AudioFrame.from_ndarray(packed.reshape(1, -1), format=form, layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._n_samples, Fraction(1, RATE_HZ)
        self._n_samples += len(samples)
        self._file.mux(self._sound.encode(frame))

    def close(self) -> None:
        for stream in (self._picture, self._sound):
            self._file.mux(stream.encode(None))
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


def first_of(container: Container, there: Any) -> str:
    """The best encoder of pictures that is there.

    Raises:
        UsageError: none is, or none for the sound.
    """
    if container.audio in there:
        for name in container.video:
            if name in there:
                return name
    raise UsageError(
        f"There is no encoder here for a film in {container.format}.",
        f"It needs {container.audio} and one of {', '.join(container.video)}; or use .webm.",
    )
