"""Hearts whose truth is known beforehand: does the analysis find it?

    python -m benchmarks.known                all tables
    python -m benchmarks.known --people 200   more simulated people (100)

Sines of known power through both spectra; breathing rates and minutes in step of people who follow a pacer,
or do not. Nothing is asserted.
"""

import argparse
import math
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.hearts import person
from entrain.analysis.breathing import breathing_rate, paced_breathing
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import Method, SpectrumSettings, band_powers, spectrum


def sine(mean_ms: float, hf_hz: float, duration_s: float) -> np.ndarray:
    """NN on sines of 800 ms² at 0.1 Hz and 200 ms² at `hf_hz`, seen at the end of each interval."""
    nn, t_s = [], 0.0
    while t_s < duration_s:
        value = mean_ms
        for _ in range(30):
            end = 2.0 * math.pi * (t_s + value / 1000.0)
            value = mean_ms + 40.0 * math.sin(0.1 * end) + 20.0 * math.sin(hf_hz * end + 1.0)
        nn.append(value)
        t_s += value / 1000.0
    return np.array(nn)


def sines() -> None:
    print("A sine of 800 ms² at 0.1 Hz and one of 200 ms²: LF / HF as read, 5 min")
    print(f"{'':24s}" + "".join(f"{f'HF at {hz} Hz':>20s}" for hz in (0.2, 0.25, 0.3)))
    cubic = SpectrumSettings(spline_degree=3)
    for label, method, settings in (
        ("Welch", Method.WELCH, SpectrumSettings()),
        ("Welch, cubic spline", Method.WELCH, cubic),
        ("Lomb-Scargle", Method.LOMB, SpectrumSettings()),
    ):
        for mean_ms in (700.0, 850.0, 1000.0):
            cells = []
            for hf_hz in (0.2, 0.25, 0.3):
                found = spectrum(sine(mean_ms, hf_hz, 300.0), method, settings)
                powers = None if found is None else band_powers(found)
                cells.append("–" if powers is None else f"{powers.lf_ms2:.1f} / {powers.hf_ms2:.1f}")
            print(f"{label:20s} {mean_ms:.0f}" + "".join(f"{cell:>20s}" for cell in cells))


def _step(job: tuple[int, float, dict[str, float]]) -> tuple[float, float, float]:
    seed, pace, kind = job
    heart = NNSeries.from_beats(person(600.0, seed, **kind))
    found, rate = paced_breathing(heart, np.arange(0.0, 600.0, 60.0 / pace)), breathing_rate(heart)
    if found is None:
        return math.nan, math.nan, math.nan
    share = found.minutes_in_step / found.minutes_paced
    return share, float(found.coherence_p < 0.05), math.nan if rate is None else rate.breaths_per_min


def steps(pool: ProcessPoolExecutor, people: int) -> None:
    print(f"\nMinutes in step, in percent of 10 guided minutes; clear coherence; rate seen ({people} people)")
    for pace in (4.5, 6.0, 8.0, 12.0):
        kinds = {
            "follows": {"paced_per_min": pace},
            "follows, swing 1.5 bpm": {"paced_per_min": pace, "rsa_bpm": 1.5},
            "breathes 15/min": {"own_per_min": 15.0},
            "15 % too slow": {"paced_per_min": 0.85 * pace},
        }
        for name, kind in kinds.items():
            found = np.array(list(pool.map(_step, [(s, pace, kind) for s in range(people)], chunksize=4)))
            rates = found[np.isfinite(found[:, 2]), 2]
            seen = f"{np.median(rates):.1f}/min in {rates.size} of {people}" if rates.size else "none"
            print(
                f"pacer {pace:4.1f}/min, {name:23s} in step {100.0 * np.nanmean(found[:, 0]):5.1f} %  "
                f"coherent {100.0 * np.nanmean(found[:, 1]):5.1f} %  rate {seen}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--people", type=int, default=100)
    people = parser.parse_args().people
    sines()
    with ProcessPoolExecutor() as pool:
        steps(pool, people)


if __name__ == "__main__":
    main()
