"""Means with 95 % intervals, by the bootstrap over people (percentile; Efron & Tibshirani 1993).

People are what is drawn at random, so people are what is drawn again; and as the same people met every
policy, two policies are compared within people.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.cohort.crowd import Participant
from entrain.cohort.life import Outcome

N_RESAMPLES: Final = 2000
MEASURES: Final = tuple(field.name for field in fields(Outcome))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` people with its 95 % interval; None where nobody had a value, or one person has."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


def estimates(everybody: Sequence[Participant], policy: int) -> dict[str, Estimate]:
    """Each measure under the policy of that index."""
    return _estimates(_values(everybody, policy))


def differences(everybody: Sequence[Participant], policy: int, other: int) -> dict[str, Estimate]:
    """Each measure under one policy less that under another, within people."""
    return _estimates(_values(everybody, policy) - _values(everybody, other))


def _values(everybody: Sequence[Participant], policy: int) -> NDArray[np.float64]:
    rows = [[getattr(each.outcomes[policy], name) for name in MEASURES] for each in everybody]
    return np.array(rows, dtype=np.float64).reshape(len(everybody), len(MEASURES))


def _estimates(values: NDArray[np.float64]) -> dict[str, Estimate]:
    return {
        name: estimate(column[np.isfinite(column)]) for name, column in zip(MEASURES, values.T, strict=True)
    }


def estimate(column: NDArray[np.float64]) -> Estimate:
    """The mean of one value for each person."""
    n = column.size
    if n == 0:
        return Estimate(None, None, None, 0)
    mean = float(column.mean())
    if n == 1:
        return Estimate(mean, None, None, 1)
    low, high = np.percentile(_draws(n) @ column / n, (2.5, 97.5))
    return Estimate(mean, float(low), float(high), n)


@lru_cache(maxsize=2)
def _draws(n: int) -> NDArray[np.float64]:
    """How often each of `n` people is drawn; shape (N_RESAMPLES, n)."""
    # Dear to make, and nearly every measure is of the same number of people.
    return np.random.default_rng(n).multinomial(n, np.full(n, 1.0 / n), N_RESAMPLES).astype(np.float64)
