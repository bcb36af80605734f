"""Trials with programs that are killed in the middle of writing. Used by the tests and the benchmark."""

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from entrain.storage.log.store import Store
from tests.support.appender import record

ROOT = Path(__file__).parents[2]


def appender(path: Path, n_records: int, *passphrase: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.appender", str(path), str(n_records), *passphrase]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@dataclass(frozen=True)
class Killed:
    acknowledged: int
    stored: int
    whole: bool  # what is stored is exactly the first records, each with all its effects


def kill_while_writing(path: Path, rng: random.Random, *passphrase: str) -> Killed:
    """Let a program record, kill it (SIGKILL) at a random moment, and compare the disk with what it said."""
    child = appender(path, 1_000_000, *passphrase)
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    # On a busy machine nothing may be on the disk for long; two of three are let come to a first word.
    first = [child.stdout.readline()] if rng.random() < 2 / 3 else []
    time.sleep(rng.uniform(0.0, 0.4))
    child.kill()
    said = [int(line) for line in (*first, *child.stdout.read().split())]
    child.wait()
    child.stdout.close()
    sessions = Store(path).sessions()
    if not sessions:  # killed before the first commit
        return Killed(said[-1] if said else 0, 0, whole=True)
    stored = list(Store(path).load(sessions[-1].id).records)
    whole = stored == [record(n) for n in range(len(stored))]
    return Killed(said[-1] if said else 0, len(stored), whole)
