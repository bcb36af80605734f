"""How exactly do others read what is exported? `python -m benchmarks.formats [MINUTES]`

Records a session of a simulated heart at full speed, exports it in every format, reads each back with
somebody else's reader and prints the largest difference from the store, in time and in interval, over all
beats.
neurokit2, apsw-sqlite3mc and the program age are used where they are installed.
"""

import json
import os
import pty
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy
import pandas
import pyarrow.parquet
import pyxdf
import wfdb
from EDFlib.edfreader import EDFreader

from entrain.control.protocol import SessionConfig, with_minutes
from entrain.control.session import start
from entrain.control.snapshot import summary
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.heart.beat import Beat
from entrain.presets import library as presets
from entrain.storage.encryption import convert as encrypting
from entrain.storage.encryption import sealed
from entrain.storage.export import export
from entrain.storage.log.store import Store
from tests.support.record_fixture import STRAP, session
from tests.support.sessions import beats_of

Read = tuple[Sequence[float], Sequence[float]]  # times in s (or none), intervals in ms (or none)


def record(path: Path, minutes: float) -> Store:
    preset = presets.load("desk")
    config = SessionConfig(with_minutes(replace(preset.preset), minutes), (STRAP,), 7)
    log = Store(path).begin(config, preset_text=preset.text, hearts=[STRAP])
    state = start(config)
    for event, state, effects in session(config, SimulatedHeart(Person.draw(7), STRAP)):  # noqa: B007
        log.append(event, effects)
    log.close(summary(state, 1))
    return Store(path)


def by_pandas_csv(path: Path) -> Read:
    read = pandas.read_csv(path)
    return read["t_s"].tolist(), read["rr_ms"].tolist()


def by_pandas_parquet(path: Path) -> Read:
    read = pandas.read_parquet(path)
    return read["t_s"].tolist(), read["rr_ms"].tolist()


def by_pyarrow(path: Path) -> Read:
    read = pyarrow.parquet.read_table(path)
    return read["t_s"].to_pylist(), read["rr_ms"].to_pylist()


def by_numpy(path: Path) -> Read:
    return [], numpy.loadtxt(path).tolist()


def by_json(path: Path) -> Read:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    beats = [line["body"]["beat"] for line in lines if line.get("effect") == "BeatSeen"]
    return [beat["t_s"] for beat in beats], [beat["rr"]["ticks"] / 1.024 for beat in beats]


def by_pandas_bids(path: Path) -> Read:
    (file,) = path.glob("sub-*/beh/*physioevents.tsv.gz")
    columns = json.loads(file.with_name(file.name.replace(".tsv.gz", ".json")).read_text())["Columns"]
    read = pandas.read_csv(file, sep="\t", names=columns)
    return read["onset"].tolist(), read["rr"].tolist()


def by_edflib(path: Path) -> Read:
    file = EDFreader(str(path))
    notes = [(note.onset / 1e7, note.description) for note in file.annotationslist]
    file.close()
    beats = [(at, text.split()) for at, text in notes if text.startswith("beat")]
    return [at for at, _ in beats], [float(words[1]) for _, words in beats]


def by_wfdb(path: Path) -> Read:
    read = wfdb.rdann(str(path / "session1"), "atr")
    return (read.sample / read.fs).tolist(), [float(note.split()[1]) for note in read.aux_note]


def by_pyxdf(path: Path) -> Read:
    streams, _ = pyxdf.load_xdf(path)
    (rr,) = [each for each in streams if each["info"]["type"] == ["RR"]]
    return rr["time_stamps"].tolist(), rr["time_series"][:, 0].tolist()


READERS: tuple[tuple[str, str, str, Callable[[Path], Read]], ...] = (
    ("rr", "rr.txt", "numpy", by_numpy),
    ("csv", "beats.csv", "pandas", by_pandas_csv),
    ("jsonl", "log.jsonl", "Python's json", by_json),
    ("parquet", "beats.parquet", "pandas", by_pandas_parquet),
    ("parquet", "beats2.parquet", "pyarrow", by_pyarrow),
    ("bids", "bids", "pandas", by_pandas_bids),
    ("edf", "session.edf", "EDFlib", by_edflib),
    ("wfdb", "record", "wfdb", by_wfdb),
    ("xdf", "session.xdf", "pyxdf", by_pyxdf),
)


def compare(store: Store, folder: Path) -> None:
    beats = sorted(beats_of(store), key=lambda beat: beat.t_s)
    print(f"{len(beats)} beats, entrain's own store {store.path.stat().st_size / 1e6:.2f} MB")
    print("format   reader          beats  time off (ms)  interval off (ms)      kB  export (s)")
    for form, name, reader, read in READERS:
        path = folder / name
        begun_s = time.perf_counter()
        export(store, 1, form, path)
        took_s = time.perf_counter() - begun_s
        times_s, intervals_ms = read(path)
        files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
        size = sum(each.stat().st_size for each in files) / 1e3
        n, off, rr_off = (
            len(times_s) or len(intervals_ms),
            worst(times_s, beats),
            worst_rr(intervals_ms, beats),
        )
        print(f"{form:8} {reader:14} {n:6} {off:>14} {rr_off:>18} {size:7.0f} {took_s:11.2f}")


def worst(times_s: Sequence[float], beats: Sequence[Beat]) -> str:
    if not times_s:
        return "none held"
    return f"{max(abs(a - b.t_s) for a, b in zip(sorted(times_s), beats, strict=True)) * 1e3:.6f}"


def worst_rr(intervals_ms: Sequence[float], beats: Sequence[Beat]) -> str:
    if not intervals_ms:
        return "none held"
    return f"{max(abs(a - b.rr.ms) for a, b in zip(intervals_ms, beats, strict=True)):.6f}"


def validate(folder: Path) -> None:
    validator = Path(sys.executable).parent / "bids-validator-deno"
    words = [str(validator), "--format", "json", "--max-rows", "-1", str(folder / "bids")]
    issues = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)["issues"]["issues"]
    n_errors = sum(each.get("severity") == "error" for each in issues)
    print(f"bids-validator-deno {version('bids-validator-deno')}: {n_errors} errors; warnings:")
    for each in issues:
        print(f"  {each['code']} {each.get('subCode') or ''}".rstrip())


PASSPHRASE = "correct horse battery staple"


def age(folder: Path) -> None:
    """An export sealed by us, opened by the program age, which takes a passphrase from a terminal alone."""
    if shutil.which("age") is None:
        print("age: not installed, not tried")
        return
    sealed.seal(folder / "beats.csv", folder / "beats.csv.age", PASSPHRASE)
    sealed.seal(folder / "bids", folder / "bids.tar.age", PASSPHRASE)
    same: list[bool] = []
    for name, plain in (("beats.csv.age", "opened.csv"), ("bids.tar.age", "opened.tar")):
        words = ["age", "--decrypt", "--output", str(folder / plain), str(folder / name)]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(words[0], words)
        os.read(terminal, 1024)  # it has asked
        os.write(terminal, f"{PASSPHRASE}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        same.append(status == 0)
    same.append((folder / "opened.csv").read_bytes() == (folder / "beats.csv").read_bytes())
    with tarfile.open(folder / "opened.tar") as archive:
        inside = {each.name: archive.extractfile(each) for each in archive if each.isfile()}
    files = [each for each in (folder / "bids").rglob("*") if each.is_file()]
    same.append(len(inside) == len(files))
    said = subprocess.run(["age", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"age {said}: a file and a folder opened, the same: {all(same)}")


def multiple_ciphers(store: Store) -> None:
    """The encrypted store, opened by SQLite3 Multiple Ciphers, an implementation of its own."""
    if find_spec("apsw") is None:
        print("apsw-sqlite3mc: not installed, not tried")
        return
    import apsw  # pyright: ignore[reportMissingImports]

    beats = [(beat.t_s, beat.rr.ticks) for beat in beats_of(store)]
    encrypting.encrypt(store.path, PASSPHRASE)
    connection = apsw.Connection(str(store.path))
    for pragma in ("cipher = 'sqlcipher'", "legacy = 4", f"key = '{PASSPHRASE}'"):
        connection.execute(f"PRAGMA {pragma}")
    read = connection.execute("SELECT body FROM effect WHERE kind = 'BeatSeen' ORDER BY seq").fetchall()
    theirs = [json.loads(body)["beat"] for (body,) in read]
    same = [(beat["t_s"], beat["rr"]["ticks"]) for beat in theirs] == beats
    print(f"{apsw.mc_version}: {len(read)} beats of the encrypted store, the same: {same}")


def neurokit(folder: Path, beats: Sequence[Beat]) -> None:
    try:
        import neurokit2
    except ImportError:
        print("neurokit2: not installed, not tried")
        return
    intervals_ms = numpy.loadtxt(folder / "rr.txt")
    peaks = neurokit2.intervals_to_peaks(intervals_ms, sampling_rate=1024)
    theirs = neurokit2.hrv_time(peaks, sampling_rate=1024)
    own = numpy.array([beat.rr.ms for beat in beats])
    rmssd_ms = float(numpy.sqrt(numpy.mean(numpy.diff(own) ** 2)))
    print(
        f"neurokit2 {version('neurokit2')} from rr.txt: {len(peaks) - 1} intervals,"
        f" mean {theirs['HRV_MeanNN'][0]:.3f} ms (store {own.mean():.3f}),"
        f" RMSSD {theirs['HRV_RMSSD'][0]:.3f} ms (store {rmssd_ms:.3f})"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        there = Path(name)
        recorded = record(there / "sessions.db", float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
        compare(recorded, there)
        validate(there)
        neurokit(there, beats_of(recorded))
        age(there)
        multiple_ciphers(recorded)
