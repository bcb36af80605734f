"""A film is made: drawn in one thread, encoded in another, put in its place when it is whole."""

import errno
import hashlib
import queue
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from entrain.drawing.frame import Planes
from entrain.errors import OutputError, UsageError
from entrain.film.encoding import Encoder, Opener, container_of
from entrain.film.frames import Frames
from entrain.film.plan import Film
from entrain.film.sound import RATE_HZ, Soundtrack

_WAITING: Final = 4  # frames between the two threads
_LITTLE_BYTES: Final = 1_000_000  # less than a second of sound and a frame take together


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: how many frames, their SHA-256 before they were encoded, and by which encoder."""

    n_frames: int
    sha256: str
    encoder: str


def beside(path: Path) -> Path:
    """Where a film is while it is not whole."""
    return path.with_name(f".{path.stem}.making{path.suffix}")


def check_free(path: Path) -> None:
    """Raises UsageError: there is something by that name, or no folder for it."""
    container_of(path)
    if path.exists():
        raise UsageError(f'"{path}" exists already; nothing is overwritten.', "Choose another name.")
    if not path.parent.is_dir():
        raise UsageError(
            f'"{path}" cannot be written: there is no folder "{path.parent}".', "Choose another place."
        )


def make(
    film: Film, sound: Path, gain_db: float, path: Path, open_encoder: Opener, threads: int,
    progress: Callable[[int, int], None],
) -> Made:  # fmt: skip
    """Make the film at `path`, with the sound in the file `sound`.

    Whatever ends it early, Ctrl-C too, leaves nothing behind.

    Raises:
        UsageError: the path is taken or no film's. OutputError: it cannot be written any more.
    """
    check_free(path)
    half = beside(path)
    track = Soundtrack(sound, film.card_s, gain_db)
    try:
        encoder = open_encoder(half, film, container_of(path), threads)
        made = _encoded(film, encoder, track, progress)
        if path.exists():
            raise UsageError(f'"{path}" exists already; nothing is overwritten.', "Choose another name.")
        half.rename(path)
    except OSError as error:
        raise unwritten(path, error) from error
    finally:
        track.close()
        half.unlink(missing_ok=True)
    return made


def no_room(path: Path) -> OutputError:
    """What a person is told where the sound of a film could not be kept while it was made."""
    is_full = shutil.disk_usage(path.parent).free < _LITTLE_BYTES
    why = "the disk is full" if is_full else "there was no room for its sound"
    return OutputError(f'"{path}" cannot be written: {why}.', "Nothing of it was kept.")


def unwritten(path: Path, error: OSError) -> OutputError:
    """What a person is told of a file that could not be written."""
    if error.errno == errno.ENOSPC:
        return OutputError(
            f'"{path}" cannot be written any more: the disk is full.', "Nothing of it was kept."
        )
    return OutputError(f'"{path}" cannot be written: {error.strerror or error}.', "Nothing of it was kept.")


def _encoded(film: Film, encoder: Encoder, track: Soundtrack, progress: Callable[[int, int], None]) -> Made:
    frames: queue.Queue[Planes | None] = queue.Queue(_WAITING)
    faults: list[BaseException] = []

    def encode() -> None:
        given = 0  # samples
        number = 0
        while (planes := frames.get()) is not None:
            if faults:
                continue
            try:
                encoder.picture(planes)
                number += 1
                until = round(min(number / film.fps, film.length_s) * RATE_HZ)
                encoder.sound(track.read(until - given))
                given = until
            except BaseException as error:  # told by the other thread, which goes on giving until it looks
                faults.append(error)

    thread = threading.Thread(target=encode, name="entrain-film", daemon=True)
    thread.start()
    digest = hashlib.sha256()
    is_whole = False
    try:
        for number, planes in enumerate(Frames(film)):
            if faults:
                raise faults[0]
            for plane in (planes.y, planes.u, planes.v):
                digest.update(plane.data)
            frames.put(Planes(planes.y.copy(), planes.u.copy(), planes.v.copy()))
            progress(number + 1, film.n_frames)
        is_whole = True
    finally:
        if not is_whole:
            faults.append(KeyboardInterrupt())  # the frames that wait need not be encoded any more
        frames.put(None)
        thread.join()
        if not is_whole:
            encoder.abandon()
    try:
        if faults:
            raise faults[0]
        encoder.close()
    except BaseException:
        encoder.abandon()
        raise
    return Made(film.n_frames, digest.hexdigest(), encoder.video_name)
