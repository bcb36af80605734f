"""The programmes there are: shipped and own, read and checked as presets are.

A programme is a TOML file, and its name is the file's. Its steps are tables, `[step.NAME]`, in order: each is
a preset, begun from a shipped one where it names one. One's own presets are never begun from: what is locked
in a programme stays locked.
"""

import hashlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, cast

from entrain.control.locks import LOCKABLE
from entrain.errors import PresetError, UsageError
from entrain.presets.check import checked_data
from entrain.presets.reader import MOST_FAULTS, Complaint, PresetFault, Reader, Schema, syntax_fault
from entrain.presets.rules import Limit
from entrain.programme.plan import (
    BETWEEN,
    COMPLETED,
    GOES_BY,
    LEAST_DAYS_A_STEP,
    UNSEEN_FLOOR_PER_MIN,
    Outline,
    ProgrammePlan,
    Step,
    session_name,
)
from entrain.shipped import shipped_presets_path, shipped_programmes_path
from entrain.storage.places import own_programmes_path
from entrain.toml_lines import NotTOML, line_of, parsed, text_of

MOST_STEPS: Final = 30
LONGEST_NAME: Final = 40
# What "own resonance" stands for until an assessment has found one: where most people's lies.
UNKNOWN_RESONANCE_PER_MIN: Final = 6.0

LIMITS: Final[Mapping[str, Limit]] = {
    "weeks": Limit(1.0, 52.0),
    "minutes_a_week": Limit(1.0, 420.0),
    "forward.of_last": Limit(1.0, 10.0),
    "forward.good": Limit(1.0, 10.0),
    "forward.in_step": Limit(0.5, 1.0),
    "forward.least_days": Limit(float(LEAST_DAYS_A_STEP), 60.0, is_hard=True),
    "back.poor": Limit(1.0, 10.0),
    "back.in_step": Limit(0.0, 1.0),
    "back.gap_days": Limit(3.0, 28.0),
}
SCHEMA: Final = Schema(
    root=Outline,
    choices={"locked": lambda: LOCKABLE, "forward.by": lambda: GOES_BY},
    limits=LIMITS,
    example="entrain programme show slower-breath",
    called={"locked": "setting that can be held", "forward.by": "way to go on"},
)


@dataclass(frozen=True, slots=True)
class LoadedProgramme:
    """A programme with the text it was read from, to the letter, and that text's SHA-256."""

    programme: ProgrammePlan
    text: str
    sha256: str
    path: Path | None = None  # None: from a record, where somebody began it


def names() -> tuple[str, ...]:
    """The names of all programmes."""
    folders = (shipped_programmes_path(), own_programmes_path())
    return tuple(
        sorted({path.stem for folder in folders for path in folder.glob("*.toml") if path.is_file()})
    )


def path_of(name_or_path: str) -> Path:
    """The file of a programme, which exists where a name was given; one's own comes before a shipped one.

    Raises:
        UsageError: there is no programme of that name.
    """
    if name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path:
        return Path(name_or_path).expanduser()
    for folder in (own_programmes_path(), shipped_programmes_path()):
        path = folder / f"{name_or_path}.toml"
        if path.is_file():
            return path
    near = get_close_matches(name_or_path, names(), 1)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    raise UsageError(f'There is no programme "{name_or_path}".', f"{hint}There are {', '.join(names())}.")


def load(name_or_path: str, own_resonance_per_min: float | None = None) -> LoadedProgramme:
    """The programme of a name, or in a file.

    Args:
        own_resonance_per_min: what "own resonance" stands for; None: `UNKNOWN_RESONANCE_PER_MIN`.

    Raises:
        UsageError: there is no programme of that name.
        InputError: the file cannot be read. PresetError: it has faults; it tells all of them.
    """
    path = path_of(name_or_path)
    return of_text(text_of(path), path.stem, own_resonance_per_min, path)


def of_text(
    text: str, name: str, own_resonance_per_min: float | None = None, path: Path | None = None
) -> LoadedProgramme:
    """The programme of a text; raises as `load`."""
    file = f"{name}.toml" if path is None else path.name
    programme, faults = checked(text, file, name, own_resonance_per_min)
    if programme is None:
        n = len(faults)
        raise PresetError(
            f"The programme {path or name} cannot be used: {n} thing{'s are' if n > 1 else ' is'} wrong.",
            tuple(map(str, faults)),
            f"Correct the file, then try `entrain programme check {path or name}`.",
        )
    return LoadedProgramme(programme, text, hashlib.sha256(text.encode()).hexdigest(), path)


def check(path: Path) -> tuple[PresetFault, ...]:
    """Everything that is wrong with a programme file; empty where it can be used.

    Raises:
        InputError: the file cannot be read.
    """
    return checked(text_of(path), str(path), path.stem)[1]


def checked(
    text: str, file: str, name: str, own_resonance_per_min: float | None = None
) -> tuple[ProgrammePlan | None, tuple[PresetFault, ...]]:
    """The programme that `text` describes, or None and everything that is wrong with it.

    Args:
        file: what a fault calls the file.
        name: the programme's name, where the text gives none.
    """
    try:
        data = parsed(text)
    except NotTOML as error:
        return None, (syntax_fault(str(error), text, file),)
    tables = data.pop("step", {})
    reader = Reader(SCHEMA)
    outline = cast(Outline, reader.table(Outline, {"name": name, **data}, ""))
    steps = tuple(_steps(tables, outline, reader.complaints, own_resonance_per_min))
    if not reader.is_full:
        reader.complaints.extend(_together(outline, steps, tables))
    faults = [
        PresetFault(file, line_of(text, *keys), keys[0], problem, suggestion)
        for keys, problem, suggestion in reader.complaints[:MOST_FAULTS]
    ]
    programme = None if faults else ProgrammePlan(outline, steps)
    return programme, tuple(sorted(faults, key=lambda fault: fault.line))


def _steps(
    tables: object, outline: Outline, complaints: list[Complaint], own_resonance_per_min: float | None
) -> Iterator[Step]:
    if not isinstance(tables, dict) or not tables:
        complaints.append((("step",), "is missing", "Write [step.first] and the settings of a preset below."))
        return
    for name, table in cast(dict[str, Any], tables).items():
        if len(complaints) >= MOST_FAULTS:
            return
        under = f"step.{name}"
        if not isinstance(table, dict):
            complaints.append(((under,), "must be a table", f"Write [{under}] and settings below."))
            continue
        if not name.replace("-", "").replace("_", "").isalnum() or len(name) > LONGEST_NAME:
            what = "is no name for a step"
            complaints.append(((under,), what, f"Use up to {LONGEST_NAME} letters, digits, - and _."))
        own = dict(cast(dict[str, Any], table))
        assess = own.pop("assess", False)
        if not isinstance(assess, bool):
            complaints.append(((f"{under}.assess",), "must be true or false", ""))
        began, said = _begun_from(own.pop("preset", None))
        if said is not None:
            complaints.append(((f"{under}.preset",), *said))
            continue
        preset, wrong = checked_data(
            {
                "title": name,
                "summary": "",
                **_laid_over(began, own),
                "name": session_name(outline.name, name),
            },
            own_resonance_per_min or UNKNOWN_RESONANCE_PER_MIN,
        )
        complaints += [
            (tuple(f"{under}.{key}" for key in keys), problem, advice) for keys, problem, advice in wrong
        ]
        yield Step(name, preset, assess is True)


def _begun_from(name: object) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """The settings of a shipped preset; or what is wrong with its name."""
    if name is None:
        return {}, None
    shipped = {path.stem: path for path in sorted(shipped_presets_path().glob("*.toml"))}
    if isinstance(name, str) and name in shipped:
        return parsed(text_of(shipped[name])), None
    near = get_close_matches(str(name), shipped, 1)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    return {}, ("is no preset that comes with entrain", f"{hint}There are {', '.join(shipped)}.")


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    out = deepcopy(below)
    for key, value in above.items():
        before = out.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            out[key] = _laid_over(cast(dict[str, Any], before), cast(dict[str, Any], value))
        else:
            out[key] = value
    return out


def _together(outline: Outline, steps: tuple[Step, ...], tables: object) -> Iterator[Complaint]:
    """What does not fit together."""
    if isinstance(tables, dict) and len(cast(dict[str, Any], tables)) > MOST_STEPS:
        yield ("step",), f"has more than {MOST_STEPS} steps", "Fewer do."
    if BETWEEN in outline.name:
        yield ("name",), "holds a full stop", "Call the file otherwise."
    if outline.forward.good > outline.forward.of_last:
        yield (
            ("forward.good",),
            f"= {outline.forward.good} is more than of_last = {outline.forward.of_last}",
            "Ask for no more good ones than are looked at.",
        )
    for step in steps:
        key = f"step.{step.name}.breath"
        if step.preset.breath.over_days:
            what = "has no place in a programme, which goes on by its own rules"
            yield (f"{key}.over_days",), what, "Write over_days = false."
        goal = step.goal_per_min
        if outline.forward.by == COMPLETED and goal is not None and goal < UNSEEN_FLOOR_PER_MIN:
            what = f"= {goal:g} is slower than a programme may go that does not look whether you follow"
            yield (
                (f"{key}.goal_per_min", f"step.{step.name}"),
                what,
                f'Use {UNSEEN_FLOOR_PER_MIN:g} or more, or set by = "in step" under [forward].',
            )
