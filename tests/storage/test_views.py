"""The views: what a reader without entrain sees, and that the documentation speaks of all of it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from entrain.control.events import Effect, Event, OnsetPlanned, OnsetPlayed, Tick
from entrain.storage.log.store import Store
from tests.support.sessions import ACC_FRAME, CONFIG, RECORDS, SUMMARY

LOG_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "log.md"


@pytest.fixture
def reader(store: Store) -> Iterator[sqlite3.Connection]:
    for _ in range(2):  # so that a view which mixes up sessions shows it
        log = store.begin(CONFIG, preset_text="", hearts=["sim:7"])
        for event, effects in RECORDS:
            log.append(event, effects)
        log.close(SUMMARY)
    connection = sqlite3.connect(store.path)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("columns", "view", "rows"),
    [
        (
            "t_s, strap, payload_hex, n_bytes",
            "notification",
            [(1.0, "sim:7", "10447303", 4), (4.0, "sim:7", "10", 1)],
        ),
        (
            "t_s, known_t_s, strap, segment, n, rr_ticks, rr_ms, verdict",
            "beat",
            [(0.9, 1.0, "sim:7", 0, 0, 883, 883 * 1000 / 1024, "ok")],
        ),
        ("t_s, strap, segment, reason", "segment", [(1.0, "sim:7", 0, "The strap began to send.")]),
        ("t_s, strap, reason", "rejected", [(4.0, "sim:7", "too short")]),
        ("t_s, bpm, age_s, source, rmssd_ms", "pulse", [(1.5, 69.5, 0.6, "intervals", 31.25)]),
        (
            "t_s, strap, rate_per_min, rsa_ms, confidence, in_step, source",
            "own_breath",
            [(1.5, "sim:7", 13.5, 42.0, 0.75, "no pacer", "heart")],
        ),
        (
            "t_s, until_s, phase, reason",
            "phase",
            [
                (0.1, 1.5, "baseline", "The first pulse has come."),
                (1.5, 600.0, "match", "The baseline is known."),
                (600.0, None, "ended", "The time is over."),
            ],
        ),
        (
            "t_s, what, author, before, after, reason, inputs",
            "decision",
            [
                (
                    1.5,
                    "tempo_bpm",
                    "policy",
                    None,
                    66.0,
                    "the beat begins 5 % below the pulse",
                    '[["pulse_bpm",69.5],["baseline_bpm",null]]',
                )
            ],
        ),
        ("t_s, part, beats, duration_s, breath_per_min", "breath_cue", [(2.0, "in", 3, 2.727, 8.25)]),
        (
            "n, planned_t_s, dac_t_s, round(late_ms, 6), uncertainty_ms, frame, reported_t_s",
            "onset",
            [
                (0, 2.0, 2.0125, 12.5, 1.0, 96000, 1.7),
                (1, 2.0 + 60 / 66, None, None, None, None, None),
            ],
        ),
        (
            "t_s, strap, link, detail, advice, figures, words",
            "link",
            [(0.1, "sim:7", "streaming", "sending", "", "[]", '[["strap","Simulated"]]')],
        ),
        (
            "t_s, strap, name, battery_percent, manufacturer, model, firmware, signal_dbm",
            "strap",
            [(0.2, "sim:7", "Simulated", 83, None, None, None, -61)],
        ),
        (
            "t_s, sound, device, detail, advice, gap_s",
            "sound",
            [(1.6, "playing", "Loudspeaker", "", "", 0.25)],
        ),
        (
            "t_s, strap, sensor, state, detail, advice, rate_hz, factor",
            "sensor",
            [(2.0, "sim:7", "acc", "streaming", "It sends.", "Sit still.", 25.0, 0.5)],
        ),
        (
            "strap, sensor, arrived_t_s, frame_hex",
            "sensor_frame",
            [("sim:7", "acc", t_s, ACC_FRAME.hex()) for t_s in (2.125, 2.25)],
        ),
        ("t_s, fault, advice", "log_fault", [(2.5, "The disk is full.", "Make some room.")]),
        ("t_s, volume, muted", "volume", [(600.0, 0.5, 1)]),
        (
            "t_s, command, author, arguments",
            "command",
            [
                (3.0, "Mark", "person", '{"type":"Mark","note":"a door","ago_s":0.5,"strap":null}'),
                (3.5, "Rate", "person", '{"type":"Rate","value":6,"when":"before","strap":null}'),
            ],
        ),
        ("t_s, note, author, given_t_s", "marker", [(2.5, "a door", "person", 3.0)]),
        ('t_s, "when", value', "rating", [(3.5, "before", 6)]),
    ],
)
def test_views(reader: sqlite3.Connection, columns: str, view: str, rows: list[tuple[object, ...]]) -> None:
    for session_id in (1, 2):
        found = reader.execute(f"SELECT {columns} FROM {view} WHERE session_id = {session_id} ORDER BY seq")
        assert found.fetchall() == rows


def test_every_message_can_be_seen(reader: sqlite3.Connection) -> None:
    views = " ".join(sql for (sql,) in reader.execute("SELECT sql FROM sqlite_master WHERE type = 'view'"))
    kinds = {kind.__name__ for kind in (*get_args(Event), *get_args(Effect))}
    # What a VoiceChanged says, the command that asked for it says in the view `command`.
    unseen = {"Tick", "ScoreChanged", "Ended", "VoiceChanged"}
    assert {kind for kind in kinds if f"'{kind}'" not in views} == unseen


def test_times_are_exact(reader: sqlite3.Connection) -> None:
    (t_s,) = reader.execute("SELECT planned_t_s FROM onset WHERE n = 1").fetchone()
    assert t_s == 2.0 + 60 / 66


def test_the_overview(reader: sqlite3.Connection) -> None:
    row = reader.execute(
        "SELECT preset, seed, end_reason, note, finished, completed, n_events, last_t_s,"
        " started_utc LIKE '20__-__-__T__:__:__.___Z', ended_utc >= started_utc FROM overview WHERE id = 2"
    ).fetchone()
    assert row == ("desk", 7, "The time is over.", "", 1, 1, len(RECORDS), 600.0, 1, 1)


def test_the_onsets_of_a_long_session_are_joined_quickly(store: Store) -> None:
    """A join over JSON without an index takes time with the square of the beats: counted in steps here."""
    log = store.begin(CONFIG, preset_text="")
    for n in range(4000):
        log.append(Tick(n - 0.5), (OnsetPlanned(float(n), n),))
        log.append(OnsetPlayed(float(n), n, float(n), n + 0.01, None, n), ())
    log.close()
    connection = sqlite3.connect(store.path)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return steps > 100

    connection.set_progress_handler(count, 10_000)
    (n_joined,) = connection.execute("SELECT count(dac_t_s) FROM onset WHERE session_id = 1").fetchone()
    connection.close()
    assert n_joined == 4000


def test_the_documentation_names_every_table_view_and_column(reader: sqlite3.Connection) -> None:
    page = LOG_PAGE.read_text("utf-8")
    relations = [
        name
        for (name,) in reader.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        )
    ]
    assert len(relations) == 28
    missing = [
        f"{relation}.{column}"
        for relation in relations
        for (_, column, *_) in reader.execute(f"PRAGMA table_xinfo({relation})")
        if f"`{relation}`" not in page or f"`{column}`" not in page
    ]
    assert missing == []
