"""The news that a session was cut off, and what can be done about it; nothing where none was."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from entrain.ports import Archive, Interrupted, PastSession, SessionChoice
from entrain.tui.background import in_background
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say
from entrain.wording import history_screen as words

# A session that ended a moment ago may still be running elsewhere, as far as the store can tell.
LOOK_S: Final = 5.0

_KEEP = Key("k", "k", "cut_off('keep')", "keep it as it is", "Keep it as it is.")
_GO_ON = Key(
    "g", "g", "cut_off('go_on')", "go on for the rest", "A new session for the minutes that were left."
)
_OPEN = Key("o", "o", "cut_off('open')", "open it", "Look at what there is of it.")
KEYS: Final = (_KEEP, _GO_ON, _OPEN)


class CutOff(Vertical):
    """Asks the archive now and then; shows nothing while there is nothing to say."""

    DEFAULT_CSS = """
    CutOff { height: auto; display: none; }
    CutOff.-news { display: block; }
    CutOff Say { height: auto; max-height: 3; color: $warning; }
    CutOff KeyLine { padding: 0; margin: 0; }
    """

    @dataclass
    class Changed(Message):
        """It shows something now, or nothing any more."""

    @dataclass
    class GoesOn(Message):
        """The rest of it is wanted."""

        choice: SessionChoice

    @dataclass
    class Opened(Message):
        """It is to be looked at."""

        past: PastSession

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive
        self._found: Interrupted | None = None

    def compose(self) -> ComposeResult:
        yield Say()
        yield KeyLine()

    def on_mount(self) -> None:
        self.look()
        self.set_interval(LOOK_S, self.look)

    @property
    def has_news(self) -> bool:
        return self._found is not None

    def look(self) -> None:
        """Ask whether a session was cut off. A store that cannot be read is for others to tell of."""
        in_background(self, self._archive.interrupted, self._show, lambda _: self._show(None), "look")

    def _show(self, found: Interrupted | None) -> None:
        if (found is None) is not (self._found is None):
            self.post_message(self.Changed())
        self._found = found
        self.set_class(found is not None, "-news")
        if found is not None:
            self._say(words.interrupted(found, self._archive.now()))
            can_go_on = found.choice is not None
            self.query_one(KeyLine).show([key for key in KEYS if can_go_on or key is not _GO_ON])

    def deal(self, what: str) -> None:
        """`keep` it, `go_on` or `open` it; nothing where there is no news."""
        found = self._found
        if found is None:
            return
        match what:
            case "keep":
                self._close(found, self.look)
            case "go_on" if found.choice is not None:
                choice = found.choice
                self._close(found, lambda: self.post_message(self.GoesOn(choice)))
            case "open":
                self._open(found)
            case _:
                pass

    def _close(self, found: Interrupted, then: Callable[[], object]) -> None:
        def close() -> None:
            self._archive.close_interrupted(found.session_id)

        in_background(self, close, lambda _: then(), self._say)

    def _open(self, found: Interrupted) -> None:
        def opened(past: PastSession) -> None:
            self.post_message(self.Opened(past))

        in_background(self, lambda: self._archive.past(found.session_id), opened, self._say)

    def _say(self, text: str) -> None:
        self.query_one(Say).say(text)
