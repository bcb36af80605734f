"""A process that is told to end, ends: by itself, else after some seconds, else at the second signal."""

import signal
import subprocess
import sys
import time
from pathlib import Path

HANGING = """
import asyncio, sys, threading
from pathlib import Path
from entrain.system import signals
signals.GRACE_S = float(sys.argv[2])
signals.at_last(lambda: 1 / 0)
signals.at_last(lambda: Path(sys.argv[1]).write_text("closed"))

async def hang():
    with signals.ending_by_signal(lambda: None):
        print("ready", flush=True)
        threading.Lock().acquire() and threading.Semaphore(0).acquire()  # the loop is stuck for good

asyncio.run(hang())
"""


def _hanging(tmp_path: Path, grace_s: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HANGING, str(tmp_path / "log"), str(grace_s)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_a_second_signal_ends_what_is_stuck_with_the_log_closed(tmp_path: Path) -> None:
    process = _hanging(tmp_path, 600.0)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(20.0) == 130
    assert (tmp_path / "log").read_text() == "closed"


def test_some_seconds_end_it_too(tmp_path: Path) -> None:
    process = _hanging(tmp_path, 0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(20.0) == 130
    assert (tmp_path / "log").read_text() == "closed"
