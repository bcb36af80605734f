"""Surrogate series: what a heart with the same rhythm, and no knowledge of the sound, would have done."""

import numpy as np

from entrain.analysis.series import FloatArray


def iaaft(values: FloatArray, n: int, rng: np.random.Generator, iterations: int = 100) -> FloatArray:
    """`n` surrogates with the very same values and as nearly as may be the same spectrum; shape (n, size).

    Iterative amplitude-adjusted Fourier transform; Schreiber & Schmitz, Phys Rev Lett 77 (1996) 635. Iterates
    until no surrogate's order changes any more, at most `iterations` times.
    """
    ordered = np.sort(values)
    amplitude = np.abs(np.fft.rfft(values))
    surrogate = rng.permuted(np.broadcast_to(values, (n, values.size)), axis=1)
    order = np.argsort(surrogate, axis=1)
    for _ in range(iterations):
        spectrum = np.fft.rfft(surrogate, axis=1)
        size = np.abs(spectrum)
        turned = np.fft.irfft(
            amplitude * np.divide(spectrum, size, out=np.ones_like(spectrum), where=size > 0.0),
            n=values.size,
            axis=1,
        )
        new = np.argsort(turned, axis=1, kind="stable")
        np.put_along_axis(surrogate, new, np.broadcast_to(ordered, (n, values.size)), axis=1)
        if (new == order).all():
            break
        order = new
    return surrogate


def rank_p(observed: float, others: FloatArray) -> float:
    """The share of `others` and the observed one that are at least as large: never 0, valid at any number."""
    return (1.0 + float(np.count_nonzero(others >= observed))) / (1.0 + others.size)
