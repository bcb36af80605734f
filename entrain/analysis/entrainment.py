"""Does the sound pull the heart? A test that keeps its word when the sound follows the heart.

A metronome set a little below the pulse stays near the heart's phase whatever the heart does, so phase
locking values and Rayleigh tests find "entrainment" where no sound was ever played. Here each interval is
first predicted from the eight before it (and from the paced breath, where there was one); only what the
sound's phase at the beat adds to that counts:

    NN[n+1] = c + Σ a_k NN[n−k] (k = 0 … 7) + breath + s·sin φ[n] + q·cos φ[n]

φ[n] is fixed by the past when NN[n+1] is still to come, so a sound that follows the heart cannot fake it.
Three answers are given, and "evidence" is said only where the first two agree:

1. the F test of s = q = 0;
2. the rank of that F among the same sound detuned: φ[n] + 2πδt[n] for 200 δ, each as plausible a rhythm as
the
   real one, and none that the heart heard;
3. the rank among 99 hearts with the same spectrum and values (IAAFT), for comparison.

A heart that beats where the sound says by construction (a tone triggered by the R wave) cannot be tested; nor
can a sound that stayed at one phase. Both are refused with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc  # pyright: ignore[reportUnknownVariableType]

from entrain.analysis.phase import cycles_at
from entrain.analysis.series import BoolArray, FloatArray, Intervals, NNSeries, as_series
from entrain.analysis.surrogates import iaaft, p_value, rank_p
from entrain.units import MS_PER_S

LAGS: Final = 8
BREATH_HARMONICS: Final = 3
ALPHA: Final = 0.05
LEAST_BEATS: Final = 100
STILL_PHASE: Final = 0.98  # resultant length of the sound's phase at the beats beyond which it hardly moved
DETUNED: Final = 200
DETUNED_SPAN_HZ: Final = 0.1
SURROGATES: Final = 99
_SMOOTH_MS: Final = 3.0  # a metronome's intervals change by less from one to the next
_ECHO_BEATS: Final = 4


class Evidence(StrEnum):
    """What the tests say together."""

    EVIDENCE = "evidence of entrainment"
    NO_EVIDENCE = "no evidence of entrainment"
    NOT_TESTABLE = "cannot be tested"


@dataclass(frozen=True, slots=True)
class Entrainment:
    """The answer, its figures, and a sentence. Figures are None where the question could not be put."""

    verdict: Evidence
    sentence: str
    n_beats: int
    f: float | None = None
    p_regression: float | None = None
    p_detuned: float | None = None
    p_iaaft: float | None = None
    p_yoked: float | None = None  # against other sessions' sounds; 19 of them can reach 0.05
    n_yoked: int = 0
    pull_ms: float | None = None  # how far the sound's phase moves an interval, at most
    kappa_rad_per_s: float | None = None  # the same as a coupling: θ' = ω + κ sin(ψ − θ)
    still_phase: float | None = None  # 0: the sound swept all phases, 1: it stood still


def entrainment(
    intervals: Intervals,
    sound_s: ArrayLike,
    breath_starts_s: ArrayLike | None = None,
    yoked_sounds_s: Sequence[ArrayLike] = (),
    seed: int = 0,
) -> Entrainment:
    """Test whether beats sounded at `sound_s` (seconds, the intervals' clock) pull the heart.

    Args:
        intervals: an `NNSeries`, or NN in ms from 0 s on.
        sound_s: onsets as they were heard, rising; silences may interrupt them.
        breath_starts_s: when the pacer asked for each inhale. A breath counted in beats moves with the sound,
        so
            what it explains is not put down to the sound.
        yoked_sounds_s: onsets of other sessions, cut and shifted to the same stretch of time.
        seed: of the IAAFT surrogates.
    """
    series = as_series(intervals)
    sound = np.array(sound_s, dtype=np.float64)
    rows = _Rows.of(series, sound, breath_starts_s)
    refused = _refusal(series, sound, rows)
    if refused:
        return Entrainment(Evidence.NOT_TESTABLE, f"Entrainment cannot be tested here: {refused}.", rows.n)
    fit = rows.fit(rows.cycles)
    p_regression = float(betainc(0.5 * fit.df, 1.0, fit.df / (fit.df + 2.0 * fit.f)))
    p_detuned = rank_p(fit.f, rows.detuned())
    p_iaaft = _iaaft_p(series, sound, breath_starts_s, fit.f, seed)
    others = np.array([rows.fit(cycles_at(rows.t_s, other)).f for other in yoked_sounds_s])
    verdict = Evidence.EVIDENCE if max(p_regression, p_detuned, p_iaaft) < ALPHA else Evidence.NO_EVIDENCE
    pull_ms = rows.pull_ms()
    kappa = 2.0 * np.pi * pull_ms * MS_PER_S / float(rows.target_ms.mean()) ** 2
    figures = (
        f"{p_value(p_regression)} by phase regression, {p_value(p_detuned)} against detuned sounds, "
        f"{p_value(p_iaaft)} against surrogate hearts"
    )
    return Entrainment(
        verdict=verdict,
        sentence=(
            f"Evidence of entrainment: the beat moved the heart by up to {pull_ms:.1f} ms, "
            f"a pull of about {kappa:.2f} rad/s ({figures})."
            if verdict is Evidence.EVIDENCE
            else f"No evidence of entrainment ({figures}). This is the usual result."
        ),
        n_beats=rows.n,
        f=fit.f,
        p_regression=p_regression,
        p_detuned=p_detuned,
        p_iaaft=p_iaaft,
        p_yoked=rank_p(fit.f, others) if others.size else None,
        n_yoked=others.size,
        pull_ms=pull_ms,
        kappa_rad_per_s=kappa,
        still_phase=_resultant(rows.cycles),
    )


# ---- the regression ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fit:
    f: float
    df: int


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One row for each measured interval with eight predecessors that began while the sound was on."""

    target_ms: FloatArray  # (n,)
    before_ms: FloatArray  # (n, LAGS), the newest first
    known: FloatArray  # (n, k), orthonormal: all that is known without the sound
    t_s: FloatArray  # the beat that begins the interval
    cycles: FloatArray  # the sound's phase there

    @property
    def n(self) -> int:
        return self.target_ms.size

    @classmethod
    def of(cls, series: NNSeries, sound_s: FloatArray, breath_starts_s: ArrayLike | None) -> "_Rows":
        nn, n = series.nn_ms, len(series)
        index = np.arange(LAGS, n)
        t_s = series.t_s[index - 1]
        cycles = cycles_at(t_s, sound_s)
        ok = series.measured
        use = (series.segment[index] == series.segment[index - LAGS]) & ok[index] & ok[index - 1]
        use &= np.isfinite(cycles)
        columns = [*(nn[index - k] for k in range(1, LAGS + 1)), np.ones(index.size)]
        if breath_starts_s is not None:
            breath = cycles_at(t_s, breath_starts_s)
            # Beats without a paced breath (before it began) get a level of their own.
            paced = np.isfinite(breath)
            angle = 2.0 * np.pi * np.where(paced, breath, 0.0)
            for k in range(1, BREATH_HARMONICS + 1):
                columns += [paced * np.cos(k * angle), paced * np.sin(k * angle)]
        known = np.column_stack(columns)[use]
        if known.shape[0] <= known.shape[1]:
            return cls(np.empty(0), np.empty((0, LAGS)), np.empty((0, 1)), np.empty(0), np.empty(0))
        basis, size = np.linalg.qr(known)
        full = np.abs(np.diag(size)) > 1e-9 * np.abs(size[0, 0])
        return cls(nn[index][use], known[:, :LAGS], basis[:, full], t_s[use], cycles[use])

    def fit(self, cycles: FloatArray) -> _Fit:
        """The F statistic of a sound whose phase at the beats is `cycles`; NaN leaves a row out."""
        gain, rest, n = self._gains(cycles[None, :])
        df = n - self.known.shape[1] - 2
        return _Fit(float(gain[0]) / 2.0 / max(float(rest - gain[0]) / df, 1e-12), df)

    def pull_ms(self) -> float:
        """How far the sound moves an interval at most.

        The regression sees the pull on the newest interval only; the ones before carry what came earlier.
        Both together are s, q through the heart's own filter 1 − Σ a_k exp(−ikω), ω the phase's advance from
        beat to beat.
        """
        angle = 2.0 * np.pi * self.cycles
        columns = np.column_stack((self.before_ms, np.sin(angle), np.cos(angle), np.ones(self.n)))
        fit = np.linalg.lstsq(columns, self.target_ms, rcond=None)[0]
        advance = 2.0 * np.pi * float(np.median(np.diff(self.cycles)) + 0.5) % (2.0 * np.pi) - np.pi
        memory = 1.0 - fit[:LAGS] @ np.exp(-1.0j * advance * np.arange(1, LAGS + 1))
        return float(np.hypot(fit[LAGS], fit[LAGS + 1]) / max(float(np.abs(memory)), 0.05))

    def detuned(self) -> FloatArray:
        """F for the same sound at neighbouring tempi."""
        duration_s = float(self.t_s[-1] - self.t_s[0])
        step_hz = max(1.0 / duration_s, DETUNED_SPAN_HZ / (DETUNED // 2))
        offsets_hz = step_hz * np.concatenate((np.arange(-(DETUNED // 2), 0), np.arange(1, DETUNED // 2 + 1)))
        gain, rest, n = self._gains(self.cycles[None, :] + offsets_hz[:, None] * self.t_s[None, :])
        return gain / 2.0 / np.maximum((rest - gain) / (n - self.known.shape[1] - 2), 1e-12)

    def _gains(self, cycles: FloatArray) -> tuple[FloatArray, float, int]:
        """(sum of squares each row of phases explains, sum of squares without them, number of beats)."""
        there = np.isfinite(cycles[0])
        known, y = (self.known, self.target_ms) if there.all() else self._restricted(there)
        angle = 2.0 * np.pi * cycles[:, there]
        y = y - known @ (known.T @ y)
        sin, cos = (x - (x @ known) @ known.T for x in (np.sin(angle), np.cos(angle)))
        ss, cc, sc = (sin * sin).sum(axis=1), (cos * cos).sum(axis=1), (sin * cos).sum(axis=1)
        sy, cy = sin @ y, cos @ y
        determinant = np.maximum(ss * cc - sc * sc, 1e-12)
        a, b = (cc * sy - sc * cy) / determinant, (ss * cy - sc * sy) / determinant
        return a * sy + b * cy, float(y @ y), y.size

    def _restricted(self, there: BoolArray) -> tuple[FloatArray, FloatArray]:
        return np.linalg.qr(self.known[there])[0], self.target_ms[there]


def _iaaft_p(
    series: NNSeries, sound_s: FloatArray, breath_starts_s: ArrayLike | None, f: float, seed: int
) -> float:
    """The rank of F among hearts with the same spectrum and values that did not hear the sound."""
    rng = np.random.default_rng(seed)
    hearts = np.empty((SURROGATES, len(series)))
    times = np.empty((SURROGATES, len(series)))
    for s in series.segments():
        nn = series.nn_ms[s]
        hearts[:, s] = iaaft(nn, SURROGATES, rng)
        start_s = series.t_s[s.start] - nn[0] / MS_PER_S
        times[:, s] = start_s + np.cumsum(hearts[:, s], axis=1) / MS_PER_S
    others: list[float] = []
    for nn, t_s in zip(hearts, times, strict=True):
        rows = _Rows.of(
            NNSeries(nn.copy(), t_s.copy(), series.segment, series.fault), sound_s, breath_starts_s
        )
        if rows.n:
            others.append(rows.fit(rows.cycles).f)
    return rank_p(f, np.array(others))


# ---- what cannot be tested ---------------------------------------------------------------------------------


def _refusal(series: NNSeries, sound_s: FloatArray, rows: _Rows) -> str:
    """Why the question cannot be put; empty where it can."""
    if sound_s.size < 2:
        return "no beats were sounded"
    if triggered(series, sound_s):
        return "each sound was triggered by the heart, so the two are in step by construction"
    if rows.n < LEAST_BEATS:
        return f"only {rows.n} usable beats fell into the time of sound, at least {LEAST_BEATS} are needed"
    if _resultant(rows.cycles) > STILL_PHASE:
        return "the sound fell at one point of the heart's cycle all the time, so its effect has no contrast"
    return ""


def triggered(series: NNSeries, sound_s: FloatArray) -> bool:
    """True where the sounds repeat the heart's own irregular rhythm, at once or up to three beats later.

    A metronome is smooth. Sounds whose intervals change from one to the next as the heart's do were made by
    it; so were irregular sounds that follow every beat by the same delay.
    """
    at = np.searchsorted(series.t_s, sound_s, side="right") - 1  # the newest interval at each sound
    inside = at >= _ECHO_BEATS
    sound_s, at = sound_s[inside], at[inside]
    jumps_ms = np.diff(sound_s, 2) * MS_PER_S
    if jumps_ms.size < 10 or np.median(np.abs(jumps_ms)) < _SMOOTH_MS:
        return False
    delay_ms = (sound_s - series.t_s[at]) * MS_PER_S
    if np.median(np.abs(delay_ms - np.median(delay_ms))) < _SMOOTH_MS:
        return True
    for lag in range(_ECHO_BEATS):
        echoed_ms = np.diff(series.nn_ms[at - lag])[1:]
        if np.median(np.abs(jumps_ms - echoed_ms)) < 0.25 * np.median(np.abs(jumps_ms)):
            return True
    return False


def _resultant(cycles: FloatArray) -> float:
    return float(np.abs(np.exp(2.0j * np.pi * cycles).mean()))
