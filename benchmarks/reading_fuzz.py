"""Damaged recordings and tables in every dialect, by the hundred thousand.

    python -m benchmarks.reading_fuzz [N]

Each damaged file has to end with a sentence or with intervals, within a second; each table has to be read
right or refused. Prints what did not, with the seed that makes it again.
"""

import random
import sys
import traceback
from time import perf_counter

from entrain.errors import EntrainError
from entrain.recordings.files import FileBytes
from entrain.recordings.reading import recording_in
from tests.support.damage import damaged


def main(n: int) -> int:
    n_read = n_refused = n_faults = 0
    slowest_s = 0.0
    for seed in range(n):
        name, data = damaged(random.Random(seed))
        began_s = perf_counter()
        try:
            recording = recording_in(FileBytes(name, data, None))
            n_read += 1
            if not all(0.0 < ms <= 60_000.0 for ms in recording.intervals_ms):
                raise AssertionError("an interval that is none")
        except EntrainError:
            n_refused += 1
        except Exception:
            n_faults += 1
            if n_faults <= 5:
                print(f"seed {seed}, {name}:\n{traceback.format_exc(limit=-3)}")
        slowest_s = max(slowest_s, perf_counter() - began_s)
    print(
        f"{n} damaged files: {n_read} read, {n_refused} refused, {n_faults} faults; slowest {slowest_s:.2f} s"
    )
    return 1 if n_faults else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
