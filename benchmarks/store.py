"""What the store costs and what it survives: `python -m benchmarks.store`.

Prints one line for each measurement. `--kills N` programs are killed (SIGKILL) while they write, and what
they were told is on the disk is compared with what is there.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from entrain.control.events import Effect, Event
from entrain.control.protocol import SessionConfig, with_minutes
from entrain.control.session import reduce, start
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.presets import library as presets
from entrain.storage.encryption import cipher
from entrain.storage.log import codec
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from tests.support.appender import record
from tests.support.crashes import kill_while_writing
from tests.support.record_fixture import session

Records = list[tuple[Event, tuple[Effect, ...]]]
SCRATCH = "entrain-store-"
PASSPHRASE = "correct horse battery staple"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument(
        "--live-s", type=float, default=20.0, help="how long to write at a session's own rate"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as name:
        folder = Path(name)
        config, records = an_hour()
        the_codec(records)
        as_fast_as_it_goes(folder, config, records)
        as_fast_as_it_goes(folder, config, records, PASSPHRASE)
        at_live_rate(folder, config, records, args.live_s)
        kills(folder, args.kills)
        kills(folder, args.kills, PASSPHRASE)
        full_disk(folder)


def an_hour() -> tuple[SessionConfig, Records]:
    """An hour of a session: the real controller, a simulated heart, every beat reported as played."""
    preset = with_minutes(presets.load("desk").preset, 60.0)
    config = SessionConfig(preset, ("sim:7",), 7)
    heart = SimulatedHeart(Person.draw(7), "sim:7")
    records = [(event, effects) for event, _, effects in session(config, heart)]
    n_effects = sum(len(effects) for _, effects in records)
    say("an hour of a session", events=len(records), effects=n_effects, per_s=round(len(records) / 3600, 1))
    return config, records


def the_codec(records: Records) -> None:
    messages = [message for event, effects in records for message in (event, *effects)]
    began_s = time.perf_counter()
    texts = [codec.encode(message) for message in messages]
    encoded_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    for message, text in zip(messages, texts, strict=True):
        codec.decode(type(message), text)
    decoded_s = time.perf_counter() - began_s
    n = len(messages)
    say("codec", encode_us=us(encoded_s / n), decode_us=us(decoded_s / n), bytes=sum(map(len, texts)))


def as_fast_as_it_goes(folder: Path, config: SessionConfig, records: Records, *passphrase: str) -> None:
    store = Store(folder / f"fast{'-encrypted' * len(passphrase)}.db")
    for each in passphrase:
        cipher.unlock(store.path, each)
    log = store.begin(config, preset_text="")
    append_s: list[float] = []
    cpu_s, began_s = time.process_time(), time.perf_counter()
    for event, effects in records:
        at_s = time.perf_counter()
        log.append(event, effects)
        append_s.append(time.perf_counter() - at_s)
    log.close()
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    size = store.path.stat().st_size
    say(
        f"an hour, as fast as it goes{', encrypted' * len(passphrase)}",
        seconds=round(took_s, 2),
        cpu_s=round(cpu_s, 2),
        events_per_s=round(len(records) / took_s),
        bytes=size,
        bytes_per_event=round(size / len(records)),
        append_us_p50=us(median(append_s)),
        append_us_p99=us(quantiles(append_s, n=100)[98]),
        append_us_max=us(max(append_s)),
    )
    began_s = time.perf_counter()
    n_read = sum(1 for _ in store.load(1).records)
    read_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    result = replay(store.load(1), start, reduce)
    replay_s = time.perf_counter() - began_s
    say(
        "reading it back",
        events=n_read,
        read_s=round(read_s, 2),
        replay_s=round(replay_s, 2),
        identical=result.is_identical,
    )


def at_live_rate(folder: Path, config: SessionConfig, records: Records, for_s: float) -> None:
    """In real time, somewhat more than a session has: how soon is each record on the disk?"""
    store = Store(folder / "live.db")
    log = store.begin(config, preset_text="")
    log.flush()
    handed_s: list[float] = []
    durable_s: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            n = log.acknowledged
            durable_s.extend([time.perf_counter()] * (n - len(durable_s)))
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    cpu_s = time.process_time()
    end_s = time.perf_counter() + for_s
    for event, effects in islice(records, round(for_s * 5)):
        handed_s.append(time.perf_counter())
        log.append(event, effects)
        time.sleep(max(0.0, min(0.2, end_s - time.perf_counter())))
    log.flush()
    time.sleep(0.01)
    done.set()
    watcher.join()
    log.close()
    delays_s = [durable - handed for handed, durable in zip(handed_s, durable_s, strict=True)]
    say(
        "five events a second",
        events=len(delays_s),
        durable_after_ms_p50=ms(median(delays_s)),
        p99=ms(quantiles(delays_s, n=100)[98]),
        max=ms(max(delays_s)),
        cpu_percent=round(100 * (time.process_time() - cpu_s) / for_s, 1),
    )


def kills(folder: Path, n_trials: int, *passphrase: str) -> None:
    rng = random.Random(2026)
    paths = [folder / f"kill{'-encrypted' * len(passphrase)}-{n}.db" for n in range(n_trials)]
    for path in paths:
        for each in passphrase:
            cipher.unlock(path, each)
    trials = [kill_while_writing(path, rng, *passphrase) for path in paths]
    say(
        f"kill -9{', encrypted' * len(passphrase)}",
        trials=n_trials,
        acknowledged=sum(trial.acknowledged for trial in trials),
        lost=sum(max(0, trial.acknowledged - trial.stored) for trial in trials),
        torn=sum(not trial.whole for trial in trials),
        with_something_acknowledged=sum(trial.acknowledged > 0 for trial in trials),
    )


def full_disk(folder: Path) -> None:
    with small_disk(folder) as (place, how, make_room):
        faults: list[str] = []
        store = Store(place / "sessions.db")
        log = store.begin(
            SessionConfig(presets.load("desk").preset, (), 0),
            preset_text="",
            on_fault=lambda fault: faults.append(fault.message if fault else "all is well again"),
        )
        n = 0
        while log.flush() or log.flush():
            for _ in range(50):
                log.append(*record(n))
                n += 1
        acknowledged = log.acknowledged
        make_room()
        log.append(*record(n))
        recovered = log.flush()
        log.close()
        stored = list(store.load(1).records)
        whole = stored == [record(i) for i in range(n + 1)]
        say(
            "a full disk",
            by=how,
            appended=n + 1,
            acknowledged_when_full=acknowledged,
            recovered=recovered,
            stored=len(stored),
            whole=whole,
            told=faults[0].replace(str(place), "…"),
        )


@contextmanager
def small_disk(folder: Path) -> Iterator[tuple[Path, str, Callable[[], object]]]:
    """Half a megabyte of room: a tmpfs where root may mount one, else a limit on the size of files."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=500k", "entrain-benchmark", str(place)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        room = ["mount", "-o", "remount,size=64m", str(place)]
        try:
            yield place, "tmpfs", lambda: subprocess.run(room, check=True)
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        yield place, "RLIMIT_FSIZE", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def us(seconds: float) -> float:
    return round(1e6 * seconds, 1)


def ms(seconds: float) -> float:
    return round(1e3 * seconds, 1)


def say(what: str, **figures: object) -> None:
    print(f"{what}: {json.dumps(figures)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
