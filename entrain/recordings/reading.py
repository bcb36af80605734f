"""Reads other programs' recordings of RR intervals. What a file is, is seen in it and said; see `Recording`.

One way for all: bytes -> what kind of file -> encoding -> dialect -> columns by name and the unit in the name
-> what the numbers can be -> intervals with their gaps. Each step either knows, or says which of two readings
it took and how to force the other, or refuses. docs/formats.md lists what is read and what is refused.

Nothing is dropped in silence: a line that is no interval makes the file unreadable, and the error names the
first ten; whoever asks for the good lines gets them with a gap where each bad one was. An interval that no
heart makes is kept, for judging is the screening's part.
"""

from pathlib import Path

from entrain.errors import InputError
from entrain.heart.recording import Recording
from entrain.recordings import json_text, kinds, markup
from entrain.recordings.bids import with_names
from entrain.recordings.columns import series_of
from entrain.recordings.dialect import table_of
from entrain.recordings.encoding import text_of
from entrain.recordings.files import FileBytes, load
from entrain.recordings.intervals import recording_of
from entrain.recordings.options import AS_IT_LOOKS, ReadOptions
from entrain.recordings.series import Series


def read_recording(path: Path | str, options: ReadOptions = AS_IT_LOOKS) -> Recording:
    """Read a file, or "-" for standard input.

    Raises:
        InputError: there is no such file, it is none of the known kinds, or some of its lines are not what
            they should be (the first ten are named with their numbers).
        UsageError: an option names a column or a unit that is not there.
        MissingExtra: the library for this kind of file is not installed.
    """
    return recording_in(load(path), options)


def recording_in(file: FileBytes, options: ReadOptions = AS_IT_LOOKS) -> Recording:
    """Like `read_recording`, of bytes that were read already."""
    return recording_of(_series(file, options), file.name, options)


def parse_recording(text: str, name: str, options: ReadOptions = AS_IT_LOOKS) -> Recording:
    """Like `read_recording`, of a file's text; `name` is what the file is called in messages."""
    return recording_of(_of_text(text, name, None, options), name, options)


def _series(file: FileBytes, options: ReadOptions) -> Series:
    """By what the file is; libraries beyond the core's are imported by the kind that needs them."""
    data, name = file.data, file.name
    if kinds.is_fit(data):
        from entrain.recordings.fit import parse_fit

        return parse_fit(data, name, keep_good=options.keep_good)
    if kinds.is_edf(data):
        from entrain.recordings import edf

        return edf.series_in(data, name, options)
    if kinds.is_xdf(data):
        from entrain.recordings import xdf

        return xdf.series_in(data, name, options)
    if kinds.is_parquet(data) or kinds.is_npy(data):
        from entrain.recordings import arrays

        table = arrays.parquet_table(data, name) if kinds.is_parquet(data) else arrays.npy_table(data, name)
        return series_of(table, name, options)
    annotations = _annotations(file)
    if annotations is not None:
        from entrain.recordings import wfdb

        return wfdb.series_in(annotations, options)
    kinds.check_kind(data, name)
    if markup.is_markup(data):
        return markup.intervals_in(data, name)
    return _of_text(text_of(data, name), name, file.path, options)


def _annotations(file: FileBytes) -> Path | None:
    """WFDB has no mark of its own: its annotations are known by their ending, and their header by its own."""
    from entrain.recordings import wfdb

    path = file.path
    if path is None or not path.is_file():
        return None
    if path.suffix.lower() == ".hea":
        return wfdb.annotation_beside(path)
    return path if path.suffix.lower() in wfdb.ENDINGS and b"\0" in file.data[:4096] else None


def _of_text(text: str, name: str, path: Path | None, options: ReadOptions) -> Series:
    if not text.strip():
        raise InputError(f"{name} is empty.")
    if name.lower().endswith(".toml"):
        raise InputError(f"{name} is settings (TOML), not a recording.", "Give the recording itself.")
    if text.lstrip().startswith("[Params]"):
        from entrain.recordings.polar import polar_hrm

        return polar_hrm(text.split("\n"), name)
    if json_text.is_json(text):
        return series_of(json_text.table_in(text, name), name, options)
    table = table_of(text, name)
    return series_of(table if path is None else with_names(table, path, name), name, options)
