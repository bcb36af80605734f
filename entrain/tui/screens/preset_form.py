"""A preset of one's own as a small form: aim, minutes, voice, breath, with the picture of its course.

Every change is written into one line of the preset's text and kept at once; what does not fit says why and
changes nothing. The whole text is behind `a`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from entrain.control.protocol import HARD_SESSION_MAX_MIN, Preset
from entrain.errors import EntrainError
from entrain.ports import PresetShelf, ShelvedPreset
from entrain.toml_lines import NotTOML, with_setting
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.line import LineScreen
from entrain.tui.screens.preset_edit import PresetEditScreen
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.preset_detail import PresetDetail
from entrain.tui.widgets.say import Say
from entrain.wording import preset as words

Value = str | float | list[float]
T = TypeVar("T")

AIMS_PER_MIN: Final = (4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0)
RATIOS: Final = ((1.0, 0.0, 1.0, 0.0), (4.0, 0.0, 6.0, 0.0), (1.0, 0.0, 2.0, 0.0), (4.0, 0.0, 6.0, 2.0))
_COLUMNS: Final = 10

_KEYS: Final = (
    Key("enter", "enter", "turn(1)", "change", "The next value; the title is written."),
    Key("left", "← →", "turn(-1)", "change", "The value before or after."),
    Key("right", "→", "turn(1)", "change", "The value before or after."),
    Key("a", "a", "advanced", "advanced", "Every setting, as text, with what is wrong said while you write."),
    Key("question_mark,f1", "?", "help", "help", "This list."),
    Key("q,escape", "q", "leave", "back", "Back to the presets; everything is kept already."),
)


@dataclass(frozen=True, slots=True)
class _Field:
    """A line of the form: the setting, what it is in words, and the value `by` steps on; None: written."""

    setting: str
    label: str
    shown: str
    turned: Callable[[int], Value] | None = None


class PresetFormScreen(EntrainScreen[None]):
    """Ends when somebody leaves it; the preset is kept by then."""

    CSS = """
    PresetFormScreen { padding: 1 3 0 3; }
    PresetFormScreen .heading { text-style: bold; color: $primary; }
    PresetFormScreen #form { height: auto; margin-top: 1; }
    PresetFormScreen Cards { height: auto; }
    PresetFormScreen CardView { height: 1; margin-bottom: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    PresetFormScreen .state { color: $warning; height: auto; max-height: 3; }
    PresetFormScreen PresetDetail { height: 1fr; margin-top: 1; padding: 0 3; }
    PresetFormScreen KeyLine { padding: 0; }
    PresetFormScreen.-wide { padding: 2 8 1 8; }
    PresetFormScreen.-wide.-tall CourseView { height: 18; }
    PresetFormScreen.-flat PresetDetail { display: none; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, shelf: PresetShelf, shelved: ShelvedPreset, voices: Sequence[str]) -> None:
        """`shelved` is the person's own, and right."""
        super().__init__()
        self._shelf = shelf
        self._voices = voices
        self._name = shelved.name
        self._shelved = shelved
        self._text = shelved.text or ""

    def compose(self) -> ComposeResult:
        yield Say(
            self._name, ("   yours; each change is kept at once", "not bold $text-muted"), classes="heading"
        )
        with Vertical(id="form"):
            yield Cards(self._cards())
        yield Say(classes="state")
        with Horizontal():
            yield PresetDetail(brief=True)
        yield KeyLine(*(key for key in _KEYS if key.shown != "→"), always=2)

    def on_mount(self) -> None:
        self.query_one(Cards).focus()
        self.query_one(PresetDetail).show(self._shelved)

    @property
    def _preset(self) -> Preset:
        preset = self._shelved.preset
        assert preset is not None  # drafts are mended as text
        return preset

    def _fields(self) -> list[_Field]:
        preset = self._preset
        rule, voices = preset.breath, tuple(self._voices) or (preset.sound.voice,)
        fields = [
            _Field("title", "title", preset.title),
            _Field("minutes", "minutes", f"{preset.minutes:g}", lambda by: _minutes(preset.minutes + by)),
            _Field(
                "sound.voice",
                "voice",
                preset.sound.voice,
                lambda by: _stepped(voices, preset.sound.voice, by),
            ),
        ]
        if not rule.guided:
            return [*fields, _Field("breath.guided", "breath", words.UNGUIDED)]
        floor = preset.bounds.breath_floor_per_min
        aims = tuple(
            sorted({*(aim for aim in AIMS_PER_MIN if floor <= aim <= rule.start_per_min), rule.goal_per_min})
        )
        ratios = RATIOS if rule.ratio in RATIOS else (rule.ratio, *RATIOS)
        aim = _Field(
            "breath.goal_per_min",
            "aim",
            words.aim(rule.goal_per_min, getattr(self.host, "breath_as", "")),
            lambda by: _stepped(aims, rule.goal_per_min, by),
        )
        breath = _Field(
            "breath.ratio",
            "breath",
            words.shape(rule.ratio),
            lambda by: list(_stepped(ratios, rule.ratio, by)),
        )
        return [fields[0], aim, *fields[1:], breath]

    def _cards(self) -> list[Card]:
        return [Card(each.setting, each.label.ljust(_COLUMNS), each.shown) for each in self._fields()]

    def on_cards_marked(self) -> None:
        self._state("")

    async def on_cards_taken(self) -> None:
        await self.action_turn(1)

    async def action_turn(self, by: int) -> None:
        marked = self.query_one(Cards).marked
        field = next(
            (each for each in self._fields() if marked is not None and each.setting == marked.key), None
        )
        if field is None:
            return
        if field.turned is not None:
            await self._set(field.setting, field.turned(by))
        elif field.setting == "title":
            self._write_title()
        else:
            self._state(words.NO_BREATH)

    def _write_title(self) -> None:
        async def written(title: str | None) -> None:
            if title:
                await self._set("title", title)

        line = LineScreen("A title", self._preset.title, about="What is it called on the home screen?")
        self.host.push_screen(line, written)

    async def _set(self, setting: str, value: Value) -> None:
        """Write one setting and keep it; what is wrong with that is said, and changes nothing."""
        try:
            text = with_setting(self._text, setting, value)
            found = self._shelf.check(self._name, text)
            if found.preset is None:
                self._state(f"{found.faults[0].field} {found.faults[0].text}".strip())
                return
            self._shelf.write(self._name, text)
        except NotTOML as error:
            self._state(f"{error}; press a to change it there.")
            return
        except EntrainError as fault:
            self._state(f"{fault.message} {fault.advice}".strip())
            return
        self._text, self._shelved = text, found
        self._state("")
        await self._look_again(setting)

    async def _look_again(self, marked: str = "") -> None:
        await self.query_one(Cards).offer(self._cards(), marked or None)
        self.query_one(Cards).focus()
        self.query_one(PresetDetail).show(self._shelved)

    def action_advanced(self) -> None:
        async def edited(_: object) -> None:
            now = next((x for x in self._shelf.everything() if x.is_own and x.name == self._name), None)
            if now is None or now.preset is None:
                self.leave(None)  # a draft now: the list says so, and what is wrong with it
                return
            self._shelved, self._text = now, now.text or ""
            await self._look_again()

        self.host.push_screen(PresetEditScreen(self._shelf, self._shelved), edited)

    def _state(self, text: str) -> None:
        self.query_one(".state", Say).say(text)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))

    def action_leave(self) -> None:
        self.leave(None)


def _minutes(minutes: float) -> float:
    return float(min(HARD_SESSION_MAX_MIN, max(1.0, round(minutes))))


def _stepped(values: Sequence[T], now: T, by: int) -> T:
    """`by` steps on from `now`, and round."""
    return values[(values.index(now) + by) % len(values)] if now in values else values[0]
