"""`entrain analyse`: HRV, breath and entrainment of one recording or of many."""

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from entrain.app.analyse import AnalysisWish, Done, here
from entrain.app.analyse_names import recordings_of
from entrain.arguments import seed
from entrain.commands import analyse_table, passphrase, reading_options
from entrain.commands.analyse_progress import Progress
from entrain.errors import UsageError
from entrain.foreign import json_text
from entrain.recordings.files import STANDARD_INPUT

DESCRIPTION: Final = """\
Analyse recordings of RR intervals (text, CSV, JSON, FIT, EDF+, WFDB, XDF and others) or sessions of your own:
data quality, heart-rate variability, breathing, and for sessions whether the sound moved the heart. Artefacts
are corrected and listed; every setting stands in the JSON.
For wellness and research, not a medical device."""
EPILOG: Final = """\
FILE may also be a folder, for all recordings in it and below it, or a session: its number, "last", or the
beginning of its UUID. An analysis with --out that was broken off goes on when it is asked for again.

examples:
  entrain analyse rest.txt
  entrain analyse peaks.csv --column R_peak --beats --unit samples:250
  zcat rest.txt.gz | entrain analyse -
  entrain analyse last --json
  entrain analyse night.csv --window 5
  entrain analyse study --out table.csv                one row for each recording
  entrain analyse study --window 5 --out windows.csv   one row for each window
  entrain analyse study --out table.parquet --scheduler tcp://127.0.0.1:8786
"""

LINE_EVERY_S: Final = 5.0  # where there is no terminal
_ADDRESS: Final = re.compile(r"(tcp|tls|ws|wss)://.+:\d+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    what = "RR intervals, a folder of them, a session of yours, or - for standard input"
    parser.add_argument("recordings", metavar="FILE", nargs="+", help=what)
    parser.add_argument("--window", type=float, metavar="MIN", help="also each MIN minutes by themselves")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="a tidy table: a new .csv, .json or .parquet"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with every setting")
    parser.add_argument("--strap", metavar="NAME", help="of several hearts, this one")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="of everything random (default: 0)")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="have a Dask cluster do the work (extra cluster)"
    )
    reading_options.add_arguments(parser)
    passphrase.add_argument(parser)


def run(args: argparse.Namespace) -> int:
    """0; 2 or 3 where one is not there or cannot be used, after all others are done."""
    _check(args)
    names = recordings_of(args.recordings)
    if not all(name == STANDARD_INPUT or Path(name).exists() for name in names):
        passphrase.unlock_store(args)
    wish = AnalysisWish(
        reading_options.options_of(args), None if args.window is None else args.window * 60.0, args.seed
    )
    done: list[Done] = []
    with nullcontext() if args.out is None else Progress(args.out, wish) as progress:
        for each in _in_order(names, _done(names, wish, args, progress)):
            done.append(each)
            if args.json and each.result is not None:
                said = {"recording": each.name, "remarks": each.remarks, **each.result}
                print(json_text(said), flush=True)
        good = [each for each in done if each.result is not None]
        if not args.json and good:
            print(_text(good, whole=len(names) == 1))
        if progress is not None and args.out is not None and good:
            analyse_table.write(args.out, good, by_window=args.window is not None)
            progress.forget()
            print(f"Written to {args.out}.", file=sys.stderr)
    bad = [each for each in done if each.result is None]
    for each in bad:
        print("\n".join(filter(None, (f"entrain: {each.fault}", each.advice))), file=sys.stderr)
    # Of several faults, a name that does not exist is the least: it may be a slip.
    return max((each.exit_code for each in bad), default=0)


def _check(args: argparse.Namespace) -> None:
    if args.window is not None and not args.window > 0.0:
        raise UsageError(f"A window of {args.window:g} minutes has no room for a heart beat.")
    if args.jobs is not None and args.jobs < 1:
        raise UsageError(f"{args.jobs} processes cannot do any work.", "Leave --jobs out, or give 1 or more.")
    if args.jobs is not None and args.scheduler is not None:
        raise UsageError(
            "--jobs is for the work on this machine, --scheduler for a cluster.", "Leave one out."
        )
    if args.scheduler is not None and not _ADDRESS.fullmatch(args.scheduler):
        raise UsageError(f"{args.scheduler!r} is no address of a scheduler.", "Try tcp://HOST:8786.")
    if args.out is not None:
        analyse_table.check(args.out)


def _done(
    names: Sequence[str], wish: AnalysisWish, args: argparse.Namespace, progress: Progress | None
) -> Iterator[Done]:
    """Every recording as it gets done, those first that were done before."""
    before = {} if progress is None else progress.done(names)
    if before:
        print(f"{len(before)} of {len(names)} were done before: {args.out}.partial", file=sys.stderr)
    yield from before.values()
    left = [name for name in names if name not in before]
    told = _Told(len(names))
    told(len(before))
    for n, each in enumerate(_worked(left, wish, args), start=len(before) + 1):
        if progress is not None:
            progress.add(each)
        told(n)
        yield each


def _worked(names: Sequence[str], wish: AnalysisWish, args: argparse.Namespace) -> Iterable[Done]:
    if args.scheduler is None:
        return here(names, wish, args.jobs)
    from entrain.app.analyse_cluster import on_cluster

    return on_cluster(args.scheduler, names, wish) if names else ()


def _in_order(names: Sequence[str], done: Iterable[Done]) -> Iterator[Done]:
    """In the order of `names`, each as soon as it and all before it are done."""
    waiting: dict[str, Done] = {}
    at = 0
    for each in done:
        waiting[each.name] = each
        while at < len(names) and names[at] in waiting:
            yield waiting.pop(names[at])
            at += 1


class _Told:
    """How many are done, on stderr: a line that is renewed on a terminal, else a line now and then."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._told_s = time.monotonic()

    def __call__(self, n_done: int) -> None:
        if self._n <= 1:
            return
        if sys.stderr.isatty():
            end = "\n" if n_done == self._n else ""
            print(f"\r{n_done} of {self._n} recordings", end=end, file=sys.stderr, flush=True)
        elif n_done and (n_done == self._n or time.monotonic() - self._told_s >= LINE_EVERY_S):
            self._told_s = time.monotonic()
            print(f"{n_done} of {self._n} recordings", file=sys.stderr, flush=True)


def _text(done: Sequence[Done], *, whole: bool) -> str:
    from entrain.wording import analysis_text as analyse_text

    if whole:
        return analyse_text.report(done[0].name, done[0].remarks, done[0].result or {})
    return analyse_text.overview([(each.name, each.result or {}) for each in done])
