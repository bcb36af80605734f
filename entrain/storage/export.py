"""A session as files that other programs read. `FORMATS` names the forms; see `docs/reference/formats.md`."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from entrain.errors import UsageError
from entrain.person.pseudonym import label
from entrain.storage.deidentify import deidentified
from entrain.storage.encryption.sealed import workplace
from entrain.storage.formats.source import ExportSource, Remarks
from entrain.storage.log.database import reading
from entrain.storage.log.store import Store
from entrain.storage.log.stored import session_of
from entrain.storage.places import check_new
from entrain.storage.recovery.mend import mended_copy

Write = Callable[[ExportSource, Path], Remarks]


@dataclass(frozen=True, slots=True)
class Format:
    """`module` of `entrain.storage.formats` holds `write_NAME` and is imported when it is asked for."""

    module: str
    holds: str  # in a few words
    place: str  # what PATH becomes


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "rr": Format("text", "intervals in ms, one a line", "a file"),
        "csv": Format("text", "the beats, or every table", "FILE.csv, or a folder"),
        "jsonl": Format("text", "the whole log, lossless", "a file"),
        "parquet": Format("parquet", "the beats, or every table, typed", "FILE.parquet, or a folder"),
        "bids": Format("bids", "a BIDS dataset of one person", "a folder"),
        "edf": Format("edf", "EDF+ with everything as annotations", "a file"),
        "wfdb": Format("wfdb", "a PhysioNet record of annotations", "a folder"),
        "xdf": Format("xdf", "streams as of the Lab Streaming Layer", "a file"),
    }
)


def export(
    store: Store,
    session_id: int,
    form: str,
    path: Path,
    strap: str | None = None,
    pseudonym: str | None = None,
) -> Remarks:
    """Write a session to `path`, which must not exist yet.

    Args:
        strap: only this heart, of several.
        pseudonym: de-identify the session, and call the person so; None: write it as it is.
    Raises:
        UsageError: there is no such format, the path is taken, or the format holds one heart and the session
            has several.
        OutputError: the file cannot be written.
        StoreError: there is no such session, or it cannot be read.
        MissingExtra: the format needs a library that is not installed.
    """
    if form not in FORMATS:
        raise UsageError(f'There is no format "{form}".', f"There are {', '.join(FORMATS)}.")
    check_new(path)
    n_damaged = store.load(session_id).n_damaged()
    with ExitStack() as at_the_end:
        source = store
        if n_damaged:
            # The queries of the writers read JSON within SQLite, which one damaged row would end.
            source = Store(Path(at_the_end.enter_context(workplace())) / "mended.db")
            mended_copy(store.path, source.path)
        remarks = _as_asked(source, session_id, form, path, strap, pseudonym)
    left_out = f"{n_damaged} damaged record{'s' * (n_damaged > 1)} left out"
    return (*remarks, left_out) if n_damaged else remarks


def _as_asked(
    store: Store, session_id: int, form: str, path: Path, strap: str | None, pseudonym: str | None
) -> Remarks:
    if pseudonym is None:
        return _export(store, session_id, form, path, strap)
    with workplace() as folder:
        copy, straps = deidentified(store, session_id, Path(folder), pseudonym)
        new_strap = None if strap is None else straps.get(strap, strap)
        return _export(copy, 1, form, path, new_strap, pseudonym)


def _export(
    store: Store, session_id: int, form: str, path: Path, strap: str | None, pseudonym: str | None = None
) -> Remarks:
    with reading(store.path) as connection:
        session = session_of(connection, store.path, session_id)
        if pseudonym is None:
            source = ExportSource(connection, session, strap, subject=label(session.meta.row.person))
        else:
            source = ExportSource(connection, session, strap, subject=pseudonym, has_dates=False)
        _check_strap(source)
        return _writer(form)(source, path)


def _writer(form: str) -> Write:
    module = import_module(f"entrain.storage.formats.{FORMATS[form].module}")
    return cast(Write, getattr(module, f"write_{form}"))


def _check_strap(source: ExportSource) -> None:
    straps = [name for (name,) in source.rows("SELECT DISTINCT strap FROM beat WHERE session_id = :id")]
    if source.strap is not None and source.strap not in straps:
        raise UsageError(
            f'No beat of a strap "{source.strap}" is in session {source.session_id}.',
            f"It has beats of {', '.join(straps) or 'none'}.",
        )
