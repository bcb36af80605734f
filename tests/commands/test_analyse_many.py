"""Many recordings: folders, Parquet, going on after a kill, and a real Dask cluster of two processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
from distributed import LocalCluster

from entrain.app import analyse_cluster
from entrain.app.analyse_names import recordings_of
from entrain.cli import main
from entrain.errors import InputError
from tests.support import record_fixture
from tests.support.crashes import ROOT

N = 7


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recordings, one of them in a folder below, and other things."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "b").mkdir()
    (folder / ".hidden").mkdir()
    for n in range(N):
        rng = np.random.default_rng(n)
        rr_ms = 850.0 + 40.0 * np.sin(0.5 * np.arange(150)) + rng.normal(0.0, 15.0, 150)
        text = "\n".join(f"{value:.0f}" for value in rr_ms)
        ((folder / "b" if n == 3 else folder) / f"p{n}.txt").write_text(text)
    (folder / "notes.md").write_text("not a recording")
    (folder / ".hidden" / "p9.txt").write_text("800\n" * 100)
    return folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as running:
        yield running.scheduler_address


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(analyse_cluster, "PATIENCE_S", 1.0)


def names(folder: Path) -> list[str]:
    return [Path(name).relative_to(folder).as_posix() for name in recordings_of([str(folder)])]


# ---- folders and tables ------------------------------------------------------------------------------------


def test_a_folder_is_all_recordings_below_it_in_order(study: Path) -> None:
    assert names(study) == ["b/p3.txt", "p0.txt", "p1.txt", "p2.txt", "p4.txt", "p5.txt", "p6.txt"]
    once = recordings_of(["last", str(study / "p0.txt"), str(study)])
    assert once[:2] == ["last", str(study / "p0.txt")]
    assert len(once) == N + 1


def test_a_folder_without_recordings(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There are no recordings in the folder"):
        recordings_of([str(tmp_path)])


def test_parquet_holds_what_json_holds(study: Path, tmp_path: Path) -> None:
    for ending in ("parquet", "json"):
        assert main(["analyse", str(study), "--out", str(tmp_path / f"t.{ending}"), "--jobs", "2"]) == 0
    table = pyarrow.parquet.read_table(tmp_path / "t.parquet")
    assert table.to_pylist() == json.loads((tmp_path / "t.json").read_text())
    assert table.num_rows == N
    assert str(table.schema.field("rmssd_ms").type) == "double"


# ---- going on ----------------------------------------------------------------------------------------------


def test_what_was_done_before_a_kill_is_not_done_again(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, whole = tmp_path / "table.csv", tmp_path / "whole.csv"
    partial = tmp_path / "table.csv.partial"
    command = [sys.executable, "-m", "entrain", "analyse", str(study), "--out", str(out), "--jobs", "1"]
    child = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL)
    give_up_s = time.monotonic() + 30.0
    while not (partial.exists() and partial.read_text().count("\n") >= 3):
        assert time.monotonic() < give_up_s
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert not out.exists()
    n_done = partial.read_text().count("\n") - 1
    with partial.open("a") as file:
        file.write('{"name": "cut sh')  # what a kill in the middle of a line leaves
    assert main(["analyse", str(study), "--out", str(out), "--jobs", "1"]) == 0
    assert f"{n_done} of {N} were done before" in capsys.readouterr().err
    assert main(["analyse", str(study), "--out", str(whole), "--jobs", "1"]) == 0
    assert out.read_bytes() == whole.read_bytes()
    assert not partial.exists()


def test_a_recording_that_changed_is_done_again_and_other_settings_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("800\n820\n" * 60)
    bad.write_text("x\n" * 60)
    words = ["analyse", str(good), str(bad), "--jobs", "1"]
    partial = tmp_path / "t.csv.partial"
    asked = {"entrain": "0", "strap": None, "window_s": None, "seed": 0}
    partial.write_text(json.dumps(asked) + "\n")
    assert main([*words, "--out", str(tmp_path / "t.csv")]) == 2
    assert "with other settings or by another entrain" in capsys.readouterr().err
    partial.unlink()
    assert main([*words, "--out", str(tmp_path / "t.csv")]) == 3  # one of the two is no recording
    assert (tmp_path / "t.csv").exists()


# ---- a cluster ---------------------------------------------------------------------------------------------


def test_a_cluster_gives_what_this_machine_gives(
    study: Path, cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").mkdir()
    record_fixture.record(tmp_path / "home" / "sessions.db")  # only this process has it
    words = ["analyse", str(study), "1", "--window", "1", "--json"]
    assert main([*words, "--jobs", "1"]) == 0
    here = capsys.readouterr().out
    assert main([*words, "--scheduler", cluster, "--out", str(tmp_path / "t.csv")]) == 0
    assert capsys.readouterr().out == here
    assert here.count("\n") == N + 1
    assert not (tmp_path / "t.csv.partial").exists()


def test_a_file_that_is_no_recording_spoils_nothing_on_a_cluster(
    study: Path, cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("no interval\n")
    assert main(["analyse", str(bad), str(study / "p0.txt"), "--json", "--scheduler", cluster]) == 3
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    assert "bad.txt" in told.err


def test_another_version_on_the_workers_is_refused(
    study: Path, cluster: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(analyse_cluster, "__version__", "99.0")
    assert main(["analyse", str(study), "--scheduler", cluster]) == 1
    told = capsys.readouterr().err
    assert "and here it is 99.0." in told
    assert "install the same one on all workers" in told


def test_a_scheduler_that_is_not_there_or_has_no_workers(
    study: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(study), "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "No scheduler answers at tcp://127.0.0.1:9" in capfd.readouterr().err
    with LocalCluster(
        n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as empty:
        assert main(["analyse", str(study), "--scheduler", empty.scheduler_address]) == 1
    told = capfd.readouterr().err
    assert "has no workers." in told
    assert "Traceback" not in told


@pytest.mark.parametrize("words", [["--scheduler", "rubbish"], ["--scheduler", "tcp://a:1", "--jobs", "2"]])
def test_wrong_use(study: Path, words: list[str]) -> None:
    assert main(["analyse", str(study), *words]) == 2


def test_workers_end_with_the_process_that_asked(tmp_path: Path) -> None:
    """Killed so that it cannot tidy up; nothing of it goes on working."""
    rng = np.random.default_rng(1)
    for n in range(12):
        long = "\n".join(f"{value:.0f}" for value in 850.0 + rng.normal(0.0, 40.0, 60_000))
        (tmp_path / f"night{n}.txt").write_text(long)
    command = [sys.executable, "-m", "entrain", "analyse", str(tmp_path), "--jobs", "2", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as asked:
        workers = until(lambda: children(asked.pid))
        asked.kill()
    until(lambda: not any(map(is_running, workers)))


def children(pid: int) -> list[int]:
    """Both workers of the process, or none while they are not both there."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found if len(found) >= 2 else []


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(found: Callable[[], Any], patience_s: float = 30.0) -> Any:
    end_s = time.monotonic() + patience_s
    while not (value := found()):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    return value


def test_progress_is_told_in_lines_where_there_is_no_terminal(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(study), "--jobs", "1"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"{N} of {N} recordings"
