"""Beside the PhysioNet Cardiovascular Signal Toolbox, and on real nights in which nobody does anything.

    python -m benchmarks.physionet FOLDER

FOLDER holds what the toolbox (github.com/cliffordlab/PhysioNet-Cardiovascular-Signal-Toolbox) has in Demos:
three days of the nsr2db, `nsr*.ecg`, and `NSR_HRV_allwindows_allpatients.csv`, its own output for their
windows of five minutes. Printed for each record, as medians over the windows:

- LF and HF of ours (Lomb-Scargle) over theirs;
- the same by the mean interval in seconds: the toolbox sums an unscaled periodogram over steps of 1/1024 Hz,
  which makes a power times the number of beats in a second;
- the toolbox's formula on our intervals over its output: what is left is how artefacts are treated;
- of before and after (`entrain.analysis.change`): pairs from the quietest five hours, eight minutes apart,
  and in how many per cent the interval holds zero.
"""

import argparse
import csv
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.before_after import SESSION_S
from benchmarks.hearts import annotations
from entrain.analysis.change import Measure, changes
from entrain.analysis.correction import correct
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import HF_HZ, LF_HZ, Method, spectrum

RATE_HZ: Final = 128.0
OUTPUT: Final = "NSR_HRV_allwindows_allpatients.csv"
EVERY: Final = 3  # windows overlap by nine tenths
NIGHT_S: Final = 5 * 3600.0
PAIR_EVERY_S: Final = 120.0


def toolbox_powers(series: NNSeries) -> np.ndarray:
    """LF and HF in "ms²" as CalcLomb.m and CalcLfHfParams.m have them: no taper, no detrending, no scale."""
    x = (series.nn_ms - series.nn_ms.mean())[None, :]
    hz = np.arange(1, round(0.4 * 1024) + 1) / 1024
    w = 2.0 * np.pi * hz[:, None]
    twice = 2.0 * w * series.t_s
    tau = np.arctan2(np.sin(twice).sum(1), np.cos(twice).sum(1))[:, None] / 2.0 / w
    angle = w * (series.t_s - tau)
    power = sum((x * f(angle)).sum(1) ** 2 / (f(angle) ** 2).sum(1) for f in (np.cos, np.sin))
    return np.array([power[(hz >= low) & (hz <= high)].sum() / 1024 for low, high in (LF_HZ, HF_HZ)])


def beside(series: NNSeries, rows: list[dict[str, str]]) -> np.ndarray:
    """Medians: mean NN in s; of LF and HF: ours by theirs, by the interval too, formula by output."""
    found = []
    for row in rows[::EVERY]:
        part = series.between(float(row["t_start"]), float(row["t_end"]))
        ours = spectrum(part, Method.LOMB) if row["lf"] not in ("", "NaN") and len(part) > 100 else None
        if ours is not None:
            theirs = np.array([float(row["lf"]), float(row["hf"])])
            ratio = np.array([ours.power_ms2(LF_HZ), ours.power_ms2(HF_HZ)]) / theirs
            nn_s = float(part.nn_ms.mean()) / 1000.0
            found.append([nn_s, *ratio, *(ratio / nn_s), *(toolbox_powers(part) / theirs)])
    return np.median(found, axis=0)


def held(series: NNSeries, before_s: float, after_s: float = 120.0) -> np.ndarray:
    """In how many per cent of the pairs of a night the interval holds zero, by measure."""
    hours = np.arange(0.0, float(series.t_s[-1]) - NIGHT_S, 600.0)
    night_s = min(hours, key=lambda at: -float(series.between(at, at + NIGHT_S).nn_ms.mean()))
    hits = []
    for at in np.arange(night_s, night_s + NIGHT_S - SESSION_S, PAIR_EVERY_S):
        after = series.between(at + SESSION_S - after_s, at + SESSION_S)
        found = changes(series.between(at, at + before_s), after, 1)
        if found and all(one.low is not None for one in found):
            hits.append([one.low <= 0.0 <= one.high for one in found])
    return 100.0 * np.mean(hits, axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    with (folder / OUTPUT).open() as lines:
        rows = list(csv.DictReader(lines))
    for path in sorted(folder.glob("nsr*.ecg")):
        samples, _ = annotations(path)
        series = correct(np.diff(samples) / RATE_HZ * 1000.0).series
        nn_s, lf, hf, lf_nn, hf_nn, formula_lf, formula_hf = beside(
            series, [row for row in rows if row["patID"] == path.stem]
        )
        print(f"{path.stem}: LF {lf:.2f}, HF {hf:.2f} of theirs; mean interval {nn_s:.2f} s;", end=" ")
        print(f"by that too LF {lf_nn:.2f}, HF {hf_nn:.2f};", end=" ")
        print(f"their formula on our intervals LF {formula_lf:.2f}, HF {formula_hf:.2f}")
        for before_s in (30.0, 60.0, 120.0):
            shares = zip(Measure, held(series, before_s), strict=True)
            said = ", ".join(f"{measure.value} {value:.0f} %" for measure, value in shares)
            print(f"  {before_s:.0f} s before: zero held {said}")


if __name__ == "__main__":
    main()
