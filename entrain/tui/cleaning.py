"""The last step before the terminal: no line of any widget holds what a terminal would obey."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from entrain.foreign import INSTEAD, clean


class Cleaning(LineFilter):
    """Foreign text cleaned as everywhere, and no wider or narrower than it was laid out."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isascii() and text.isprintable() for text, _, _ in segments):  # as nearly always
            return segments
        if all(segment.control or segment.text == clean(segment.text) for segment in segments):
            return segments
        return [
            segment if segment.control else Segment(_cleaned(segment.text), segment.style)
            for segment in segments
        ]


def _cleaned(text: str) -> str:
    return "".join(each if clean(each) == each else INSTEAD * cell_len(each) for each in text)
