"""How much of a torn store comes back? `python -m benchmarks.salvage [TRIALS]`

Damages copies of a store with one session at random, in five ways, and counts what comes back, and how many
rows come back other than they were: by our salvage of pages, by the `.recover` of the sqlite3 shell (SQLite's
own recovery, which knows no encrypted pages), and by reading through SQLite's or SQLCipher's own library from
both ends of each table until it fails. The same of an encrypted store.
"""

import argparse
import random
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.formats import record
from entrain.errors import StoreError
from entrain.storage.encryption import cipher
from entrain.storage.encryption import convert as encrypting
from entrain.storage.log.database import connect, reading
from entrain.storage.log.store import Store
from entrain.storage.recovery.salvage import salvage

Damage = Callable[[bytearray, random.Random], None]
PAGE = 4096
PASSPHRASE = "correct horse battery staple"


def one_page_of_zeros(data: bytearray, chance: random.Random) -> None:
    at = PAGE * chance.randrange(len(data) // PAGE)
    data[at : at + PAGE] = bytes(PAGE)


def ten_pages_of_zeros(data: bytearray, chance: random.Random) -> None:
    for _ in range(10):
        one_page_of_zeros(data, chance)


def the_first_page_gone(data: bytearray, chance: random.Random) -> None:
    data[:PAGE] = chance.randbytes(PAGE)


def a_hundred_bytes_changed(data: bytearray, chance: random.Random) -> None:
    for _ in range(100):
        data[chance.randrange(len(data))] = chance.randrange(256)


def cut_off(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) // 4, len(data)) :]


DAMAGES: tuple[Damage, ...] = (
    one_page_of_zeros,
    ten_pages_of_zeros,
    the_first_page_gone,
    a_hundred_bytes_changed,
    cut_off,
)


def rows(path: Path) -> set[tuple[object, ...]]:
    with reading(path) as connection:
        return {row for table in ("event", "effect") for row in connection.execute(f"SELECT * FROM {table}")}


def main(n_trials: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = record(folder / "whole.db", 10.0)
        try_all(store, n_trials, folder)
        encrypting.encrypt(store.path, PASSPHRASE)
        cipher.unlock(folder / "torn.db", PASSPHRASE)
        print("encrypted")
        try_all(store, n_trials, folder)


def by_salvage(path: Path, new: Path) -> set[tuple[object, ...]]:
    try:
        salvage(path, new)
    except cipher.Locked:  # the salt is gone, and with it the key
        return set()
    return rows(new)


def by_sqlite_shell(path: Path, new: Path) -> set[tuple[object, ...]]:
    """Everything that `.recover` writes into the tables; its lost_and_found is of nobody's table."""
    said = subprocess.run(["sqlite3", str(path), ".recover"], capture_output=True, check=False).stdout
    subprocess.run(["sqlite3", str(new)], input=said, capture_output=True, check=False)
    found: set[tuple[object, ...]] = set()
    connection = sqlite3.connect(new)
    for table in ("event", "effect"):
        try:
            found.update(connection.execute(f"SELECT * FROM {table}"))
        except sqlite3.Error:
            continue
    connection.close()
    return found


def by_both_ends(path: Path, new: Path) -> set[tuple[object, ...]]:
    """What the library itself reads of each table before it fails, from its beginning and from its end."""
    del new
    found: set[tuple[object, ...]] = set()
    for table in ("event", "effect"):
        for order in ("ASC", "DESC"):
            try:
                connection = connect(path, "ro")
                query = f"SELECT * FROM {table} ORDER BY session_id {order}, seq {order}"
                for row in connection.execute(query):
                    found.add(row)
            except (StoreError, UnicodeDecodeError, *cipher.errors()):
                pass
    return found


def try_all(store: Store, n_trials: int, folder: Path) -> None:
    whole, data = rows(store.path), store.path.read_bytes()
    print(f"{len(whole)} records in {len(data) // PAGE} pages; {n_trials} trials of each")
    print(f"{'damage':26}{'by':14}records back: mean, worst   altered")
    ways = [by_salvage, by_both_ends, *([] if cipher.passphrase_of(store.path) else [by_sqlite_shell])]
    for damage in DAMAGES:
        for way in ways:
            trial(damage, way, n_trials, data, whole, folder)


def trial(
    damage: Damage,
    way: Callable[[Path, Path], set[tuple[object, ...]]],
    n_trials: int,
    data: bytes,
    whole: set[tuple[object, ...]],
    folder: Path,
) -> None:
    shares: list[float] = []
    n_altered = 0
    for seed in range(n_trials):
        torn = bytearray(data)
        damage(torn, random.Random(seed))
        path = folder / "torn.db"
        path.write_bytes(torn)
        back = way(path, folder / "new.db")
        n_altered += len(back - whole)
        shares.append(len(back & whole) / len(whole))
        for each in folder.glob("*.db*"):
            if not each.name.startswith("whole"):
                each.unlink()
    mean, worst = 100 * sum(shares) / n_trials, 100 * min(shares)
    said, by = damage.__name__.replace("_", " "), way.__name__.removeprefix("by_").replace("_", " ")
    print(f"{said:26}{by:14}{mean:17.1f} %, {worst:.1f} %  {n_altered:8}", flush=True)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("?")[0] + "?")
    asked.add_argument(
        "trials", metavar="TRIALS", type=int, nargs="?", default=100, help="of each kind of damage"
    )
    main(asked.parse_args().trials)
