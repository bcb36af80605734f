"""Everything by name."""

from textual.binding import Binding
from textual.command import CommandPalette


class Palette(CommandPalette, inherit_bindings=False):
    """Textual's command palette without its page keys.

    Pressed before the list was drawn for the first time they bring the whole app down (Textual 8.2), and with
    it a session. Delete this when they no longer do.
    """

    BINDINGS = [  # noqa: RUF012  Textual's own type
        Binding("down", "cursor_down", "Next command", show=False),
        Binding("up", "command_list('cursor_up')", "Previous command", show=False),
        Binding("escape", "escape", "Exit the command palette"),
    ]
