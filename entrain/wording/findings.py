"""What the figures say, in plain sentences, and where one of them misleads.

Wellness wording only: what was measured and how sure it is. No promise, no cause, no diagnosis.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from entrain.analysis.breathing import SLOW_BREATHING_PER_MIN
from entrain.analysis.change import Change, Measure, rating_change
from entrain.analysis.findings import Findings
from entrain.analysis.nonlinear import LEAST_FOR_ENTROPY
from entrain.analysis.quality import (
    LITTLE_IRREGULAR_PERCENT,
    MANY_ARTEFACTS_PERCENT,
    MUCH_IRREGULAR_PERCENT,
    Grade,
)
from entrain.analysis.surrogates import p_value

SHORT_S: Final = 60.0
# Figures, or whole groups of them, that say how the intervals vary.
RESTS_ON_INTERVALS: Final = (
    "rmssd_ms",
    "pnn50_percent",
    "sdnn_ms",
    "sdann_ms",
    "sdnn_index_ms",
    "triangular_index",
    "tinn_ms",
    "welch",
    "lomb_scargle",
    "autoregressive",
    "poincare",
    "sample_entropy",
    "dfa",
    "multiscale_entropy",
    "fragmentation",
    "asymmetry",
    "breathing",
    "coherence",
)
TOO_CORRECTED: Final = "rests on too many corrected intervals to be used."
TOO_IRREGULAR: Final = "rests on irregular intervals (poor contact or the rhythm itself): not to be used."
NOT_TO_BE_USED: Final = frozenset((TOO_CORRECTED, TOO_IRREGULAR))
SHORT_FOR_LF_S: Final = 120.0
SHORT_FOR_SDNN_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Caution:
    """A figure that misleads here, and why; belongs beside the figure wherever that is shown."""

    about: str  # the figure's name as in the result: "lf_hf", "sdnn_ms", "all" …
    why: str


def cautions(found: Findings) -> tuple[Caution, ...]:
    """Every caution that applies, the most important first."""
    return tuple(Caution(about, why) for about, why in (*_about_data(found), *_about_meaning(found)))


def _about_data(found: Findings) -> Iterator[tuple[str, str]]:
    data, length_s = found.quality, found.time_domain.duration_s
    if data.grade is Grade.POOR:
        bad = f"{data.artefact_percent:.1f} % of intervals corrected, {data.covered_percent:.0f} % covered"
        if data.irregular_percent > LITTLE_IRREGULAR_PERCENT:
            bad += f", irregular for {data.irregular_percent:.0f} % of the time"
        yield "all", f"{bad}: figures from such data can be far off."
    if data.artefact_percent > MANY_ARTEFACTS_PERCENT:
        for about in RESTS_ON_INTERVALS:
            yield about, TOO_CORRECTED
    elif data.irregular_percent > MUCH_IRREGULAR_PERCENT:
        for about in RESTS_ON_INTERVALS:
            yield about, TOO_IRREGULAR
    if length_s < SHORT_S:
        yield "all", f"{length_s:.0f} s are too short for anything but the pulse and a rough RMSSD."
    if length_s < SHORT_FOR_SDNN_S:
        yield "sdnn_ms", f"SDNN grows with length: {length_s:.0f} s compare only with recordings as long."
    if found.welch is None or data.longest_chain_s < SHORT_FOR_LF_S:
        yield "lf_ms2", "LF needs two minutes without a gap; the longest stretch here is shorter."
    entropy = found.sample_entropy
    if entropy is not None and (entropy.value is None or entropy.n_templates < LEAST_FOR_ENTROPY):
        yield "sample_entropy", f"fewer than {LEAST_FOR_ENTROPY} intervals give only a rough sample entropy."


def _about_meaning(found: Findings) -> Iterator[tuple[str, str]]:
    rate = _breaths_per_min(found)
    if rate is not None and rate < SLOW_BREATHING_PER_MIN:
        yield (
            "lf_hf",
            f"at {rate:.1f} breaths/min the breath's own wave lies in the LF band: LF and LF/HF then show "
            "the breathing, and say nothing of a balance.",
        )


def sentences(found: Findings) -> tuple[str, ...]:
    """The result in plain sentences, the data's quality first."""
    said = [found.quality.sentence, *_heart(found), *_breath(found), *_sound(found)]
    said += [change.sentence for change in changes_to_say(found)]
    if found.changes:
        said.append("A change is not an effect: sitting quietly changes these figures too.")
    said.append(rating_change(found.rating_before, found.rating_after))
    return tuple(sentence for sentence in said if sentence)


def is_too_corrected(found: Findings) -> bool:
    """After an irregular rhythm no figure of variability is a finding; a corrected series is mostly ours."""
    data = found.quality
    return data.artefact_percent > MANY_ARTEFACTS_PERCENT or data.irregular_percent > MUCH_IRREGULAR_PERCENT


def changes_to_say(found: Findings) -> list[Change]:
    """Before and after, without what rests on too many corrected intervals."""
    too_corrected = is_too_corrected(found)
    return [change for change in found.changes if change.measure is Measure.PULSE or not too_corrected]


def _heart(found: Findings) -> list[str]:
    time = found.time_domain
    too_corrected = is_too_corrected(found)
    variability = "" if time.rmssd_ms is None or too_corrected else f", RMSSD {time.rmssd_ms:.1f} ms"
    said = [f"The pulse was {time.mean_hr_bpm:.1f} beats/min on average{variability}."]
    if too_corrected:
        corrected = f"{found.quality.artefact_percent:.0f} % of the intervals had to be corrected"
        if found.quality.artefact_percent <= MANY_ARTEFACTS_PERCENT:
            corrected = f"The rhythm was irregular for {found.quality.irregular_percent:.0f} % of the time"
        return [*said, f"{corrected}: too many to say anything of variability or coherence."]
    score = found.coherence.mean
    if score is not None:
        said.append(f"The coherence score was {score:.2f} on average; score = {found.coherence.formula}.")
    return said


def _breath(found: Findings) -> list[str]:
    said = list[str]()
    if found.breathing is not None and not is_too_corrected(found):
        said.append(
            f"The heart's rhythm suggests about {found.breathing.breaths_per_min:.1f} breaths a minute."
        )
    paced = found.paced_breathing
    if paced is None:
        return said
    minutes = f"{paced.minutes_in_step:.1f} of {paced.minutes_paced:.1f} guided minutes"
    said.append(f"In step with the breath for {minutes}.")
    answer = "followed" if paced.coherence_p < 0.05 else "did not clearly follow"
    said.append(
        f"The heart's wave {answer} the guided breath (coherence {paced.coherence:.2f}, "
        f"{p_value(paced.coherence_p)}, swing ±{paced.gain_bpm:.1f} beats/min, "
        f"quickest {paced.fastest_at_deg:.0f}° into the breath)."
    )
    return said


def _sound(found: Findings) -> list[str]:
    said = list[str]()
    if found.entrainment is not None:
        said.append(found.entrainment.sentence)
    tempo = found.tempo_tracking
    if tempo is not None:
        side = "below" if tempo.bias_bpm < 0.0 else "above"
        said.append(f"The beat stood {abs(tempo.bias_bpm):.1f} beats/min {side} the pulse on average.")
    return said


def _breaths_per_min(found: Findings) -> float | None:
    """The paced rate where there was one, else what the heart shows."""
    if found.paced_breathing is not None:
        return found.paced_breathing.pace_per_min
    return None if found.breathing is None else found.breathing.breaths_per_min
