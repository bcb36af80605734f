"""The analysis of many recordings on this machine; `analyse_cluster` does it on others."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from entrain.errors import EntrainError
from entrain.recordings.options import AS_IT_LOOKS, ReadOptions
from entrain.storage.encryption import cipher

if TYPE_CHECKING:  # it needs NumPy, which a command that waits for a cluster does not
    from entrain.analysed.session_data import Given


@dataclass(frozen=True, slots=True)
class AnalysisWish:
    """What is asked of every recording; the same wish of the same recording has the same result anywhere."""

    reading: ReadOptions = AS_IT_LOOKS
    window_s: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one recording: a result, or the sentence that says why there is none."""

    name: str
    remarks: tuple[str, ...] = ()
    result: dict[str, Any] | None = None
    fault: str = ""
    advice: str = ""
    exit_code: int = 0  # of the fault


def analysed(name: str, wish: AnalysisWish) -> Done:
    """One recording, from the file or the session to the result."""
    found = read(name, wish)
    return found if isinstance(found, Done) else measured(name, found, wish)


def read(name: str, wish: AnalysisWish) -> "Given | Done":
    """A recording as the analysis wants it, or why it cannot be had; reads files and the store."""
    from entrain.app.analyse_input import given

    try:
        return given(name, wish.reading)
    except EntrainError as error:
        return _failed(name, error)


def measured(name: str, found: "Given", wish: AnalysisWish) -> Done:
    """The result of a recording that was read; a pure function."""
    from entrain.analysis.summary import analyse
    from entrain.wording.analysis_json import as_json

    try:
        result = analyse(found.correction, found.guidance, wish.window_s, wish.seed)
    except EntrainError as error:
        return _failed(name, error)
    said = {} if found.reading is None else {"reading": found.reading}
    return Done(name, found.remarks, as_json(result) | said)


def _failed(name: str, error: EntrainError) -> Done:
    known = Path(name).name in error.message
    fault = error.message if known else f"{name}: {error.message}"
    return Done(name, fault=fault, advice=error.advice, exit_code=error.exit_code)


def here(names: Sequence[str], wish: AnalysisWish, jobs: int | None) -> Iterator[Done]:
    """Every recording, as each gets done; on all cores where that pays."""
    n_jobs = min(len(names), jobs or os.cpu_count() or 1)
    if n_jobs <= 1:
        yield from (analysed(name, wish) for name in names)
        return
    # Each process has one core, so the linear algebra below must not start threads of its own.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    with ProcessPoolExecutor(n_jobs, initializer=partial(_begin, cipher.unlocked())) as pool:
        try:
            yield from (
                future.result() for future in as_completed(pool.submit(analysed, n, wish) for n in names)
            )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(passphrases: Mapping[Path, str]) -> None:
    """In a worker: open what is open here, and end with the process that asked, however that ends."""
    cipher.unlock_all(passphrases)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
