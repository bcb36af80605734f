"""The report of one session: figures are the analysis', nothing is loaded, nothing runs, gaps are gaps."""

import re
import sys

import pytest

from entrain.analysed import ecg as strip
from entrain.analysed.material import Material
from entrain.analysed.material import material as gathered
from entrain.analysed.session_data import of_session
from entrain.analysis.change import Measure
from entrain.analysis.spectrum import spectrum
from entrain.analysis.summary import analyse
from entrain.control.events import Decided, PulseMeasured
from entrain.foreign import many_lines
from entrain.report.drawing import density, timeline
from entrain.report.drawing.axes import AxisScale
from entrain.report.html import html
from entrain.report.writing import document
from entrain.wording.decisions import said
from tests.report.conftest import NASTY, Held
from tests.report.pages import boxes, chains, figures, page_of, parsed, tables, terms, words_of

TIMELINE = "Pulse, beat and breath over the session"
STRETCHES = "Pulse and variability before, while guided, after"
ECG = "ECG of the strap"
SPECTRUM = "Spectrum of the intervals"


@pytest.fixture(scope="module")
def material(held: Held) -> Material:
    return gathered(held.store.load(held.usual))


@pytest.mark.parametrize(
    "which", ["usual", "long", "nasty", "short", "no_sensor", "rate_only", "cut_off", "imported", "ecg"]
)
def test_a_page_is_well_formed_and_loads_and_runs_nothing(held: Held, which: str) -> None:
    page = page_of(held.store, getattr(held, which))
    root = parsed(page)
    assert root.get("lang") == "en"
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "image", "use", "a"}
    for element in root.iter():
        for name, value in element.attrib.items():
            assert name not in ("src", "href", "style", "srcset")
            assert not name.startswith("on")
            assert "//" not in value
    style = "".join(element.text or "" for element in root.iter("style"))
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in page


@pytest.mark.parametrize("which", ["usual", "no_sensor", "imported"])
def test_a_page_can_be_read_without_seeing_it(held: Held, which: str) -> None:
    page = page_of(held.store, getattr(held, which))
    root = parsed(page)
    idents = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(idents) == len(set(idents))
    assert figures(page)
    for svg in figures(page).values():
        assert svg.get("role") == "img"
        assert all(svg.find(f".//*[@id='{ident}']").text for ident in svg.get("aria-labelledby").split())
    for table in root.iter("table"):
        assert words_of(table.find("caption"))
        assert all(cell.get("scope") in ("col", "row") for cell in table.iter("th"))


def test_the_table_before_and_after_is_the_analysis(held: Held) -> None:
    given = of_session(held.store.load(held.long))
    found = analyse(given.correction, given.guidance).findings
    table = tables(page_of(held.store, held.long))["Before and after"]
    rows = {row[0].partition(",")[0]: row[1:] for row in table}
    assert {change.measure for change in found.changes} == set(Measure)
    for change in found.changes:
        label = "Pulse" if change.measure is Measure.PULSE else change.measure.name
        assert change.low is not None
        told = (change.before, change.after, change.difference, change.low, change.high)
        before, after, difference, low, high = (f"{value:+.1f}".replace("-", "−") for value in told)
        assert rows[label][:4] == [before[1:], after[1:], difference, f"{low} to {high}"]
    assert rows["Tension"][:3] == ["6", "3", "−3"]


def test_what_is_said_is_the_analysis(held: Held) -> None:
    given = of_session(held.store.load(held.usual))
    found = analyse(given.correction, given.guidance).findings
    page = page_of(held.store, held.usual)
    said, lead = terms(page), words_of(parsed(page).find(".//div[@class='lead']"))
    paced, data, answer = found.paced_breathing, found.quality, found.entrainment
    assert paced is not None
    assert answer is not None
    in_step = f"{paced.minutes_in_step:.1f} of {paced.minutes_paced:.1f} guided minutes"
    assert said["In step, corrected"] == in_step.replace("guided minutes", "min")
    assert in_step in lead
    assert said["Did the sound move the heart?"] == answer.sentence
    assert f"{data.artefact_percent:.1f} % of {data.n_raw} intervals" in said["Corrected"]
    assert f"{data.covered_percent:.0f} %" in said["Data"]
    pulse, _, rmssd = found.changes
    assert f"from {pulse.before:.1f} to {pulse.after:.1f} beats a minute, no clear change" in lead
    assert f"from {rmssd.before:.1f} to {rmssd.after:.1f} ms" in lead
    assert f"{found.coherence.mean:.2f} on average; score = {found.coherence.formula}" in page


def test_the_stretches_say_what_the_changes_say(held: Held, material: Material) -> None:
    assert material.analysis is not None
    before, during, after = material.stretches
    assert (before.name, during.name, after.name) == ("before", "while guided", "after")
    names = {Measure.PULSE: "mean_hr_bpm", Measure.SDNN: "sdnn_ms", Measure.RMSSD: "rmssd_ms"}
    for change in material.analysis.findings.changes:
        name = names[change.measure]
        assert getattr(before.measures, name) == pytest.approx(change.before)
        assert getattr(after.measures, name) == pytest.approx(change.after)
    drawn = words_of(figures(page_of(held.store, held.usual))[STRETCHES])
    assert f"{during.measures.rmssd_ms:.1f}" in drawn
    assert f"{during.measures.sdnn_ms:.1f}" in drawn


def test_no_line_crosses_a_gap(held: Held, material: Material) -> None:
    svg = figures(page_of(held.store, held.usual))[TIMELINE]
    gaps = boxes(svg, "gap")
    assert len(gaps) == 2 * len(material.gaps) >= 4  # in both panels
    for kind in ("beats", "pulse", "own"):
        lines = list(chains(svg, kind))
        assert sum(map(len, lines)) > 100
        for line in lines:
            for left, right in gaps:
                # Rounded to a tenth of a pixel; a line may touch a gap's edge.
                assert line[-1][0] <= left + 0.2 or line[0][0] >= right - 0.2


def test_the_pulse_is_drawn_where_it_was_measured(held: Held, material: Material) -> None:
    logged = {
        effect.t_s: effect.bpm
        for _, effects in material.session.records
        for effect in effects
        if isinstance(effect, PulseMeasured)
    }
    drawn = [point for chain in material.pulse for point in chain]
    assert len(drawn) > 500
    assert all(logged[t_s] == bpm for t_s, bpm in drawn)
    x = AxisScale(0.0, material.length_s, timeline.LEFT, timeline.WIDTH - timeline.RIGHT)
    svg = figures(page_of(held.store, held.usual))[TIMELINE]
    places = [place for line in chains(svg, "pulse") for place, _ in line]
    assert places[0] == pytest.approx(x.at(drawn[0][0]), abs=0.1)
    assert places[-1] == pytest.approx(x.at(drawn[-1][0]), abs=0.1)


def test_the_spectrum_is_the_analysis(held: Held, material: Material) -> None:
    assert material.given is not None
    expected = spectrum(material.given.correction.series)
    assert expected is not None
    svg = figures(page_of(held.store, held.usual))[SPECTRUM]
    (line,) = chains(svg, "power")
    top_x = min(line, key=lambda point: point[1])[0]
    x = AxisScale(0.0, density.HIGHEST_HZ, density.LEFT, density.WIDTH - density.RIGHT)
    assert top_x == pytest.approx(x.at(expected.peak((0.0, 0.4))[0]), abs=0.2)
    rates = [rate for chain in material.guided_breath for _, rate in chain]
    assert f"{min(rates):.1f} to {max(rates):.1f} a minute" in words_of(svg)


def test_marks_and_notes_stand_as_they_were_written(held: Held) -> None:
    page = page_of(held.store, held.nasty)
    assert "<script" not in page
    said = terms(page)
    expected = " ".join(many_lines(NASTY).split())
    assert said["1 at 1:40"] == expected
    assert said["On the session"] == expected


def test_every_decision_is_told_by_its_reason(held: Held) -> None:
    decided = [
        effect
        for _, effects in held.store.load(held.usual).records
        for effect in effects
        if isinstance(effect, Decided)
    ]
    rows = tables(page_of(held.store, held.usual))["Decisions by reason"][1:]
    sentences = [re.sub(r"[\d.→]|\bto\b", "", row[0].lower()).split() for row in rows]
    assert 3 <= len(rows) < len(decided)
    assert len(sentences) == len({tuple(each) for each in sentences})
    for each in decided:
        if not said(each.reason).startswith("going on"):  # the end of a hold
            assert re.sub(r"-?\d+(?:\.\d+)?|\bto\b", "", said(each.reason).lower()).split() in sentences


@pytest.mark.parametrize(("which", "notice"), [("usual", "simulated"), ("nasty", ""), ("imported", "")])
def test_a_simulated_heart_is_said_first(held: Held, which: str, notice: str) -> None:
    found = parsed(page_of(held.store, getattr(held, which))).findall(".//p[@class='notice']")
    assert [notice in words_of(each) for each in found] == [True] * bool(notice)


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("no_sensor", "held without a sensor"),
        ("rate_only", "No interval between two beats"),
        ("short", "too short to say how certain"),
        ("cut_off", "no time before and after to compare"),
        ("nasty", "No sound was played"),
    ],
)
def test_what_is_not_known_is_said_so(held: Held, which: str, said: str) -> None:
    lead = words_of(parsed(page_of(held.store, getattr(held, which))).find(".//div[@class='lead']"))
    assert said in lead


def test_no_promise_and_no_diagnosis(held: Held) -> None:
    forbidden = r"blood pressure|anxiety|treat|cure|heal|therap|diagnos|arrhythm|patient|patholog|well done"
    for number in held.all:
        root = parsed(page_of(held.store, number))
        for details in root.iter("details"):
            details.clear()  # the preset is the person's own text
        assert not re.search(forbidden, words_of(root.find("body")).lower())


def test_methods_hold_versions_settings_and_the_preset(held: Held) -> None:
    meta = held.store.load(held.usual).meta
    page = page_of(held.store, held.usual)
    small = words_of(parsed(page).find(".//footer"))
    for wanted in (
        meta.row.uuid,
        meta.preset_sha256[:8],
        meta.preset_sha256[-8:],
        meta.entrain_version,
        meta.python_version,
        "Lipponen",
        "own fraction 0.75",
    ):
        assert wanted in small
    assert parsed(page).find(".//pre").text == meta.preset_text


# ---- the ECG -----------------------------------------------------------------------------------------------


def test_a_strip_of_ecg_is_drawn_and_the_straps_intervals_are_held_against_it(held: Held) -> None:
    look = gathered(held.store.load(held.ecg)).ecg
    assert look is not None
    assert look.agreement is not None
    page = page_of(held.store, held.ecg)
    drawn = figures(page)[ECG]
    assert look.strip_s[-1] - look.strip_s[0] == pytest.approx(strip.STRIP_S, abs=0.02)
    inside = (look.agreement.peaks_s > look.strip_s[0]) & (look.agreement.peaks_s < look.strip_s[-1])
    assert len([e for e in drawn.iter() if e.get("class") == "dot"]) == inside.sum() > 5
    said = words_of(parsed(page))
    assert f"{look.agreement.n_matched} of the {look.agreement.n_beats} beats" in said
    assert "no medical finding" in said
    for word in ("sinus", "arrhythmia", "normal ECG", "abnormal", "fibrillation", "healthy"):
        assert word not in said


def test_without_the_library_the_strip_is_drawn_all_the_same(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sleepecg", None)
    page = html(document(held.store, (held.ecg,)))
    assert ECG in figures(page)
    assert "With the extra “ecg” installed" in words_of(parsed(page))


def test_where_none_was_streamed_there_is_no_ecg(held: Held) -> None:
    assert ECG not in figures(page_of(held.store, held.usual))
