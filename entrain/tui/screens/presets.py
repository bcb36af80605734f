"""All presets: what each does, and everything one may do with one's own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal

from entrain.errors import EntrainError
from entrain.ports import PresetShelf, ShelvedPreset
from entrain.tui.screens.ask import AskScreen
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.screens.line import LineScreen
from entrain.tui.screens.preset_edit import PresetEditScreen
from entrain.tui.screens.preset_form import PresetFormScreen
from entrain.tui.widgets.cards import Card, Cards
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.preset_detail import PresetDetail
from entrain.tui.widgets.say import Say

_USE: Final = Key(
    "enter", "enter", "use", "use it", "Go home with this preset; a draft is opened to be mended."
)
_COPY: Final = Key("c", "c", "copy", "make a copy", "Make one of your own from this one, and change it.")
_EDIT: Final = Key("e", "e", "edit", "edit", "Change your own preset: aim, minutes, voice, breath.")
_TEXT: Final = Key("a", "a", "advanced", "advanced", "Your own preset as text, with every setting.")
_SHARE: Final = Key("x", "x", "export", "share", "Write it to a file that you can give away.")
_IMPORT: Final = Key("i", "i", "take_in", "import", "Make one of your own from a file.")
_DELETE: Final = Key("delete,backspace", "del", "delete", "delete", "Delete your own preset; it asks first.")
_BACK: Final = Key("q,escape", "q", "leave", "back", "Back to the home screen.")
_HELP: Final = Key("question_mark,f1", "?", "help", "help", "This list.")
_NAME_COLUMNS: Final = 12
_KEYS: Final = (_USE, _COPY, _EDIT, _TEXT, _SHARE, _IMPORT, _DELETE, _HELP, _BACK)


class PresetsScreen(EntrainScreen[str | None]):
    """Ends with the name of the preset to use, or None."""

    CSS = """
    PresetsScreen { padding: 1 3 0 3; }
    PresetsScreen .heading { text-style: bold; color: $primary; }
    PresetsScreen .state { height: auto; max-height: 3; color: $warning; }
    PresetsScreen Horizontal { height: 1fr; margin-top: 1; }
    PresetsScreen Cards { width: 30; }
    PresetsScreen CardView { height: 1; margin-bottom: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    PresetsScreen PresetDetail { margin-left: 2; }
    PresetsScreen KeyLine { padding: 0; }
    PresetsScreen.-wide { padding: 2 8 1 8; }
    PresetsScreen.-wide Cards { width: 34; }
    PresetsScreen.-wide PresetDetail { margin-left: 4; max-width: 84; }
    PresetsScreen.-tall CourseView { height: 18; }
    PresetsScreen.-tiny PresetDetail, PresetsScreen.-flat PresetDetail { display: none; }
    PresetsScreen.-tiny Cards, PresetsScreen.-flat Cards { width: 1fr; }
    """
    KEYS = _KEYS
    BINDINGS = [key.binding() for key in _KEYS[1:]]  # noqa: RUF012  Textual's own type

    def __init__(self, shelf: PresetShelf, marked: str | None = None, voices: Sequence[str] = ()) -> None:
        super().__init__()
        self._shelf = shelf
        self._voices = voices
        self._marked = marked
        self._all: dict[str, ShelvedPreset] = {}

    def compose(self) -> ComposeResult:
        self._look()
        yield Say("Presets", ("   what a session is", "not bold $text-muted"), classes="heading")
        with Horizontal():
            keys = [key for key in self._all if key.endswith(f"/{self._marked}")]
            yield Cards(self._cards(), keys[-1] if keys else None)
            yield PresetDetail()
        yield Say(classes="state")
        yield KeyLine(_USE, _HELP, _BACK, always=2)

    def on_mount(self) -> None:
        self.query_one(Cards).focus()
        self._show()

    # ---- what is there --------------------------------------------------------------------------------

    def _look(self) -> None:
        self._all = {_key(each): each for each in self._shelf.everything()}

    def _cards(self) -> list[Card]:
        width = max((len(each.name) for each in self._all.values()), default=0)
        return [_card(key, each, width) for key, each in self._all.items()]

    @property
    def _here(self) -> ShelvedPreset | None:
        marked = self.query_one(Cards).marked
        return None if marked is None else self._all.get(marked.key)

    def _show(self) -> None:
        here = self._here
        if here is None:
            return
        self.query_one(PresetDetail).show(here)
        use = _USE if here.preset is not None else replace(_USE, label="mend it")
        own = (_EDIT, _SHARE, _IMPORT, _DELETE) if here.is_own else (_SHARE, _IMPORT)
        self.query_one(KeyLine).show((use, _COPY, *own, _HELP, _BACK))

    async def _look_again(self, marked: str = "") -> None:
        self._look()
        cards = self.query_one(Cards)
        await cards.offer(self._cards(), marked or None)
        cards.focus()
        self._show()

    def _state(self, text: str, style: str = "$warning") -> None:
        self.query_one(".state", Say).say((text, style))

    def _say_fault(self, fault: EntrainError) -> None:
        self._state(f"{fault.message} {fault.advice}".strip())

    def on_cards_marked(self) -> None:
        self._state("")
        self._show()

    def on_cards_taken(self) -> None:
        self.action_use()

    # ---- keys -----------------------------------------------------------------------------------------

    def action_use(self) -> None:
        here = self._here
        if here is not None and here.preset is not None:
            self.leave(here.name)
        else:
            self.action_edit()

    def action_copy(self) -> None:
        here = self._here
        if here is None:
            return

        def refuses(name: str) -> str:
            try:
                self._shelf.copy(here, name)
            except EntrainError as fault:
                return f"{fault.message} {fault.advice}".strip()
            return ""

        async def copied(name: str | None) -> None:
            if name is not None:
                await self._look_again(f"own/{name}")
                self.action_edit()

        about = f"A copy of “{here.name}”, yours to change. What is it to be called?"
        line = LineScreen("A name", self._shelf.name_for_copy(here.name), refuses, about)
        self.host.push_screen(line, copied)

    def action_edit(self, *, as_text: bool = False) -> None:
        here = self._here
        if here is None:
            return

        async def edited(_: object) -> None:
            await self._look_again(_key(here))

        if not here.is_own:
            self._state(f"“{here.name}” comes with entrain and stays. Press c for a copy to change.")
        elif here.text is None:
            self._state("It cannot be read, so it cannot be edited here.")
        elif here.preset is None or as_text:
            self.host.push_screen(PresetEditScreen(self._shelf, here), edited)
        else:
            self.host.push_screen(PresetFormScreen(self._shelf, here, self._voices), edited)

    def action_advanced(self) -> None:
        self.action_edit(as_text=True)

    def action_export(self) -> None:
        here = self._here
        if here is None or here.text is None:
            return
        went: list[str] = []

        def refuses(to: str) -> str:
            if not to:
                return "Name a file or a folder."
            try:
                went.append(self._shelf.export(here, to))
            except EntrainError as fault:
                return f"{fault.message} {fault.advice}".strip()
            return ""

        def exported(to: str | None) -> None:
            if to is not None:
                self._state(f"Written to {went[-1]}.", "$success")

        about = f"Share “{here.name}”: write it to which file or folder?"
        self.host.push_screen(LineScreen("A path", f"~/{here.name}.toml", refuses, about), exported)

    def action_take_in(self) -> None:
        taken: list[str] = []

        def refuses(path: str) -> str:
            if not path:
                return "Name a file."
            try:
                taken.append(self._shelf.take_in(path))
            except EntrainError as fault:
                return f"{fault.message} {fault.advice}".strip()
            return ""

        async def taken_in(path: str | None) -> None:
            if path is not None:
                await self._look_again(f"own/{taken[-1]}")
                self._state(f"It is yours now, as “{taken[-1]}”.", "$success")

        about = "Import a preset: from which file?"
        self.host.push_screen(LineScreen("A path, such as ~/mine.toml", "", refuses, about), taken_in)

    def action_delete(self) -> None:
        here = self._here
        if here is None:
            return
        if not here.is_own:
            self._state(f"“{here.name}” comes with entrain and stays.")
            return

        async def answered(answer: bool | None) -> None:
            if answer:
                try:
                    self._shelf.delete(here.name)
                except EntrainError as fault:
                    self._say_fault(fault)
                    return
                await self._look_again()
                self._state(f"“{here.name}” is deleted.", "$text-muted")

        question = f"Delete “{here.name}”? Its file is removed for good; sessions made with it stay."
        self.host.push_screen(AskScreen(question, [("y", "delete it", True)], "keep it"), answered)

    def action_leave(self) -> None:
        self.leave(None)

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))


def _key(each: ShelvedPreset) -> str:
    return f"{'own' if each.is_own else 'shipped'}/{each.name}"


def _card(key: str, each: ShelvedPreset, width: int) -> Card:
    title = each.name.ljust(min(width, _NAME_COLUMNS))
    if each.preset is None:
        n = len(each.faults)
        return Card(key, title, f"✗ {n} fault{'s' * (n != 1)}")
    return Card(key, title, f"{each.preset.minutes:>2g} min" + (" yours" if each.is_own else ""))
