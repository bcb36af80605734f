"""Damaged recordings of every kind that is read, by the hundred thousand.

    python -m benchmarks.reading_fuzz [N]

The files of the tests' cases (tables, FIT, XML, JSON ...) and our own exports as EDF+, XDF, WFDB, Parquet,
BIDS, CSV and JSON lines, each with bytes changed, cut out, doubled or put in. Each has to end with a sentence
or with intervals, within `SLOWEST_S` and `MOST_B` of memory. A child reads a few hundred at a time, so that a
library that falls is told too. Prints what went wrong, with the seed that makes it again.
"""

import pickle
import random
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Final

from entrain.errors import EntrainError
from entrain.recordings.reading import read_recording
from entrain.storage.export import export
from entrain.storage.log.store import Store
from tests.support import record_fixture
from tests.support.damage import WHOLE, damaged, damaged_of

BATCH: Final = 500
SLOWEST_S: Final = 10
MOST_B: Final = 3 << 30  # of address space: pyarrow and NumPy alone take a third of it
_EXPORTS: Final = {
    "edf": "edf/session.edf",
    "xdf": "session.xdf",
    "wfdb": "wfdb",
    "parquet": "session.parquet",
    "bids": "bids",
    "csv": "session.csv",
    "jsonl": "session.jsonl",
}


def whole_files(folder: Path) -> dict[str, bytes]:
    """What is damaged: the cases, and one file of each export, with what belongs beside it in `folder`."""
    store = Store(folder / "sessions.db")
    record_fixture.record(store.path)
    files = dict(WHOLE)
    for form, name in _EXPORTS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        export(store, 1, form, path)
        beats = [path] if path.is_file() else [*path.glob("*.atr"), *path.rglob("*physioevents.tsv.gz")]
        files[str(beats[0].relative_to(folder))] = beats[0].read_bytes()
    return files


class TooSlow(BaseException):
    """No library takes this for a damaged file."""


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def read_damaged(files: dict[str, bytes], folder: Path, seed: int) -> str:
    """ "read", "refused", or what went wrong."""
    random_ = random.Random(seed)
    name, data = damaged_of(files, random_) if seed % 2 else damaged(random_)
    path = folder / name
    path.write_bytes(data)
    signal.alarm(SLOWEST_S)
    try:
        recording = read_recording(path)
    except EntrainError:
        return "refused"
    except BaseException:
        return f"{name}:\n{traceback.format_exc(limit=-3)}"
    finally:
        signal.alarm(0)
    good = all(0.0 < ms <= 60_000.0 for ms in recording.intervals_ms)
    return "read" if good else f"{name}: an interval that is none"


def batch(folder: Path, seeds: range) -> None:
    """In a child: one line for each seed, with how long it took and how it ended."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_B, MOST_B))
    signal.signal(signal.SIGALRM, _too_slow)
    files: dict[str, bytes] = pickle.loads((folder / "whole.pickle").read_bytes())
    for seed in seeds:
        print(seed, end=" ", flush=True)
        began_s = perf_counter()
        said = read_damaged(files, folder, seed)
        print(f"{perf_counter() - began_s:.3f} {said!r}", flush=True)


def _lines_of(folder: Path, seeds: range) -> list[str]:
    """What a child says; one that sticks in a library is ended."""
    words = [sys.executable, "-m", "benchmarks.reading_fuzz", str(seeds.start), str(seeds.stop), str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=BATCH * 2, check=False)
    except subprocess.TimeoutExpired as late:
        return [*(late.stdout or b"").decode().splitlines(), f"{seeds} the child stuck"]
    fell = [f"{seeds} 0 the child ended with {done.returncode}"] if done.returncode else []
    return [*done.stdout.splitlines(), *fell]


def main(n: int) -> int:
    ended: Counter[str] = Counter()
    slowest_s, faults = 0.0, list[str]()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "whole.pickle").write_bytes(pickle.dumps(whole_files(folder)))
        for first in range(0, n, BATCH):
            for line in _lines_of(folder, range(first, min(n, first + BATCH))):
                seed, _, rest = line.partition(" ")
                took_s, _, how = rest.partition(" ")
                if how not in ("'read'", "'refused'"):
                    faults.append(f"seed {seed}: {rest or 'the program fell'}")
                    continue
                ended[how] += 1
                slowest_s = max(slowest_s, float(took_s))
            print(f"{first + BATCH} {dict(ended)}, {len(faults)} faults", file=sys.stderr, flush=True)
    n_read, n_refused = ended["'read'"], ended["'refused'"]
    print("\n".join(faults[:10]))
    print(
        f"{n} damaged files: {n_read} read, {n_refused} refused, {len(faults)} faults;"
        f" slowest {slowest_s:.2f} s"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) == 4:
        batch(Path(sys.argv[3]), range(int(sys.argv[1]), int(sys.argv[2])))
        raise SystemExit(0)
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
