"""How often a trend is seen where there is none, and where there is one: python -m benchmarks.trend

Made-up courses: a measure with a spread of 1 from session to session, three or four sessions a week, where
neighbouring sessions are alike (first-order autoregressive, correlation `alike`).
"""

import argparse

import numpy as np

from entrain.history.slope import slope

SESSIONS = (8, 12, 20, 40, 80)
ALIKE = (0.0, 0.3, 0.6)
SEED = 20


def course(rng: np.random.Generator, n: int, alike: float) -> tuple[np.ndarray, np.ndarray]:
    """Days and values of `n` sessions without a trend."""
    days = np.cumsum(rng.integers(1, 4, n)).astype(float)
    values = np.empty(n)
    values[0] = rng.normal()
    for k in range(1, n):
        values[k] = alike * values[k - 1] + np.sqrt(1.0 - alike**2) * rng.normal()
    return days, values


def share_seen(n: int, alike: float, fall: float, trials: int) -> float:
    """How often the interval leaves out zero, where the measure falls by `fall` spreads over the course."""
    rng, seen = np.random.default_rng(SEED), 0
    for _ in range(trials):
        days, values = course(rng, n, alike)
        span = np.ptp(days)
        found = slope(days, values - fall * (days - days[0]) / span)
        seen += found is not None and found.low is not None and not found.low <= 0.0 <= (found.high or 0.0)
    return seen / trials


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    trials = parser.parse_args().trials
    print(
        "| sessions | " + " | ".join(f"no trend, alike {a:g}" for a in ALIKE) + " | falls by 1 | falls by 2 |"
    )
    print("|---" * (len(ALIKE) + 3) + "|")
    for n in SESSIONS:
        cells = [f"{share_seen(n, alike, 0.0, trials):.1%}" for alike in ALIKE]
        cells += [f"{share_seen(n, 0.0, fall, trials):.0%}" for fall in (1.0, 2.0)]
        print(f"| {n} | " + " | ".join(cells).replace("%", " %") + " |", flush=True)


if __name__ == "__main__":
    main()
