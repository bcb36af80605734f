"""A session without what could tell whose it is: for handing on.

What goes: every moment on the wall's clock, names and addresses of straps and sound devices, notes, the texts
of an own preset, the names of the computer's system, of files and of music, the session's UUID, and the
pseudonym under which it was stored: another takes its place. What stays: intervals, times on the session's
clock, decisions with their reasons, ratings. A pulse is still a person's pulse: somebody who has another
recording of the same heart may be able to tell.
"""

import json
import re
import secrets
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, cast

from entrain.errors import UsageError
from entrain.shipped import shipped_presets_path
from entrain.storage.encryption import cipher
from entrain.storage.log import rows
from entrain.storage.log.database import open_for_writing, reading, told, writing
from entrain.storage.log.rows import EffectRow, EventRow, Head
from entrain.storage.log.store import Store
from entrain.storage.log.stored import row_of
from entrain.whatif.imported import PREFIX

_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9]{1,32}")
# Of Bluetooth devices; on macOS a UUID stands in its place.
_ADDRESS: Final = re.compile(
    r"\b[0-9A-Fa-f]{2}(?:[:_-][0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b"
)
# Texts by others than entrain, wherever they stand.
_FREE: Final = frozenset({"detail", "advice", "note", "device", "fault"})
# Words out of entrain's own lists, and bytes.
_FIXED: Final = frozenset(
    {
        *("type", "what", "part", "phase", "link", "sound", "source", "in_step", "verdict", "when", "policy"),
        *("voice", "payload", "frames"),
    }
)
# Of a remark's words, those that are out of a list.
_LISTED: Final = frozenset({"sensor", "axis", "answer"})
_STAMP: Final = slice(1, 9)  # of a frame, see `entrain.heart.pmd.frames`
_HOUR_NS: Final = 3_600_000_000_000
_WITHHELD: Final = "withheld"
_LOST: Final = "the strap was lost"  # what the controller says of a lost link without details


def pseudonym(name: str | None) -> str:
    """`name`, or one drawn at random.

    Raises:
        UsageError: it is not of letters and digits, as file names of BIDS want it.
    """
    if name is None:
        return f"p{secrets.token_hex(4)}"
    if not _PSEUDONYM.fullmatch(name):
        raise UsageError(f"A pseudonym is of letters and digits, at most 32, not {name!r}.", "Try P01.")
    return name


def deidentified(
    store: Store, session_id: int, folder: Path, person: str = ""
) -> tuple[Store, Mapping[str, str]]:
    """A store in `folder` with this session alone, as number 1, de-identified; and its straps' new names.

    `person` is what the person is called from now on.

    Raises:
        StoreError: there is no such session, or it cannot be read or written.
    """
    copy = Store(folder / "deidentified.db")
    cipher.same_as(copy.path, store.path)
    with reading(store.path) as source:
        row_of(source, store.path, session_id)
        cursor = source.execute("SELECT * FROM session WHERE id = ?", (session_id,))
        names = [each[0] for each in cursor.description]
        row: dict[str, Any] = dict(zip(names, cursor.fetchone(), strict=True))
        clean = _Cleaner(json.loads(row["config"])["straps"])
        events: list[EventRow] = []
        kinds: dict[int, str] = {}
        for seq, t_s, kind, body in source.execute(
            "SELECT seq, t_s, kind, body FROM event WHERE session_id = ? ORDER BY seq", (session_id,)
        ):
            kinds[seq] = kind
            events.append((seq, t_s, kind, clean.body(kind, body)))
        effects: list[EffectRow] = [
            (seq, event_seq, t_s, kind, clean.body(kind, body, after=kinds.get(event_seq)))
            for seq, event_seq, t_s, kind, body in source.execute(
                "SELECT seq, event_seq, t_s, kind, body FROM effect WHERE session_id = ? ORDER BY seq",
                (session_id,),
            )
        ]
    with told(copy.path), closing(open_for_writing(copy.path)) as target, writing(target):
        new_id = rows.begin(target, _head(row, clean, person))
        rows.insert(target, new_id, events, effects)
        target.execute(
            "UPDATE session SET end_epoch_s = ?, end_monotonic_s = ?, end_reason = ?, summary = ?"
            " WHERE id = ?",
            (*_ending(row, clean), new_id),
        )
    return copy, clean.straps


def _head(row: Mapping[str, Any], clean: "_Cleaner", person: str) -> Head:
    config = json.loads(row["config"])
    hearts: list[str] = [_kind(heart) for heart in json.loads(row["hearts"])]
    shipped = {path.read_text("utf-8") for path in shipped_presets_path().glob("*.toml")}
    is_ours = row["preset_text"] in shipped
    config["straps"] = [clean.strap(name) for name in config["straps"]]
    config["persons"] = [""] * len(config.get("persons", []))
    if leader := config["preset"].get("group", {}).get("leader"):
        config["preset"]["group"]["leader"] = clean.straps.get(leader, "")
    config["preset"]["sound"]["music"] = ""
    config["music"] = [piece | {"name": "", "sha256": ""} for piece in config.get("music", [])]
    if any(heart.startswith(PREFIX) for heart in hearts):
        config["preset"] |= {"title": "An imported recording"}
    elif not is_ours:
        config["preset"] |= {"name": "own", "title": "An own preset", "summary": ""}
    return Head(
        uuid=str(uuid.uuid4()),
        origin_epoch_s=0.0,
        origin_monotonic_s=0.0,
        config=_json(config),
        preset_text=row["preset_text"] if is_ours else "",
        preset_sha256=row["preset_sha256"] if is_ours else "",
        hearts=_json(hearts),
        audio=row["audio"].partition(":")[0],
        voice=row["voice"],
        entrain_version=row["entrain_version"],
        python_version=row["python_version"],
        platform=_WITHHELD,
        person=person,
    )


def _ending(
    row: Mapping[str, Any], clean: "_Cleaner"
) -> tuple[float | None, float | None, str | None, str | None]:
    """The end as time since the beginning, and the summary without the session's number."""

    def since(end: str, origin: str) -> float | None:
        return None if row[end] is None else row[end] - row[origin]

    return (
        since("end_epoch_s", "origin_epoch_s"),
        since("end_monotonic_s", "origin_monotonic_s"),
        row["end_reason"] and clean.text(row["end_reason"]),
        row["summary"] and _json(_summary(json.loads(row["summary"]), clean)),
    )


def _summary(summary: dict[str, Any], clean: "_Cleaner") -> dict[str, Any]:
    """Without the session's number, and without the names of hearts and of whose they are."""
    hearts = [
        heart | {"strap": clean.strap(heart["strap"]), "person": ""} for heart in summary.get("hearts", [])
    ]
    reason = (
        clean.text(summary["reason"]) if isinstance(summary.get("reason"), str) else summary.get("reason")
    )
    return summary | {"session_id": None, "hearts": hearts, "reason": reason}


def _kind(heart: str) -> str:
    """What kind of heart it was: ble, sim, import: …"""
    return f"{PREFIX}{_WITHHELD}" if heart.startswith(PREFIX) else heart.partition(":")[0]


class _Cleaner:
    """Knows the straps' pseudonyms, and every name that was heard on the way."""

    def __init__(self, straps: list[str]) -> None:
        self.straps = {name: f"heart{n}" for n, name in enumerate(straps, 1)}
        self._names: set[str] = set(straps)
        self._began_ns: dict[str, int] = {}  # of each strap's own clock

    def strap(self, name: str) -> str:
        return self.straps.setdefault(name, f"heart{len(self.straps) + 1}")

    def body(self, kind: str, text: str, after: str | None = None) -> str:
        """The JSON of an event or effect of this kind, cleaned; `after` is the kind of an effect's event."""
        body = json.loads(text)
        if kind == "StrapDescribed" and body.get("name"):
            self._names.add(body["name"])
            body["name"] = None
        if kind == "StrapDescribed" and body.get("address"):
            self._names.add(body["address"])
            body["address"] = None
        if kind == "SoundChanged" and body.get("device"):
            self._names.add(body["device"])
        if kind == "SensorFrames":
            body["frames"] = [self._undated(frame, body["strap"]) for frame in body["frames"]]
        if kind == "SegmentBegan" and after == "LinkChanged" and isinstance(body["reason"], str):
            body["reason"] = _LOST
        if body.get("remark"):
            # Others' words go, and so do the sentences of an older log, which have them within.
            words = [each for each in body["remark"]["words"] if each[0] in _LISTED]
            body["remark"] |= {"words": words, "text": "", "advice": ""}
        return _json(self._cleaned(body))

    def _undated(self, frame: str, strap: str) -> str:
        """A frame of a measurement stream; the strap's clock, which may be the wall's, begins an hour ago."""
        data = bytearray.fromhex(frame)
        if len(data) >= _STAMP.stop:
            ns = int.from_bytes(data[_STAMP], "little")
            since_ns = ns - self._began_ns.setdefault(strap, ns) + _HOUR_NS
            data[_STAMP] = (since_ns % (1 << 64)).to_bytes(8, "little")
        return data.hex()

    def text(self, text: str) -> str:
        """A sentence of entrain's own, without names and addresses that came into it."""
        for name in sorted(self._names, key=len, reverse=True):
            if name in text:
                whole = rf"(?<!\w){re.escape(name)}(?!\w)"
                text = re.sub(whole, self.straps.get(name, _WITHHELD), text)
        return _ADDRESS.sub(_WITHHELD, text)

    def _cleaned(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            items = cast("dict[str, Any]", value).items()
            return {name: self._cleaned(each, name) for name, each in items}
        if isinstance(value, list):
            return [self._cleaned(each, key) for each in cast("list[Any]", value)]
        if not isinstance(value, str) or key in _FIXED:
            return value
        if key == "strap":
            return self.strap(value)
        return "" if key in _FREE else self.text(value)


_json: Final[Callable[[Any], str]] = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
