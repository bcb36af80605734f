"""How well artefacts are found in real series, and what correcting them does to RMSSD.

    python -m benchmarks.artefacts                           on recordings, see benchmarks/hearts.py
    python -m benchmarks.artefacts --repeats 100 --shift 0.05 0.12
    python -m benchmarks.artefacts --peers VENV/bin/python   NeuroKit2's correction on the same series, too

Into series that are clean by eye, 3 % of faults are put at random, at least three beats apart, a quarter of
each: early beats (by 20–45 % of the interval, half with a full pause after them, half without), missed beats,
extra beats (an interval cut at 25–75 %) and shifted beats (by 12–30 %, either way). With gaps, four stretches
of 3–15 s are lost as well, each left as one long interval, as a recording that only knows intervals shows it.

A fault counts as found if a change touches it. An interval changed that no fault touched is a false positive,
in percent of all intervals left alone. The error of RMSSD is against the series before anything was put in.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass

import numpy as np

from benchmarks import hearts
from entrain.analysis.correction import Correction, correct
from entrain.analysis.time_domain import rmssd_ms

SHARE = 0.03
KINDS = ("early, pause", "early, no pause", "missed", "extra", "shifted")
CHANCES = (0.125, 0.125, 0.25, 0.25, 0.25)


@dataclass(frozen=True)
class Injected:
    raw_ms: np.ndarray
    faults: list[tuple[str, int, int]]  # kind, first raw interval, one past the last
    n_clean: int


def inject(
    rr: np.ndarray, rng: np.random.Generator, n_gaps: int = 0, shift: tuple[float, float] = (0.12, 0.30)
) -> Injected:
    """The series with faults, and where they are."""
    n = rr.size
    taken = np.zeros(n, bool)
    taken[:6] = taken[-8:] = True
    plan: dict[int, tuple[str, int]] = {}  # clean index -> kind, clean intervals it replaces
    while len(plan) < n_gaps:
        first = int(rng.integers(20, n - 40))
        last = first + int(np.searchsorted(np.cumsum(rr[first:]), rng.uniform(3000.0, 15_000.0))) + 1
        if last < n - 10 and not taken[first - 8 : last + 8].any():
            taken[first - 3 : last + 3] = True
            plan[first] = ("gap", last - first)
    while sum(kind != "gap" for kind, _ in plan.values()) < round(SHARE * n):
        first = int(rng.integers(6, n - 8))
        if not taken[first - 2 : first + 4].any():
            taken[first - 1 : first + 3] = True
            kind = str(rng.choice(KINDS, p=CHANCES))
            plan[first] = (kind, 1 if kind in ("extra", "early, no pause") else 2)
    raw: list[float] = []
    faults: list[tuple[str, int, int]] = []
    at = 0
    while at < n:
        kind, replaces = plan.get(at, ("", 1))
        made = _faulty(kind, rr[at : at + replaces], rng, shift)
        if kind:
            faults.append((kind, len(raw), len(raw) + len(made)))
        raw += made
        at += replaces
    return Injected(np.round(raw), faults, len(raw) - sum(last - first for _, first, last in faults))


def _faulty(kind: str, rr: np.ndarray, rng: np.random.Generator, shift: tuple[float, float]) -> list[float]:
    match kind:
        case "":
            return [float(rr[0])]
        case "gap" | "missed":
            return [float(rr.sum())]
        case "early, pause":
            early = rng.uniform(0.20, 0.45) * rr[0]
            return [rr[0] - early, rr[1] + early]
        case "early, no pause":
            return [rr[0] * (1.0 - rng.uniform(0.20, 0.45))]
        case "extra":
            cut = rng.uniform(0.25, 0.75)
            return [rr[0] * cut, rr[0] * (1.0 - cut)]
        case _:
            late = rng.uniform(*shift) * rr[0] * rng.choice((-1.0, 1.0))
            return [rr[0] + late, rr[1] - late]


@dataclass(frozen=True)
class Score:
    n_faults: int
    n_found: int
    n_false: int
    n_clean: int
    rmssd_error: float  # signed share

    @property
    def line(self) -> str:
        return f"{self.n_found}/{self.n_faults}"


def score(clean: np.ndarray, injected: Injected, found: Correction) -> Score:
    spans = [(c.first, c.first + len(c.raw_ms)) for c in found.changes]
    hit = sum(any(a < last and b > first for a, b in spans) for _, first, last in injected.faults)
    false = sum(
        b - a for a, b in spans if not any(a < last and b > first for _, first, last in injected.faults)
    )
    measured, true = rmssd_ms(found.series.differences_ms()), rmssd_ms(np.diff(clean))
    error = measured / true - 1.0 if measured and true else float("nan")
    return Score(len(injected.faults), hit, false, injected.n_clean, error)


def trial(
    clean: np.ndarray, repeats: int, n_gaps: int, shift: tuple[float, float]
) -> tuple[list[Score], dict[str, list[bool]]]:
    """One score for each repeat, and for each kind of fault whether it was found."""
    scores: list[Score] = []
    by_kind: dict[str, list[bool]] = {}
    for repeat in range(repeats):
        injected = inject(clean, np.random.default_rng([repeat, clean.size]), n_gaps, shift)
        found = correct(injected.raw_ms)
        scores.append(score(clean, injected, found))
        spans = [(c.first, c.first + len(c.raw_ms)) for c in found.changes]
        for kind, first, last in injected.faults:
            by_kind.setdefault(kind, []).append(any(a < last and b > first for a, b in spans))
    return scores, by_kind


def row(name: str, scores: list[Score]) -> dict[str, str | float]:
    errors = np.array([s.rmssd_error for s in scores])
    return {
        "series": name,
        "sensitivity_percent": 100.0 * sum(s.n_found for s in scores) / sum(s.n_faults for s in scores),
        "false_positive_percent": 100.0 * sum(s.n_false for s in scores) / sum(s.n_clean for s in scores),
        "rmssd_error_percent": 100.0 * float(np.abs(errors).mean()),
        "rmssd_bias_percent": 100.0 * float(errors.mean()),
        "rmssd_error_p95_percent": 100.0 * float(np.quantile(np.abs(errors), 0.95)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--shift", type=float, nargs=2, default=(0.12, 0.30), metavar=("LEAST", "MOST"))
    parser.add_argument("--peers", help="the Python of an environment that holds neurokit2")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = hearts.recordings_folder()
    if folder is None:
        sys.exit("no recordings: name their folder in ENTRAIN_RECORDINGS")
    series = hearts.recordings(folder)
    rows: list[dict] = []
    for n_gaps in (0, 4):
        everything: list[Score] = []
        kinds: dict[str, list[bool]] = {}
        for name in (*hearts.REST, *hearts.RECOVERY):
            scores, by_kind = trial(series[name], args.repeats, n_gaps, tuple(args.shift))
            rows.append({"gaps": n_gaps, **row(name, scores)})
            everything += scores
            for kind, hits in by_kind.items():
                kinds.setdefault(kind, []).extend(hits)
        rows.append({"gaps": n_gaps, **row("all", everything)})
        rows[-1]["by_kind_percent"] = {kind: 100.0 * float(np.mean(hits)) for kind, hits in kinds.items()}
    natural = [_natural(name, rr) for name, rr in series.items()]
    ectopic = _mit_bih(folder)
    if args.json:
        print(json.dumps({"injected": rows, "untouched": natural, "mit_bih_100": ectopic}))
    else:
        _print(rows, natural, ectopic)
    if args.peers:
        print(
            _neurokit(
                args.peers, {name: series[name] for name in hearts.REST}, args.repeats, tuple(args.shift)
            )
        )


def _natural(name: str, rr: np.ndarray) -> dict:
    """What is found in a recording as it is."""
    found = correct(rr)
    counts = {c.fault.label: 0 for c in found.changes}
    for change in found.changes:
        counts[change.fault.label] += 1
    return {"series": name, "n": int(rr.size), "changed_percent": 100.0 * found.artefact_share, **counts}


def _mit_bih(folder) -> dict:
    """MIT-BIH record 100: how many of the beats that its annotators did not call normal are found."""
    rr, odd = hearts.mit_bih_100(folder)
    changed = np.zeros(rr.size, bool)
    spans = [(c.first, c.first + len(c.raw_ms)) for c in correct(rr).changes]
    for a, b in spans:
        changed[a:b] = True
    edges = np.flatnonzero(np.diff(np.concatenate(([0], odd.astype(int), [0]))))
    events = list(zip(edges[::2], edges[1::2], strict=True))
    hit = sum(bool(changed[a:b].any()) for a, b in events)
    false = sum(b - a for a, b in spans if not odd[a:b].any())
    return {
        "events": len(events),
        "found": hit,
        "normal_intervals": int((~odd).sum()),
        "false_positive": int(false),
    }


def _print(rows: list[dict], natural: list[dict], ectopic: dict) -> None:
    print(HEADING)
    for r in rows:
        print(_line(r))
        if "by_kind_percent" in r:
            print("   " + ", ".join(f"{k} {v:.1f} %" for k, v in sorted(r["by_kind_percent"].items())))
    print("\nrecordings as they are")
    for r in natural:
        counts = ", ".join(f"{k} {v}" for k, v in r.items() if k not in ("series", "n", "changed_percent"))
        print(
            f"{r['series']:10s} {r['n']:6d} intervals, {r['changed_percent']:.2f} % changed: "
            + (counts or "nothing")
        )
    print(
        f"\nMIT-BIH 100: {ectopic['found']} of {ectopic['events']} annotated ectopic events found, "
        f"{ectopic['false_positive']} of {ectopic['normal_intervals']} normal intervals changed"
    )


HEADING = "series     gaps  sensitivity  false pos.  |dRMSSD|    bias     p95"


def _line(r: dict) -> str:
    found = f"{r['sensitivity_percent']:10.2f} % {r['false_positive_percent']:8.3f} %"
    errors = f"{r['rmssd_error_percent']:7.2f} % {r['rmssd_bias_percent']:+6.2f} %"
    return f"{r['series']:10s} {r['gaps']:4d} {found} {errors} {r['rmssd_error_p95_percent']:5.1f} %"


_WORKER = """
import json, sys, warnings
import numpy as np
warnings.filterwarnings("ignore")
from neurokit2.signal import signal_fixpeaks
for line in sys.stdin:
    raw = np.array(json.loads(line))
    peaks = np.concatenate(([0], np.cumsum(raw))).astype(int)
    info, clean = signal_fixpeaks(peaks, sampling_rate=1000, method="Kubios", iterative=True)
    found, _ = signal_fixpeaks(peaks, sampling_rate=1000, method="Kubios", iterative=False)
    kinds = ("ectopic", "missed", "extra", "longshort")
    flagged = sorted({int(i) - 1 for kind in kinds for i in found[kind]})
    print(json.dumps([flagged, float(np.sqrt(np.mean(np.diff(np.diff(clean)) ** 2)))]))
"""


def _neurokit(python: str, series: dict[str, np.ndarray], repeats: int, shift: tuple[float, float]) -> str:
    """The same trial for neurokit2.signal_fixpeaks(method="Kubios")."""
    jobs = [
        (name, gaps, clean, inject(clean, np.random.default_rng([repeat, clean.size]), gaps, shift))
        for gaps in (0, 4)
        for name, clean in series.items()
        for repeat in range(repeats)
    ]
    text = "\n".join(json.dumps(job[3].raw_ms.tolist()) for job in jobs)
    done = subprocess.run([python, "-c", _WORKER], input=text, capture_output=True, text=True, check=True)
    table: dict[tuple[str, int], list[Score]] = {}
    for (name, gaps, clean, injected), line in zip(jobs, done.stdout.splitlines(), strict=True):
        flagged, rmssd = json.loads(line)
        # It may mark the interval before or after a displaced beat: one interval of tolerance each way.
        near = [(first - 1, last + 1) for _, first, last in injected.faults]
        hit = sum(any(a <= i < b for i in flagged) for a, b in near)
        false = sum(not any(a <= i < b for a, b in near) for i in flagged)
        error = rmssd / float(rmssd_ms(np.diff(clean)) or 1.0) - 1.0
        table.setdefault((name, gaps), []).append(Score(len(near), hit, false, injected.n_clean, error))
    title = ["", "neurokit2 signal_fixpeaks(method='Kubios')"]
    rows = ({"gaps": gaps, **row(name, scores)} for (name, gaps), scores in table.items())
    return "\n".join([*title, *(_line(r) for r in rows)])


if __name__ == "__main__":
    main()
