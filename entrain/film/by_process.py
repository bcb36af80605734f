"""A film by the system's ffmpeg, as a process: frames through its input, the sound from a file beside."""

import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

import soundfile

from entrain.drawing.frame import Planes
from entrain.errors import OutputError, UsageError
from entrain.film.by_library import first_of
from entrain.film.encoding import Container, Sound, options_of
from entrain.film.plan import Film
from entrain.film.sound import RATE_HZ, as_32_bits
from entrain.units import MS_PER_S

_PATIENCE_S: Final = 20.0


def program() -> str | None:
    """Where ffmpeg is, if it is."""
    return shutil.which("ffmpeg")


class ByProcess:
    """An `Encoder`: the pictures are encoded while they come, sound and chapters joined at the end.

    The sound waits in a file beside, for a process has one input to be fed in step.
    """

    def __init__(self, path: Path, film: Film, container: Container, threads: int) -> None:
        """Raises UsageError: there is no ffmpeg, or none with an encoder for that kind of file."""
        found = program()
        if found is None:
            raise UsageError("There is no ffmpeg here.", "Leave out --encoder, or install ffmpeg.")
        self._ffmpeg, self._path, self._film, self._container = found, path, film, container
        told = subprocess.run(
            [found, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
        )
        self.video_name = first_of(
            container, set(re.findall(r"^ [A-Z.]{6} (\S+)", told.stdout, re.MULTILINE))
        )
        self._silent = path.with_name(f"{path.stem}.pictures.mkv")
        self._heard = path.with_name(f"{path.stem}.sound.wav")
        self._said = path.with_name(f"{path.stem}.ffmpeg.txt")
        self._errors = self._said.open("wb")
        self._wav = soundfile.SoundFile(self._heard, "w", RATE_HZ, 2, subtype="PCM_24", format="RF64")
        options = [
            word
            for name, value in options_of(self.video_name, film, threads).items()
            for word in (f"-{ {'b': 'b:v'}.get(name, name) }", value)
        ]
        colour = [
            "-color_range",
            "tv",
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
        ]
        size = f"{film.width}x{film.height}"
        self._process = subprocess.Popen(
            [
                found, "-hide_banner", "-loglevel", "error", "-y",
                "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(film.fps), "-i", "-",
                "-c:v", self.video_name, *options, *colour, str(self._silent),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors, start_new_session=True,
        )  # fmt: skip

    def picture(self, planes: Planes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(planes.bytes())
        except OSError:
            raise self._failed() from None

    def sound(self, samples: Sound) -> None:
        self._wav.write(as_32_bits(samples))

    def close(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            raise self._failed() from None
        if self._process.wait() != 0:
            raise self._failed()
        self._wav.close()
        chapters = self._path.with_name(f"{self._path.stem}.chapters.txt")
        try:
            chapters.write_text(_metadata(self._film), "utf-8")
            container = self._container
            audio = ["-sample_fmt", "s32"] if container.is_lossless else ["-b:a", "160k"]
            front = {"mp4": ["-movflags", "+faststart"], "webm": ["-cues_to_front", "1"]}
            done = subprocess.run(
                [
                    self._ffmpeg, "-hide_banner", "-loglevel", "error", "-y", "-i", str(self._silent),
                    "-i", str(self._heard), "-i", str(chapters), "-map", "0:v", "-map", "1:a",
                    "-map_metadata", "2", "-map_chapters", "2", "-c:v", "copy",
                    "-c:a", container.audio, *audio,
                    "-metadata:s:v:0", f"language={self._film.language}",
                    "-metadata:s:a:0", f"language={self._film.language}",
                    *front.get(container.format, []), "-f", container.format, str(self._path),
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
                start_new_session=True, check=False,
            )  # fmt: skip
            if done.returncode != 0:
                raise self._failed()
        finally:
            chapters.unlink(missing_ok=True)
        self._clear()

    def abandon(self) -> None:
        self._process.kill()
        self._process.wait()
        self._wav.close()
        self._clear()

    def _clear(self) -> None:
        self._errors.close()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        for each in (self._silent, self._heard, self._said):
            each.unlink(missing_ok=True)

    def _failed(self) -> OutputError:
        self._process.wait()
        said = self._said.read_text("utf-8", "replace").strip().splitlines()
        return OutputError(f"ffmpeg ended without a film: {said[-1] if said else 'it does not say why'}.")


def _metadata(film: Film) -> str:
    """Title, comment and chapters, in ffmpeg's own form."""
    lines = [";FFMETADATA1", f"title={_escaped(film.title)}", f"comment={_escaped(film.description)}"]
    ends = [each.start_s for each in film.chapters[1:]] + [film.length_s]
    for each, end_s in zip(film.chapters, ends, strict=True):
        start, end = round(each.start_s * MS_PER_S), round(end_s * MS_PER_S)
        lines += [
            "[CHAPTER]",
            "TIMEBASE=1/1000",
            f"START={start}",
            f"END={end}",
            f"title={_escaped(each.title)}",
        ]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return re.sub(r"([=;#\\\n])", r"\\\1", text)
