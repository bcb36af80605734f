"""Figure 3: the spectrum of the intervals, with the bands and the rate of the guided breath."""

from collections.abc import Iterable
from typing import Final

from entrain.analysis.spectrum import HF_HZ, LF_HZ, Spectrum
from entrain.report.drawing import svg
from entrain.report.drawing.axes import AxisScale, Panel, step_for, thinned
from entrain.report.drawing.svg import Drawing
from entrain.units import S_PER_MIN

WIDTH: Final = 372.0
HEIGHT: Final = 214.0
LEFT: Final = 48.0
RIGHT: Final = 8.0
TOP: Final = 62.0
BOTTOM: Final = 168.0
HIGHEST_HZ: Final = 0.4


def density(spectrum: Spectrum, paced_per_min: tuple[float, float] | None) -> Drawing:
    """`paced_per_min`: the slowest and the quickest breath that was guided."""
    shown = spectrum.hz <= HIGHEST_HZ
    hz = [float(value) for value in spectrum.hz[shown]]
    power = [float(value) for value in spectrum.density_ms2_per_hz[shown]]
    top = max(power, default=0.0) or 1.0
    step = step_for(top, 3)
    panel = Panel(
        AxisScale(0.0, HIGHEST_HZ, LEFT, WIDTH - RIGHT),
        AxisScale(0.0, step * (int(top / step) + 1), BOTTOM, TOP),
    )
    line = [panel.point(x, y) for x, y in zip(hz, power, strict=True)]
    body = [
        *_bands(panel),
        panel.grid(3),
        svg.text(0.0, 16.0, "Spectrum", "strong"),
        svg.text(0.0, 31.0, "ms²/Hz", "tick"),
        *_paced(panel, paced_per_min),
        svg.area(thinned(line), BOTTOM, "power-area"),
        svg.path([thinned(line)], "power"),
        *_axis(panel),
    ]
    return Drawing(WIDTH, HEIGHT, "".join(body), "Spectrum of the intervals", _said(spectrum, paced_per_min))


def _bands(panel: Panel) -> Iterable[str]:
    for k, (name, (low, high)) in enumerate((("LF", LF_HZ), ("HF", HF_HZ))):
        start, end = panel.x.at(low), panel.x.at(high)
        yield svg.rect(start, TOP, end - start, BOTTOM - TOP, "band" if k == 0 else "band-other")
        edge, anchor = (start + 4, "start") if k == 0 else (end - 4, "end")
        yield svg.text(edge, TOP + 12, name, "faint", anchor)


def _paced(panel: Panel, paced: tuple[float, float] | None) -> Iterable[str]:
    """A bracket over the rates at which a breath was guided."""
    if paced is None:
        return
    start, end = (panel.x.at(rate / S_PER_MIN) for rate in paced)
    y = TOP - 12.0
    yield svg.line((start, y), (max(end, start + 1), y), "paced")
    for x in {start, end}:
        yield svg.line((x, y - 4), (x, BOTTOM), "paced-edge")
    words = f"guided breath {_range(paced)} a minute"
    half = svg.width_of(words) / 2
    centre = min(panel.x.end - half, max(LEFT + half, (start + end) / 2))
    yield svg.text(centre, y - 9, words, "label", "middle")


def _range(paced: tuple[float, float]) -> str:
    slow, quick = (f"{rate:.1f}" for rate in paced)
    return slow if slow == quick else f"{slow} to {quick}"


def _axis(panel: Panel) -> Iterable[str]:
    """Hz below, and the same as breaths a minute."""
    yield svg.line((panel.x.start, BOTTOM), (panel.x.end, BOTTOM), "axis")
    for k in range(5):
        x = panel.x.at(k * 0.1)
        yield svg.line((x, BOTTOM), (x, BOTTOM + 4), "axis")
        yield svg.text(
            x, BOTTOM + 16, f"{k * 0.1:.1f}".removesuffix(".0"), "tick", "middle" if k < 4 else "end"
        )
        yield svg.text(x, BOTTOM + 31, f"{k * 6}" if k else "", "faint", "middle" if k < 4 else "end")
    yield svg.text(0.0, BOTTOM + 16, "Hz", "tick")
    yield svg.text(0.0, BOTTOM + 31, "a minute", "faint")


def _said(spectrum: Spectrum, paced: tuple[float, float] | None) -> str:
    low = spectrum.peak((LF_HZ[0], HF_HZ[1]))[0]
    said = f"The highest point above 0.04 Hz lies at {low:.3f} Hz, {low * S_PER_MIN:.1f} a minute."
    return said if paced is None else f"{said} The guided breath went at {_range(paced)} a minute."
