"""A line or two of text that repaints only when it says something new."""

from textual.content import Content
from textual.widgets import Static

Part = str | tuple[str, str]
"""Plain text, or text with a style. Never markup: what others wrote (names, reasons) is shown as it is."""


class Say(Static):
    """Text of a fixed size; `say` replaces it."""

    DEFAULT_CSS = "Say { height: 1; width: 1fr; }"

    def __init__(self, *parts: Part, classes: str | None = None) -> None:
        self._said: tuple[Part, ...] = parts
        super().__init__(Content.assemble(*parts), classes=classes)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part[0] for part in self._said)

    def say(self, *parts: Part) -> None:
        if parts != self._said:
            self._said = parts
            self.update(Content.assemble(*parts), layout=self.styles.is_auto_height)
