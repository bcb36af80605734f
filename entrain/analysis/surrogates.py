"""Surrogate series: what a heart with the same rhythm, and no knowledge of the sound, would have done."""

import numpy as np

from entrain.analysis.series import FloatArray


def iaaft(values: FloatArray, n: int, rng: np.random.Generator, iterations: int = 30) -> FloatArray:
    """`n` surrogates with the very same values and as nearly as may be the same spectrum; shape (n, size).

    Iterative amplitude-adjusted Fourier transform; Schreiber & Schmitz, Phys Rev Lett 77 (1996) 635. The
    spectrum comes as near as the values permit within some 20 iterations.
    """
    ordered = np.broadcast_to(np.sort(values), (n, values.size))
    amplitude = np.abs(np.fft.rfft(values))
    least = 1e-9 * float(amplitude.max())  # a line that vanished has no phase to keep
    surrogate = rng.permuted(ordered, axis=1)
    for _ in range(iterations):
        turned = np.fft.rfft(surrogate, axis=1)
        turned *= amplitude / np.maximum(np.abs(turned), least)
        order = np.argsort(np.fft.irfft(turned, n=values.size, axis=1), axis=1)
        np.put_along_axis(surrogate, order, ordered, axis=1)
    return surrogate


def rank_p(observed: float, others: FloatArray) -> float:
    """The share of `others` and the observed one that are at least as large: never 0, valid at any number."""
    return (1.0 + float(np.count_nonzero(others >= observed))) / (1.0 + others.size)


def p_value(p: float) -> str:
    """As it stands in a sentence; very small ones are not written as 0."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
