"""Frames and sound into a file: by PyAV, or by the system's ffmpeg as a process of its own.

Nothing of either is bundled; which encoders there are is their installer's choice. WebM is VP9 and Opus,
Matroska VP9 and FLAC (the sound without loss), MP4 the first of H.264 and AV1 that is there, and AAC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from entrain.drawing.frame import Planes
from entrain.errors import UsageError
from entrain.film.plan import Film

Sound = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file: its format, and the encoders that will do for it, the best one first."""

    format: str
    video: tuple[str, ...]
    audio: str
    is_lossless: bool = False


CONTAINERS: Final = {
    ".webm": Container("webm", ("libvpx-vp9",), "libopus"),
    ".mkv": Container("matroska", ("libvpx-vp9",), "flac", is_lossless=True),
    ".mp4": Container("mp4", ("libopenh264", "h264_videotoolbox", "libx264", "libsvtav1"), "aac"),
}


class Encoder(Protocol):
    """What takes a film; `close` makes it whole, `abandon` lets go of it."""

    video_name: str

    def picture(self, planes: Planes) -> None:
        """The next frame; it may be drawn over when this returns."""
        ...

    def sound(self, samples: Sound) -> None:
        """The next (n, 2) samples of 48 kHz, full scale being 1."""
        ...

    def close(self) -> None:
        """All was given."""
        ...

    def abandon(self) -> None:
        """Nothing more comes, and nothing of it is wanted."""
        ...


Opener = Callable[[Path, Film, Container, int], Encoder]  # the last is how many threads it may take


def container_of(path: Path) -> Container:
    """The kind of file that a name asks for.

    Raises:
        UsageError: none.
    """
    container = CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise UsageError(f'"{path}" has no film format in its name.', f"Use one of {', '.join(CONTAINERS)}.")
    return container


def options_of(name: str, film: Film, threads: int) -> dict[str, str]:
    """What an encoder of pictures is told."""
    match name:
        case "libvpx-vp9":
            return {
                "deadline": "realtime", "cpu-used": "7", "row-mt": "1", "tile-columns": "2", "crf": "24",
                "b": "0", "lag-in-frames": "0", "threads": str(threads), "g": str(2 * film.fps),
            }  # fmt: skip
        case "libx264":
            return {
                "preset": "veryfast", "crf": "18", "bf": "0", "g": str(max(1, film.fps // 2)),
                "flags": "+cgop", "threads": str(threads),
            }  # fmt: skip
        case "libsvtav1":
            return {"preset": "10", "crf": "30", "g": str(2 * film.fps)}
        case _:
            return {"b": "8M", "bf": "0", "g": str(max(1, film.fps // 2))}
