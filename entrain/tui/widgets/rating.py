"""A rating from 0 (calm) to 10 (as tense as can be), set with digits or arrows. SUDS: Wolpe 1969."""

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from entrain.tui.widgets.say import Part, Say

HIGHEST = 10
_EACH = 4  # columns of a number and the blank behind it
_COLUMNS = _EACH * (HIGHEST + 1)


@dataclass
class Rated(Message):
    """A number was clicked."""


class Rating(Vertical):
    """Eleven numbers in a row; `value` is None until one is chosen. The screen hands the keys in."""

    DEFAULT_CSS = """
    Rating { height: 3; width: 44; }
    Rating Say { text-align: center; }
    """

    def __init__(self, value: int | None = None) -> None:
        super().__init__()
        self.value = value
        self._typed = ""

    def compose(self) -> ComposeResult:
        yield _Scale(self.value)
        yield Say(("calm" + " " * 28 + "very tense", "$text-muted"), classes="ends")

    def take(self, key: str) -> bool:
        """Act on a key; True if it was one of the rating's own. `1` and then `0` make 10."""
        if len(key) == 1 and key.isdigit():
            self._choose(HIGHEST if self._typed == "1" and key == "0" else int(key))
            self._typed = key if self.value != HIGHEST else ""
            return True
        self._typed = ""
        if key in ("left", "right"):
            step = 1 if key == "right" else -1
            self._choose(5 if self.value is None else min(HIGHEST, max(0, self.value + step)))
            return True
        return False

    def on_click(self, event: events.Click) -> None:
        """Each number is four columns wide; the line below them is none."""
        event.stop()
        scale = self.query_one(_Scale)
        at = event.get_content_offset(scale)
        left = (scale.size.width - _COLUMNS) // 2
        if at is not None and 0 <= at.x - left < _COLUMNS:
            self._choose((at.x - left) // _EACH)
            self.post_message(Rated())

    def _choose(self, value: int) -> None:
        self.value = value
        self.query_one(_Scale).show(value)


class _Scale(Say):
    def __init__(self, value: int | None) -> None:
        super().__init__(*_numbers(value))

    def show(self, value: int | None) -> None:
        self.say(*_numbers(value))


def _numbers(value: int | None) -> list[Part]:
    parts: list[Part] = []
    for n in range(HIGHEST + 1):
        parts.append((f" {n} ", "reverse bold $primary" if n == value else "$text-muted"))
        parts.append(" " if n < HIGHEST else "")
    return parts
