"""Where the pulse comes from: the straps on the air as they are found, and ways to do without one."""

from dataclasses import replace
from typing import Final

from textual.app import ComposeResult
from textual.worker import Worker

from entrain.errors import EntrainError
from entrain.ports import FindStraps, HeartChoice, HeartKind, StrapOnAir
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.say import Say

_OTHERS: Final = (
    (HeartKind.SIMULATED, "A simulated heart", "To try everything without a strap."),
    (HeartKind.TAP, "Tap your pulse", "Feel it at the wrist and press the space bar with it."),
    (HeartKind.NONE, "No sensor", "Follow the beat and the breath alone."),
)

_STRENGTHS: Final = ("hardly there", "faint", "fair", "good", "strong")

_KEYS = (
    Key("enter", "enter", "choose", "choose", "Take the heart that is marked."),
    Key("r", "r", "search", "search again", "Look for straps again."),
    Key("q,escape", "q", "leave", "back", "Leave it as it was."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
)


class StrapsScreen(EntrainScreen[HeartChoice | None]):
    """Ends with a choice, or None where nothing was chosen."""

    CSS = """
    StrapsScreen { padding: 1 4; }
    StrapsScreen .title { text-style: bold; color: $primary; }
    StrapsScreen .state { color: $text-muted; height: auto; max-height: 3; margin-bottom: 1; }
    StrapsScreen KeyLine { padding: 0; }
    StrapsScreen.-wide { padding: 2 10 1 10; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, find: FindStraps, remembered: HeartChoice | None = None) -> None:
        super().__init__()
        self._find = find
        self._remembered = remembered
        self._found: dict[str, StrapOnAir] = {}
        self._search: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Say("Where does your pulse come from?", classes="title")
        yield Say(classes="state")
        yield Cards(self._offers())
        yield KeyLine(*_KEYS)

    def on_mount(self) -> None:
        self.query_one(Cards).focus()
        self.action_search()

    def action_search(self) -> None:
        if self._search is None or self._search.is_finished:
            self._search = self.run_worker(self._look_for_straps(), exit_on_error=False)

    async def _look_for_straps(self) -> None:
        self._state("Looking for straps … put yours on, it wakes up on the skin.")
        try:
            async for strap in self._find():
                before = self._found.get(strap.address)
                self._found[strap.address] = _merged(before, strap)
                await self.query_one(Cards).offer(self._offers())
        except EntrainError as fault:
            self._state(f"{fault.message} {fault.advice}".strip(), "$warning")
        except Exception as fault:
            self.log.error(f"the search failed: {fault!r}")
            self._state("The search did not work here. `entrain doctor` tells more.", "$warning")
        else:
            n = len(self._found)
            self._state(f"{n} found." if n else "None found. Moisten the electrodes, come closer, press r.")

    def _state(self, text: str, style: str = "$text-muted") -> None:
        self.query_one(".state", Say).say((text, style))

    def _offers(self) -> list[Card]:
        """The strap used last, then the strongest, then the ways to do without."""
        cards: list[Card] = []
        last = self._remembered.address if self._remembered is not None else None
        if self._remembered is not None and last is not None and last not in self._found:
            cards.append(Card(last, self._remembered.name or last, "", "Used last, not seen yet."))
        straps = sorted(self._found.values(), key=lambda s: (s.address != last, -(s.signal_dbm or -999)))
        cards += [_card(strap, strap.address == last) for strap in straps]
        return cards + [Card(kind, title, "", text) for kind, title, text in _OTHERS]

    def on_cards_taken(self, message: Cards.Taken) -> None:
        chosen = message.card.key
        if chosen in {kind.value for kind, _, _ in _OTHERS}:
            self.leave(HeartChoice(HeartKind(chosen)))
        elif chosen in self._found:
            self.leave(HeartChoice(HeartKind.STRAP, chosen, self._found[chosen].name))
        elif self._remembered is not None:
            self.leave(self._remembered)

    def action_choose(self) -> None:
        self.query_one(Cards).action_take()

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))


def _merged(before: StrapOnAir | None, new: StrapOnAir) -> StrapOnAir:
    """What is known of a strap now: the new, and of the old what the new does not say."""
    if before is None:
        return new
    return replace(
        new,
        name=new.name or before.name,
        signal_dbm=before.signal_dbm if new.signal_dbm is None else new.signal_dbm,
        battery_percent=before.battery_percent if new.battery_percent is None else new.battery_percent,
    )


def _card(strap: StrapOnAir, used_last: bool) -> Card:
    parts = ["used last"] if used_last else []
    parts.append(strap.address)
    if strap.battery_percent is not None:
        parts.append(f"battery {strap.battery_percent} %")
    signal = f"{signal_bars(strap.signal_dbm)} {signal_word(strap.signal_dbm)}".strip()
    return Card(strap.address, strap.name or "Without a name", signal, " · ".join(parts))


def signal_word(dbm: int | None) -> str:
    """How strong the signal is; nothing where that is unknown."""
    return "" if dbm is None else _STRENGTHS[_strength(dbm)]


def signal_bars(dbm: int | None) -> str:
    """Up to four bars; nothing where the strength is unknown."""
    if dbm is None:
        return ""
    n = _strength(dbm)
    return "▂▄▆█"[:n] + "·" * (4 - n)


def _strength(dbm: int) -> int:
    return sum(dbm >= limit for limit in (-95, -80, -70, -60))
