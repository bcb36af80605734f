"""Settings as they were before schema 4: what is a person's now stood there once for the whole computer.

Whose it was is told by what is known: the rate belongs to whoever the assessment's session is of, and only if
a heart was on it; strap, notice and looks to whoever practised last.
"""

import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, cast

from entrain.person.record import (
    Acceptance,
    KnownResonance,
    KnownStrap,
    PersonRecord,
    Preferences,
    has_real_heart,
    with_resonance,
)
from entrain.storage.log import codec
from entrain.storage.log.person_rows import now_utc
from entrain.storage.whole_file import replace_file

FIRST_NOTICE: Final = "1"  # the version of the text there was when versions were not counted yet


@dataclass(frozen=True, slots=True)
class OldResonance:
    """A rate as settings files kept it, before persons had records."""

    per_min: float
    confidence: float
    measured_utc: str
    session: int  # its number


@dataclass(frozen=True, slots=True)
class OldSettings:
    """What the file held of persons; None where nothing was chosen."""

    strap: KnownStrap | None = None
    notice_accepted_utc: str | None = None
    volume: float | None = None
    theme: str | None = None
    figure: str | None = None
    resonance: OldResonance | None = None
    preset: str | None = None
    person: str | None = None  # who practised last; None: nobody was named


_NAMES: Final = frozenset(field.name for field in fields(OldSettings))


def without(text: str) -> str:
    """The text of a settings file without what belongs to persons; as it is where it is none.

    Raises:
        Undecodable: what belongs to persons cannot be understood.
    """
    data = _object(text)
    if data is None:
        return text
    codec.decode(OldSettings, json.dumps({name: data[name] for name in data.keys() & _NAMES}))
    return json.dumps({name: data[name] for name in data.keys() - _NAMES})


def kept_beside(path: Path, text: str) -> str:
    """New settings `text`, with what `path` still holds of persons: it goes only when it has been moved."""
    old: dict[str, Any] = {}
    with suppress(OSError, UnicodeDecodeError):
        data = _object(path.read_text("utf-8")) or {}
        old = {name: data[name] for name in data.keys() & _NAMES}
    return json.dumps(json.loads(text) | old, separators=(",", ":")) if old else text


def read(path: Path) -> OldSettings | None:
    """What is still there of persons; None where nothing is, or it cannot be understood."""
    try:
        data = _object(path.read_text("utf-8"))
        old = {} if data is None else {name: data[name] for name in data.keys() & _NAMES}
        return codec.decode(OldSettings, json.dumps(old)) if old else None
    except (OSError, UnicodeDecodeError, codec.Undecodable):
        return None


def drop(path: Path) -> None:
    """Take what belongs to persons out of the file. Raises OSError where it cannot be written."""
    replace_file(path, without(path.read_text("utf-8")) + "\n")


def as_records(old: OldSettings, connection: sqlite3.Connection) -> dict[str, PersonRecord]:
    """The same by person, as far as it is known whose it was; `connection` is the store's, of schema 4."""
    last, moment = old.person or "", now_utc()
    notice = old.notice_accepted_utc and Acceptance(FIRST_NOTICE, old.notice_accepted_utc)
    records = {
        last: PersonRecord(
            since_utc=old.notice_accepted_utc or moment,
            changed_utc=moment,
            notice=notice or None,
            strap=old.strap,
            preferences=Preferences(old.preset, None, old.volume, old.figure, old.theme),
            chosen_in_app_utc=moment,
        )
    }
    if old.resonance is not None and (found := _of_whom(old.resonance, connection)) is not None:
        whose, resonance = found
        record = records.get(whose) or PersonRecord(resonance.measured_utc, moment)
        records[whose] = with_resonance(record, resonance)
    return records


def _of_whom(old: OldResonance, connection: sqlite3.Connection) -> tuple[str, KnownResonance] | None:
    """Whose rate it is; None where its session is gone, or no heart was on it: then nobody's."""
    row = connection.execute(
        "SELECT uuid, person, hearts FROM session WHERE id = ?", (old.session,)
    ).fetchone()
    if row is None or not has_real_heart(json.loads(row[2])):
        return None
    return row[1], KnownResonance(old.per_min, old.confidence, old.measured_utc, row[0])


def _object(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None
