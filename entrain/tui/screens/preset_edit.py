"""A preset of one's own as text, with everything that is wrong said while one types.

Nothing that was written is lost: what is kept with faults in it is a draft, and however the screen ends
without an answer, the text is kept.
"""

from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import TextArea

from entrain.errors import EntrainError
from entrain.ports import PresetShelf, ShelvedPreset
from entrain.tui.screens.ask import AskScreen
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.help import HelpScreen
from entrain.tui.widgets.key_line import Key, KeyLine
from entrain.tui.widgets.preset_detail import PresetDetail
from entrain.tui.widgets.say import Say

CHECK_AFTER_S: Final = 0.15  # of not typing

_KEYS: Final = (
    Key("ctrl+s", "ctrl+s", "save", "save", "Keep the text. With faults in it, it is kept as a draft."),
    Key("f2", "f2", "next_fault", "next fault", "Go to the next line with a fault."),
    Key("escape", "escape", "back", "back", "Back to the presets; it asks what to do with changes."),
    Key("f1", "f1", "help", "help", "This list. The arrows, ctrl+z and ctrl+y do as they do elsewhere."),
)


class PresetEditScreen(EntrainScreen[None]):
    """An own preset as text, checked while one types."""

    CSS = """
    PresetEditScreen .heading { padding: 0 3; margin-top: 1; text-style: bold; color: $primary; }
    PresetEditScreen #writing { height: 1fr; margin-top: 1; layout: vertical; }
    PresetEditScreen TextArea { height: 1fr; border: none; padding: 0 1; background: $surface; }
    PresetEditScreen TextArea:focus { border: none; }
    PresetEditScreen TextArea .text-area--gutter { color: $text-disabled; }
    PresetEditScreen TextArea .text-area--cursor-gutter { color: $primary; background: $panel; }
    PresetEditScreen TextArea .text-area--cursor-line { background: $panel; }
    PresetEditScreen #said { height: auto; max-height: 8; margin-top: 1; padding: 0 3; }
    PresetEditScreen #said PresetDetail { height: auto; max-height: 7; }
    PresetEditScreen.-narrow #said CourseView, PresetEditScreen.-tiny #said CourseView { height: 0; }
    PresetEditScreen.-flat #said { height: 3; }
    PresetEditScreen KeyLine { padding: 0 3; }
    PresetEditScreen.-tall KeyLine { margin: 1 0; }
    PresetEditScreen.-wide #writing { layout: horizontal; }
    PresetEditScreen.-wide #said { width: 50; height: 1fr; max-height: 100%; margin: 0; padding: 0 3; }
    PresetEditScreen.-wide #said PresetDetail { height: 1fr; max-height: 100%; }
    PresetEditScreen.-wide .verdict { margin-bottom: 1; }
    PresetEditScreen.-wide.-tall #said CourseView { height: 18; margin-top: 1; }
    PresetEditScreen.-wide.-low #said CourseView { height: 10; margin-top: 1; }
    """
    KEYS = _KEYS
    BINDINGS = [  # noqa: RUF012  Textual's own type
        Binding(key.keys, key.action, key.label, show=False, priority=True) for key in _KEYS
    ]

    def __init__(self, shelf: PresetShelf, shelved: ShelvedPreset) -> None:
        super().__init__()
        self._shelf = shelf
        self._name = shelved.name
        self._kept = shelved.text or ""
        self._checked = shelved
        self._area = TextArea(self._kept, soft_wrap=True, show_line_numbers=True, tab_behavior="indent")
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Say(classes="heading")
        with Horizontal(id="writing"):
            yield self._area
            with Vertical(id="said"):
                yield Say(classes="verdict")
                yield PresetDetail(brief=True)
        yield KeyLine(*_KEYS, always=2)

    def on_mount(self) -> None:
        self._area.focus()
        self._check()

    def on_unmount(self) -> None:
        if not self.left:  # the app ends: nobody was asked
            self._keep()

    @property
    def text(self) -> str:
        return self._area.text

    @property
    def _is_changed(self) -> bool:
        return self.text != self._kept

    # ---- while one types ------------------------------------------------------------------------------

    def on_text_area_changed(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(CHECK_AFTER_S, self._check)
        self._head()

    def _check(self) -> None:
        self._checked = self._shelf.check(self._name, self.text)
        faults = self._checked.faults
        n = len(faults)
        said = self.query_one(".verdict", Say)
        if n:
            said.say((f"✗ {n} thing{'s are' if n > 1 else ' is'} wrong", "bold $warning"))
        else:
            said.say(("✓ Nothing wrong", "bold $success"))
        self.query_one(PresetDetail).show(self._checked)
        self._head()

    def _head(self) -> None:
        draft = "kept as a draft; mended, it comes to the home screen"
        kept = draft if self._checked.faults else "kept, and on the home screen"
        state = "changed" if self._is_changed else kept
        self.query_one(".heading", Say).say(f"{self._name}.toml", (f"   {state}", "not bold $text-muted"))

    # ---- keys -----------------------------------------------------------------------------------------

    def action_save(self) -> None:
        self._check()
        self._keep()
        self._head()

    def _keep(self) -> bool:
        """Keep the text, if it is not kept yet; False where that did not work."""
        text = self.text
        if text == self._kept:
            return True
        try:
            self._shelf.write(self._name, text)
        except EntrainError as fault:
            said = f"{fault.message} {fault.advice}".strip()
            self.notify(f"{said} The text is still here.", severity="error", markup=False)
            return False
        self._kept = text
        return True

    def action_next_fault(self) -> None:
        area = self._area
        lines = sorted({fault.line for fault in self._checked.faults})
        if lines:
            here = area.cursor_location[0] + 1
            line = next((line for line in lines if line > here), lines[0])
            area.move_cursor((min(line, area.document.line_count) - 1, 0), center=True)

    def action_back(self) -> None:
        if not self._is_changed:
            self.leave(None)
            return

        def answered(keep: bool | None) -> None:
            if keep is False or (keep and self._keep()):
                self.leave(None)

        answers = [("k", "keep them", True), ("d", "drop them", False)]
        self.host.push_screen(AskScreen("Keep your changes?", answers, "go on writing"), answered)

    def action_copy(self) -> None:
        """What ctrl+c does in a text."""
        self._area.action_copy()

    def action_help(self) -> None:
        self.host.push_screen(HelpScreen(_KEYS))
