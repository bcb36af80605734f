"""Where backups of a store went, so that deleting a session can say where it still is.

One line of JSON for each, in `backups.jsonl` beside the store. A copy made by other means is not known.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from entrain.errors import StoreError
from entrain.storage.encryption import cipher
from entrain.storage.log.database import told
from entrain.storage.log.store import Store


def remember(store: Store, backup: Path) -> None:
    """Note that `store` was copied to `backup`.

    Raises:
        StoreError: it cannot be noted.
    """
    path = _list_of(store)
    line = json.dumps(
        {"path": str(backup.absolute()), "made_utc": datetime.now(UTC).isoformat(timespec="seconds")}
    )
    with told(path):
        number = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        with os.fdopen(number, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def still_in(
    store: Store, uuids: frozenset[str], person: str = ""
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The known backups that still hold one of these sessions, and those that cannot be looked into now.

    Args:
        person: also those that know this pseudonym.
    """
    holding: list[Path] = []
    unseen: list[Path] = []
    for path in known(store):
        try:
            if cipher.is_encrypted(path):
                cipher.try_known(path)
            found = (Store(path).sessions(), Store(path).people()) if path.exists() else None
        except StoreError:
            found = None
        if found is None:
            unseen.append(path)
        elif any(row.uuid in uuids for row in found[0]) or (person and person in found[1]):
            holding.append(path)
    return tuple(holding), tuple(unseen)


def known(store: Store) -> tuple[Path, ...]:
    """Where backups of `store` were made; they need not be there any more."""
    try:
        lines = _list_of(store).read_text("utf-8").splitlines()
    except OSError:
        return ()
    found: dict[Path, None] = {}
    for line in lines:
        try:
            found[Path(json.loads(line)["path"])] = None
        except (ValueError, KeyError, TypeError):
            continue  # a line cut short; the others still say something
    return tuple(found)


def _list_of(store: Store) -> Path:
    return store.path.with_name("backups.jsonl")
