"""All figures of one recording, without a word about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from entrain.analysis.breathing import BreathingRate, PacedBreathing, breathing_rate, paced_breathing
from entrain.analysis.change import Change, changes
from entrain.analysis.coherence import Coherence, coherence
from entrain.analysis.correction import Correction
from entrain.analysis.entrainment import Entrainment, entrainment
from entrain.analysis.nonlinear import Dfa, Poincare, SampleEntropy, dfa, poincare, sample_entropy
from entrain.analysis.quality import Quality, quality
from entrain.analysis.rhythm import (
    Asymmetry,
    Fragmentation,
    MultiscaleEntropy,
    asymmetry,
    fragmentation,
    multiscale_entropy,
)
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import BandPowers, Method, band_powers, spectrum, ulf_power_ms2
from entrain.analysis.synchrony import Synchrogram, TempoTracking, synchrogram, tempo_tracking
from entrain.analysis.time_domain import TimeDomain, time_domain
from entrain.analysis.windows import Window, windows


@dataclass(frozen=True, slots=True)
class Guidance:
    """What was heard and asked for, on the intervals' clock. Leave out what there was none of."""

    sound_s: ArrayLike | None = None  # onsets as heard, see `phase.heard_s`
    breath_starts_s: ArrayLike | None = None  # see `phase.breaths_s`
    yoked_sounds_s: Sequence[ArrayLike] = ()
    baseline_s: tuple[float, float] | None = None  # the stretch of silence before
    after_s: tuple[float, float] | None = None  # the stretch to hold against it
    rating_before: int | None = None  # tension, 0 (calm) to 10
    rating_after: int | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """None where a figure cannot be had: too short, too broken, or nothing of that kind was given."""

    quality: Quality
    time_domain: TimeDomain
    welch: BandPowers | None
    lomb_scargle: BandPowers | None
    autoregressive: BandPowers | None
    poincare: Poincare | None
    sample_entropy: SampleEntropy | None
    dfa: Dfa
    fragmentation: Fragmentation | None
    asymmetry: Asymmetry | None
    multiscale_entropy: MultiscaleEntropy | None
    breathing: BreathingRate | None
    coherence: Coherence
    paced_breathing: PacedBreathing | None
    entrainment: Entrainment | None
    synchrogram: Synchrogram | None
    tempo_tracking: TempoTracking | None
    changes: tuple[Change, ...]
    rating_before: int | None
    rating_after: int | None
    windows: tuple[Window, ...]


def findings(
    recording: Correction | NNSeries, guidance: Guidance, window_s: float | None = None, seed: int = 0
) -> Findings:
    """Every measure of a recording with at least two intervals."""
    series = recording.series if isinstance(recording, Correction) else recording
    sound, breath = guidance.sound_s, guidance.breath_starts_s
    compared = _compared(series, guidance)
    entropy = sample_entropy(series)
    return Findings(
        quality=quality(recording),
        time_domain=time_domain(series),
        welch=_powers(series, Method.WELCH),
        lomb_scargle=_powers(series, Method.LOMB),
        autoregressive=_powers(series, Method.BURG),
        poincare=poincare(series),
        sample_entropy=entropy,
        dfa=dfa(series),
        fragmentation=fragmentation(series),
        asymmetry=asymmetry(series),
        multiscale_entropy=multiscale_entropy(series, entropy),
        breathing=breathing_rate(series),
        coherence=coherence(series),
        paced_breathing=None if breath is None else paced_breathing(series, breath),
        entrainment=(
            None if sound is None else entrainment(series, sound, breath, guidance.yoked_sounds_s, seed)
        ),
        synchrogram=None if sound is None else synchrogram(series, sound),
        tempo_tracking=None if sound is None else tempo_tracking(series, sound),
        changes=() if compared is None else changes(*compared, seed=seed),
        rating_before=guidance.rating_before,
        rating_after=guidance.rating_after,
        windows=() if window_s is None else tuple(windows(series, window_s)),
    )


def _powers(series: NNSeries, method: Method) -> BandPowers | None:
    found = spectrum(series, method)
    ulf_ms2 = ulf_power_ms2(series) if method is Method.LOMB else None  # it alone sees across gaps
    return None if found is None else band_powers(found, ulf_ms2)


def _compared(series: NNSeries, guidance: Guidance) -> tuple[NNSeries, NNSeries] | None:
    if guidance.baseline_s is None or guidance.after_s is None:
        return None
    return series.between(*guidance.baseline_s), series.between(*guidance.after_s)
