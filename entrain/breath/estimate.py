"""The breath, seen in the heart: its rate and phase from respiratory sinus arrhythmia, live and cheap.

The pulse quickens while one breathes in, so accepted RR intervals carry the breath. On the steps and the
sliding spectrum of `entrain.breath.tachogram`:

1. *Rate.* A Hann window is three neighbouring bins; the two largest beside each other place the peak between
   bins (Grandke 1983). The share of all change within one bin of the peak is the confidence: below
   `LEAST_SHARE` no rate is given, for then a third of them are wrong by more than 1/min in simulation.
2. *Not a Mayer wave.* The baroreflex makes waves near 6/min by itself. Where no pacer is followed, a wave
   below 9/min that moves the pulse by less than `MAYER_BPM` is taken for no breath, and one is looked for
   above it.
3. *In step.* Against a pacer more can be known: each step is turned back by the pacer's own phase (a lock-in
   amplifier along a tempo that may change) and summed over windows of 20 s, 10 s apart. A breath in step
   leaves the sums pointing one way; one that is not makes them turn, by as much as it is off. A Mayer wave
   may have the pacer's rate, but it does not keep its phase: so how *large* a wave is does not count here,
   how long it keeps step does.

There are three answers. **In step**: over 60 s off by no more than 10 %, sums that point one way, and a fair
share of all change explained by what keeps the pacer's phase; or all of that over 40 s, much clearer. **Out
of step**: a clear breath at a rate that is more than 10 % from the pacer's. **Unknown**: neither.
A breath near the pacer's rate that is not seen to keep its phase is unknown, not out of step.

How often each answer is right, on people and recordings it was not made on: `docs/coach.md`. It cannot see
breaths faster than half the pulse; a lapse shorter than the 40 to 60 s it looks back on is passed over.
"""

from cmath import exp as turned
from cmath import phase as angle
from enum import StrEnum
from itertools import pairwise
from math import floor, fsum, pi, sin, sqrt
from operator import mul
from typing import Final, NamedTuple

from entrain.breath.tachogram import (
    FASTEST_BIN,
    LOCK_N,
    LOCKS_N,
    SAMPLE_S,
    UNIFORM,
    WINDOW_S,
    N,
    Pacer,
    Tachogram,
    extended,
)
from entrain.frozen import quick
from entrain.units import MS_PER_S, S_PER_MIN

LEAST_N: Final = N // 2  # half a window is enough to begin with
STALE_S: Final = 10.0  # nothing is said on samples older than this
SLOWEST_BIN: Final = 3  # with its neighbours: from about 2.5/min on
OF_PULSE: Final = 0.45  # of the pulse: a breath needs more than two beats to be seen
LEAST_SHARE: Final = 0.45
LEAST_SHARE_ABOVE: Final = 0.6  # of what is above the Mayer waves; an overtone of one has less
LEAST_RSA_MS: Final = 4.0  # peak to trough; a strap's own ticks and jitter make 2 to 3
MAYER_TO_PER_MIN: Final = 9.0
MAYER_BPM: Final = 6.0  # peak to trough
ABOVE_MAYER_BIN: Final = 10
PHASE_N: Final = round(15.0 / SAMPLE_S)

LOCK_HOP_N: Final = LOCK_N // 2
STEP_WITHIN: Final = 0.10


class PhaseEvidence(NamedTuple):
    """How long a breath must have kept the pacer's phase, and how well."""

    windows: int  # of 20 s, 10 s apart
    agreement: float  # 0..1: how much their sums must point one way
    explained: float  # 0..1: the share of all change that must keep to the pacer

    @property
    def samples(self) -> int:
        """So far it looks back."""
        return LOCK_N + LOCK_HOP_N * (self.windows - 1)


STEADY: Final = PhaseEvidence(windows=5, agreement=0.8, explained=0.3)  # 60 s
CLEAR: Final = PhaseEvidence(windows=3, agreement=0.95, explained=0.5)  # 40 s

_HANN: Final = tuple(sin(pi * n / N) ** 2 for n in range(N))
_HANN_SUM: Final = fsum(_HANN)
_NOTHING_MS: Final = 1e-6  # what rounding leaves of a sum that has slid to nothing


class InStep(StrEnum):
    """Whether somebody breathes with the guided breath, as far as it can be told."""

    NO_PACER = "no pacer"
    LISTENING = "listening"  # too soon to tell
    UNKNOWN = "unknown"  # the breath does not show, or not whether it keeps the pacer's phase
    YES = "in step"
    NO = "out of step"

    @classmethod
    def _missing_(cls, value: object) -> "InStep | None":
        return cls.UNKNOWN if value == "too small to tell" else None  # in logs of earlier versions


class BreathSource(StrEnum):
    """What a breath was seen in."""

    HEART = "heart"  # respiratory sinus arrhythmia
    CHEST = "chest"  # an accelerometer's tilt; see `entrain.breath.chest`
    BOTH = "heart and chest"  # which agree


@quick
class BreathEstimate:
    """What is known of the breath at `t_s`; None where it is not."""

    t_s: float
    rate_per_min: float | None  # over the last minute, or the last 40 to 60 s in step with a pacer
    rsa_ms: float | None  # peak to trough of the RR intervals
    confidence: float  # 0..1: the share of all change that is this breath's
    in_step: InStep
    source: BreathSource = BreathSource.HEART


_SILENCE: Final = Tachogram()


@quick
class BreathTrack:
    """State. Fold intervals in with `with_interval`, time with `with_tick`."""

    tachogram: Tachogram = _SILENCE
    looked_at: Tachogram = _SILENCE  # as it was at the newest tick
    looked_at_s: float | None = None
    in_step: InStep = InStep.LISTENING
    in_step_s: float = 0.0
    judged_s: float = 0.0  # how long it could be told

    @property
    def estimate(self) -> BreathEstimate | None:
        """What was known at the newest tick; worked out when asked for, for not everybody asks."""
        t_s = self.looked_at_s
        if t_s is None:
            return None
        if _is_stale(self.looked_at, t_s):
            return BreathEstimate(t_s, None, None, 0.0, InStep.LISTENING)
        wave, confidence = _seen(self.looked_at)
        if wave is None:
            return BreathEstimate(t_s, None, None, confidence, self.in_step)
        return BreathEstimate(t_s, wave.per_min, wave.swing_ms, confidence, self.in_step)


def with_interval(track: BreathTrack, t_s: float, rr_ms: float, pacer: Pacer | None = None) -> BreathTrack:
    """Fold in an accepted interval that ended at `t_s`, and what was paced meanwhile (`Score.paced_at`)."""
    tachogram = extended(track.tachogram, t_s, rr_ms, pacer)
    return BreathTrack(
        tachogram, track.looked_at, track.looked_at_s, track.in_step, track.in_step_s, track.judged_s
    )


def with_tick(track: BreathTrack, t_s: float) -> BreathTrack:
    """What is known at `t_s`; call it once a second. Counts the time in step."""
    tachogram = track.tachogram
    in_step = InStep.LISTENING if _is_stale(tachogram, t_s) else _in_step(tachogram)
    since_s = 0.0 if track.looked_at_s is None else min(t_s - track.looked_at_s, STALE_S)
    return BreathTrack(
        tachogram,
        tachogram,
        t_s,
        in_step,
        track.in_step_s + since_s * (in_step is InStep.YES),
        track.judged_s + since_s * (in_step is InStep.YES or in_step is InStep.NO),
    )


def phase(track: BreathTrack) -> float | None:
    """Where the breath stands at the newest estimate, 0..1; None where it does not show.

    0 is where the pulse is slowest, at slow rates about where breathing in begins.
    """
    estimate = track.estimate
    if estimate is None or estimate.rate_per_min is None:
        return None
    return _phase(track.tachogram, estimate.rate_per_min, estimate.t_s)


def _is_stale(tachogram: Tachogram, t_s: float) -> bool:
    return tachogram.newest is None or t_s - tachogram.newest_s > STALE_S


def _in_step(tachogram: Tachogram) -> InStep:
    paced_per_min, since = tachogram.paced_per_min, tachogram.paced_from
    if paced_per_min is None or since is None:
        return InStep.NO_PACER
    if tachogram.at - since < CLEAR.samples:
        return InStep.LISTENING
    if _locked(tachogram) is not None:
        return InStep.YES
    wave, _ = _breath(tachogram)
    if wave is None or abs(wave.per_min - paced_per_min) <= STEP_WITHIN * paced_per_min:
        return InStep.UNKNOWN
    return InStep.NO


def _seen(tachogram: Tachogram) -> tuple["_Wave | None", float]:
    """The breath's wave if it shows, and the confidence."""
    lock = _locked(tachogram)
    # Forty seconds against a known pace tell more than sixty against none.
    return _breath(tachogram) if lock is None else (lock.wave, lock.explained)


def _breath(tachogram: Tachogram) -> tuple["_Wave | None", float]:
    """The wave that is the breath's, if one is clear, and the confidence."""
    if tachogram.n_known(N) < LEAST_N:
        return None, 0.0
    hann = _hann(tachogram)
    peak, least = _peak(tachogram, hann, SLOWEST_BIN), LEAST_SHARE
    if peak is not None and peak[0].may_be_mayer:
        peak, least = _peak(tachogram, hann, ABOVE_MAYER_BIN), LEAST_SHARE_ABOVE
    if peak is None:
        return None, 0.0
    wave, share = peak
    return wave if share >= least and wave.is_breath else None, share


@quick
class _Wave:
    """One wave in the RR intervals."""

    per_min: float
    change_ms: float  # amplitude of its change from sample to sample
    rr_ms: float
    between: float  # `Tachogram.between`

    @property
    def swing_ms(self) -> float:
        """Peak to trough.

        What straight lines leave of a wave is sinc² where samples lie anywhere between the intervals; at a
        pulse of 60 they may lie on them for minutes, and lose nothing. `between` tells.
        """
        hz = self.per_min / S_PER_MIN
        lines = _sinc(hz * self.rr_ms / MS_PER_S * sqrt(self.between / UNIFORM)) ** 2
        return self.change_ms / (sin(pi * hz * SAMPLE_S) * lines)

    @property
    def may_be_mayer(self) -> bool:
        if self.per_min >= MAYER_TO_PER_MIN:
            return False
        return self.swing_ms * S_PER_MIN * MS_PER_S / self.rr_ms**2 < MAYER_BPM

    @property
    def is_breath(self) -> bool:
        return self.swing_ms >= LEAST_RSA_MS and not self.may_be_mayer


def _hann(tachogram: Tachogram) -> list[float]:
    """Amplitude in each bin under a Hann window, from three neighbours of the spectrum; none in bin 0."""
    z = tachogram.spectrum
    return [0.0, *(abs(0.5 * b - 0.25 * (a + c)) for a, b, c in zip(z, z[1:], z[2:], strict=False))]


def _peak(tachogram: Tachogram, hann: list[float], slowest: int) -> tuple[_Wave, float] | None:
    """The strongest wave of the last minute and its share of all change in the band from bin `slowest` on."""
    if tachogram.newest is None:
        return None
    _, rr_ms = tachogram.newest
    fastest = min(FASTEST_BIN, floor(OF_PULSE * S_PER_MIN * MS_PER_S / rr_ms))
    peaks = [k for k in range(slowest, fastest + 1) if hann[k - 1] <= hann[k] >= hann[k + 1]]
    band = hann[slowest : fastest + 1]
    total = fsum(map(mul, band, band))
    if not peaks or total <= 0.0:
        return None
    k = max(peaks, key=hann.__getitem__)
    share = fsum(x * x for x in hann[max(slowest, k - 1) : min(fastest, k + 1) + 1]) / total
    side = 1 if hann[k + 1] >= hann[k - 1] else -1
    ratio = hann[k + side] / hann[k]
    off = (2.0 * ratio - 1.0) / (ratio + 1.0)
    per_min = (k + side * off) * S_PER_MIN / WINDOW_S
    change_ms = 2.0 * hann[k] * (1.0 - off * off) / (_known_weight(tachogram) * _sinc(off))
    return _Wave(per_min, change_ms, rr_ms, tachogram.between), share


def _known_weight(tachogram: Tachogram) -> float:
    """What the Hann window sums to over the samples that have a step."""
    first = tachogram.at - N
    if tachogram.began <= first and not tachogram.unknown:
        return _HANN_SUM
    unknown = set(tachogram.unknown).union(range(first, tachogram.began))
    return fsum(weight for n, weight in enumerate(_HANN, first) if n not in unknown)


@quick
class _Lock:
    wave: _Wave
    explained: float  # 0..1: the share of all change that keeps the pacer's phase


def _locked(tachogram: Tachogram) -> _Lock | None:
    """The wave that keeps the pacer's phase, by either evidence; None where none does."""
    return _lock(tachogram, STEADY) or _lock(tachogram, CLEAR)


def _lock(tachogram: Tachogram, evidence: PhaseEvidence) -> _Lock | None:
    """None, too, where beats or pacer are not known for as long as the evidence asks for."""
    since, paced_per_min, looked_n = tachogram.paced_from, tachogram.paced_per_min, evidence.samples
    if tachogram.newest is None or paced_per_min is None or since is None or tachogram.at - since < looked_n:
        return None
    if tachogram.n_known(looked_n) < 0.8 * looked_n:
        return None
    windows = tachogram.locks[LOCKS_N - 1 - LOCK_HOP_N * (evidence.windows - 1) :: LOCK_HOP_N]
    sums = [z for z, _ in windows]
    size, energy = fsum(map(abs, sums)), fsum(energy for _, energy in windows)
    if size <= _NOTHING_MS or energy <= _NOTHING_MS:
        return None
    together = abs(sum(sums))
    explained = together**2 / (0.25 * LOCK_N * energy * evidence.windows)
    turn = sum(after * before.conjugate() for before, after in pairwise(sums))
    off_hz = angle(turn) / (2.0 * pi) / (LOCK_HOP_N * SAMPLE_S)
    is_off = abs(off_hz) * S_PER_MIN > STEP_WITHIN * paced_per_min
    if is_off or together < evidence.agreement * size or explained < evidence.explained:
        return None
    change_ms = 2.0 * size / (0.5 * LOCK_N) / evidence.windows
    wave = _Wave(paced_per_min + off_hz * S_PER_MIN, change_ms, tachogram.newest[1], tachogram.between)
    return _Lock(wave, min(1.0, explained))


def _phase(tachogram: Tachogram, per_min: float, t_s: float) -> float:
    """Where the wave of `per_min` stands at `t_s`, from the last whole breaths (15 s or one) seen."""
    hz = per_min / S_PER_MIN
    breath_n = 1.0 / (hz * SAMPLE_S)
    n = min(N, round(breath_n * max(1, round(PHASE_N / breath_n))))
    turn, z = turned(2j * pi * hz * SAMPLE_S), 0j
    for step in tachogram.steps[-n:]:
        z = (z + step) * turn
    # A step leads the wave by a quarter, and lies half a sample before its end.
    newest = angle(z / turn) / (2.0 * pi) - 0.25 + hz * SAMPLE_S / 2.0
    return (newest + hz * (t_s - tachogram.newest_s)) % 1.0


def _sinc(x: float) -> float:
    return sin(pi * x) / (pi * x) if abs(x) > 1e-9 else 1.0
