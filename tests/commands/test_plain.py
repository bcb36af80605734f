"""Sessions without a screen on a real terminal: keys work, lines are terse, no reader holds anything up."""

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from entrain.control.events import Tick
from entrain.headless.lines import Lines
from entrain.headless.spool import Spool
from entrain.storage.log.store import Store


@contextmanager
def typed(home: Path, *options: str, term: str = "xterm") -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`entrain demo` with `options` on a terminal of its own, and our end of that."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": term, "ENTRAIN_HOME": str(home)}
    command = [sys.executable, "-m", "entrain", "demo", "--audio", "none", *options]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def until(terminal: int, mark: str, within_s: float = 60.0) -> str:
    seen, until_s = b"", time.monotonic() + within_s
    while mark.encode() not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0.0, until_s - time.monotonic()))
        assert ready, seen[-1000:]
        seen += os.read(terminal, 65536)
    return seen.decode()


@pytest.mark.parametrize(("options", "term"), [(("--plain",), "xterm"), ((), "dumb")])
def test_plain_lines_have_no_clock_and_keys_work(options: tuple[str, ...], term: str, tmp_path: Path) -> None:
    with typed(tmp_path, *options, term=term) as (process, ours):
        said = until(ours, "breathe as you like")
        os.write(ours, b" ")
        said += until(ours, "paused")
        os.write(ours, b" ?q")
        said += until(ours, "Kept as session 1")
        assert process.wait(20.0) == 0
        lines = said[said.index("strap ") :].splitlines()
        assert not [line for line in lines if re.match(r"\d+:\d\d", line)]
        assert "q stop, enter begin soon, space pause" in said


def test_one_line_stays_one_line_and_hears_keys(tmp_path: Path) -> None:
    with typed(tmp_path, "--line") as (process, ours):
        said = until(ours, "to go")
        assert "breathe as you like" in said
        assert "♥" in said
        session = said.rpartition("This is said once.)")[2].lstrip()
        assert "\n" not in session
        os.write(ours, b"q")
        until(ours, "Kept as session 1")
        assert process.wait(20.0) == 0


def test_a_reader_that_takes_nothing_holds_up_neither_session_nor_end(tmp_path: Path) -> None:
    environ = {**os.environ, "ENTRAIN_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "entrain", "demo", "--audio", "none", "--json"]
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writing, True)  # full before it begins
    process = subprocess.Popen(command, stdout=writing, stderr=subprocess.DEVNULL, env=environ)
    try:
        until_s = time.monotonic() + 60.0
        while not (tmp_path / "sessions.db").exists() and time.monotonic() < until_s:
            time.sleep(0.1)
        time.sleep(5.0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30.0) == 130
    finally:
        process.kill()
        os.close(reading)
        os.close(writing)
    ticks = [event for event, _ in Store(tmp_path / "sessions.db").load(1).records if isinstance(event, Tick)]
    assert len(ticks) >= 2


def test_the_spool_writes_all_there_is_and_says_where_nobody_reads() -> None:
    out, unheard = io.StringIO(), list[bool]()
    spool = Spool(out, lambda: unheard.append(True))
    for n in range(100):
        spool.put(f"{n}\n")
    spool.close(10.0)
    assert out.getvalue().split() == [str(n) for n in range(100)]
    out.close()
    lost = Spool(out, lambda: unheard.append(True))
    lost.put("nobody")
    lost.close(10.0)
    assert unheard == [True]


def test_terse_lines_say_a_pulse_only_where_it_has_changed() -> None:
    said: list[str] = []
    lines = Lines(said.append, json_lines=False, terse=True)
    for t_s, bpm in ((0.0, 70.0), (15.0, 71.0), (30.0, 73.0), (45.0, None), (60.0, None), (75.0, 70.0)):
        lines._say({"t_s": t_s, "event": "pulse", "bpm": bpm, "source": "intervals"})
    assert said == ["pulse 70\n", "pulse 73\n", "pulse --\n", "pulse 70\n"]
