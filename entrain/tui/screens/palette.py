"""Everything by name."""

from typing import Any

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import CommandPalette
from textual.worker import Worker


class Palette(CommandPalette, inherit_bindings=False):
    """Textual's command palette without three ways in which it brings the whole app down (Textual 8.2).

    They are its page keys, pressed before the list was drawn for the first time; its search, when the palette
    is closed before it had begun; and a second choice, which closes whatever lies below. A session would go
    with it. Delete this when they no longer do.
    """

    BINDINGS = [  # noqa: RUF012  Textual's own type
        Binding("down", "cursor_down", "Next command", show=False),
        Binding("up", "command_list('cursor_up')", "Previous command", show=False),
        Binding("escape", "escape", "Exit the command palette"),
    ]

    def dismiss(self, result: None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete.nothing()

    def run_worker(self, *args: Any, **kwargs: Any) -> Worker[Any]:
        """A search that fails finds nothing, and that is all."""
        return super().run_worker(*args, **{**kwargs, "exit_on_error": False})
