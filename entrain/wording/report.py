"""A session in plain sentences: what changed, how sure that is, what is not known. No promise, no praise."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from entrain.analysed.ecg import EcgLook
from entrain.analysed.material import Material
from entrain.analysis.change import Change, Measure, rating_change
from entrain.analysis.entrainment import ALPHA, Evidence
from entrain.analysis.findings import Findings
from entrain.analysis.quality import Grade
from entrain.storage.log.stored import SessionMeta, SessionOutcome
from entrain.wording.decisions import end_said
from entrain.wording.findings import changes_to_say, is_too_corrected
from entrain.wording.times import clock

S_PER_HOUR: Final = 3600.0
ECG: Final = "ECG"
ECG_LIMIT: Final = "It shows one lead and is no medical finding."
ECG_FEW: Final = "There are too few beats to hold the strap's own intervals against it."
ECG_EXTRA: Final = "With the extra “ecg” installed, the strap's own intervals are held against it here."
CAUTION: Final = "A change is not an effect: sitting quietly changes these figures too."


def lead(material: Material) -> tuple[str, ...]:
    """Two to five sentences, the most important first."""
    return tuple(sentence for sentence in _lead(material) if sentence)


def _lead(material: Material) -> Iterator[str]:
    if material.analysis is None:
        yield material.lacking
        yield "So there is nothing to hold against your own beginning this time."
    else:
        found = material.analysis.findings
        if found.quality.grade is not Grade.GOOD:
            yield found.quality.sentence
        yield _changed(material, found)
        if not is_imported(material.session.meta):
            yield _breath(found)
            yield _sound(found)
        elif found.breathing is not None and not is_too_corrected(found):
            rate = found.breathing.breaths_per_min
            yield f"The heart's rhythm suggests about {rate:.1f} breaths a minute."
    yield rating_change(material.rating_before, material.rating_after)


def _changed(material: Material, found: Findings) -> str:
    by_measure = {change.measure: change for change in changes_to_say(found)}
    pulse, rmssd = by_measure.get(Measure.PULSE), by_measure.get(Measure.RMSSD)
    if pulse is None:
        time = found.time_domain
        unsaid = time.rmssd_ms is None or is_too_corrected(found)
        variation = "" if unsaid else f", its variation (RMSSD) {time.rmssd_ms:.1f} ms"
        said = f"Your pulse was {time.mean_hr_bpm:.1f} beats a minute on average{variation}"
        if is_imported(material.session.meta):
            return f"{said}."
        return f"{said}; there is no time before and after to compare."
    if pulse.low is None or (rmssd is not None and rmssd.low is None):
        variation = (
            "" if rmssd is None else f", its variation (RMSSD) {rmssd.before:.1f} and {rmssd.after:.1f} ms"
        )
        return (
            f"Your pulse was {pulse.before:.1f} beats a minute before and {pulse.after:.1f} after{variation}"
            "; these times were too short to say how certain a difference is."
        )
    variation = (
        ""
        if rmssd is None
        else f"; its variation (RMSSD) went from {rmssd.before:.1f} to {rmssd.after:.1f} ms, {_clear(rmssd)}"
    )
    return (
        f"Your pulse went from {pulse.before:.1f} to {pulse.after:.1f} beats a minute, "
        f"{_clear(pulse)}{variation}."
    )


def _clear(change: Change) -> str:
    return "a clear change" if change.clear else "no clear change"


def _breath(found: Findings) -> str:
    paced = found.paced_breathing
    if paced is None:
        return ""
    return (
        "Your heart moved in step with the guided breath for "
        f"{paced.minutes_in_step:.1f} of {paced.minutes_paced:.1f} guided minutes."
    )


def _sound(found: Findings) -> str:
    answer = found.entrainment
    if answer is None:
        return "No sound was played, so there is nothing to say about a sound moving the heart."
    match answer.verdict:
        case Evidence.NO_EVIDENCE:
            return "There is no evidence that the sound moved the heart; that is the usual result."
        case Evidence.EVIDENCE:
            return (
                f"There is evidence that the sound moved the heart, by up to {answer.pull_ms or 0.0:.1f} ms; "
                f"by chance alone about {100 * ALPHA:.0f} of 100 sessions say so."
            )
        case Evidence.NOT_TESTABLE:
            return answer.sentence


def ecg_caption(look: EcgLook) -> str:
    """What the strip is, and how the strap's own intervals agree with it; nothing of what it may mean."""
    said = f"{clock(look.length_s)} minutes were received. {ECG_LIMIT}"
    found = look.agreement
    if found is None:
        return f"{said} {ECG_FEW if look.has_library else ECG_EXTRA}"
    told = [said, f"{found.n_matched} of the {found.n_beats} beats that the strap told have an R peak here."]
    if found.bias_ms is not None and found.sd_ms is not None:
        differ = f"{signed(found.bias_ms)} ms on average (SD {found.sd_ms:.1f} ms)"
        told.append(f"Its intervals differ from those between R peaks by {differ}, over {found.n_intervals}.")
    return " ".join(told)


def is_imported(meta: SessionMeta) -> bool:
    """Is it another program's recording, in which nothing was guided?"""
    return meta.row.state is SessionOutcome.IMPORTED


def source(meta: SessionMeta) -> str:
    """What stands above everything when the heart was not a person's own at that time; empty otherwise."""
    kinds = {heart.partition(":")[0] for heart in meta.hearts}
    if "sim" in kinds:
        return f"The heart in this report is simulated ({', '.join(meta.hearts)}). Nobody was measured."
    if "replay" in kinds:
        return "The heart in this report is a recording that was played back: nobody heard this session."
    if "tap" in kinds:
        return "The pulse was tapped by hand: its variability is that of the fingers too."
    return ""


def when(moment: datetime) -> str:
    """22 November 2026, 16:53, in local time."""
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y, %H:%M}"


def subtitle(material: Material) -> str:
    """Whose, which, when, how long, and how it ended."""
    row = material.session.meta.row
    ended = row.state.value
    if row.state is SessionOutcome.STOPPED:
        ended = end_said(row.end_reason) or ended
    unit = " minutes" if material.length_s < S_PER_HOUR else ""
    whose = f"{_whose(material)} · " if row.whose else ""
    lasted = f"{clock(material.summary.duration_s)}{unit}"
    return f"{whose}Session {row.id} · {when(row.started)} · {lasted} · {ended}"


def _whose(material: Material) -> str:
    """Of several hearts, whose the one is that the report is about."""
    return material.person or material.session.meta.row.whose


def moments(moments_s: tuple[float, ...], most: int = 4) -> str:
    """All moments where they are few; else how many there were, the first and the last."""
    if len(moments_s) <= most:
        return ", ".join(clock(t_s) for t_s in moments_s)
    return f"{len(moments_s)} times, {clock(moments_s[0])} to {clock(moments_s[-1])}"


def signed(value: float) -> str:
    """With its sign, and a minus that is one."""
    return f"{value:+.1f}".replace("-", "−")


def times(n: int, what: str) -> str:
    """`1 gap`, `3 gaps`."""
    return f"{n} {what}{'s' * (n != 1)}"
