"""Study files, read and checked as presets are: everything that is wrong at once, each fault with its line.

A study is a TOML file. Its arms are tables, `[arm.NAME]`, each with its kind. The preset that all arms are
made of is one by name, or a file beside the study's.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from entrain.control.arms import ArmKind
from entrain.control.protocol import HARD_SESSION_MAX_MIN
from entrain.errors import EntrainError, PresetError
from entrain.presets import library
from entrain.presets.library import LoadedPreset
from entrain.presets.reader import MOST_FAULTS, Complaint, PresetFault, Reader, Schema, syntax_fault
from entrain.presets.rules import LIMITS as PRESET_LIMITS
from entrain.presets.rules import Limit
from entrain.study.protocol import (
    CROSS_OVER,
    DESIGNS,
    OUTCOMES,
    Arm,
    StudyOutline,
    StudyProtocol,
    units_of,
)
from entrain.toml_lines import NotTOML, line_of, parsed, text_of

MOST_ARMS: Final = 8
LONGEST_NAME: Final = 24

LIMITS: Final[Mapping[str, Limit]] = {
    "minutes": Limit(1.0, HARD_SESSION_MAX_MIN, is_hard=True),
    "people": Limit(2.0, 10_000.0),
    "sessions": Limit(1.0, 100.0),
    "washout_days": Limit(0.0, 365.0),
    "days_between": Limit(0.0, 60.0),
    "blocks": Limit(2.0, 96.0),
    "stop.severity": Limit(1.0, 5.0),
    "stop.events": Limit(1.0, 1000.0),
}
SCHEMA: Final = Schema(
    root=StudyOutline,
    choices={"design": lambda: DESIGNS, "primary": lambda: OUTCOMES},
    limits=LIMITS,
    example="entrain study init DIR",
)
ARM_SCHEMA: Final = Schema(
    root=Arm,
    choices={"kind": lambda: tuple(kind.value for kind in ArmKind)},
    limits={
        "share": Limit(1.0, 10.0),
        "fixed_bpm": PRESET_LIMITS["tempo.fixed_bpm"],
        "above_fraction": Limit(0.01, 0.30, is_hard=True),
    },
    example="entrain study init DIR",
)


@dataclass(frozen=True, slots=True)
class LoadedStudy:
    """A study with the text it was read from, to the letter, and the preset that its arms are made of."""

    protocol: StudyProtocol
    text: str
    preset: LoadedPreset


def load(path: Path) -> LoadedStudy:
    """The study in a file.

    Raises:
        InputError: the file cannot be read. PresetError: it has faults; it tells all of them.
    """
    text = text_of(path)
    loaded, faults = checked(text, path)
    if loaded is None:
        n = len(faults)
        raise PresetError(
            f"The study {path} cannot be used: {n} thing{'s are' if n > 1 else ' is'} wrong.",
            tuple(map(str, faults)),
            f"Correct the file, then try `entrain study check {path}`.",
        )
    return loaded


def checked(text: str, path: Path) -> tuple[LoadedStudy | None, tuple[PresetFault, ...]]:
    """The study that `text` describes, or None and everything that is wrong with it; `path` is its file."""
    try:
        data = parsed(text)
    except NotTOML as error:
        return None, (syntax_fault(str(error), text, path.name),)
    tables = data.pop("arm", {})
    reader = Reader(SCHEMA)
    outline = cast(StudyOutline, reader.table(StudyOutline, data, ""))
    arms = tuple(_arms(tables, reader.complaints))
    preset = _preset(outline, path, reader.complaints)
    if not reader.complaints:
        reader.complaints.extend(_together(outline, arms))
    faults = [
        PresetFault(path.name, line_of(text, *keys), keys[0], problem, suggestion)
        for keys, problem, suggestion in reader.complaints[:MOST_FAULTS]
    ]
    if faults or preset is None:
        return None, tuple(sorted(faults, key=lambda fault: fault.line))
    protocol = StudyProtocol(outline, arms, hashlib.sha256(text.encode()).hexdigest())
    return LoadedStudy(protocol, text, preset), ()


def _arms(tables: object, complaints: list[Complaint]) -> Iterator[tuple[str, Arm]]:
    if not isinstance(tables, dict) or len(cast(dict[str, Any], tables)) < 2:
        advice = 'Write [arm.one] and below it kind = "closed loop", and another such table.'
        complaints.append((("arm",), "must be two tables or more", advice))
        return
    named = cast(dict[str, Any], tables)
    if len(named) > MOST_ARMS:
        complaints.append((("arm",), f"has more than {MOST_ARMS} arms", "Compare fewer."))
        return
    for name, table in named.items():
        key = f"arm.{name}"
        if not isinstance(table, dict):
            complaints.append(((key,), "must be a table", f"Write [{key}] and settings below."))
            continue
        if not name.replace("-", "").replace("_", "").isalnum() or len(name) > LONGEST_NAME:
            advice = f"Use up to {LONGEST_NAME} letters, digits, - and _."
            complaints.append(((key,), "is no name for an arm", advice))
        reader = Reader(ARM_SCHEMA)
        own = cast(dict[str, Any], table)
        arm = cast(Arm, reader.table(Arm, own, ""))
        if "kind" not in own:
            reader.complain("kind", "is missing", 'Write kind = "closed loop".')
        complaints += [
            (tuple(f"{key}.{each}" for each in keys), problem, advice)
            for keys, problem, advice in reader.complaints
        ]
        yield name, arm


def _preset(outline: StudyOutline, path: Path, complaints: list[Complaint]) -> LoadedPreset | None:
    name = outline.preset
    is_file = name.endswith(".toml")
    try:
        return library.load(str(path.parent / name) if is_file else name)
    except PresetError as error:
        complaints.append((("preset",), f'= "{name}" has faults', error.advice))
    except EntrainError as error:
        complaints.append((("preset",), f'= "{name}" cannot be used', f"{error.message} {error.advice}"))
    return None


def _together(outline: StudyOutline, arms: tuple[tuple[str, Arm], ...]) -> Iterator[Complaint]:
    """What does not fit together, of the settings that are right in themselves."""
    kinds = [(arm.kind, arm.fixed_bpm, arm.above_fraction) for _, arm in arms]
    for at, (name, arm) in enumerate(arms):
        if kinds[at] in kinds[:at]:
            yield (f"arm.{name}.kind",), "is that of another arm", "Compare what differs."
        if outline.design == CROSS_OVER and arm.share != 1:
            what = f"= {arm.share}, and with a cross-over everybody comes to every arm"
            yield (f"arm.{name}.share",), what, "Leave it out."
        if arm.fixed_bpm is not None and arm.kind != ArmKind.FIXED.value:
            yield (
                (f"arm.{name}.fixed_bpm",),
                f'goes with kind = "{ArmKind.FIXED.value}" alone',
                "Leave it out.",
            )
    if outline.design != CROSS_OVER and outline.washout_days:
        yield ("washout_days",), "is for a cross-over", 'Leave it out, or write design = "cross-over".'
    for name in outline.strata:
        if outline.strata.count(name) > 1 or not name.strip():
            yield ("strata",), "names one twice, or none", "Give every stratum a name of its own."
            break
    least = len(units_of(outline.design, arms))
    for size in outline.blocks:
        if size % least:
            what = f"holds {size}, and a block is of {least}, or of so many times that, people"
            yield ("blocks",), what, f"Write blocks = [{least}, {2 * least}]."
            break
