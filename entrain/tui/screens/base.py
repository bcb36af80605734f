"""What all screens share."""

from typing import Generic, TypeVar

from textual.app import App
from textual.screen import Screen

ResultT = TypeVar("ResultT")


class EntrainScreen(Screen[ResultT], Generic[ResultT]):
    """A screen that ends with a result of its own type.

    `-narrow` is below 100 columns, `-small` too small for more than figure and cue.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (64, "-narrow"), (100, "-wide")]  # noqa: RUF012  Textual's own type
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-low"), (32, "-tall")]  # noqa: RUF012

    @property
    def host(self) -> App[object]:
        """The app, with a type that says so."""
        return self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
