"""What all screens share."""

from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from textual.app import App
from textual.screen import ModalScreen, Screen

from entrain.drawing.palette import Depth, FigureColours
from entrain.person.desk_settings import OwnTheme
from entrain.tui.themes import figure_colours
from entrain.tui.widgets.key_line import Key

ResultT = TypeVar("ResultT")


class EntrainScreen(Screen[ResultT], Generic[ResultT]):
    """A screen that ends once, with a result of its own type; it hears keys only while it is whole.

    Keys may come faster than screens come and go. The app hands them to the newest screen at once: the first
    would reach one whose parts are not there yet, and the second of two quick ones would end the one below.

    `-narrow` is below 100 columns, `-tiny` and `-flat` are too small for more than figure and cue.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (64, "-narrow"), (100, "-wide")]  # noqa: RUF012  Textual's own type
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-low"), (32, "-tall")]  # noqa: RUF012

    KEYS: ClassVar[tuple[Key, ...]] = ()  # what the palette offers by name
    left = False

    @property
    def host(self) -> App[object]:
        """The app, with a type that says so."""
        return self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def figure_colours(self, depth: Depth) -> FigureColours:
        """The figure's colours in the theme of now, which may be one of the person's own."""
        own: Mapping[str, OwnTheme] = getattr(self.host, "own_themes", {})
        return figure_colours(self.host.theme, depth, own)

    @property
    def whole(self) -> bool:
        """Are all its parts there, and none on its way out?"""
        return self.is_mounted and self.is_running

    def leave(self, result: ResultT) -> None:
        """End with `result`, unless it has ended already or something lies above it.

        One that is not whole yet does not end either: what makes it would miss what is in it.
        """
        if not self.left and self.whole and self.host.screen is self:
            self.left = True
            self.dismiss(result)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.whole and not self.left


class EntrainModal(EntrainScreen[ResultT], ModalScreen[ResultT]):
    """A screen of ours that lets the one below shine through."""
