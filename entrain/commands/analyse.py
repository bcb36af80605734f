"""`entrain analyse`: HRV, breath and entrainment of one recording or of many."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from entrain.errors import EntrainError, InputError, StoreError, UsageError

DESCRIPTION: Final = """\
Analyse recordings of RR intervals (text, CSV, Polar .hrm) or sessions of your own: data quality, heart-rate
variability, breathing, and for sessions whether the sound moved the heart. Artefacts are corrected and
listed; every setting stands in the JSON. For wellness and research, not a medical device."""
EPILOG: Final = """\
FILE may also be a session: its number, "last", or the beginning of its UUID.

examples:
  entrain analyse rest.txt
  entrain analyse last --json
  entrain analyse night.csv --window 5
  entrain analyse study/*.csv --out table.csv                one row for each recording
  entrain analyse study/*.csv --window 5 --out windows.csv   one row for each window
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one recording: a result, or the sentence that says why there is none."""

    name: str
    remarks: tuple[str, ...] = ()
    result: dict[str, Any] | None = None
    fault: str = ""
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("recordings", metavar="FILE", nargs="+", help="RR intervals, or a session of yours")
    parser.add_argument("--window", type=float, metavar="MIN", help="also each MIN minutes by themselves")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a tidy table: a new .csv or .json")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with every setting")
    parser.add_argument("--strap", metavar="NAME", help="of a session with several hearts, this one")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random (default: 0)")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: one a core)")


def run(args: argparse.Namespace) -> int:
    """0; 3 where a recording cannot be used, after all others are done."""
    _check(args)
    window_s = None if args.window is None else args.window * 60.0
    work = partial(analysed, strap=args.strap, window_s=window_s, seed=args.seed)
    done: list[Done] = []
    for each in _all(work, args.recordings, args.jobs):
        done.append(each)
        if args.json and each.result is not None:
            print(json.dumps({"recording": each.name, "remarks": each.remarks, **each.result}), flush=True)
    good = [each for each in done if each.result is not None]
    if not args.json and good:
        print(_text(good, whole=len(args.recordings) == 1))
    if args.out is not None and good:
        _write(args.out, good, by_window=window_s is not None)
        print(f"Written to {args.out}.", file=sys.stderr)
    bad = [each for each in done if each.result is None]
    for each in bad:
        print("\n".join(filter(None, (f"entrain: {each.fault}", each.advice))), file=sys.stderr)
    return InputError.exit_code if bad else 0


def _check(args: argparse.Namespace) -> None:
    if args.window is not None and not args.window > 0.0:
        raise UsageError(f"A window of {args.window:g} minutes has no room for a heart beat.")
    if args.jobs is not None and args.jobs < 1:
        raise UsageError(f"{args.jobs} processes cannot do any work.", "Leave --jobs out, or give 1 or more.")
    if args.out is None:
        return
    if args.out.suffix.lower() not in (".csv", ".json"):
        raise UsageError(f"{args.out.name} is no kind of table known here.", "End it in .csv or .json.")
    if args.out.exists():
        raise UsageError(f"{args.out} exists and is left as it is.", "Choose another name, or remove it.")


def analysed(name: str, strap: str | None, window_s: float | None, seed: int) -> Done:
    """One recording; runs in a process of its own where there are many."""
    from entrain.analysis.summary import analyse
    from entrain.commands.analyse_input import given

    try:
        found = given(name, strap)
        result = analyse(found.correction, found.guidance, window_s, seed)
    except EntrainError as error:
        known = Path(name).name in error.message
        return Done(name, fault=error.message if known else f"{name}: {error.message}", advice=error.advice)
    return Done(name, found.remarks, result.as_json())


def _all(work: "partial[Done]", names: Sequence[str], jobs: int | None) -> Iterator[Done]:
    """Every recording in the order given, on all cores where that pays."""
    n_jobs = min(len(names), jobs or os.cpu_count() or 1)
    if n_jobs == 1:
        for k, name in enumerate(names):
            _progress(k, len(names))
            yield work(name)
        _progress(len(names), len(names))
        return
    # Each process has one core, so the linear algebra below must not start threads of its own.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    with ProcessPoolExecutor(n_jobs) as pool:
        try:
            futures = [pool.submit(work, name) for name in names]
            yield from _in_order(futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _in_order(futures: "Sequence[Future[Done]]") -> Iterator[Done]:
    """Each as soon as it and all before it are done."""
    at = 0
    for n_done, _ in enumerate(as_completed(futures), start=1):
        _progress(n_done, len(futures))
        while at < len(futures) and futures[at].done():
            yield futures[at].result()
            at += 1


def _progress(n_done: int, n: int) -> None:
    if n > 1 and sys.stderr.isatty():
        end = "\n" if n_done == n else ""
        print(f"\r{n_done} of {n} recordings", end=end, file=sys.stderr, flush=True)


def _text(done: Sequence[Done], *, whole: bool) -> str:
    from entrain.commands import analyse_text

    if whole:
        return analyse_text.report(done[0].name, done[0].remarks, done[0].result or {})
    return analyse_text.overview([(each.name, each.result or {}) for each in done])


def _write(path: Path, done: Sequence[Done], *, by_window: bool) -> None:
    """One row for each recording or window; columns that some lack are empty there.

    Raises:
        StoreError: the file cannot be written.
    """
    from entrain.commands import analyse_text

    rows: list[dict[str, Any]] = []
    for each in done:
        result = each.result or {}
        rows += (
            analyse_text.window_rows(each.name, result)
            if by_window
            else [analyse_text.row(each.name, result)]
        )
    columns = list(dict.fromkeys(name for row in rows for name in row))
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            if path.suffix.lower() == ".json":
                json.dump([{name: row.get(name) for name in columns} for row in rows], file, indent=1)
            else:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from error
