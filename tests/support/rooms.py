"""The rooms of the app without a disk, a radio or a heart: all as given."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from entrain.clock import Clock
from entrain.control.view import StageView
from entrain.drawing.shapes import FIGURES
from entrain.errors import StoreError, UsageError
from entrain.person.desk_settings import KeyNames, checked_settings
from entrain.ports import (
    AssessmentChoice,
    AssessmentOutcome,
    Check,
    KeptSettings,
    OpenedSession,
    PresetProblem,
    ProgrammeToday,
    Rooms,
    ShelvedPreset,
    Sitter,
    SwingAt,
)
from entrain.presets.check import checked
from entrain.toml_lines import with_setting
from tests.support.scripted import EVENING, Script, ScriptedPort

DRAFT = """\
# Slower and longer, for the evening.
title = "My evening"
summary = "Down to six breaths a minute, with rain."
minutes = 90

[tempo]
policy = "glid"

[breath]
goal_per_min = 3
"""


DESK = """\
# Ten minutes at the desk: the preset that runs when none is chosen.
# What you leave out keeps the value written here. Lines that begin with # are remarks.

title = "Ten minutes at the desk"
summary = "A soft beat a little below your pulse, and a breath that slowly lengthens with it."

minutes = 10        # the whole session, silence included; 1 to 60
needs_heart = true  # true: it waits for a pulse. false: it also begins without one

# How long each part lasts, in seconds. What is left of the session is for leading.
[phases]
baseline_s = 60     # silence, free breathing: your resting pulse
match_s = 60        # the beat meets your pulse and stays there
silence_s = 120     # the sound fades and you stay as you are

# Where the beat goes.
[tempo]
policy = "glide"
start_fraction = -0.05  # the beat begins this far below the pulse

# The breath to follow. It is always a whole number of beats, so it slows as the beat does.
[breath]
goal_per_min = 7        # where it ends
ratio = [4, 0, 6, 0]    # in, hold, out, hold
"""


def _text(title: str, summary: str, minutes: int, more: str = "") -> str:
    return f'title = "{title}"\nsummary = "{summary}"\nminutes = {minutes}\n{more}'


# Texts of the test's own: a remark that changes in a shipped preset is no reason for new pictures.
SHIPPED = {
    "desk": DESK,
    "first": _text("The first days", "For someone new to slow breathing.", 8, "breath.goal_per_min = 9\n"),
    "quiet": _text(
        "Three quiet minutes",
        "A short pause.",
        3,
        "phases = { baseline_s = 60, match_s = 20, silence_s = 30 }\n",
    ),
    "resonance": _text("Resonance breathing, 6 a minute", "Down to six breaths a minute.", 15),
    "sleep": _text("Wind down for sleep", "Slower and softer, with a long breath out.", 20),
    "fixed": _text(
        "Research: fixed tempo",
        "One tempo for the whole session, without a breath to follow.",
        15,
        'breath.guided = false\ntempo.policy = "fixed"\nsound.voice = "metronome"\n',
    ),
}


@dataclass
class ScriptedShelf:
    """Satisfies `PresetShelf`. `own` is the person's texts by name."""

    own: dict[str, str] = field(default_factory=dict[str, str])
    full: bool = False  # nothing more can be written

    def everything(self) -> Sequence[ShelvedPreset]:
        there = [self._read(name, text, is_own=False) for name, text in SHIPPED.items()]
        return [*there, *(self._read(name, text, is_own=True) for name, text in self.own.items())]

    def _read(self, name: str, text: str, *, is_own: bool) -> ShelvedPreset:
        preset, faults = checked(text, f"{name}.toml", name)
        said = tuple(PresetProblem(f.line, f.key, f"{f.problem}. {f.suggestion}".rstrip()) for f in faults)
        return ShelvedPreset(name, text, is_own, preset, said)

    def check(self, name: str, text: str) -> ShelvedPreset:
        return self._read(name, text, is_own=True)

    def name_for_copy(self, name: str) -> str:
        return f"my-{name}"

    def copy(self, each: ShelvedPreset, own: str) -> None:
        if not own.replace("-", "").isalnum() or own in self.own:
            raise UsageError(f'"{own}" cannot be the name.', "Choose another one.")
        self.write(own, each.text or "")

    def write(self, name: str, text: str) -> None:
        if self.full:
            raise StoreError("The disk is full.", "Make room.")
        self.own[name] = text

    def delete(self, name: str) -> None:
        del self.own[name]

    def export(self, each: ShelvedPreset, to: str) -> str:
        if to.endswith("taken.toml"):
            raise UsageError(f"{to} exists already; nothing is overwritten.", "Choose another name.")
        return f"/home/you/{to}"

    def take_in(self, path: str) -> str:
        if "there" not in path:
            raise UsageError(f"{path} cannot be read.", "Name another file.")
        self.own["taken-in"] = self.everything()[0].text or ""
        return "taken-in"


SETTINGS = """\
theme = "dark"
volume = 0.45
figur = "wave"

[keys]
ease_off = "o"
"""


@dataclass
class ScriptedSettings:
    """Satisfies `SettingsPort`: one text for everybody."""

    text: str = ""

    def now(self, person: str, key_names: KeyNames) -> KeptSettings:
        settings, faults = checked_settings(
            self.text, "settings.toml", themes=(), figures=FIGURES, key_names=key_names
        )
        said = tuple(
            PresetProblem(f.line, f.key, f"{f.problem}. {f.suggestion}".rstrip(), f.file) for f in faults
        )
        return KeptSettings(settings, (), said, "/home/you/.local/share/entrain/settings.toml")

    def keep(self, person: str, name: str, value: str | float | bool | None) -> None:
        self.text = with_setting(self.text, name, value)


CHECKS = (
    Check("Bluetooth", True, "Bluetooth is on and can look for straps."),
    Check(
        "sound",
        False,
        "There is no device that can play sound.",
        "Switch on headphones or a loudspeaker and it starts by itself.",
    ),
    Check("terminal", True, "120×40, truecolor."),
    Check("settings", True, "All as they come."),
    Check("storage", True, "12 sessions, 4.1 MB, in /home/you/.local/share/entrain/sessions.db."),
)


async def examine() -> AsyncIterator[Check]:
    for check in CHECKS:
        yield Check(check.what, None, "looking …")
    for check in CHECKS:
        await asyncio.sleep(0)
        yield check


TABLE = (
    "breaths/min  in phase  peak to trough  LF power  LF peak  smooth  LF peaks",
    "               0 to 1             bpm       ms²   ms²/Hz  0 to 1",
    "       6.50      0.97             8.4      1530    41200    0.91         1",
    "       6.00      0.98            10.9      2320    63900    0.93         1",
    "       5.50      0.99            12.6      3010    81400    0.95         1",
    "       5.00      0.98            11.0      2470    66100    0.92         2",
    "       4.50      0.96             8.9      1720    45300    0.90         2",
)
CLEAR = AssessmentOutcome(
    title="Resonance assessment, session 12, 2026-11-22",
    swings=(
        SwingAt(4.5, 8.1, 0.5),
        SwingAt(5.0, 10.2, 0.4),
        SwingAt(5.5, 11.9, 0.4),
        SwingAt(6.0, 10.4, 0.5),
        SwingAt(6.5, 7.8, 0.6),
    ),
    curve=tuple((4.5 + k * 0.05, 11.6 - 3.8 * (4.5 + k * 0.05 - 5.48) ** 2) for k in range(41)),
    resonance_per_min=5.48,
    table=TABLE,
    verdict=(
        "Your pulse swings most near 5.48 breaths a minute (confidence 94 %).",
        "It moves with time: on retest it differed in two of three people. Ask again in some weeks.",
    ),
    compared=("Last time, 2026-09-30, it was 5.61 a minute: the same within what can be measured.",),
)
UNCLEAR = AssessmentOutcome(
    title="Resonance assessment, session 13, 2026-11-22",
    swings=(
        SwingAt(4.5, 9.4, 1.1),
        SwingAt(5.0, 8.6, 1.3),
        SwingAt(5.5, 9.1, 1.0),
        SwingAt(6.0, 7.9, 1.2),
        SwingAt(6.5, 7.2, 0.9),
    ),
    curve=tuple((4.5 + k * 0.05, 9.2 - 0.5 * k * 0.05 - 0.25 * (k * 0.05) ** 2) for k in range(41)),
    resonance_per_min=None,
    table=TABLE,
    verdict=(
        "No clear peak (confidence 41 %): no rate stands out from the ones beside it.",
        "That is common and nothing is wrong with it. Breathe at 5.0 a minute, or anywhere from 4.5 to 5.6:",
        "there your pulse swings at least nine tenths as far as at the best rate (chance 97 %).",
    ),
    compared=("Last time, 2026-09-30, it was 5.61 a minute; that one stays kept.",),
)
STEP = StageView(2, 5, 5.5, None, False, 71.0)


_ASSESSMENT = Script(
    begins_at_s=302.1, stage=STEP, preset=replace(EVENING, name="assess", title="Resonance assessment")
)


@dataclass
class ScriptedAssessment:
    """Satisfies `AssessmentPort`. `chosen` holds what was asked for."""

    clock: Clock
    said: AssessmentOutcome | Exception = CLEAR
    chosen: list[AssessmentChoice] = field(default_factory=list[AssessmentChoice])
    on_use: Callable[[], str] = lambda: "own-resonance"

    def minutes(self, sliding: bool) -> float:
        return 17.0 if sliding else 14.0

    def before(self) -> str:
        return "Last time, 2026-09-30, it was 5.61 a minute (confidence 88 %)."

    async def open(self, choice: AssessmentChoice) -> OpenedSession:
        self.chosen.append(choice)
        return OpenedSession(ScriptedPort(self.clock, _ASSESSMENT))

    async def outcome(self) -> AssessmentOutcome:
        await asyncio.sleep(0)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    def use(self) -> str:
        return self.on_use()


ON_A_PROGRAMME = ProgrammeToday(
    "Six weeks to a slower breath",
    "Week 2 of 6 · 18 of 30 minutes · next: to 8 a minute",
    replace(EVENING, name="slower-breath.eight", title="To eight breaths a minute", minutes=10.0),
)


@dataclass
class ScriptedDesk:
    """Satisfies `DeskPort`: P07, in the second week of a programme."""

    programme: ProgrammeToday | None = ON_A_PROGRAMME

    def sitter(self) -> Sitter:
        return Sitter("P07", has_read_notice=True, programme=self.programme)

    def sit_down(self, person: str) -> Sitter:
        return replace(self.sitter(), person=person)

    def named_outside(self) -> str | None:
        return None

    def read_notice(self) -> None:
        """It was read."""


def rooms(clock: Clock, said: AssessmentOutcome | Exception = CLEAR, **own: str) -> Rooms:
    """All rooms, with the person's own presets on the shelf."""
    shelf = ScriptedShelf({name.replace("_", "-"): text for name, text in own.items()})

    def use() -> str:
        shelf.write("own-resonance", _text("At your own resonance", "To the rate that was found.", 15))
        return "own-resonance"

    return Rooms(shelf, examine, ScriptedAssessment(clock, said, on_use=use))
