"""One line to write a note."""

from entrain.tui.screens.line import LineScreen


class NoteScreen(LineScreen):
    """Ends with the note (it may be empty), or with None where it was dropped."""

    CSS = LineScreen.CSS.replace("LineScreen", "NoteScreen")  # a screen's styles belong to its own class
    HINT = "enter keep   escape drop   ctrl+c stop"
