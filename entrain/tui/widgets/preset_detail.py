"""One preset explained: what it is for, what it does, its course, or everything that is wrong with it."""

import asyncio
from functools import partial

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from entrain.control.protocol import Preset
from entrain.ports import PresetProblem, ShelvedPreset
from entrain.tui.widgets.course import CourseView
from entrain.tui.widgets.say import Part, Say
from entrain.whatif.forecast import Forecast, forecast
from entrain.wording import preset as preset_words


class PresetDetail(VerticalScroll, can_focus=False):
    """`brief` leaves out what the text of the preset says by itself."""

    DEFAULT_CSS = """
    PresetDetail { width: 1fr; height: 1fr; }
    PresetDetail Say { height: auto; }
    PresetDetail .title { text-style: bold; }
    PresetDetail .summary { color: $text-muted; }
    PresetDetail .lines, PresetDetail .faults { margin-top: 1; }
    PresetDetail CourseView { margin-top: 1; height: 10; }
    PresetDetail.-brief .lines, PresetDetail.-brief .faults, PresetDetail.-brief CourseView { margin-top: 0; }
    """

    def __init__(self, *, brief: bool = False) -> None:
        super().__init__(classes="-brief" if brief else "")
        self._brief = brief
        self._shown: ShelvedPreset | None = None
        self.planned: Preset | None = None  # whose course is drawn

    def compose(self) -> ComposeResult:
        if not self._brief:
            yield Say(classes="title")
            yield Say(classes="summary")
        yield Say(classes="faults")
        yield Say(classes="lines")
        yield CourseView()

    def show(self, shelved: ShelvedPreset) -> None:
        """Explain a preset. Its course is worked out beside, and drawn when it is there."""
        self._shown = shelved
        preset = shelved.preset
        if not self._brief:
            self._say("title", (preset.title if preset else shelved.name,))
            draft = "A draft of yours: it is not on the home screen until this is mended."
            self._say("summary", (preset.summary if preset else draft,))
        self._say("faults", fault_parts(shelved.faults))
        if preset is None:
            self.planned = None
            self._say("lines", ())
            self.query_one(CourseView).show(None)
        elif preset != self.planned:
            self.run_worker(partial(self._plan, preset), exclusive=True, exit_on_error=False)
        self.query_one(CourseView).display = preset is not None

    async def _plan(self, preset: Preset) -> None:
        plan = await asyncio.to_thread(forecast, preset)
        if self.is_attached and self._shown is not None and self._shown.preset == preset:
            self.planned = preset
            self._say("lines", _line_parts(preset, plan))
            self.query_one(CourseView).show(plan)

    def _say(self, name: str, parts: tuple[Part, ...]) -> None:
        say = self.query_one(f".{name}", Say)
        say.say(*parts)
        say.display = bool(say.text)


def _line_parts(preset: Preset, plan: Forecast) -> tuple[Part, ...]:
    parts: list[Part] = []
    for what, text in preset_words.lines(preset, plan):
        parts += ["\n" if parts else "", (f"{what:<8}", "$text-muted"), text]
    return tuple(parts)


def fault_parts(faults: tuple[PresetProblem, ...]) -> tuple[Part, ...]:
    """Each fault with its line, as `entrain presets check` words them."""
    parts: list[Part] = []
    for fault in faults:
        where = f"{fault.file}, line {fault.line}  " if fault.file else f"line {fault.line:<4}"
        parts += ["\n" if parts else "", (where, "bold $warning")]
        parts += [(f"{fault.field} ", "bold") if fault.field else "", fault.text]
    return tuple(parts)
