"""The debug log: what a fault in the field leaves behind, and nothing of the person it happened to.

Off unless `--debug-log` is typed or `ENTRAIN_DEBUG_LOG` is set. Any room says something to it by the standard
library:
`logging.getLogger(__name__).info("sound %s", Sound.LOST)`, at the level of info, for what is above appears on
a terminal while the log is off. Written are words of the program's own and members of enums, and of an
exception its class and where it came through: any other value might be a name, an address or somebody's
heart, and becomes "…".
"""

import logging
import os
import platform
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Final, cast

from entrain import __version__
from entrain.errors import EntrainError
from entrain.storage.places import home, make_private_folder

LIBRARIES: Final = (
    *(
        "bleak",
        "dbus-fast",
        "numpy",
        "platformdirs",
        "pulsectl",
        "scipy",
        "sounddevice",
        "soundfile",
        "textual",
    ),
    *("cryptography", "pyarrow", "pylsl", "pyrage", "sqlcipher3", "typst"),
)
_MAX_BYTES: Final = 200_000
_N_OLDER: Final = 2
_DEEPEST: Final = 8  # exceptions that come of one another
_LOG: Final = logging.getLogger("entrain")


def log_path() -> Path:
    """The debug log; beside it older ones end in .1 and .2."""
    return home() / "debug.log"


def last_lines(n: int) -> list[str]:
    """The end of the debug log, oldest first; empty where there is none.

    Raises:
        OSError: it cannot be read.
    """
    paths = [*(Path(f"{log_path()}.{age}") for age in range(_N_OLDER, 0, -1)), log_path()]
    texts = (path.read_text("utf-8", "replace") for path in paths if path.is_file())
    return [line for text in texts for line in text.splitlines()][-n:]


def versions() -> dict[str, str]:
    """Of what this runs on: entrain, Python, the system, and each library that is installed."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    known = {"entrain": __version__, "Python": platform.python_version(), "system": system}
    for name in LIBRARIES:
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            continue
    return known


@contextmanager
def kept(command: str) -> Generator[None]:
    """Keep the debug log while `command` runs, and what ends it there. A log that cannot be kept is told."""
    try:
        make_private_folder(log_path().parent)
        handler = _PrivateFile(log_path(), maxBytes=_MAX_BYTES, backupCount=_N_OLDER, encoding="utf-8")
    except OSError as error:
        said = f"entrain: The debug log {log_path()} cannot be written: {error.strerror or error}."
        print(said, file=sys.stderr)  # noqa: T201
        yield
        return
    handler.setFormatter(_Nameless())
    before = _LOG.level, _LOG.propagate
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False
    _LOG.info(f"{command} begins; " + ", ".join(f"{name} {of}" for name, of in versions().items()))
    try:
        yield
    except (EntrainError, BrokenPipeError) as told:
        _LOG.info("ended by what a person was told", exc_info=told)
        raise
    except Exception as fault:
        _LOG.info("ended by an unexpected fault", exc_info=fault)
        raise
    finally:
        _LOG.removeHandler(handler)
        _LOG.level, _LOG.propagate = before
        handler.close()


class _PrivateFile(RotatingFileHandler):
    """Its owner's alone, whatever the umask. A full disk is no reason to stop anything."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        return


class _Nameless(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s")

    def format(self, record: logging.LogRecord) -> str:
        args = record.args if isinstance(record.args, tuple) else ()
        words = record.msg % tuple(arg.name if isinstance(arg, Enum) else "…" for arg in args)
        lines = [f"{self.formatTime(record)} {record.name}: {words}"]
        if record.exc_info and record.exc_info[1] is not None:
            lines += traced(record.exc_info[1])
        return "\n".join(lines)


def traced(fault: BaseException, depth: int = 0) -> Iterator[str]:
    """An exception by its class and the way it came, and so what it came of; its words may name somebody."""
    margin = "  " * (depth + 1)
    yield f"{margin}{type(fault).__module__}.{type(fault).__qualname__}"
    yield from (f"{margin}  {where}" for where in _frames(fault.__traceback__))
    inner: list[BaseException] = []
    if isinstance(fault, BaseExceptionGroup):
        inner += cast("BaseExceptionGroup[BaseException]", fault).exceptions
    before = fault.__cause__ or fault.__context__
    if before is not None:
        inner.append(before)
    for each in inner if depth < _DEEPEST else ():
        yield from traced(each, depth + 1)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame, line in walk_tb(trace):
        yield f"{_relative(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"


def _relative(file: str) -> str:
    """The path from the top of its package on; the folders above it may bear a person's name."""
    parts = Path(file).parts
    for top in ("site-packages", "dist-packages", f"python3.{sys.version_info.minor}"):
        if top in parts:
            return "/".join(parts[parts.index(top) + 1 :])
    own = Path(__file__).parent
    if Path(file).is_relative_to(own):
        return Path(file).relative_to(own.parent).as_posix()
    return Path(file).name
