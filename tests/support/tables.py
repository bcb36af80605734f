"""Tables of intervals in the many ways that programs write them, with what they hold."""

from dataclasses import dataclass
from itertools import accumulate
from math import sin
from random import Random
from typing import Literal

from hypothesis import strategies as st

from entrain.errors import InputError
from entrain.recordings.files import FileBytes
from entrain.recordings.reading import recording_in

UNITS = {"ms": 1000.0, "s": 1.0, "us": 1e6, "1/1024 s": 1024.0, "none": 1000.0}
NAMES = {
    "ms": ("rr_ms", "RR-interval [ms]", "IBI (ms)"),
    "s": ("rr_s", "RR (s)"),
    "us": ("ibi_us",),
    "1/1024 s": ("rr_ticks_1024", "RR [1/1024 s]"),
    "none": ("rr", "IBI", "nn", "R-R"),
}


@dataclass(frozen=True, slots=True)
class WrittenTable:
    rr_ms: tuple[float, ...]
    text: str
    encoding: str
    tolerance_ms: float
    is_plain: bool

    def check(self) -> bool:
        """Whether it was read; where it was, right."""
        try:
            recording = recording_in(FileBytes("table.csv", self.text.encode(self.encoding), None))
        except InputError:
            return False
        read = recording.intervals_ms
        assert len(read) == len(self.rr_ms), (recording.format, recording.warnings, self.text)
        worst = max(abs(a - b) for a, b in zip(read, self.rr_ms, strict=True))
        assert worst <= self.tolerance_ms, (worst, recording.format, self.text)
        assert recording.gaps == (), (recording.warnings, self.text)
        return True


@st.composite
def written_tables(draw: st.DrawFn, kind: Literal["any", "plain"] = "any") -> WrittenTable:
    """`plain`: what leaves no doubt, so that a refusal would be a fault."""
    rr_ms = intervals(draw(st.integers(0, 10_000)), draw(st.integers(40, 120)), draw(st.integers(600, 1100)))
    unit = draw(st.sampled_from(sorted(UNITS)))
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    comma = draw(st.booleans())
    quoting = draw(st.sampled_from(["none", "all", "commas"]))
    header = draw(st.booleans()) or unit == "1/1024 s"
    times = draw(st.sampled_from(["none", "s", "count", "epoch_ms"]))
    rates = draw(st.booleans())
    if kind == "plain":
        header = True
        quoting = "all" if comma and separator == "," else quoting
    columns: list[tuple[str, list[str]]] = [
        (draw(st.sampled_from(NAMES[unit])), [number(ms, unit) for ms in rr_ms])
    ]
    ends_s = list(accumulate(ms / 1000.0 for ms in rr_ms))
    if times == "s":
        columns.append(("time_s", [f"{at:.3f}" for at in ends_s]))
    elif times == "count":
        columns.append(("index", [str(n) for n in range(len(rr_ms))]))
    elif times == "epoch_ms":
        columns.append(("timestamp", [str(1_700_000_000_000 + round(1000 * at)) for at in ends_s]))
    if rates:
        columns.append(("hr", [str(round(60_000 / ms)) for ms in rr_ms]))
    columns = draw(st.permutations(columns))
    rows = [[cells[n] for _, cells in columns] for n in range(len(rr_ms))]
    lines = [separator.join(quoted(name, quoting, separator) for name, _ in columns)] if header else []
    lines += [
        separator.join(quoted(cell.replace(".", ",") if comma else cell, quoting, separator) for cell in row)
        for row in rows
    ]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    per_s = UNITS[unit]
    tolerance = 0.51 * 1000.0 / per_s if per_s > 1.0 else 0.51
    return WrittenTable(tuple(rr_ms), end.join(lines) + end, encoding, tolerance, kind == "plain")


def intervals(seed: int, n: int, around_ms: int) -> list[float]:
    """As a breathing heart makes them, in whole ms."""
    random = Random(seed)
    return [float(round(around_ms + 40 * sin(k / 2.5) + random.gauss(0, 15))) for k in range(n)]


def number(ms: float, unit: str) -> str:
    value = ms * UNITS[unit] / 1000.0
    return f"{value:.3f}" if unit == "s" else f"{value:.0f}"


def quoted(cell: str, quoting: str, separator: str) -> str:
    needs = quoting == "all" or (quoting == "commas" and separator in cell)
    return f'"{cell}"' if needs else cell
