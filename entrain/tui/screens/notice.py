"""The safety notice of the first use, three short pages. Nothing starts before it was read to its end."""

from textual.app import ComposeResult
from textual.containers import Center, Vertical

from entrain.tui.screens.base import EntrainScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Part, Say
from entrain.wording.notice import PAGES

_KEYS = (
    Key("enter,right,space", "enter", "forward", "go on", "The next page."),
    Key("left,backspace", "←", "back", "back", "The page before."),
    Key("q,escape", "q", "leave", "leave", "Leave without starting."),
)
_READ = Key("enter,right,space", "enter", "forward", "I have read this", "Begin.")


class NoticeScreen(EntrainScreen[bool]):
    """Ends with True when it was read to the end, with False where the person left."""

    CSS = """
    NoticeScreen { align: center middle; }
    NoticeScreen Vertical { width: 92%; max-width: 72; height: auto; max-height: 1fr; }
    NoticeScreen .title { text-style: bold; color: $primary; margin-bottom: 1; }
    NoticeScreen .body { height: auto; }
    NoticeScreen .page { color: $text-muted; margin-top: 1; }
    NoticeScreen KeyLine { dock: bottom; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS]  # noqa: RUF012  Textual's own type

    def __init__(self) -> None:
        super().__init__()
        self.page = 0

    def compose(self) -> ComposeResult:
        with Center(), Vertical():
            yield Say(classes="title")
            yield Say(classes="body")
            yield Say(classes="page")
        yield KeyLine(*_KEYS)

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        title, paragraphs = PAGES[self.page]
        body: list[Part] = []
        for paragraph in paragraphs:
            body += [paragraph, "\n\n"]
        self.query_one(".title", Say).say(title)
        self.query_one(".body", Say).say(*body[:-1])
        self.query_one(".page", Say).say(f"{self.page + 1} of {len(PAGES)}")
        last = self.page == len(PAGES) - 1
        self.query_one(KeyLine).show((_READ if last else _KEYS[0], *_KEYS[1:]))

    def action_forward(self) -> None:
        if self.page == len(PAGES) - 1:
            self.leave(True)
        else:
            self.page += 1
            self._show()

    def action_back(self) -> None:
        self.page = max(0, self.page - 1)
        self._show()

    def action_leave(self) -> None:
        self.leave(False)
