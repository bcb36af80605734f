"""Figure 2: pulse, RMSSD and SDNN before, while guided, and after."""

from collections.abc import Sequence
from typing import Final

from entrain.analysed.material import PacedStretch
from entrain.analysis.time_domain import TimeDomain
from entrain.report.drawing import svg
from entrain.report.drawing.axes import AxisScale
from entrain.report.drawing.svg import Drawing
from entrain.wording.times import clock

WIDTH: Final = 372.0
HEIGHT: Final = 214.0
TOP: Final = 58.0
BOTTOM: Final = 158.0
SHARE: Final = 0.5  # of the level: the least that a column spans, so that a small change looks small
GAP: Final = 9.0
_SHORT: Final = {"before": "before", "while guided": "guided", "after": "after"}

MEASURES: Final = (
    ("Pulse", "beats/min", "mean_hr_bpm"),
    ("RMSSD", "ms", "rmssd_ms"),
    ("SDNN", "ms", "sdnn_ms"),
)


def value_of(measures: TimeDomain, name: str) -> float | None:
    """A measure by its name."""
    return getattr(measures, name)


def stretches(parts: Sequence[PacedStretch]) -> Drawing:
    """Pulse and variability before, while guided and after, side by side."""
    column = (WIDTH - GAP * (len(MEASURES) - 1)) / len(MEASURES)
    body: list[str] = []
    said: list[str] = []
    for k, (label, unit, name) in enumerate(MEASURES):
        values = [value_of(part.measures, name) for part in parts]
        body.append(_column(k * (column + GAP), column, f"{label}", unit, parts, values))
        told = [
            f"{part.name} {value:.1f}" for part, value in zip(parts, values, strict=True) if value is not None
        ]
        said.append(f"{label} in {unit}: {', '.join(told) or 'not known'}.")
    return Drawing(
        WIDTH, HEIGHT, "".join(body), "Pulse and variability before, while guided, after", " ".join(said)
    )


def _column(
    left: float,
    width: float,
    label: str,
    unit: str,
    parts: Sequence[PacedStretch],
    values: Sequence[float | None],
) -> str:
    known = [value for value in values if value is not None]
    out = [
        svg.text(left, 16.0, label, "strong"),
        svg.text(left, 31.0, unit, "tick"),
        svg.line((left, BOTTOM + 12), (left + width, BOTTOM + 12), "axis"),
    ]
    if not known:
        return "".join((*out, svg.text(left, (TOP + BOTTOM) / 2, "not known", "note")))
    middle = (min(known) + max(known)) / 2
    reach = max(max(known) - min(known), SHARE * middle) / 2
    y = AxisScale(middle - reach, middle + reach, BOTTOM, TOP)
    step = width / len(parts)
    xs = [left + step * (k + 0.5) for k in range(len(parts))]
    points = [(x, y.at(value)) for x, value in zip(xs, values, strict=True) if value is not None]
    out.append(svg.path([points], "joined"))
    for x, part, value in zip(xs, parts, values, strict=True):
        out.append(svg.text(x, BOTTOM + 28, _SHORT[part.name], "faint", "middle"))
        out.append(svg.text(x, BOTTOM + 43, clock(part.span.length_s), "faint", "middle"))
        if value is not None:
            out.append(svg.circle((x, y.at(value)), 4.5, "dot" if part.name != "while guided" else "ring"))
            out.append(svg.text(x, y.at(value) - 10, f"{value:.1f}", "value", "middle"))
    return "".join(out)
