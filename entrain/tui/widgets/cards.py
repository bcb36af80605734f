"""A list of cards to choose one from: a title, a few words beside it, and a line on what it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


@dataclass(frozen=True, slots=True)
class Card:
    """`key` is what the program calls it."""

    key: str
    title: str
    beside: str = ""
    text: str = ""

    def content(self) -> Content:
        lines = [Content.assemble((self.title, "bold"), "   ", (self.beside, "$text-muted"))]
        if self.text:
            lines.append(Content.assemble((self.text, "$text-muted")))
        return Content("\n").join(lines)


class CardView(Static):
    """One card of `Cards`."""

    def __init__(self, card: Card, at: int) -> None:
        super().__init__(card.content())
        self.at = at


class Cards(VerticalScroll, can_focus=True):
    """Arrows move, enter takes; a click marks, a second one takes. Ids are keys, so cards can come and go."""

    DEFAULT_CSS = """
    Cards { height: 1fr; width: 1fr; }
    Cards CardView { width: 1fr; height: auto; padding: 0 2 0 3; margin-bottom: 1; }
    Cards CardView.-marked { background: $panel; border-left: outer $primary; padding: 0 2; }
    """
    BINDINGS = [  # noqa: RUF012  Textual's own type
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("home,pageup", "move(-99)", "first", show=False),
        Binding("end,pagedown", "move(99)", "last", show=False),
        Binding("enter", "take", "take", show=False),
    ]

    @dataclass
    class Marked(Message):
        """Another card is marked now."""

        card: Card

    @dataclass
    class Taken(Message):
        """The marked card was taken."""

        card: Card

    def __init__(self, cards: Sequence[Card], marked: str | None = None) -> None:
        super().__init__()
        self._cards = tuple(cards)
        self._at = self._place_of(marked)
        self._chosen = marked is not None  # a mark that somebody set stays with its card

    @property
    def marked(self) -> Card | None:
        return self._cards[self._at] if self._cards else None

    def compose(self) -> ComposeResult:
        for at, card in enumerate(self._cards):
            view = CardView(card, at)
            view.set_class(at == self._at, "-marked")
            yield view

    async def offer(self, cards: Sequence[Card], mark: str | None = None) -> None:
        """Other cards from now on. Marked is `mark`, else the card that was chosen, else the first one."""
        if tuple(cards) == self._cards and mark is None:
            return
        marked = self.marked if self._chosen else None
        self._cards = tuple(cards)
        self._at = self._place_of(mark or (marked.key if marked is not None else None))
        self._chosen = self._chosen or mark is not None
        await self.recompose()
        self.call_after_refresh(self._show_marked)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_marked)

    def _show_marked(self) -> None:
        for view in self.query(CardView):
            if view.at == self._at:
                view.scroll_visible(animate=False)

    def _place_of(self, key: str | None) -> int:
        return next((at for at, card in enumerate(self._cards) if card.key == key), 0)

    def action_move(self, by: int) -> None:
        if self._cards:
            self._mark(min(len(self._cards) - 1, max(0, self._at + by)))

    def action_take(self) -> None:
        if self.marked is not None:
            self.post_message(self.Taken(self.marked))

    def on_click(self, event: object) -> None:
        view = getattr(event, "widget", None)
        if isinstance(view, CardView):
            if view.at == self._at:
                self.action_take()
            else:
                self._mark(view.at)

    def _mark(self, at: int) -> None:
        self._at = at
        self._chosen = True
        for view in self.query(CardView):
            view.set_class(view.at == at, "-marked")
            if view.at == at:
                view.scroll_visible(animate=False)
        self.post_message(self.Marked(self._cards[at]))
