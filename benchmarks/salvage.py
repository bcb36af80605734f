"""How much of a torn store comes back? `python -m benchmarks.salvage [TRIALS]`

Damages copies of a store with one session at random, in five ways, salvages each, and counts what came back
and how many rows came back other than they were; the same of an encrypted store.
"""

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.formats import record
from entrain.errors import StoreError
from entrain.storage.encryption import cipher
from entrain.storage.encryption import convert as encrypting
from entrain.storage.log.database import reading
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


def is_readable(path: Path) -> bool:
    """Could SQLite itself still read all of it?"""
    try:
        session = Store(path).load(1)
        return sum(1 + len(effects) for _, effects in session.records) > 0
    except StoreError:
        return False


def main(n_trials: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = record(folder / "whole.db", 10.0)
        try_all(store, n_trials, folder)
        encrypting.encrypt(store.path, PASSPHRASE)
        cipher.unlock(folder / "torn.db", PASSPHRASE)
        print("encrypted")
        try_all(store, n_trials, folder)


def try_all(store: Store, n_trials: int, folder: Path) -> None:
    whole, data = rows(store.path), store.path.read_bytes()
    print(f"{len(whole)} records in {len(data) // PAGE} pages; {n_trials} trials of each")
    print(f"{'damage':26}unreadable  sessions back  records back: mean, worst   altered")
    for damage in DAMAGES:
        trial(damage, n_trials, data, whole, folder)


def trial(damage: Damage, n_trials: int, data: bytes, whole: set[tuple[object, ...]], folder: Path) -> None:
    shares: list[float] = []
    n_unreadable = n_sessions = n_altered = 0
    for seed in range(n_trials):
        torn = bytearray(data)
        damage(torn, random.Random(seed))
        path, new = folder / "torn.db", folder / "new.db"
        path.write_bytes(torn)
        try:
            saved = salvage(path, new)
        except cipher.Locked:  # the salt is gone, and with it the key
            shares.append(0.0)
            n_unreadable += 1
            continue
        back = rows(new)
        n_altered += len(back - whole)
        n_sessions += saved.n_sessions
        shares.append(len(back) / len(whole))
        n_unreadable += not is_readable(path)
        for each in folder.glob("*.db*"):
            if not each.name.startswith("whole"):
                each.unlink()
    mean, worst = 100 * sum(shares) / n_trials, 100 * min(shares)
    said = damage.__name__.replace("_", " ")
    print(f"{said:26}{n_unreadable:10}  {n_sessions:13}  {mean:17.1f} %, {worst:.1f} %  {n_altered:8}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
