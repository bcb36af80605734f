"""Stores on real disks that can be broken in real ways."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from entrain.errors import StoreError
from entrain.remark import Topic, of_store
from entrain.storage.log import database, writer
from entrain.storage.log.store import Store
from entrain.wording import remarks
from tests.support import record_fixture


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same behaviour with shorter waits."""
    monkeypatch.setattr(writer, "BATCH_S", 0.02)
    monkeypatch.setattr(writer, "RETRY_S", 0.05)
    monkeypatch.setattr(writer, "PATIENCE_S", 0.2)
    monkeypatch.setattr(database, "BUSY_S", 0.1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data" / "sessions.db")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A session that a controller really ran; only to be read."""
    path = tmp_path_factory.mktemp("whole") / "sessions.db"
    record_fixture.record(path)
    return Store(path)


class Told:
    """An `on_fault` that remembers."""

    def __init__(self) -> None:
        self.faults: list[StoreError | None] = []

    def __call__(self, fault: StoreError | None) -> None:
        self.faults.append(fault)

    @property
    def sentences(self) -> list[str | None]:
        return [fault and fault.message for fault in self.faults]


@pytest.fixture
def told() -> Iterator[Told]:
    """What a session says of it is what a command says of it, word for word."""
    heard = Told()
    yield heard
    for fault in heard.faults:
        if fault is not None:
            remark = of_store(fault)
            assert remark.topic is not Topic.LOG_OTHER
            assert (remarks.told(remark), remarks.advised(remark)) == (fault.message, fault.advice)


@dataclass
class SmallDisk:
    path: Path
    make_room: Callable[[], None]


@pytest.fixture(params=["limit", "tmpfs"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """Room for half a megabyte: by a limit on the size of files, and where root may, on a real small disk."""
    if request.param == "limit":
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
        try:
            yield SmallDisk(tmp_path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=500k,mode=0700", "entrain-test", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk; the limit on file sizes is tried in its stead")
    remount = ["mount", "-o", "remount,size=64m", str(place)]
    try:
        yield SmallDisk(place, lambda: subprocess.run(remount, check=True) and None)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def forbidden_folder() -> Iterator[Path]:
    """A folder that may be read and not written; root gives up its rights meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        was_root = os.geteuid() == 0
        folder.chmod(0o555)
        if was_root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if was_root:
                os.seteuid(0)
            folder.chmod(0o700)
