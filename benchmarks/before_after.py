"""Before and after: does an interval of change hold what it says, and how small a change can it see?

    python -m benchmarks.before_after [--people N] [--from SEED] [--baseline S …] [--after S]

People of five kinds of both simulators sit for as long as `desk` takes, without a sound, and nothing about
them changes: no trend, no relaxation. Their beats, corrected as a recording's are, are compared as a session
does it: `baseline` seconds at the beginning with the last `after` of ten minutes. Printed for pulse, SDNN and
RMSSD: in how many per cent the 95 % interval holds zero (and the least such share of any kind of people), and
the smallest difference that would have been called clear, the median over people. Chosen on the first
simulator; the second only judges.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from benchmarks.resonance import share
from entrain.analysis.change import Measure, changes
from entrain.analysis.correction import correct
from entrain.analysis.series import NNSeries
from entrain.cohort.people import SIMULATORS, Somebody, Who, body, draw
from entrain.cohort.second.heart import SecondPerson

SESSION_S: Final = 600.0
FIRST_S: Final = 5.0
BASELINES_S: Final = (30.0, 45.0, 60.0, 75.0, 90.0, 120.0)
WHO: Final = (Who.TYPICAL, Who.ATHLETE, Who.ANXIOUS, Who.WEAK_RSA, Who.NOISY_STRAP)


@dataclass(frozen=True, slots=True)
class Compared:
    held: tuple[bool, ...]  # by measure: zero lies within the interval
    least: tuple[float, ...]  # the smallest difference that would have been clear


Job = tuple[str, Who, int]


def compared(lengths_s: tuple[tuple[float, float], ...], job: Job) -> list[Compared]:
    """One person, by (baseline, after)."""
    simulator, who, seed = job
    series = at_rest(draw(who, seed, simulator))
    out: list[Compared] = []
    for before_s, after_s in lengths_s:
        before = series.between(FIRST_S, FIRST_S + before_s)
        found = changes(before, series.between(SESSION_S - after_s, SESSION_S), seed)
        held = [one.low is not None and one.high is not None and one.low <= 0.0 <= one.high for one in found]
        least = [np.inf if one.low is None else one.difference - one.low for one in found]
        out.append(Compared(tuple(held), tuple(least)))
    return out


def at_rest(person: Somebody) -> NNSeries:
    """Ten minutes of free breathing in which nothing changes but by chance."""
    if isinstance(person, SecondPerson):
        still: Somebody = replace(person, circulation=replace(person.circulation, trend_bpm=0.0))
    else:
        still = replace(person, heart=replace(person.heart, trend_bpm=0.0, relaxation_bpm=0.0))
    heart = body(still)
    heart.until(SESSION_S + 2.0, None)
    assert heart.truth is not None
    return correct(np.diff(heart.truth.beats_s) * 1000.0).series


def rows(found: list[list[Compared]], jobs: list[Job], n: int) -> Iterator[str]:
    for simulator in SIMULATORS:
        some = [
            (who, each[n]) for (which, who, _), each in zip(jobs, found, strict=True) if which == simulator
        ]
        cells: list[str] = []
        for k in range(len(Measure)):
            held = np.array([each.held[k] for _, each in some])
            worst = min(held[[who is kind for who, _ in some]].mean() for kind in WHO)
            least = float(np.median([each.least[k] for _, each in some]))
            cells.append(f"{share(int(held.sum()), held.size)}, least {100.0 * worst:.0f} | {least:.1f}")
        yield f"| {simulator} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=60, help="of each of the five kinds (60)")
    parser.add_argument("--from", dest="first", type=int, default=0, help="seed of the first person")
    parser.add_argument("--baseline", type=float, nargs="+", default=list(BASELINES_S), metavar="S")
    parser.add_argument("--after", type=float, default=120.0, metavar="S")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.people)
    # No two with one seed: it decides the chances of all that befalls somebody, of whatever kind they are.
    jobs = [(sim, who, len(WHO) * n + k) for sim in SIMULATORS for k, who in enumerate(WHO) for n in seeds]
    lengths_s = tuple((baseline_s, given.after) for baseline_s in given.baseline)
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(partial(compared, lengths_s), jobs, chunksize=8))
    heads = [f"{measure.value} held, % | smallest seen" for measure in Measure]
    print("| baseline, after | simulator | " + " | ".join(heads) + " |")
    print("|" + "---|" * (2 + 2 * len(heads)))
    for n, (before_s, after_s) in enumerate(lengths_s):
        for row in rows(found, jobs, n):
            print(f"| {before_s:.0f} s, {after_s:.0f} s {row}")


if __name__ == "__main__":
    main()
