"""Locks where there are others than ours, or none: who writes a session, whose turn it is to sound."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from entrain.devices.audio import turn
from entrain.storage.log import write_lock
from entrain.system import locks

ABOVE = (locks, write_lock, turn)


@pytest.fixture
def reloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    with monkeypatch.context() as there:
        yield there
    for module in ABOVE:
        importlib.reload(module)


def reload() -> None:
    for module in ABOVE:
        importlib.reload(module)


def test_a_system_without_locks_knows_nothing_and_says_so(
    reloaded: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reloaded.setitem(sys.modules, "fcntl", None)
    reloaded.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    reload()
    store = tmp_path / "sessions.db"
    sign = write_lock.Sign(store, "a")
    assert write_lock.is_up(store, "a") is None
    sign.take_down()
    assert [turn.Turn().take(), turn.Turn().take()] == [(True, None)] * 2


def test_the_locks_of_windows_are_told_and_let_others_read(
    reloaded: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As its documentation has it: by byte, of one kind, refused with EACCES."""
    import fcntl

    def locking(file: int, mode: int, n_bytes: int) -> None:
        assert (mode, n_bytes) == (2, 1)
        at = os.lseek(file, 0, os.SEEK_CUR)
        assert at > os.fstat(file).st_size  # what is locked nobody else may read
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(13, "Permission denied") from error

    reloaded.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))  # type: ignore[arg-type]
    reloaded.setattr(sys, "platform", "win32")
    reloaded.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    reload()
    store = tmp_path / "sessions.db"
    sign = write_lock.Sign(store, "a")
    assert write_lock.is_up(store, "a") is True
    sign.take_down()
    assert write_lock.is_up(store, "a") is None  # nothing is left of it
    first, second = turn.Turn(), turn.Turn()
    assert first.take() == (True, None)
    assert second.take() == (False, os.getpid())
    first.let_go()
    assert second.take() == (True, None)
    second.let_go()


def test_a_session_without_fcntl_is_kept_and_read(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['fcntl'] = None\n"
        "from entrain.cli import main\n"
        "assert main(['demo', '--headless', '--minutes', '1', '--speed', '120', '--audio', 'none']) == 0\n"
        "sys.exit(main(['sessions', 'list']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ENTRAIN_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "completed: the session is complete" in done.stdout.splitlines()[-1]
