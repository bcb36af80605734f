"""Programs that die, and programs that meet."""

import random
import sqlite3
from pathlib import Path

from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from tests.support.appender import record
from tests.support.crashes import appender, kill_while_writing


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    rng = random.Random(1)
    trials = [kill_while_writing(tmp_path / f"{n}.db", rng) for n in range(10)]
    assert all(trial.stored >= trial.acknowledged for trial in trials)
    assert all(trial.whole for trial in trials)
    assert sum(trial.acknowledged > 0 for trial in trials) >= 5  # or nothing was tried


def test_a_killed_session_is_there_and_the_store_goes_on(store: Store) -> None:
    child = appender(store.path, 1_000_000)
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip().isdigit() and int(line) > 100:
            break
    child.kill()
    child.wait()
    child.stdout.close()
    with store.begin(store.load(1).config, preset_text="") as log:
        log.append(*record(0))
    rows = store.sessions()
    assert [row.state for row in rows] != [SessionOutcome.COMPLETED] * 2
    assert rows[0].n_events > 100
    assert rows[1].n_events == 1


def test_several_programs_share_a_store(store: Store) -> None:
    children = [appender(store.path, 400) for _ in range(3)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.read().split()[-1] == "400"
        assert child.wait(30) == 0
        child.stdout.close()
    assert [row.n_events for row in store.sessions()] == [400, 400, 400]
    for row in store.sessions():
        assert list(store.load(row.id).records) == [record(n) for n in range(400)]
    assert sqlite3.connect(store.path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
