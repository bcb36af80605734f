"""Stores with many sessions: a few that the real controller ran, copied with other days and people.

`python -m tests.support.many FOLDER N [PERSON …]` makes one to look at.
"""

import json
import sqlite3
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from entrain.control.protocol import SessionConfig, with_minutes
from entrain.control.session import start
from entrain.control.snapshot import summary
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.presets import library as presets
from entrain.storage.log.store import Store
from tests.support.record_fixture import session

STRAP = "ble:H10"
KINDS = (("desk", 5.0), ("desk", 10.0), ("quiet", 3.0), ("sleep", 15.0), ("desk", 10.0))


def run_one(
    store: Store, person: Person, preset: str = "quiet", minutes: float = 3.0, called: str = ""
) -> int:
    """A session with a simulated heart that passes for a strap; the number of it."""
    loaded = presets.load(preset)
    config = SessionConfig(with_minutes(loaded.preset, minutes), (STRAP,), person.seed)
    heart = SimulatedHeart(person, STRAP)
    whose = {"hearts": [STRAP], "audio": "device", "voice": "soft", "person": called}
    with store.begin(config, preset_text=loaded.text, **whose) as log:  # pyright: ignore[reportArgumentType]
        state = start(config)
        for event, state, effects in session(config, heart):  # noqa: B007
            log.append(event, effects)
        log.close(summary(state))
    assert log.session_id is not None
    return log.session_id


def move(store: Store, session_id: int, began: datetime) -> None:
    """Let a session have begun at that moment."""
    with sqlite3.connect(store.path) as connection:
        connection.execute(
            "UPDATE session SET end_epoch_s = end_epoch_s - origin_epoch_s + ?, origin_epoch_s = ?"
            " WHERE id = ?",
            (began.timestamp(), began.timestamp(), session_id),
        )
    connection.close()


def rate(store: Store, session_id: int, chance: Random) -> None:
    """Let somebody else have rated the session."""
    with sqlite3.connect(store.path) as connection:
        (text,) = connection.execute("SELECT summary FROM session WHERE id = ?", (session_id,)).fetchone()
        summary = json.dumps(json.loads(text) | _ratings(chance))
        connection.execute("UPDATE session SET summary = ? WHERE id = ?", (summary, session_id))
    connection.close()


def _ratings(chance: Random) -> dict[str, int]:
    before = chance.randint(3, 8)
    return {"rating_before": before, "rating_after": max(0, before - chance.randint(0, 3))}


def copies(store: Store, session_id: int, when: Sequence[datetime], person: str = "") -> list[int]:
    """So many more of the session, at other moments, in one transaction; ratings of their own."""
    chance = Random(session_id)
    with sqlite3.connect(store.path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(session)")]
        kept = [name for name in columns if name != "id"]
        row = connection.execute(
            f"SELECT {', '.join(kept)} FROM session WHERE id = ?", (session_id,)
        ).fetchone()
        made: list[int] = []
        for moment in when:
            new = dict(zip(kept, row, strict=True))
            told = json.loads(new["summary"]) | _ratings(chance)
            new |= {"uuid": str(uuid.uuid4()), "person": person, "summary": json.dumps(told)}
            new["end_epoch_s"] += moment.timestamp() - new["origin_epoch_s"]
            new["origin_epoch_s"] = moment.timestamp()
            places = ", ".join("?" * len(kept))
            cursor = connection.execute(
                f"INSERT INTO session ({', '.join(kept)}) VALUES ({places})", [new[name] for name in kept]
            )
            made.append(cursor.lastrowid or 0)
        for number in made:
            for table, rest in (
                ("event", "seq, t_s, kind, body"),
                ("effect", "seq, event_seq, t_s, kind, body"),
            ):
                connection.execute(
                    f"INSERT INTO {table} SELECT {number}, {rest} FROM {table} WHERE session_id = ?",
                    (session_id,),
                )
    connection.close()
    return made


def days_back(n: int, until: datetime, seed: int = 0) -> list[datetime]:
    """`n` moments of practice before `until`, the last one the day before, some three to five a week."""
    chance = Random(seed)
    moments: list[datetime] = []
    day = until - timedelta(days=1)
    while len(moments) < n:
        moments.append(day.replace(hour=chance.choice([7, 8, 12, 14, 18, 21]), minute=chance.randrange(60)))
        day -= timedelta(days=chance.choice([0, 1, 1, 1, 2, 2, 3, 6]))
    return sorted(moments)


def main(folder: Path, n: int, people: Sequence[str]) -> None:
    """At most 40 sessions that differ, of one heart that grows a little calmer; the rest are copies."""
    store = Store(folder / "sessions.db")
    chance, heart = Random(1), Person.draw(7)
    moments = days_back(n, datetime.now().astimezone())
    n_own = min(n, 40)
    for k, moment in enumerate(moments):
        name = chance.choice(people or [""])
        if k < n - n_own:
            continue
        rested = replace(heart.heart, base_bpm=71.0 - 5.0 * k / max(20, n) + chance.gauss(0.0, 1.5))
        today = replace(heart, seed=k, heart=rested)
        number = run_one(store, today, *chance.choice(KINDS), called=name)
        move(store, number, moment)
        rate(store, number, chance)
    first = store.sessions()[0].id
    for k, moment in enumerate(moments[: n - n_own]):
        copies(store, first + k % n_own, [moment], chance.choice(people or [""]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
