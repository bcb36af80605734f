"""A file that a stranger can mail: what is known of a fault, and nothing of a person."""

import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from entrain.app.doctor import Finding
from entrain.errors import EntrainError, OutputError
from entrain.faults import last_lines, versions
from entrain.shipped import shipped_presets_path
from entrain.storage import settings
from entrain.storage.encryption import cipher
from entrain.storage.log.store import Store
from entrain.storage.places import check_new, home, sessions_path

_N_LINES: Final = 500
_OWN: Final = "(own)"
_QUOTED: Final = re.compile(r'"[^"]*"')  # as sound devices are told: "Anna's headphones"
_PATH: Final = re.compile(r"\S*(?:[/\\]\S+)+")
_ADDRESS: Final = re.compile(r"\b[0-9A-Fa-f]{2}(?:[:_-][0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f-]{32,36}\b")
README: Final = """\
Made by `entrain doctor --bundle`, to be sent with a report of a fault. It holds versions, settings without
names, what the doctor found without paths and names of devices, and the end of the debug log, if one was
kept. No pseudonym, no strap's name or address, no heart beat. All of it is text: look before you send it.
"""


def write(path: Path, findings: Sequence[Finding]) -> None:
    """Write the bundle.

    Raises:
        UsageError: there is something already, or no such folder.
        OutputError: it cannot be written.
    """
    check_new(path)
    parts = {
        "README.txt": README,
        "versions.json": _json(versions()),
        "doctor.json": _json([_nameless(finding) for finding in findings]),
        "settings.json": _json(_settings()),
        "debug.log": _faults(),
    }
    try:
        with path.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in parts.items():
                bundle.writestr(name, text)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def without_names(text: str) -> str:
    """A sentence of the doctor without what is quoted, without paths and addresses."""
    for folder in (home(), *home().parents[:-1], Path.home()):  # the whole first: a blank may be in each
        text = text.replace(str(folder), "/…")
    return _ADDRESS.sub("…", _PATH.sub("…", _QUOTED.sub("…", text)))


def _nameless(finding: Finding) -> dict[str, object]:
    found, advice = without_names(finding.found), without_names(finding.advice)
    return {"what": finding.what, "ok": finding.ok, "found": found, "advice": advice}


def _settings() -> dict[str, object]:
    path = sessions_path()
    known, wrong = settings.load()
    is_there = path.exists()
    return {
        "keep_days": known.keep_days,
        "n_streams_left_on": len(known.streams_left_on),
        "settings_understood": not wrong,
        "store_mb": round(path.stat().st_size / 1e6, 1) if is_there else None,
        "store_encrypted": cipher.is_encrypted(path) if is_there else None,
        "n_sessions_by_preset": _presets_in_use() if is_there else {},
        "variables_set": sorted(name for name in os.environ if name.startswith("ENTRAIN_")),
    }


def _presets_in_use() -> dict[str, int] | str:
    """How many sessions by each shipped preset; a person's own are counted and not named."""
    shipped = {file.stem for file in shipped_presets_path().glob("*.toml")}
    try:
        rows = Store.open().sessions()
    except EntrainError as fault:
        return f"not known: {type(fault).__name__}"
    return dict(Counter(row.preset if row.preset in shipped else _OWN for row in rows))


def _faults() -> str:
    try:
        lines = last_lines(_N_LINES)
    except OSError as error:
        return f"It cannot be read: {error.strerror}.\n"
    return "\n".join(lines) + "\n" if lines else "None was kept: --debug-log with any command keeps one.\n"


def _json(what: object) -> str:
    return json.dumps(what, indent=2, ensure_ascii=False) + "\n"
