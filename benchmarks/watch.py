"""How often `entrain watch --offer` offers a pause where nothing happens, and how often it sees a drop.

    python -m benchmarks.watch [--people N] [--from SEED] [--hours H] [RECORDING …]

People of five kinds of both simulators sit for some hours, breathe freely, and nothing about them changes:
each offer is a false one. Then the same hours with a real drop: for twenty minutes in the middle every
interval is half as far from their mean, and the offers within those minutes are counted. Recordings that are
named are taken to be quiet ones: sleep, or rest.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.before_after import WHO
from entrain.cohort.people import SIMULATORS, Somebody, Who, body, draw
from entrain.cohort.second.heart import SecondPerson
from entrain.heart.beat import Beat, RRInterval, Verdict
from entrain.heart.variation import Variation, with_beat
from entrain.recordings.reading import read_recording
from entrain.units import MS_PER_S, RR_TICKS_PER_S, S_PER_MIN

DROP_MIN: Final = 20.0
DROP: Final = 0.5
Job = tuple[str, Who, int]
Intervals = npt.NDArray[np.float64]  # (n,), ms


def sat(person: Somebody, hours: float) -> Intervals:
    """The intervals of somebody to whom nothing happens."""
    if isinstance(person, SecondPerson):
        still: Somebody = replace(person, circulation=replace(person.circulation, trend_bpm=0.0))
    else:
        still = replace(person, heart=replace(person.heart, trend_bpm=0.0, relaxation_bpm=0.0))
    heart = body(still)
    heart.until(hours * 3600.0, None)
    assert heart.truth is not None
    return np.diff(heart.truth.beats_s) * MS_PER_S


def watched(rr_ms: Intervals) -> Variation:
    """What the watch makes of these intervals."""
    seen, t_s = Variation(), 0.0
    for n, ms in enumerate(rr_ms):
        t_s += ms / MS_PER_S
        seen = with_beat(
            seen, Beat(t_s, RRInterval(float(ms) * RR_TICKS_PER_S / MS_PER_S), Verdict.OK, "", 0, n)
        )
    return seen


def dropped(rr_ms: Intervals) -> tuple[Intervals, float, float]:
    """The same with a drop in the middle, and from which to which minute it lasts."""
    t_min = np.cumsum(rr_ms) / MS_PER_S / S_PER_MIN
    from_min = t_min[-1] / 2.0
    inside = (t_min >= from_min) & (t_min < from_min + DROP_MIN)
    level = float(np.mean(rr_ms[inside]))
    return np.where(inside, level + DROP * (rr_ms - level), rr_ms), from_min, from_min + DROP_MIN


def counted(hours: float, job: Job) -> tuple[int, bool]:
    """(false offers, whether the drop was seen while it lasted) of one person."""
    simulator, who, seed = job
    rr_ms = sat(draw(who, seed, simulator), hours)
    squeezed, from_min, to_min = dropped(rr_ms)
    seen = any(from_min <= offer.minute <= to_min for offer in watched(squeezed).offers)
    return len(watched(rr_ms).offers), seen


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=4, help="of each of the five kinds (4)")
    parser.add_argument("--from", dest="first", type=int, default=5000, help="seed of the first person")
    parser.add_argument("--hours", type=float, default=4.0, help="for which each sits (4)")
    parser.add_argument("recordings", nargs="*", metavar="RECORDING")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.people)
    print("| who | hours | false offers | in 8 hours | drops seen |\n|---|---|---|---|---|")
    with ProcessPoolExecutor() as pool:
        for simulator in SIMULATORS:
            jobs = [(simulator, who, len(WHO) * n + k) for k, who in enumerate(WHO) for n in seeds]
            found = list(pool.map(partial(counted, given.hours), jobs))
            n, hours = sum(each for each, _ in found), given.hours * len(jobs)
            seen = sum(saw for _, saw in found)
            print(f"| {simulator} | {hours:.0f} | {n} | {8.0 * n / hours:.2f} | {seen} of {len(jobs)} |")
    for path in given.recordings:
        rr_ms = np.asarray(read_recording(path).intervals_ms, dtype=np.float64)
        hours = float(np.sum(rr_ms)) / MS_PER_S / 3600.0
        n = len(watched(rr_ms[(rr_ms > 300.0) & (rr_ms < 2000.0)]).offers)
        print(f"| {path} | {hours:.1f} | {n} | {8.0 * n / hours:.2f} | |")


if __name__ == "__main__":
    main()
