"""The pieces in a file or a folder, with their beats: found once, then remembered by the file's SHA-256."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from entrain.errors import InputError
from entrain.music_library import beats, listening
from entrain.synth.music.piece import Piece
from entrain.synth.volume import db
from entrain.system.files import put_in_place

SUFFIXES: Final = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff")
SHORTEST_S: Final = 4.0
LOUDNESS_LUFS: Final = -20.0  # as loud as every voice (`docs/use/voices.md`)
_HIGHEST_PEAK: Final = 0.7  # a quiet piece is lifted no further: there the limiter begins
_VERSION: Final = 2  # of what is remembered

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a piece; nothing in it tells whose it is or where it lies."""

    version: int
    duration_s: float
    sample_rate_hz: int
    loudness_lufs: float | None  # None: silence
    peak: float
    beats_s: tuple[float, ...]


def pieces(path: Path, cache: Path, given_bpm: float | None, say: Say) -> tuple[Piece, ...]:
    """All pieces of a file or a folder, those of a folder in the order of their names.

    Args:
        cache: the folder where what was found is remembered.
        given_bpm: the tempo of all of them, where somebody knows it.
        say: is told in a sentence what takes time, what was found, and what cannot be played. What it
            raises ends the listening.

    Raises:
        InputError: there is no music there that can be read.
    """
    if not path.is_dir():
        return (_piece(path, cache, given_bpm, say),)
    found: list[Piece] = []
    files = _files(path)
    for number, each in enumerate(files, start=1):
        try:
            found.append(_piece(each, cache, given_bpm, say, f" ({number} of {len(files)})"))
        except InputError as error:
            say(f"{error.message} It is left out.")
    if not found:
        raise InputError(f'There is no music in "{path}".', f"It may hold files {', '.join(SUFFIXES)}.")
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(
            (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and not p.name.startswith(".")),
            key=lambda p: str(p).casefold(),
        )
    except OSError as error:
        raise InputError(f'"{folder}" cannot be looked into: {error.strerror or error}.') from None


def _piece(path: Path, cache: Path, given_bpm: float | None, say: Say, place: str = "") -> Piece:
    sha256 = _sha256(path)
    remembered = cache / f"{sha256}{'' if given_bpm is None else f'-{given_bpm:g}'}.json"
    known = _remembered(remembered)
    is_new = known is None
    if known is None:
        say(f"Looking for the beat of {path.name}{place} …")
        known = _found(path, given_bpm)
        _remember(remembered, known)
    if known.loudness_lufs is None:
        raise InputError(f'"{path}" holds nothing but silence.')
    if known.duration_s < SHORTEST_S:
        raise InputError(f'"{path}" lasts {known.duration_s:.1f} s; music needs at least {SHORTEST_S:g} s.')
    piece = Piece(
        path=str(path.absolute()),
        name=path.name,
        sha256=sha256,
        duration_s=known.duration_s,
        sample_rate_hz=known.sample_rate_hz,
        gain=gain_for(known.loudness_lufs, known.peak),
        beats_s=known.beats_s,
    )
    if is_new:
        no_beat = "no steady beat is found in it, so it plays at its own speed"
        say(f"{path.name}: {no_beat if piece.bpm is None else f'{piece.bpm:.0f} beats a minute'}.")
    return piece


def gain_for(loudness_lufs: float, peak: float) -> float:
    """What brings a piece to the loudness of the voices, as far as its peak leaves room for that."""
    return min(db(LOUDNESS_LUFS - loudness_lufs), _HIGHEST_PEAK / peak)


def _found(path: Path, given_bpm: float | None) -> _Known:
    heard = listening.listen(path)
    return _Known(
        version=_VERSION,
        duration_s=heard.duration_s,
        sample_rate_hz=heard.sample_rate_hz,
        loudness_lufs=heard.loudness_lufs if heard.loudness_lufs > -70.0 else None,
        peak=heard.peak,
        beats_s=tuple(round(t_s, 6) for t_s in beats.find(heard, given_bpm).beats_s.tolist()),
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f'"{path}" cannot be read: {error.strerror or error}.') from None


def _remembered(path: Path) -> _Known | None:
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        data["beats_s"] = tuple(data["beats_s"])
        known = _Known(**data)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or not what it should be: it is found anew
    return known if known.version == _VERSION else None


def _remember(path: Path, known: _Known) -> None:
    """Where that fails it is found again the next time."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps(asdict(known)), "utf-8")
        put_in_place(part, path)
    except OSError:
        part.unlink(missing_ok=True)
