"""Many films from one file: presets × voices × lengths, on all cores, each in a process of its own.

A series goes on where it was left: a film that is there, made from the same wishes, is not made again.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final, cast

from entrain.app.publish import METADATA
from entrain.drawing.palette import PALETTES
from entrain.drawing.scenes import SCENES
from entrain.errors import InputError, OutputError
from entrain.film.encoding import CONTAINERS
from entrain.presets import library as presets
from entrain.synth import voices
from entrain.toml_lines import NotTOML, parsed, text_of
from entrain.wording import film as words

_LISTS: Final[dict[str, type]] = {"presets": str, "voices": str, "minutes": float, "figures": str}
_ALIKE: Final[dict[str, type]] = {
    "theme": str, "size": str, "fps": int, "words": bool, "still": bool, "seed": int, "format": str,
}  # fmt: skip
_KINDS: Final = {int: "a whole number", bool: "true or false", str: "a name"}
_LOOK_S: Final = 0.2
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One film of a series: its folder, and what of `entrain video` makes it."""

    folder: str
    wishes: dict[str, Any]

    def arguments(self) -> list[str]:
        """As one would type it."""
        typed: list[str] = []
        for name, value in self.wishes.items():
            if value is True:
                typed.append(f"--{name}")
            elif value is not False:
                typed += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
        return typed


@dataclass(frozen=True, slots=True)
class FilmOutcome:
    """What became of a film: "made", "there already", or what was wrong."""

    job: Job
    said: str
    is_there: bool


def jobs_of(path: Path) -> tuple[Job, ...]:
    """The films that a file asks for, the shortest first.

    Raises:
        InputError: it cannot be read, or asks for what there is not; all that is wrong is told.
    """
    try:
        told = parsed(text_of(path))
    except NotTOML as error:
        raise InputError(f"{path} is no TOML: {error}.") from None
    faults = [*_faults(told)]
    if faults:
        raise InputError(f"{path} is no series: {' '.join(faults)}", "`docs/use/film.md` shows one.")
    lists = [told.get(name) or [None] for name in ("presets", "voices", "minutes")]
    figures = told.get("figures") or ["orb"]
    found: list[Job] = []
    for preset, voice, minutes in product(*lists):
        kind = presets.load(preset or presets.DEFAULT).preset
        length = float(kind.minutes if minutes is None else minutes)
        wishes = {
            "preset": preset or presets.DEFAULT, "voice": voice or kind.sound.voice, "minutes": length,
            "figure": figures[len(found) % len(figures)],
            **{name: told[name] for name in _ALIKE if name in told},
        }  # fmt: skip
        found.append(Job("", wishes))
    found.sort(key=lambda job: job.wishes["minutes"])
    return tuple(Job(f"{number:02}-{_name(job.wishes)}", job.wishes) for number, job in enumerate(found, 1))


def _name(wishes: dict[str, Any]) -> str:
    preset = Path(str(wishes["preset"])).stem
    return f"{preset}-{wishes['minutes']:g}min-{wishes['voice']}-{wishes['figure']}"


def _faults(told: dict[str, Any]) -> Iterator[str]:
    known = {*_LISTS, *_ALIKE}
    for name in told.keys() - known:
        yield f'there is no setting "{name}"; there are {", ".join(sorted(known))}.'
    for name, kind in _LISTS.items():
        kinds = (int, float) if kind is float else (kind,)
        value: Any = told.get(name, [])
        if not isinstance(value, list) or not all(
            isinstance(each, kinds) for each in cast("list[Any]", value)
        ):
            yield f'"{name}" has to be a list of {"numbers" if kind is float else "names"}.'
            return
    for name, kind in _ALIKE.items():
        if name in told and type(told[name]) is not kind:
            yield f'"{name}" has to be {_KINDS[kind]}.'
            return
    for name, there in (("voices", voices.CATALOGUE), ("figures", SCENES)):
        for each in told.get(name, []):
            if each not in there:
                yield f'there is no "{each}" among the {name}: {", ".join(there)}.'
    for name, there in (("theme", PALETTES), ("format", [each[1:] for each in CONTAINERS])):
        if name in told and told[name] not in there:
            yield f'"{name}" is one of {", ".join(there)}.'
    n_films = 1
    for name in ("presets", "voices", "minutes"):
        n_films *= max(1, len(told.get(name, [])))
    if n_films > _MOST:
        yield f"it asks for {n_films} films; {_MOST} at a time are the most."


def make_all(
    jobs: tuple[Job, ...], folder: Path, cores: int, extra: list[str], told: Callable[[FilmOutcome], None]
) -> tuple[FilmOutcome, ...]:
    """Make them, `cores` at a time, and write down in the folder what there is. Ctrl-C ends all of them.

    Args:
        extra: arguments of `entrain video` for each, such as which encoder.
        told: hears of each when it is done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f'"{folder}" cannot be made: {error.strerror or error}.') from None
    outcomes: dict[str, FilmOutcome] = {}

    def done(job: Job, said: str, *, is_there: bool) -> None:
        outcomes[job.folder] = FilmOutcome(job, said, is_there)
        told(outcomes[job.folder])

    waiting: list[Job] = []
    for job in jobs:
        there = _made_from(folder / job.folder)
        if there == job.wishes:
            done(job, words.skipped(job.folder), is_there=True)
        elif (folder / job.folder).exists():
            done(job, f"{job.folder}: another film is there; nothing is overwritten", is_there=False)
        else:
            waiting.append(job)
    running: dict[subprocess.Popen[str], Job] = {}
    try:
        while waiting or running:
            while waiting and len(running) < cores:
                job = waiting.pop(0)
                running[_begun(job, folder, extra)] = job
            time.sleep(_LOOK_S)
            for process in [each for each in running if each.poll() is not None]:
                job = running.pop(process)
                out, error = process.communicate()
                said = (out if process.returncode == 0 else error).strip().splitlines() or [""]
                done(job, said[-1 if process.returncode == 0 else 0], is_there=process.returncode == 0)
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)
        for process in running:
            process.communicate()
    ordered = tuple(outcomes[job.folder] for job in jobs)
    _write_down(folder, ordered)
    return ordered


def _begun(job: Job, folder: Path, extra: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "entrain", "video", *job.arguments(), *extra, "--threads", "1",
            "--publish", str(folder / job.folder), "--made-from", json.dumps(job.wishes),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip


def _made_from(folder: Path) -> dict[str, Any] | None:
    try:
        told = json.loads((folder / METADATA).read_text("utf-8"))
        return dict(told["made_from"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_down(folder: Path, outcomes: tuple[FilmOutcome, ...]) -> None:
    there = tuple(each.job.folder for each in outcomes if each.is_there)
    try:
        (folder / "upload-order.txt").write_text(words.upload_order(there), "utf-8")
        listed = [
            {"folder": name, **json.loads((folder / name / METADATA).read_text("utf-8"))} for name in there
        ]
        (folder / "series.json").write_text(json.dumps(listed, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise OutputError(f'"{folder}" cannot be written: {error.strerror or error}.') from None
