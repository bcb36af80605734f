"""The cue under the figure: what to do, as a word and as a count in beats, with one stroke for each beat."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from entrain.breath.pattern import BreathPart
from entrain.tui.widgets.say import Say
from entrain.wording.screen import CueWords

_STYLES: Final = {
    BreathPart.INHALE: "bold $breath-in",
    BreathPart.HOLD_IN: "bold $breath-in",
    BreathPart.EXHALE: "bold $breath-out",
    BreathPart.HOLD_OUT: "bold $breath-out",
    None: "bold $text-muted",
}


class CueLine(Vertical):
    """Three lines: the word and the count, air, and the beats."""

    DEFAULT_CSS = """
    CueLine { height: 3; width: 1fr; }
    CueLine Say { text-align: center; }
    CueLine .beats { margin-top: 1; }
    """

    def compose(self) -> ComposeResult:
        yield Say(classes="words")
        yield Say(classes="beats")

    def show(self, words: CueWords) -> None:
        style = _STYLES[words.part]
        said, beats = self.query(Say)
        count = (("   ", ""), (words.count, "$text-muted")) if words.beats else ()
        said.say((words.text, style), *count)
        done, to_come = "━━ " * words.beat, "── " * (words.beats - words.beat)
        beats.say((done, style), (to_come.rstrip(), "$text-disabled"))
