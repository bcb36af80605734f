"""HRV panels side by side with other libraries: right numbers first, then time and memory.

    python -m benchmarks.analysis                             this package alone
    python -m benchmarks.analysis --peers VENV/bin/python     with the others; --only 5min|24h, --timeout S
    python -m benchmarks.analysis --json

The peers live in an environment of their own, outside this repository:

    python3 -m venv VENV && VENV/bin/pip install neurokit2 hrv-analysis pyhrv systole peakutils nolds==0.5.2

The series is made here: NN around 813 ms whose LF holds 800 and HF 200 ms² by construction, for 5 min and for
24 h (106,284 intervals, with a slow daily wave). A panel is right if SDNN and RMSSD are within 1e-6 of the
plain formula, LF and HF within 5 % of 800 and 200, sample entropy within 1e-6 of an independent count, SD1
and SD2 within 1 %.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PANELS = ("time", "welch", "lomb", "nonlinear")
OURS_ALONE = "everything"  # correction, all panels, coherence, breathing, 5-min windows
PEERS = ("neurokit2", "hrvanalysis", "pyhrv", "systole")
TOLERANCE = {"sdnn": 1e-6, "rmssd": 1e-6, "lf": 0.05, "hf": 0.05, "sampen": 1e-6, "sd1": 0.01, "sd2": 0.01}


def series(n: int) -> np.ndarray:
    """`n` NN in ms, whole strap ticks, of sines of 800 ms² at 0.1 Hz and 200 ms² at 0.25 Hz at the beats."""
    day_ms = 50.0 if n > 10_000 else 0.0
    nn, t_s = np.empty(n), 0.0
    for i in range(n):
        value = 813.0
        for _ in range(8):  # the interval that ends at its own sample of the wave
            end = 2.0 * math.pi * (t_s + value / 1000.0)
            wave = 40.0 * math.sin(0.1 * end) + 20.0 * math.sin(0.25 * end + 1.0)
            value = 813.0 + wave + day_ms * math.sin(end / 86_400.0)
        nn[i] = round(value * 1.024) / 1.024
        t_s += nn[i] / 1000.0
    return nn


def truth(nn: np.ndarray) -> dict[str, float]:
    steps = np.diff(nn)
    sdnn, sdsd = np.std(nn, ddof=1), np.std(steps, ddof=1)
    return {
        "sdnn": float(sdnn),
        "rmssd": float(np.sqrt(np.mean(steps**2))),
        "lf": 800.0,
        "hf": 200.0,
        "sd1": float(sdsd / np.sqrt(2.0)),
        "sd2": float(np.sqrt(2.0 * sdnn**2 - sdsd**2 / 2.0)),
        "sampen": _sampen(nn, 0.2 * float(sdnn)),
    }


def _sampen(nn: np.ndarray, tolerance: float) -> float:
    """Counted by a k-d tree: nothing in common with the count in this package."""
    from scipy.spatial import cKDTree

    n = nn.size - 2
    counts = []
    for m in (2, 3):
        tree = cKDTree(np.column_stack([nn[i : i + n] for i in range(m)]))
        counts.append(int(tree.count_neighbors(tree, tolerance, p=np.inf)) - n)
    return -math.log(counts[1] / counts[0])


def run(python: str, library: str, panel: str, path: Path, timeout_s: float) -> dict:
    """One panel in a process of its own; `failed` says why there is no result."""
    command = [python, "-W", "ignore", str(HERE / "peers_hrv.py"), library, panel, str(path)]
    environment = dict(os.environ)
    if library == "entrain":
        environment["PYTHONPATH"] = str(HERE.parent)
    options = {"capture_output": True, "text": True, "timeout": timeout_s, "env": environment}
    try:
        done = subprocess.run(command, check=False, **options)
    except subprocess.TimeoutExpired:
        return {"failed": f"over {timeout_s:.0f} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no output"])[-1][:90]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def wrong(values: dict[str, float | None], true: dict[str, float]) -> list[str]:
    """What is off, as 'name value'."""
    return [
        f"{name} {'none' if value is None else f'{value:.4g}'} for {true[name]:.4g}"
        for name, value in values.items()
        if value is None or not abs(value / true[name] - 1.0) <= TOLERANCE[name]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", help="the Python of the environment that holds the other libraries")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds for one panel (300)")
    parser.add_argument("--only", choices=("5min", "24h"), help="one of the two lengths")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for label, n in (("5min", 369), ("24h", 106_284)):
            if args.only not in (None, label):
                continue
            nn = series(n)
            path = Path(folder) / f"{label}.npy"
            np.save(path, nn)
            true = truth(nn)
            for panel in (*PANELS, OURS_ALONE):
                peers = PEERS if args.peers and panel != OURS_ALONE else ()
                for library in ("entrain", *peers):
                    if (library, panel) == ("systole", "lomb"):
                        continue  # has none
                    python = sys.executable if library == "entrain" else args.peers
                    found = run(python, library, panel, path, args.timeout)
                    off = wrong(found["values"], true) if "values" in found else []
                    rows.append({"series": label, "panel": panel, "library": library, **found, "wrong": off})
                    print(_line(rows[-1]), file=sys.stderr if args.json else sys.stdout, flush=True)
    print(json.dumps(rows) if args.json else _totals(rows))


def _line(row: dict) -> str:
    head = f"{row['series']:5s} {row['panel']:10s} {row['library']:12s}"
    if "failed" in row:
        return f"{head} {row['failed']}"
    verdict = "right" if not row["wrong"] else "WRONG: " + ", ".join(row["wrong"])
    return f"{head} {row['seconds'] * 1000.0:11.2f} ms {row['peak_mb']:6.0f} MB  {verdict}"


def _totals(rows: list[dict]) -> str:
    """Each panel against the fastest other library that is right in all of it."""
    out = []
    for label in dict.fromkeys(row["series"] for row in rows):
        ours, theirs = 0.0, 0.0
        for panel in PANELS:
            some = [r for r in rows if (r["series"], r["panel"]) == (label, panel) and "failed" not in r]
            own = next(r for r in some if r["library"] == "entrain")
            others = [r for r in some if not r["wrong"] and r["values"].keys() == own["values"].keys()]
            others.remove(own)
            if others:
                best = min(others, key=lambda r: r["seconds"])
                ours, theirs = ours + own["seconds"], theirs + best["seconds"]
                times = best["seconds"] / own["seconds"]
                out.append(f"{label} {panel}: {times:.1f} times as fast as {best['library']}")
            elif len(some) > 1:
                out.append(f"{label} {panel}: nobody else is right")
        if theirs:
            out.append(f"{label} all panels that somebody else gets right: {theirs / ours:.1f} times as fast")
    return "\n".join(out)


if __name__ == "__main__":
    main()
