"""How often entrainment is found where there is none, and how often where there is some.

    python -m benchmarks.entrainment_null                     recordings (benchmarks/hearts.py), cut to 5 min
    python -m benchmarks.entrainment_null --segment 120       shorter ones
    python -m benchmarks.entrainment_null --kappa 0.05 0.1 0.2 0.4 0.8
    python -m benchmarks.entrainment_null --simulated 40      people who breathe with the sound, κ = 0

Null: real hearts that never heard a sound, each with five sounds that follow it as a coach's would and two
that keep their tempo. Whatever is found there is false. Segments of one person are not independent, so the 95
% interval of the false-positive rate comes from resampling whole recordings; Wilson's is given beside it.

Power: the same hearts pulled towards the sound with a coupling of κ rad/s, in a closed loop. What could not
be tested counts as not found.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks import hearts
from entrain.analysis.correction import correct
from entrain.analysis.entrainment import ALPHA, Entrainment, Evidence, entrainment
from entrain.analysis.series import NNSeries

TESTS = ("verdict", "p_regression", "p_detuned", "p_iaaft", "rayleigh")


@dataclass(frozen=True)
class Segment:
    recording: str
    beats: np.ndarray  # s, from 0


@dataclass(frozen=True)
class Outcome:
    recording: str
    sound: str
    found: dict[str, bool]
    kappa: float | None
    testable: bool


def segments(series: dict[str, np.ndarray], length_s: float) -> list[Segment]:
    """Unbroken stretches of corrected recordings."""
    out = []
    for name, raw in series.items():
        for beats in correct(raw).series.beats_s():
            for k in range(int((beats[-1] - beats[0]) // length_s)):
                inside = beats[(beats >= beats[0] + k * length_s) & (beats < beats[0] + (k + 1) * length_s)]
                out.append(Segment(name, inside - inside[0]))
    return out


def outcome(segment: Segment, sound: str, beats: np.ndarray, onsets: np.ndarray) -> Outcome:
    result = entrainment(NNSeries.from_beats(beats), onsets)
    found = {name: (getattr(result, name) or 1.0) < ALPHA for name in TESTS if name.startswith("p_")}
    found["verdict"] = result.verdict is Evidence.EVIDENCE
    found["rayleigh"] = _rayleigh(beats, onsets) < ALPHA
    return Outcome(segment.recording, sound, found, result.kappa_rad_per_s, _testable(result))


def _testable(result: Entrainment) -> bool:
    return result.verdict is not Evidence.NOT_TESTABLE


def _rayleigh(beats: np.ndarray, onsets: np.ndarray) -> float:
    """The test that others use: uniform phases of the sound at the beats. Here to show why it will not do."""
    inside = beats[(beats >= onsets[0]) & (beats <= onsets[-1])]
    phase = np.interp(inside, onsets, np.arange(onsets.size))
    length = abs(np.exp(2j * np.pi * phase).sum())
    return float(np.exp(-(length**2) / inside.size))


def null(job: tuple[int, Segment]) -> list[Outcome]:
    index, segment = job
    out = []
    for k, sound in enumerate(hearts.SOUNDS):
        onsets = hearts.followed(segment.beats, sound, np.random.default_rng([index, k]))
        out.append(outcome(segment, sound, segment.beats, onsets))
    return out


def coupled(job: tuple[int, Segment, float]) -> list[Outcome]:
    index, segment, kappa = job
    out = []
    for sound in ("follow", "5 % below", "glide", "fixed 5 % below"):
        beats, onsets = hearts.pulled(segment.beats, sound, kappa, np.random.default_rng([index, 7]))
        out.append(outcome(segment, sound, beats, onsets))
    return out


def breathing(job: tuple[int, int, float]) -> Outcome:
    """Someone who breathes exactly with a sound below the pulse, and does not feel it in any other way."""
    seed, beats_per_breath, below = job
    tempo = 66.0 * (1.0 - below)
    onsets = np.arange(0.3, 300.0, 60.0 / tempo)
    beats = hearts.person(300.0, seed, paced_per_min=tempo / beats_per_breath)
    breath = onsets[::beats_per_breath]
    result = entrainment(NNSeries.from_beats(beats), onsets, breath)
    found = {name: (getattr(result, name) or 1.0) < ALPHA for name in TESTS if name.startswith("p_")}
    found |= {"verdict": result.verdict is Evidence.EVIDENCE, "rayleigh": _rayleigh(beats, onsets) < ALPHA}
    name = f"{beats_per_breath} beats, {below:.0%} below"
    return Outcome(f"simulated {seed}", name, found, result.kappa_rad_per_s, _testable(result))


def rate(outcomes: list[Outcome], test: str) -> dict[str, float]:
    """Share found in percent, its 95 % interval over whole recordings, and Wilson's."""
    hits = np.array([o.found[test] for o in outcomes], float)
    groups = [hits[[o.recording == name for o in outcomes]] for name in {o.recording for o in outcomes}]
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(2000):
        drawn = [groups[i] for i in rng.integers(0, len(groups), len(groups))]
        draws.append(np.concatenate(drawn).mean())
    low, high = np.quantile(draws, (0.025, 0.975))
    wilson_low, wilson_high = _wilson(float(hits.mean()), hits.size)
    values = {"percent": hits.mean(), "low": low, "high": high}
    values |= {"wilson_low": wilson_low, "wilson_high": wilson_high}
    return {name: 100.0 * float(value) for name, value in values.items()}


def _wilson(p: float, n: int, z: float = 1.96) -> tuple[float, float]:
    middle = p + z * z / 2.0 / n
    reach = z * np.sqrt(p * (1.0 - p) / n + z * z / 4.0 / n**2)
    return (middle - reach) / (1.0 + z * z / n), (middle + reach) / (1.0 + z * z / n)


def table(outcomes: list[Outcome]) -> dict[str, dict]:
    """One row for each sound, and one for all."""
    rows: dict[str, dict] = {}
    for sound in (*dict.fromkeys(o.sound for o in outcomes), "all"):
        some = [o for o in outcomes if sound in (o.sound, "all")]
        kappas = [o.kappa for o in some if o.kappa is not None]
        rows[sound] = {test: rate(some, test) for test in TESTS}
        rows[sound] |= {"n": len(some), "testable": sum(o.testable for o in some)}
        rows[sound]["kappa_median"] = float(np.median(kappas)) if kappas else None
    return rows


def lines(title: str, rows: dict[str, dict]) -> str:
    out = ["", title]
    for sound, r in rows.items():
        v = r["verdict"]
        others = "  ".join(f"{test.removeprefix('p_')} {r[test]['percent']:5.1f}" for test in TESTS[1:])
        kappa = "" if r["kappa_median"] is None else f"  κ {r['kappa_median']:.2f}"
        out.append(
            f"{sound:22s} n {r['n']:4d} (testable {r['testable']:4d})  verdict {v['percent']:5.1f} % "
            f"[{v['low']:.1f}, {v['high']:.1f}] Wilson [{v['wilson_low']:.1f}, {v['wilson_high']:.1f}]  "
            f"{others}{kappa}"
        )
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--segment", type=float, default=300.0, help="seconds of one segment (300)")
    parser.add_argument("--kappa", type=float, nargs="*", default=[], help="couplings, rad/s, for power")
    parser.add_argument("--simulated", type=int, default=0, help="seeds of people who breathe with the sound")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = hearts.recordings_folder()
    if folder is None:
        print("no recordings: name their folder in ENTRAIN_RECORDINGS", file=sys.stderr)
    parts = [] if folder is None else segments(hearts.recordings(folder), args.segment)
    result: dict[str, dict] = {}
    with ProcessPoolExecutor() as pool:
        if parts and not args.kappa:
            title = f"no sound was ever played, {len(parts)} segments of {args.segment:.0f} s"
            result[title] = table(_flat(pool.map(null, enumerate(parts), chunksize=2)))
        for kappa in args.kappa if parts else ():
            jobs = [(i, part, kappa) for i, part in enumerate(parts)]
            result[f"pulled with κ = {kappa} rad/s"] = table(_flat(pool.map(coupled, jobs, chunksize=2)))
        if args.simulated:
            people = [(s, b, o) for b in (8, 10, 11) for o in (0.05, 0.1) for s in range(args.simulated)]
            result["breathing with the sound, κ = 0"] = table(list(pool.map(breathing, people, chunksize=4)))
    print(json.dumps(result) if args.json else "\n".join(lines(*item) for item in result.items()))


def _flat(parts: Iterable[list[Outcome]]) -> list[Outcome]:
    return [outcome for part in parts for outcome in part]


if __name__ == "__main__":
    main()
