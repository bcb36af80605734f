"""The analysis of many recordings on a Dask cluster that is there already.

Recordings are read here, so that a worker needs nothing but entrain: no files, no store, no passphrase. They
travel in chunks, a few for each worker at a time. A worker does `analyse_work.measured`, as it is done here.

Dask runs what it is sent: whoever reaches a scheduler by tcp:// can run code on its workers. Keep it on the
loopback or in a network of one's own, or use tls:// with certificates.
"""

import logging
import platform
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from entrain import __version__, extras
from entrain.analysed.session_data import Given
from entrain.app.analyse import AnalysisWish, Done, measured, read
from entrain.errors import EntrainError

CHUNK: Final = 8  # recordings; few, because a long one takes seconds
PATIENCE_S: Final = 10.0  # for the scheduler to answer, and for a first worker
_AHEAD: Final = 2  # chunks on the way for each thread of the workers, so that none is idle


class ClusterFault(EntrainError):
    """The scheduler or its workers are not there, or cannot do this work."""


def on_cluster(address: str, names: Sequence[str], wish: AnalysisWish) -> Iterator[Done]:
    """Every recording, as each gets done.

    Raises:
        ClusterFault: the scheduler cannot be reached or was lost, it has no workers, or they have no entrain
            or another version of it.
        MissingExtra: Dask is not installed.
    """
    distributed = extras.load("distributed", "cluster", "Work on a cluster")
    # Its own talk, with tracebacks, comes on top of the exceptions that it raises.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with _client(distributed, address) as client, _told(address):
        n_threads = _check_workers(client, address)
        chunks = _chunks(names, wish)
        work = distributed.as_completed(loop=client.loop)
        for _ in range(_AHEAD * n_threads):
            yield from _send(client, work, next(chunks, None), wish)
        for future in work:
            yield from future.result()
            future.release()
            yield from _send(client, work, next(chunks, None), wish)


def chunk_measured(recordings: list[tuple[str, Given]], wish: AnalysisWish, version: str) -> list[Done]:
    """On a worker: the results of some recordings.

    Raises:
        ClusterFault: this worker has another version; it may have come after all were asked.
    """
    if version != __version__:
        raise ClusterFault(f"A worker has entrain {__version__}, and here it is {version}.", _SAME)
    return [measured(name, found, wish) for name, found in recordings]


_SAME: Final = "Results are the same only where the versions are: install the same one on all workers."


def _chunks(names: Sequence[str], wish: AnalysisWish) -> Iterator[tuple[list[tuple[str, Given]], list[Done]]]:
    """(recordings that were read, those that could not be)."""
    for first in range(0, len(names), CHUNK):
        good: list[tuple[str, Given]] = []
        bad: list[Done] = []
        for name in names[first : first + CHUNK]:
            found = read(name, wish)
            if isinstance(found, Done):
                bad.append(found)
            else:
                good.append((name, found))
        yield good, bad


def _send(
    client: Any, work: Any, chunk: tuple[list[tuple[str, Given]], list[Done]] | None, wish: AnalysisWish
) -> list[Done]:
    """Have a chunk done; gives back what of it could not even be read."""
    if chunk is None:
        return []
    good, bad = chunk
    if good:
        work.add(client.submit(chunk_measured, good, wish, __version__, pure=False))
    return bad


# ---- the cluster -------------------------------------------------------------------------------------------


@contextmanager
def _client(distributed: Any, address: str) -> Generator[Any]:
    try:
        client = distributed.Client(address, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterFault(
            f"No scheduler answers at {address}: {_reason(error)}.",
            "Start one with `dask scheduler`, and workers with `dask worker tcp://HOST:8786`.",
        ) from error
    try:
        yield client
    finally:
        with suppress(OSError, TimeoutError):  # the scheduler may be gone; the results are here
            client.close(timeout=PATIENCE_S)


@contextmanager
def _told(address: str) -> Generator[None]:
    """Dask's own exceptions as sentences."""
    from concurrent.futures import CancelledError

    try:
        yield
    except (OSError, CancelledError, TimeoutError) as error:
        raise ClusterFault(f"The scheduler at {address} was lost: {_reason(error)}.", _AGAIN) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "distributed":
            raise
        raise ClusterFault(f"The cluster gave up: {_reason(error)}.", _AGAIN) from error


_AGAIN: Final = "With --out, the same command goes on where this one ended."


def _check_workers(client: Any, address: str) -> int:
    """The number of the workers' threads, all of them with this version of entrain.

    Raises:
        ClusterFault: there are none, or some have another version.
    """
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError as error:
        raise ClusterFault(
            f"The scheduler at {address} has no workers.", f"Start some: dask worker {address}"
        ) from error
    found: dict[str, tuple[str | None, str]] = client.run(_asked())
    for worker, (version, _) in found.items():
        if version != __version__:
            has = f"entrain {version}, and here it is {__version__}" if version else "no entrain"
            raise ClusterFault(f"The worker {worker} has {has}.", _SAME)
    own = platform.python_version_tuple()[:2]
    for worker, (_, python) in found.items():
        if tuple(python.split(".")[:2]) != own:
            has = f"Python {python}, and here it is {'.'.join(own)}"
            raise ClusterFault(f"The worker {worker} has {has}.", _SAME)
    return sum(client.nthreads().values())


def _asked() -> Any:
    """What each worker is asked; a function within a function travels as code, and needs no entrain there."""

    def versions() -> tuple[str | None, str]:
        import platform

        try:
            from entrain import __version__ as version
        except ImportError:
            version = None
        return version, platform.python_version()

    return versions


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
