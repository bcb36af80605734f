"""Settings: one line each, changed by arrows or a click, kept at once in a file one can also write in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from entrain.drawing.shapes import FIGURES
from entrain.errors import EntrainError
from entrain.person.desk_settings import BASES, BREATH_AS, FIXED_KEYS, key_name
from entrain.ports import KeptSettings, SettingsPort
from entrain.tui.keymap import changeable, key_names
from entrain.tui.look import Look
from entrain.tui.messages import SettingsChanged
from entrain.tui.screens.base import EntrainModal, EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.home_keys import KEYS as HOME_KEYS
from entrain.tui.screens.session_keys import KEYS as SESSION_KEYS
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.preset_detail import fault_parts
from entrain.tui.widgets.say import Say
from entrain.wording import settings as words

Value = str | float | bool | None

_KEYS: Final = (
    Key("enter", "enter", "turn(1)", "change", "The next value; of a key, press another one."),
    Key("left", "← →", "turn(-1)", "change", "The value before or after."),
    Key("right", "→", "turn(1)", "change", "The value before or after."),
    Key("delete,backspace", "del", "reset", "as it comes", "Back to what it is without a setting."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
    Key("q,escape,comma", "q", "leave", "back", "Back; everything is kept already."),
)
_VOLUME_STEP: Final = 0.05
_COLUMNS: Final = 20


@dataclass(frozen=True, slots=True)
class _Row:
    """One setting: its dotted name, what it is now in words, and the value `by` steps on."""

    name: str
    label: str
    shown: str
    about: str
    turned: Callable[[int], Value] | None = None  # None: a key


class SettingsScreen(EntrainScreen[None]):
    """Every setting with its value; what is wrong in the file stands below."""

    CSS = """
    SettingsScreen { padding: 1 4 0 4; }
    SettingsScreen .heading { text-style: bold; color: $primary; height: auto; }
    SettingsScreen Cards { height: 1fr; margin-top: 1; max-width: 90; }
    SettingsScreen CardView { height: 1; margin-bottom: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    SettingsScreen .about { color: $text-muted; height: auto; max-height: 3; margin-top: 1; }
    SettingsScreen .faults { height: auto; max-height: 6; margin-top: 1; }
    SettingsScreen KeyLine { padding: 0; margin-top: 1; }
    SettingsScreen.-wide { padding: 2 10 1 10; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, port: SettingsPort, person: str, look: Look) -> None:
        super().__init__()
        self._port = port
        self._person = person
        self._look = look
        self._kept = port.now(person, key_names())
        self._rows = self._made()

    def compose(self) -> ComposeResult:
        whose = f"   {self._person}" if self._person else ""
        yield Say(
            "Settings", (whose, "not bold"), (f"   {self._kept.path}", "not bold $text-muted"),
            classes="heading",
        )  # fmt: skip
        yield Cards(self._cards())
        yield Say(classes="about")
        yield Say(classes="faults")
        yield KeyLine(*(key for key in _KEYS if key.shown != "→"), always=2)

    def on_mount(self) -> None:
        self.query_one(Cards).focus()
        self._show()

    def _made(self) -> dict[str, _Row]:
        now = self._kept.settings
        themes = (*BASES, *(theme.name for theme in self._kept.themes))
        theme, figure = now.theme or BASES[0], now.figure or self._look.figure
        is_still, unit = now.reduced_motion, now.breath_as
        rows = [
            _Row("theme", "theme", theme, words.THEME, lambda by: _next(themes, theme, by)),
            _Row("figure", "figure", figure, words.FIGURE, lambda by: _next(tuple(FIGURES), figure, by)),
            _Row("volume", "volume", words.volume(now.volume), words.VOLUME, self._louder),
            _Row(
                "reduced_motion",
                "reduced motion",
                "on" if is_still else "off",
                words.REDUCED_MOTION,
                lambda by: not is_still,
            ),
            _Row(
                "breath_as",
                "breath as",
                words.BREATH_AS[unit],
                words.UNIT,
                lambda by: _next(BREATH_AS, unit, by),
            ),
        ]
        own = dict(now.keys)
        for key in changeable((*HOME_KEYS, *SESSION_KEYS)):
            shown = own.get(key.name, key.shown)
            rows.append(_Row(f"keys.{key.name}", f"key: {key.label}", shown, key.text))
        return {row.name: row for row in rows}

    def _louder(self, by: int) -> Value:
        now = self._kept.settings.volume
        return round(min(1.0, max(0.0, (words.USUAL_VOLUME if now is None else now) + by * _VOLUME_STEP)), 2)

    def _cards(self) -> list[Card]:
        return [Card(row.name, row.label.ljust(_COLUMNS), row.shown) for row in self._rows.values()]

    def _show(self) -> None:
        marked = self.query_one(Cards).marked
        about = self._rows[marked.key].about if marked is not None else ""
        self.query_one(".about", Say).say(about)
        faults = self.query_one(".faults", Say)
        faults.say(*fault_parts(self._kept.faults))
        faults.display = bool(self._kept.faults)

    def on_cards_marked(self) -> None:
        self._show()

    async def on_cards_taken(self, message: Cards.Taken) -> None:
        await self._turn(self._rows[message.card.key], 1)

    async def action_turn(self, by: int) -> None:
        marked = self.query_one(Cards).marked
        if marked is not None:
            await self._turn(self._rows[marked.key], by)

    async def action_reset(self) -> None:
        marked = self.query_one(Cards).marked
        if marked is not None:
            await self._keep(marked.key, None)

    async def _turn(self, row: _Row, by: int) -> None:
        if row.turned is not None:
            await self._keep(row.name, row.turned(by))
            return

        async def pressed(key: str | None) -> None:
            if key is not None:
                await self._keep(row.name, key)

        self.host.push_screen(PressScreen(row.label.removeprefix("key: ")), pressed)

    async def _keep(self, name: str, value: Value) -> None:
        try:
            self._port.keep(self._person, name, value)
        except EntrainError as fault:
            self.notify(f"{fault.message} {fault.advice}".strip(), severity="warning", markup=False)
        self._kept = self._port.now(self._person, key_names())
        self._rows = self._made()
        await self.query_one(Cards).offer(self._cards(), name)
        self.query_one(Cards).focus()
        self._show()
        self.post_message(SettingsChanged(self._kept.settings))

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))

    def action_leave(self) -> None:
        self.leave(None)


class PressScreen(EntrainModal[str | None]):
    """Ends with the key that was pressed, or None with escape."""

    CSS = """
    PressScreen { align: center bottom; background: $background 40%; }
    PressScreen Vertical { height: auto; padding: 1 2; background: $panel; }
    """

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Say((f"Press the key for “{self._what}”", "bold"), ("   escape leaves it", "$text-muted"))
            yield Say(classes="wrong")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.leave(None)
            return
        key = event.character if event.character is not None and event.character.strip() else event.key
        key = key if key.isprintable() else event.key
        if key_name(key) in FIXED_KEYS:
            self.query_one(".wrong", Say).say((words.STAYS, "$warning"))
        else:
            self.leave(key)


def _next(values: Sequence[str], now: str, by: int) -> str:
    at = values.index(now) if now in values else 0
    return values[(at + by) % len(values)]


def wrong_said(kept: KeptSettings | None) -> str:
    """That something in the settings is wrong, in a sentence; empty where nothing is."""
    return "" if kept is None else words.wrong(len(kept.faults))
