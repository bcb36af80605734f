"""The study's log: one line a record, each with the hash of the line before it.

A line that is changed, moved or taken out of the middle no longer fits the next one. Lines are only added.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, cast

from entrain.errors import InputError

FIRST: Final = "0" * 64
Value = str | int | float | bool | None


class StudyAct(StrEnum):
    """What was done."""

    SEALED = "sealed"
    ENROLLED = "enrolled"
    SESSION = "session"
    EVENT = "event"
    GUESS = "guess"
    UNBLINDED = "unblinded"


class EventAction(StrEnum):
    """What came of an event."""

    NONE = "none"
    SESSION_ENDED = "session-ended"
    LEFT = "left"  # the person takes part no more


DONT_KNOW: Final = "dont-know"  # a guess that is none


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """One line. `person` is a pseudonym; empty where it is about the study. `of` holds what belongs to it."""

    at_utc: str
    act: StudyAct
    person: str = ""
    of: Mapping[str, Value] = field(default_factory=dict[str, Value])

    def text(self, key: str) -> str:
        """A field as text; empty where it is not there."""
        value = self.of.get(key)
        return "" if value is None else str(value)

    def whole(self, key: str) -> int:
        """A field as a whole number; 0 where it is none."""
        value = self.of.get(key)
        return value if isinstance(value, int) else 0

    def number(self, key: str) -> float | None:
        """A field as a number; None where it is none."""
        value = self.of.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def line_of(record: StudyRecord, before: str) -> str:
    """The line of a record after the line whose hash is `before`; it ends with its end."""
    data = {
        "at_utc": record.at_utc,
        "act": record.act.value,
        "person": record.person,
        "of": dict(record.of),
        "before": before,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True) + "\n"


def hash_of(line: str) -> str:
    """What the line after this one has to carry."""
    return hashlib.sha256(line.encode()).hexdigest()


def last_hash(text: str) -> str:
    """What the next line has to carry."""
    lines = text.splitlines(keepends=True)
    return hash_of(lines[-1]) if lines else FIRST


def read(text: str, file: str) -> Sequence[StudyRecord]:
    """All records, the earliest first.

    Raises:
        InputError: a line is none, or does not follow the one before it; with its number.
    """
    before, out = FIRST, list[StudyRecord]()
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        try:
            data = cast(dict[str, Any], json.loads(line))
            record = StudyRecord(
                str(data["at_utc"]), StudyAct(data["act"]), str(data["person"]), dict(data["of"])
            )
            carried = data["before"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError(
                f"{file}, line {number}, is no line of a study's log.", "Take the file back from a backup."
            ) from None
        if carried != before or not line.endswith("\n"):
            raise InputError(
                f"{file}, line {number}, does not follow the line before it: the log was changed.",
                "Take the file back from a backup; nothing goes on from a changed log.",
            )
        before = hash_of(line)
        out.append(record)
    return out
