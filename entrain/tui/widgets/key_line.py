"""The line of keys at the bottom: the ones that matter now, each of which can be clicked too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.style import Style
from textual.widgets import Static


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a screen: `keys` as Textual names them, `shown` as printed, what it does, briefly and in full.

    The screen's bindings, its key line, its help and its palette entries all come from these.
    """

    keys: str
    shown: str
    action: str
    label: str
    text: str

    @property
    def name(self) -> str:
        """What settings call it: the words beside it, with _ for blanks."""
        return "_".join(self.label.replace(",", "").split())

    def binding(self) -> Binding:
        return Binding(self.keys, self.action, self.label, show=False, tooltip=self.text, id=self.name)

    def shown_in(self, app: App[Any]) -> str:
        """What is printed for it, where the person gave it another key."""
        own: Mapping[str, str] = getattr(app, "own_keys", {})
        return own.get(self.name, self.shown)


class KeyLine(Static):
    """Shows as many keys as there is room for, the first ones first; repaints only when they change.

    The last `always` of them are there at any width.
    """

    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; padding: 0 2; color: $text-muted; }"

    def __init__(self, *keys: Key, always: int = 1) -> None:
        super().__init__()
        self._always = always
        self.auto_links = False
        self._keys: tuple[Key, ...] = keys

    def show(self, keys: Sequence[Key]) -> None:
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        shown = list(self._keys)
        app = cast(App[Any], self.app)  # pyright: ignore[reportUnknownMemberType]
        while len(shown) > 1 and _content(shown, app).cell_length > self.size.width:
            shown.pop(-1 - self._always if len(shown) > 1 + self._always else -1)
        self.update(_content(shown, app), layout=False)


def _content(keys: Sequence[Key], app: App[Any]) -> Content:
    parts: list[Content] = []
    for key in keys:
        text = Content.assemble((key.shown_in(app), "bold $primary"), f" {key.label}")
        action = key.action if key.action.startswith("app.") else f"screen.{key.action}"
        parts.append(text.stylize(Style.from_meta({"@click": action})))
    return Content("   ").join(parts)
