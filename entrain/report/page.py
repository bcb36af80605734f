"""The report of one session: what stands in it, in the order in which it is read."""

from collections.abc import Iterator
from typing import Final

from entrain.analysed.material import Material, is_group
from entrain.analysis.change import Change, Measure
from entrain.analysis.findings import Findings
from entrain.analysis.quality import LITTLE_IRREGULAR_PERCENT
from entrain.analysis.surrogates import p_value
from entrain.control.view import HeartSummary, Summary
from entrain.foreign import one_line
from entrain.report.document import (
    Attachment,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Figure,
    Pair,
    Paragraph,
    Section,
    Table,
    Terms,
)
from entrain.report.drawing.density import density
from entrain.report.drawing.interval import interval
from entrain.report.drawing.stretches import stretches
from entrain.report.drawing.strip import strip
from entrain.report.drawing.timeline import timeline
from entrain.report.edition import DECISIONS
from entrain.report.methods import small_print
from entrain.wording import report as words
from entrain.wording.figures import CORRECTED, CORRECTED_MEANS, LIVE, live, minutes, run_on
from entrain.wording.findings import NOT_TO_BE_USED, Caution, cautions, changes_to_say
from entrain.wording.reasons import WHO, reasons
from entrain.wording.times import clock

IN_STEP: Final = f"In step, {CORRECTED}"
MEASURES: Final = {Measure.PULSE: "Pulse", Measure.RMSSD: "RMSSD", Measure.SDNN: "SDNN"}
CAUTION_NAMES: Final = {
    "all": "everything",
    "lf_hf": "LF/HF",
    "lf_ms2": "LF",
    "sdnn_ms": "SDNN",
}


def page(material: Material) -> Document:
    """The report of one session, in no format yet."""
    meta = material.session.meta
    parts = (
        _before_after(material),
        _course(material),
        _variability(material),
        _ecg(material),
        _in_step(material),
        _data(material),
        _decided(material),
        _coherence(material),
    )
    return Document(
        title=one_line(material.session.config.preset.title),
        subtitle=words.subtitle(material),
        dated=meta.row.started,
        notice=words.source(meta),
        lead=words.lead(material),
        sections=tuple(part for part in parts if part.blocks),
        small_print=small_print(material),
        attachments=(
            (Attachment(f"{meta.row.preset}.toml", "The preset as it was read", meta.preset_text),)
            if meta.preset_text
            else ()
        ),
    )


# ---- before and after --------------------------------------------------------------------------------------


def _before_after(material: Material) -> Section:
    said = () if material.analysis is None else changes_to_say(material.analysis.findings)
    found = {change.measure: change for change in said}
    changes = [found[measure] for measure in MEASURES if measure in found]
    rows = [_change_row(change) for change in changes]
    before, after = material.rating_before, material.rating_after
    if before is not None or after is not None:
        both = before is not None and after is not None
        difference = "–"
        if before is not None and after is not None:
            difference = f"{after - before:+d}".replace("-", "−")
        told = "as you said" if both else "only one was given"
        rows.append(("Tension, 0 to 10", _rating(before), _rating(after), difference, told, ""))
    if not rows:
        return Section("Before and after", ())
    columns = (
        Column("Measure"),
        Column("before", True),
        Column("after", True),
        Column("difference", True),
        Column("its 95 % interval"),
        Column("against no difference"),
    )
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    blocks: list[Block] = [Table("Before and after", columns, tuple(rows))]
    if changes:
        said = f"{CORRECTED_MEANS} {words.CAUTION} An interval that includes zero is no clear change."
        blocks.append(Paragraph(said))
    return Section("Before and after", tuple(blocks))


def _change_row(change: Change) -> tuple[Cell, ...]:
    low, high, drawn = change.low, change.high, interval(change)
    return (
        f"{MEASURES[change.measure]}, {change.unit}",
        f"{change.before:.1f}",
        f"{change.after:.1f}",
        words.signed(change.difference),
        "too short to say" if low is None or high is None else f"{words.signed(low)} to {words.signed(high)}",
        "" if drawn is None else drawn,
    )


def _rating(value: int | None) -> str:
    return "–" if value is None else str(value)


# ---- figures -----------------------------------------------------------------------------------------------


def _course(material: Material) -> Section:
    caption = ["Shaded: while a beat and a breath were guided."] if material.guided else []
    if material.gaps:
        total_s = sum(gap.length_s for gap in material.gaps)
        gaps = words.times(len(material.gaps), "gap")
        caption.append(f"Grey: no data ({gaps}, {total_s:.0f} s); nothing is drawn across.")
    if material.notes:
        caption.append("Numbers: what was marked, told below.")
    blocks: list[Block] = [Figure(timeline(material), " ".join(caption))]
    marks = [(f"{k}  at {clock(note.t_s)}", note.text) for k, note in enumerate(material.notes, start=1)]
    note = material.session.meta.row.note
    if note:
        marks.append(("On the session", note))
    if marks:
        blocks.append(Terms(tuple(marks)))
    return Section("The session", tuple(blocks))


def _variability(material: Material) -> Section:
    figures: list[Figure] = []
    if material.stretches:
        caption = "SDNN grows with the length of a stretch, so compare it only between equal ones."
        figures.append(Figure(stretches(material.stretches), caption))
    if material.spectrum is not None:
        rates = [rate for chain in material.guided_breath for _, rate in chain]
        drawn = density(material.spectrum, (min(rates), max(rates)) if rates else None)
        windows = words.times(material.spectrum.n_windows, "window")
        caption = f"The whole session; mean of {windows} of {material.spectrum.window_s:.0f} s."
        figures.append(Figure(drawn, caption))
    if len(figures) == 2:
        return Section("The heart's variability", (Pair(figures[0], figures[1]),))
    return Section("The heart's variability", tuple(figures))


def _ecg(material: Material) -> Section:
    look = material.ecg
    if look is None:
        return Section(words.ECG, ())
    return Section(words.ECG, (Figure(strip(look), words.ecg_caption(look)),))


# ---- facts -------------------------------------------------------------------------------------------------


def _in_step(material: Material) -> Section:
    if material.analysis is None or words.is_imported(material.session.meta):
        return Section("Breath and beat", ())
    seen = live(_of_heart(material))
    terms = Terms(
        (
            *(((f"{LIVE.capitalize()}, as the coach saw it", run_on(seen)),) if seen else ()),
            *_step_terms(material.analysis.findings),
        )
    )
    return Section("Breath and beat", (terms,), is_narrow=True)


def _of_heart(material: Material) -> Summary | HeartSummary:
    """The live figures of the heart that this report is about."""
    strap = None if material.given is None else material.given.strap
    return next((heart for heart in material.summary.hearts if heart.strap == strap), material.summary)


def _step_terms(found: Findings) -> Iterator[tuple[str, str]]:
    paced, tempo = found.paced_breathing, found.tempo_tracking
    if paced is None:
        yield IN_STEP, "not to be told: too few guided breaths with enough beats"
    else:
        yield IN_STEP, minutes(paced.minutes_in_step, paced.minutes_paced)
        yield (
            "Heart and guided breath",
            f"coherence {paced.coherence:.2f} ({p_value(paced.coherence_p)}), the pulse swings by "
            f"±{paced.gain_bpm:.1f} beats/min with it; median rate {paced.pace_per_min:.1f} a minute",
        )
    if found.breathing is not None:
        rate = found.breathing.breaths_per_min
        yield "Your breath", f"about {rate:.1f} a minute over the session, as the heart's rhythm suggests"
    if found.entrainment is not None:
        yield "Did the sound move the heart?", found.entrainment.sentence
    else:
        yield "Did the sound move the heart?", "No sound was played, so there is nothing to test."
    if tempo is not None:
        side = "below" if tempo.bias_bpm < 0.0 else "above"
        yield (
            "Beat and pulse",
            f"the beat stood {abs(tempo.bias_bpm):.1f} beats/min {side} the pulse on average",
        )


def _data(material: Material) -> Section:
    return Section("How good the data is", (Terms(tuple(_data_terms(material))),), is_narrow=True)


def _data_terms(material: Material) -> Iterator[tuple[str, str]]:
    summary = material.summary
    if material.analysis is None:
        yield "Data", material.lacking
    else:
        data = material.analysis.findings.quality
        yield "Data", f"{data.grade.value}: {data.covered_percent:.0f} % of the time is covered by intervals"
        kinds = (
            (data.ectopic, "early"),
            (data.missed, "missed"),
            (data.extra, "extra"),
            (data.shifted, "shifted"),
        )
        told = ", ".join(f"{n} {kind}" for n, kind in kinds if n) or "none"
        yield "Corrected", f"{data.artefact_percent:.1f} % of {data.n_raw} intervals ({told})"
        if data.irregular_percent > LITTLE_IRREGULAR_PERCENT:
            why = "poor contact or your own rhythm; which, a program cannot tell"
            yield "Rhythm", f"irregular for {data.irregular_percent:.0f} % of the time: {why}"
        gaps = words.times(data.gaps, "break")
        yield "Chain of beats", f"{gaps}; the longest stretch without one lasts {clock(data.longest_chain_s)}"
    if material.given is not None and is_group(material.session):
        yield "Hearts", f"these figures are of {material.given.strap}, one of several"
    if summary.n_outages:
        lost = words.times(summary.n_outages, "time")
        yield "Strap", f"lost {lost}, for {summary.outage_s:.0f} s"
    if summary.n_onsets:
        yield "Sound", f"{material.n_sounded} of {summary.n_onsets} planned beats were sounded"
    if material.analysis is not None and (given := cautions(material.analysis.findings)):
        unusable = dict.fromkeys(each.why for each in given if each.why in NOT_TO_BE_USED)
        struck = (f"Every figure of how the intervals vary {why}" for why in unusable)
        cautioned = (_cautioned(each) for each in given if each.why not in NOT_TO_BE_USED)
        yield "With care", " ".join((*struck, *cautioned))


def _cautioned(caution: Caution) -> str:
    """A caution as a sentence; most name what they are about."""
    about = CAUTION_NAMES.get(caution.about, caution.about.replace("_", " "))
    said = caution.why if about in caution.why else f"{about}: {caution.why}"
    return said[:1].upper() + said[1:]


def _decided(material: Material) -> Section:
    given = reasons(material.decisions)
    if not given:
        return Section("What the program decided", ())
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (each.sentence, WHO[each.author].replace(" ", "\u00a0"), words.moments(each.moments_s))
        for each in given
    )
    columns = (Column("Reason"), Column("by"), Column("at"))
    return Section(DECISIONS, (Table("Decisions by reason", columns, rows),))


def _coherence(material: Material) -> Section:
    found = None if material.analysis is None else material.analysis.findings.coherence
    if found is None or found.mean is None:
        return Section("Coherence score", ())
    said = f"{found.mean:.2f} on average; score = {found.formula}."
    limits = "It tells how much of the heart's rhythm lies in one narrow wave, and nothing else."
    return Section("Coherence score", (Bullets((said, limits)),))
