"""What a reader needs to check or repeat a report: every figure, every setting, every version."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, cast

from entrain.analysed.material import Material
from entrain.foreign import one_line
from entrain.report.document import Section, Terms
from entrain.storage.log.stored import StoredSession
from entrain.wording.analysis_json import SETTINGS, UNITS, as_json
from entrain.wording.report import is_imported

_WRITTEN: Final = {
    name.lower(): name
    for name in (
        "VLF",
        "LF",
        "HF",
        "RMSSD",
        "SDNN",
        "SDANN",
        "SDSD",
        "CVNN",
        "CVSD",
        "TINN",
        "NN",
        "RR",
        "DFA",
    )
} | {"pnn20": "pNN20", "pnn50": "pNN50", "sd1": "SD1", "sd2": "SD2"}
_HASH_COLUMNS: Final = 8


def small_print(material: Material) -> Section:
    """Everything by which a report can be checked or repeated."""
    preset = () if is_imported(material.session.meta) else _preset(material.session)
    items = (*_origin(material), *preset, *_analysis(material))
    return Section("Methods, settings, versions", (Terms(items, is_small=True),))


def _origin(material: Material) -> Iterator[tuple[str, str]]:
    meta = material.session.meta
    parts = [
        f"number {meta.row.id}",
        f"UUID {meta.row.uuid}",
        f"began {meta.row.started.isoformat(timespec='seconds')}",
        one_line(f"heart {', '.join(meta.hearts) or 'none'}")
        + (f" ({one_line(material.strap_name)})" * bool(material.strap_name)),
        f"sound {meta.audio or 'none'}",
        f"voice {meta.voice or 'none'}",
        f"seed {material.session.config.seed}",
        f"entrain {meta.entrain_version}",
        f"Python {meta.python_version}",
        meta.platform,
    ]
    yield "Session", "; ".join(parts)
    if material.given is not None:
        yield "Read", " ".join(material.given.remarks)


def _preset(session: StoredSession) -> Iterator[tuple[str, str]]:
    """What the session ran with; the file it came from is known by its hash."""
    preset = session.config.preset
    needs = f"minutes {preset.minutes:g}; needs heart {_value(preset.needs_heart)}"
    yield "Preset", f"{preset.name}; {needs}; SHA-256 of its file {_in_groups(session.meta.preset_sha256)}"
    for name in ("phases", "tempo", "breath", "sound", "bounds"):
        yield f"Preset, {name}", listed(asdict(getattr(preset, name)))


def _in_groups(digest: str) -> str:
    """A hash in groups, so that it can be read aloud, and fits a narrow column."""
    return " ".join(digest[at : at + _HASH_COLUMNS] for at in range(0, len(digest), _HASH_COLUMNS))


def _analysis(material: Material) -> Iterator[tuple[str, str]]:
    """Each group of figures with the settings behind it."""
    if material.analysis is None:
        return
    result = as_json(material.analysis)
    for name in SETTINGS:
        group: Mapping[str, Any] | None = result[name]
        if group is None:
            continue
        found, settings = group["values"], listed(group["settings"])
        units = group.get("units", {})
        figures = "" if not isinstance(found, dict) else _figures(cast("Mapping[str, Any]", found), units)
        title = name.replace("_", " ").capitalize()
        yield title, f"{figures}. Settings: {settings}" if figures else f"settings: {settings}"


def _figures(values: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """The figures there are; what could not be told is left out."""
    parts = [
        f"{called(name)} {_value(value)}{'' if units.get(name, '1') == '1' else f' {units[name]}'}"
        for name, value in values.items()
        if name != "sentence" and value not in (None, "")
    ]
    return "; ".join(parts)


def listed(values: Mapping[str, Any]) -> str:
    """Names with their values and units, run on; what was not set is left out."""
    parts = [
        f"{called(name)} {_value(value)}{_unit(name)}"
        for name, value in values.items()
        if value not in (None, "", [], ())
    ]
    return "; ".join(parts)


def called(name: str) -> str:
    """A figure's or a setting's name as one writes it: `lf_hf` is LF/HF, `vlf_hz` is VLF."""
    unit = next((ending for ending in UNITS if name.endswith(ending)), "")
    words = name.removesuffix(unit).split("_")
    return " ".join(_WRITTEN.get(word, word) for word in words).replace("LF HF", "LF/HF")


def _unit(name: str) -> str:
    return next((f" {unit}" for ending, unit in UNITS.items() if name.endswith(ending)), "")


def _value(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case [float() | int() as low, float() | int() as high] | (
            float() | int() as low,
            float() | int() as high,
        ):
            return f"{_value(low)} to {_value(high)}"
        case list() | tuple():
            return ", ".join(_value(each) for each in cast("list[Any]", value))
        case dict():
            return f"({listed(cast('Mapping[str, Any]', value))})"
        case _:
            return str(value)
