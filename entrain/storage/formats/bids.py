"""BIDS, the Brain Imaging Data Structure: a dataset of one person with one behavioural recording.

Written ourselves after the specification, version 1.10.1, "Physiological recordings" and "Task events":

    sub-01/beh/sub-01_task-entrainment_physio.tsv.gz        once a second; Columns beside it
    sub-01/beh/sub-01_task-entrainment_physioevents.tsv.gz  every beat
    sub-01/beh/sub-01_task-entrainment_events.tsv           all that happened

All times are seconds on the session's clock.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any, Final

from entrain import __version__
from entrain.storage.formats.files import new_bytes, new_folder, new_text
from entrain.storage.formats.signals import CHANNELS, UNITS, SensorSignal
from entrain.storage.formats.source import ExportSource, Remarks
from entrain.storage.log.stored import SessionOutcome
from entrain.streams import PARTS

VERSION: Final = "1.10.1"
TASK: Final = "entrainment"
MISSING: Final = "n/a"
_MICROSECONDS: Final = 6

_PHYSIO: Final = {
    "timestamp": ("seconds on the session's clock", "s"),
    "pulse": ("smoothed pulse that the coach acts on", "bpm"),
    "rmssd": ("of joined and accepted intervals, online", "ms"),
    "tempo": ("tempo of the beat that guides", "bpm"),
    "breath": ("rate of the breath that guides", "1/min"),
}
_BEATS: Final = {
    "onset": ("when the heart beat", "s"),
    "duration": ("a beat is a moment", "s"),
    "rr": ("raw interval that ended in the beat", "ms"),
    "verdict": ("ok, or why the online screening kept it out of the pulse", None),
    "segment": ("beats of one segment are joined without a break", None),
    "strap": ("which heart", None),
}
_EVENTS: Final = {
    "onset": ("when it happened", "s"),
    "duration": ("how long it lasted; 0 for a moment", "s"),
    "trial_type": ("what kind of event", None),
    "value": ("what happened, in words", None),
}
_KINDS: Final = {
    "phase": "a phase of the session began",
    "decision": "the coach, the preset, a bound or the person changed something, with the reason",
    "mark": "somebody marked this moment",
    "rating": "how tense the person felt, 0 to 10",
    "link": "the connection of a strap changed",
    "segment": "the chain of intervals was broken",
    "sound": "the sound device changed",
    "end": "the session ended",
    "onset": "a guided beat, by its number",
    "breath": "a part of a guided breath",
}


def write_bids(source: ExportSource, path: Path) -> Remarks:
    """A new folder that is a whole dataset."""
    person = f"sub-{source.subject}"
    stem = f"{person}_task-{TASK}"
    with new_folder(path):
        _write_root(source, path, person)
        with new_folder(path / person):
            if source.has_dates:
                _write_scans(source, path / person / f"{person}_scans.tsv", f"beh/{stem}_physio.tsv.gz")
            with new_folder(path / person / "beh") as beh:
                physio = _physio(source)
                _write_gz(beh / f"{stem}_physio.tsv.gz", physio)
                _write_json(beh / f"{stem}_physio.json", _physio_json(source))
                for signal in source.signals():
                    _write_signal(beh / f"{stem}_recording-{signal.sensor.value}_physio", signal)
                beats = sorted(source.beats(), key=lambda beat: beat.t_s)
                rows = [(_s(b.t_s), 0, f"{b.rr.ms:.3f}", b.verdict.value, b.segment, b.strap) for b in beats]
                _write_gz(beh / f"{stem}_physioevents.tsv.gz", rows)
                _write_json(
                    beh / f"{stem}_physioevents.json",
                    {
                        "Columns": list(_BEATS),
                        "Description": "Every beat of the heart, with its raw interval.",
                        "OnsetSource": "timestamp",
                        "TaskName": TASK,
                        **_columns(_BEATS),
                    },
                )
                events = _events(source)
                _write_tsv(beh / f"{stem}_events.tsv", list(_EVENTS), events)
                _write_json(beh / f"{stem}_events.json", _events_json(guided=not _is_imported(source)))
    return (
        f"{len(beats)} beats, {len(physio)} seconds, {len(events)} events of {person}",
        "times in session seconds",
    )


# ---- around the recording ----------------------------------------------------------------------------------


def _write_root(source: ExportSource, path: Path, person: str) -> None:
    _write_json(
        path / "dataset_description.json",
        {
            "Name": f"entrain, {source.title}",
            "BIDSVersion": VERSION,
            "DatasetType": "raw",
            "License": "n/a",
            "Authors": ["n/a"],
            "GeneratedBy": [{"Name": "entrain", "Version": __version__}],
        },
    )
    with new_text(path / "README.md") as file:
        about = _IMPORTED if _is_imported(source) else _GUIDED.format(**_setting(source))
        file.write(_README.format(title=source.title, person=person, about=about))
    _write_tsv(path / "participants.tsv", ["participant_id"], [(person,)])
    _write_json(path / "participants.json", {"participant_id": {"Description": "one person"}})


def _is_imported(source: ExportSource) -> bool:
    return source.session.meta.row.state is SessionOutcome.IMPORTED


def _setting(source: ExportSource) -> dict[str, str]:
    preset = source.session.config.preset
    return {"preset": preset.title, "voice": preset.sound.voice, "policy": preset.tempo.policy}


def _write_scans(source: ExportSource, path: Path, name: str) -> None:
    moment = datetime.fromtimestamp(source.session.meta.origin_epoch_s, UTC)
    _write_tsv(path, ["filename", "acq_time"], [(name, moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))])


# ---- the recording -----------------------------------------------------------------------------------------


def _physio(source: ExportSource) -> list[tuple[object, ...]]:
    """One row for each whole second from 0 on."""
    n_seconds = int(source.end_s()) + 1
    columns = {name: [MISSING] * n_seconds for name in ("pulse", "rmssd", "tempo", "breath")}
    places = {("pulse", 0): "pulse", ("pulse", 2): "rmssd", ("guide", 0): "tempo", ("guide", 1): "breath"}
    for sample in source.samples():
        for channel, value in enumerate(sample.values):
            column = places.get((sample.stream, channel))
            if column is not None and not isnan(value):
                columns[column][int(sample.t_s)] = f"{value:.4f}"
    return list(zip(range(n_seconds), *columns.values(), strict=True))


def _physio_json(source: ExportSource) -> dict[str, Any]:
    meta = source.session.meta
    return {
        "SamplingFrequency": 1.0,
        "StartTime": 0.0,
        "Columns": list(_PHYSIO),
        "PhysioType": "generic",
        "Manufacturer": "n/a",
        "SoftwareVersions": f"entrain {meta.entrain_version}",
        "TaskName": TASK,
        **_columns(_PHYSIO),
    }


def _events(source: ExportSource) -> list[tuple[object, ...]]:
    found = [(marker.t_s, 0.0, marker.kind.value, marker.text) for marker in source.markers()]
    for sample in source.samples():
        match sample.stream, sample.values:
            case "onset", (n,):
                found.append((sample.t_s, 0.0, "onset", f"{n:.0f}"))
            case "breath", (part, _, duration_s, _):
                found.append((sample.t_s, duration_s, "breath", PARTS[int(part)].value))
            case _:
                pass
    return [(_s(t_s), _s(long_s), kind, text) for t_s, long_s, kind, text in sorted(found)]


def _events_json(*, guided: bool) -> dict[str, Any]:
    columns = _columns(_EVENTS)
    columns["trial_type"]["Levels"] = _KINDS
    if not guided:
        return {**columns, "TaskName": TASK, "TaskDescription": _IMPORTED}
    return {
        **columns,
        "StimulusPresentation": {"SoftwareName": "entrain", "SoftwareVersion": __version__},
        "TaskName": TASK,
        "InstitutionName": "n/a",
        "InstitutionAddress": "n/a",
        "InstitutionalDepartmentName": "n/a",
        "TaskDescription": "Sitting at rest with a soft beat a little below the pulse that slows gradually.",
        "Instructions": "Breathe as the figure shows or the sound says; stop whenever you like.",
    }


def _columns(described: Mapping[str, tuple[str, str | None]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"Description": text} if unit is None else {"Description": text, "Units": unit}
        for name, (text, unit) in described.items()
    }


# ---- files -------------------------------------------------------------------------------------------------


def _s(t_s: float) -> float:
    return round(t_s, _MICROSECONDS)


def _lines(rows: Iterable[tuple[object, ...]]) -> Iterable[str]:
    for row in rows:
        # A tab or a line's end would be taken for a cell's.
        yield "\t".join(" ".join(str(cell).split()) or MISSING for cell in row) + "\n"


def _write_tsv(path: Path, heading: list[str], rows: Iterable[tuple[object, ...]]) -> None:
    with new_text(path) as file:
        file.write("\t".join(heading) + "\n")
        file.writelines(_lines(rows))


def _write_signal(stem: Path, signal: SensorSignal) -> None:
    """What a strap streamed, at its own rate. The name holds one of a kind: of a group, the first heart's."""
    table = stem.with_name(f"{stem.name}.tsv.gz")
    if table.exists():
        return
    start_s = float(signal.times_s[0])
    n = int((signal.times_s[-1] - start_s) * signal.hz) + 1
    names = [label.lower().replace(" ", "_") for label in CHANNELS[signal.sensor]]
    rows = signal.on_grid(n, start_s).tolist()
    _write_gz(table, [tuple(MISSING if isnan(x) else f"{x:.1f}" for x in row) for row in rows])
    columns = dict.fromkeys(names, ("as the strap streamed it, on an even grid", UNITS[signal.sensor]))
    _write_json(
        stem.with_name(f"{stem.name}.json"),
        {
            "SamplingFrequency": signal.hz,
            "StartTime": start_s,
            "Columns": names,
            "PhysioType": "generic",
            "TaskName": TASK,
            **_columns(columns),
        },
    )


def _write_gz(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    with new_bytes(path) as file:
        # Without a name and a time, so that the same session gives the same bytes.
        file.write(gzip.compress("".join(_lines(rows)).encode(), mtime=0))


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    with new_text(path) as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")


_GUIDED: Final = """\
A session of rhythmic entrainment coaching by `entrain`: a heart-rate strap's intervals, and what the person
heard. Preset "{preset}", policy {policy}, voice {voice}."""
_IMPORTED: Final = """\
A recording of intervals made by another program and brought into `entrain`. Nothing was guided in it."""
_README: Final = """\
# {title}

{about}

`{person}` is one person. All times are seconds on the session's clock, a monotonic one, which is 0 when the
session began. Beats (`physioevents`) are placed by the strap's own chain of RR intervals; the strap's
absolute delay, some tenths of a second, is not known and not taken off.
"""
