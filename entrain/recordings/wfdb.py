"""WFDB annotations, PhysioNet's format: the beats in `.atr` and the like; with wfdb (extra `formats`).

In our own records `.evt` notes where a chain of beats begins.
"""

import re
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.errors import InputError, UsageError
from entrain.recordings.columns import series_of
from entrain.recordings.numbers import quoted
from entrain.recordings.options import ReadOptions, samples
from entrain.recordings.series import Series
from entrain.recordings.tables import TableRow, TextTable

ENDINGS: Final = (".atr", ".qrs", ".ecg", ".ari", ".wqrs", ".gqrs", ".man", ".epi", ".evt")
# Notes that begin with "## ", behind their length and their code.
_DEFINITION: Final = re.compile(rb"([\x00-\xff])\xfc(?=## )")
_SOUND: Final = re.compile(rb"## (?:time resolution: \d|annotation type definitions|end of definitions)")
_OURS: Final = re.compile(r"rr (\d+\.\d+) ms")
_BEATS: Final = frozenset("NLRBAaJSVrFejnE/fQ?")


def annotation_beside(header: Path) -> Path:
    """The annotations of the record whose header this is.

    Raises:
        InputError: there are none, or several kinds.
    """
    found = [header.with_suffix(ending) for ending in ENDINGS[:-1] if header.with_suffix(ending).is_file()]
    if len(found) == 1:
        return found[0]
    several = ", ".join(path.name for path in found)
    beside = f"several annotations: {several}" if found else "no annotations of beats beside it"
    raise InputError(
        f"{header.name} is the header of a WFDB record with {beside}.",
        "Give the file with the annotations, for instance record.atr.",
    )


def series_in(path: Path, options: ReadOptions) -> Series:
    """
    Raises:
        InputError: it is damaged, has no beats, or nothing says how many samples make a second.
        MissingExtra: wfdb is not installed.
    """
    wfdb = extras.load("wfdb", "formats", "Reading WFDB annotations")
    marks = _read(wfdb, path)
    rate_hz: float | None = marks.fs
    if not rate_hz and options.unit is None:
        raise InputError(
            f"Nothing says how many samples a second {path.name} counts; {path.stem}.hea is not there.",
            "Put the header beside it, or say --unit samples:HZ.",
        )
    beats = [
        (int(at), int(chan), str(note))
        for at, symbol, chan, note in zip(marks.sample, marks.symbol, marks.chan, marks.aux_note, strict=True)
        if symbol in _BEATS
    ]
    hearts = sorted({chan for _, chan, _ in beats})
    names = _hearts(path)
    notes: list[str] = []
    if names and (len(hearts) > 1 or options.strap is not None):
        chosen = next((chan for chan in hearts if names.get(chan) == options.strap), None)
        if chosen is None:
            there = ", ".join(quoted(names.get(chan, str(chan))) for chan in hearts)
            said = f"{path.name} holds {len(hearts)} hearts: {there}."
            if options.strap is not None:
                raise UsageError(f"{path.name} holds nothing of {quoted(options.strap)}.", said)
            raise InputError(said, "Choose one with --strap NAME.")
        beats = [each for each in beats if each[1] == chosen]
    if len(beats) < 2:
        raise InputError(
            f"{path.name} holds no beats among its annotations.", "Give the file with the beats (.atr, .qrs)."
        )
    n_others = len(marks.symbol) - len(beats)
    if n_others:
        notes.append(f"{n_others} annotations that are no beats left aside.")
    at = [sample for sample, _, _ in beats]
    breaks = _breaks(wfdb, path, at) if names else frozenset[int]()
    ours = [_OURS.match(note) for _, _, note in beats]
    if names and rate_hz and all(ours):
        segments = accumulate(int(n in breaks) for n in range(len(at)))
        rows = tuple(
            TableRow(n, (repr(sample / rate_hz), found[1] if found else "", str(segment)))
            for n, (sample, found, segment) in enumerate(zip(at, ours, segments, strict=True), 1)
        )
        table = TextTable(
            ("t_s", "rr_ms", "segment"), (), rows, 3, "WFDB annotations of entrain", notes=tuple(notes),
            place="beat",
        )  # fmt: skip
        return series_of(table, path.name, replace(options, strap=None))
    if names:
        notes.append("Single intervals are off by up to 0.1 s: this older export holds moments alone.")
    return Series(
        tuple(map(float, at)), tuple(range(1, len(at) + 1)), "WFDB annotations",
        samples(rate_hz) if rate_hz else None, "the header", are_beats=True,
        notes=tuple(notes), breaks=breaks, place="beat",
    )  # fmt: skip


def _read(wfdb: Any, path: Path) -> Any:
    # The library never ends where a definition is none of these, or says the rate twice.
    data = path.read_bytes()
    definitions = [data[at.end() : at.end() + at[1][0]] for at in _DEFINITION.finditer(data)]
    n_rates = sum(each.startswith(b"## time") for each in definitions)
    if n_rates > 1 or not all(_SOUND.match(each) for each in definitions):
        raise InputError(f"{path.name} are damaged WFDB annotations.", "Copy it again.")
    try:
        return wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
    except Exception as error:  # the library trusts what it reads, so anything may come of a damaged file
        raise InputError(
            f"{path.name} are no WFDB annotations, or damaged ({type(error).__name__}).", "Copy it again."
        ) from None


def _hearts(path: Path) -> dict[int, str]:
    """The names of the hearts by `chan`, as our own header has them; none in others'."""
    header = path.with_suffix(".hea")
    try:
        lines = header.read_text("utf-8", "replace").splitlines()[:200]
    except OSError:
        return {}
    found = [line.removeprefix("# chan ").partition(": ") for line in lines if line.startswith("# chan ")]
    return {int(number): strap for number, _, strap in found if number.isdigit()}


def _breaks(wfdb: Any, path: Path, at: list[int]) -> frozenset[int]:
    """In our own records: the beats that begin a new chain, which `.evt` notes."""
    if not path.with_suffix(".evt").is_file():
        return frozenset()
    notes = _read(wfdb, path.with_suffix(".evt"))
    starts = [
        int(sample)
        for sample, text in zip(notes.sample, notes.aux_note, strict=True)
        if text.startswith("segment: ")
    ]
    return frozenset(
        n for start in starts if (n := next((n for n, beat in enumerate(at) if beat >= start), 0))
    )
