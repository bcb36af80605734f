"""A strip of ECG as it is drawn on paper: 25 mm a second, 10 mm a millivolt, a grid of 5 mm."""

from collections.abc import Iterable
from math import ceil, floor
from typing import Final

from entrain.analysed.ecg import EcgLook
from entrain.report.drawing import svg
from entrain.report.drawing.axes import AxisScale, Panel, thinned
from entrain.report.drawing.svg import Drawing
from entrain.wording.times import clock

WIDTH: Final = 760.0
LEFT: Final = 12.0
TOP: Final = 42.0
LARGE_S: Final = 0.2  # 5 mm …
LARGE_UV: Final = 500.0  # … either way
FEWEST: Final = 4  # squares in height


def strip(look: EcgLook) -> Drawing:
    """The trace with a mark over each R peak that was found."""
    times_s: list[float] = look.strip_s.tolist()
    ecg_uv: list[float] = look.strip_uv.tolist()
    from_s, to_s = times_s[0], times_s[-1]
    low, high = _range(ecg_uv)
    square = (WIDTH - 2 * LEFT) / ((to_s - from_s) / LARGE_S)
    bottom = TOP + square * (high - low) / LARGE_UV
    panel = Panel(AxisScale(from_s, to_s, LEFT, WIDTH - LEFT), AxisScale(low, high, bottom, TOP))
    peaks_s: list[float] = [] if look.agreement is None else look.agreement.peaks_s.tolist()
    shown_s = [t_s for t_s in peaks_s if from_s <= t_s <= to_s]
    body = [
        svg.text(0.0, 16.0, "ECG of the strap", "strong"),
        svg.text(0.0, 31.0, f"one lead, from {clock(from_s)}; 25 mm/s, 10 mm/mV", "tick"),
        *_squares(panel),
        svg.path([thinned([panel.point(t, v) for t, v in zip(times_s, ecg_uv, strict=True)])], "trace"),
        *(svg.circle((panel.x.at(t_s), TOP - 5.0), 2.2, "dot") for t_s in shown_s),
    ]
    says = f"{to_s - from_s:.0f} seconds from {clock(from_s)}, between {low:.0f} and {high:.0f} µV."
    if shown_s:
        says += f" {len(shown_s)} R peaks are marked."
    return Drawing(WIDTH, bottom + 6.0, "".join(body), "ECG of the strap", says)


def _range(ecg_uv: list[float]) -> tuple[float, float]:
    """Whole squares around the trace."""
    low, high = floor(min(ecg_uv) / LARGE_UV), ceil(max(ecg_uv) / LARGE_UV)
    high += max(0, FEWEST - (high - low))
    return low * LARGE_UV, high * LARGE_UV


def _squares(panel: Panel) -> Iterable[str]:
    for k in range(round((panel.x.high - panel.x.low) / LARGE_S) + 1):
        x = min(panel.x.end, panel.x.at(panel.x.low + k * LARGE_S))
        yield svg.line((x, panel.top), (x, panel.bottom), "grid")
    for k in range(round((panel.y.high - panel.y.low) / LARGE_UV) + 1):
        y = panel.y.at(panel.y.low + k * LARGE_UV)
        yield svg.line((panel.x.start, y), (panel.x.end, y), "grid")
