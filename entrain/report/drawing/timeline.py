"""Figure 1: pulse, beat and breath over the session, with phases, marks, and where data lacks."""

from collections.abc import Iterable
from typing import Final

from entrain.analysed.material import Material, is_group
from entrain.analysed.traces import Chains, Span
from entrain.control.events import Phase
from entrain.control.state import GUIDED
from entrain.report.drawing import svg
from entrain.report.drawing.axes import AxisScale, Panel, around, legend
from entrain.report.drawing.svg import Drawing
from entrain.wording.times import clock

WIDTH: Final = 760.0
LEFT: Final = 34.0
RIGHT: Final = 6.0
PHASES_Y: Final = 15.0
PULSE: Final = (52.0, 206.0)  # top and bottom of the upper panel
BREATH: Final = (246.0, 326.0)
AXIS_H: Final = 24.0
NOTES_H: Final = 22.0
MOST_TICKS: Final = 11

PHASE_WORDS: Final = {
    Phase.WAITING: "waiting",
    Phase.BASELINE: "at rest",
    Phase.MATCH: "meeting",
    Phase.DESCEND: "slowing gently",
    Phase.HOLD: "staying",
    Phase.SILENCE: "silence",
    Phase.ENDED: "over",
}


def timeline(material: Material) -> Drawing:
    """Pulse, beat and breath over the session."""
    has_breath = bool(material.guided_breath or material.own_breath)
    x = AxisScale(0.0, max(1.0, material.length_s), LEFT, WIDTH - RIGHT)
    upper = _panel(x, PULSE, (material.beats, material.pulse, material.tempo), least=12.0)
    lower = _panel(x, BREATH, (material.guided_breath, material.own_breath), least=6.0)
    last = lower if has_breath else upper
    body = [
        *_phases(material, x, last.bottom),
        *_gaps(material.gaps, x, upper),
        upper.grid(4),
        _note_lines(material, upper),
        legend(LEFT, 42.0, _upper_legend(material)),
        svg.text(x.end, 42.0, "beats a minute", "tick", "end"),
        upper.lines(material.beats, "beats"),
        upper.lines(material.tempo, "tempo"),
        upper.lines(material.pulse, "pulse"),
    ]
    if not material.pulse and not material.beats:
        body.append(svg.text((x.start + x.end) / 2, upper.top + 18, "no heart measured", "note", "middle"))
    if has_breath:
        body += [
            *_gaps(material.gaps, x, lower),
            lower.grid(3),
            _note_lines(material, lower),
            legend(LEFT, 236.0, _lower_legend(material)),
            svg.text(x.end, 236.0, "breaths a minute", "tick", "end"),
            lower.lines(material.own_breath, "own"),
            lower.lines(material.guided_breath, "guided"),
        ]
    body.append(last.times(material.length_s, MOST_TICKS))
    height = last.bottom + AXIS_H + (NOTES_H if material.notes else 0.0)
    body += _notes(material, x, last.bottom + AXIS_H + 10.0)
    title = "Pulse, beat and breath over the session" if has_breath else "Pulse over the session"
    return Drawing(WIDTH, height, "".join(body), title, _said(material), 0.0 if material.phases else PHASES_Y)


def _panel(x: AxisScale, edges: tuple[float, float], lines: Iterable[Chains], least: float) -> Panel:
    low, high = around((value for chains in lines for chain in chains for _, value in chain), least)
    top, bottom = edges
    return Panel(x, AxisScale(low, high, bottom, top))


def _upper_legend(material: Material) -> list[tuple[str, str]]:
    known = (
        ("pulse", "the group's pulse" if is_group(material.session) else "your pulse", material.pulse),
        ("beats", "from beat to beat", material.beats),
        ("tempo", "the beat that was played" if material.n_sounded else "the guiding beat", material.tempo),
    )
    return [(kind, words) for kind, words, chains in known if chains]


def _lower_legend(material: Material) -> list[tuple[str, str]]:
    known = (
        ("own", "your breath, as the heart shows it", material.own_breath),
        ("guided", "the guided breath", material.guided_breath),
    )
    return [(kind, words) for kind, words, chains in known if chains]


def _phases(material: Material, x: AxisScale, bottom: float) -> Iterable[str]:
    """Shaded where the person was guided; every phase named where its name has room."""
    for each in material.phases:
        start, end = x.at(each.span.from_s), x.at(each.span.to_s)
        if each.phase in GUIDED:
            yield svg.rect(start, 0.0, end - start, bottom, "phase-guided")
        if each.span.from_s > 0.0:
            yield svg.line((start, 0.0), (start, bottom), "phase-edge")
        words = PHASE_WORDS[each.phase]
        if svg.width_of(words) + 6 <= end - start:
            yield svg.text((start + end) / 2, PHASES_Y, words, "phase", "middle")


def _gaps(gaps: Iterable[Span], x: AxisScale, panel: Panel) -> Iterable[str]:
    for gap in gaps:
        start, end = x.at(gap.from_s), x.at(gap.to_s)
        yield svg.rect(start, panel.top, max(1.0, end - start), panel.bottom - panel.top, "gap")
        if panel.top == PULSE[0] and end - start > svg.width_of("no data") + 4:
            yield svg.text((start + end) / 2, panel.bottom - 6, "no data", "tick", "middle")


def _note_lines(material: Material, panel: Panel) -> str:
    places = (panel.x.at(note.t_s) for note in material.notes)
    return "".join(svg.line((x, panel.top), (x, panel.bottom), "mark") for x in places)


def _notes(material: Material, x: AxisScale, y: float) -> Iterable[str]:
    """A numbered circle below the axis for each mark; where two would touch, the later one moves on."""
    free_from = 0.0
    for count, note in enumerate(material.notes, start=1):
        centre = min(x.end - 8.0, max(x.at(note.t_s), free_from))
        free_from = centre + 18.0
        yield svg.circle((centre, y), 8.0, "mark-dot")
        yield svg.text(centre, y + 3.7, str(count), "mark-number", "middle")


def _said(material: Material) -> str:
    parts = [f"The session lasted {clock(material.length_s)}."]
    spans = [f"{PHASE_WORDS[each.phase]} until {clock(each.span.to_s)}" for each in material.phases]
    if spans:
        parts.append(f"Phases: {', '.join(spans)}.")
    for chains, what in (
        (material.pulse, "The smoothed pulse"),
        (material.tempo, "The beat"),
        (material.own_breath, "The breath as the heart shows it"),
        (material.guided_breath, "The guided breath"),
    ):
        if chains:
            first, last = chains[0][0][1], chains[-1][-1][1]
            parts.append(f"{what} begins at {first:.1f} and ends at {last:.1f} a minute.")
    parts += [f"No data from {clock(gap.from_s)} to {clock(gap.to_s)}." for gap in material.gaps[:10]]
    if len(material.gaps) > 10:
        parts.append(f"And {len(material.gaps) - 10} more gaps.")
    return " ".join(parts)
