"""What stands behind the rooms of the app: the shelf of presets, the doctor, the resonance assessment."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from entrain.app import assess_protocol, doctor, whose
from entrain.app.desk import Desk
from entrain.app.prepare import Choices
from entrain.errors import UsageError
from entrain.ports import (
    AssessmentChoice,
    AssessmentOutcome,
    Check,
    HeartChoice,
    OpenedSession,
    PresetProblem,
    Rooms,
    ShelvedPreset,
    SwingAt,
)
from entrain.presets import library as presets
from entrain.presets import own as own_presets
from entrain.presets.check import OWN_RESONANCE
from entrain.presets.own import Shelved
from entrain.presets.reader import PresetFault
from entrain.storage.places import own_presets_path
from entrain.wording import assessment as assess_words

if TYPE_CHECKING:
    from entrain.analysed.resonance_outcome import ResonanceOutcome

OWN_RATE_PRESET: Final = "own-resonance"
_FROM: Final = "resonance"  # the preset that it is made from
_ABOUT: Final = "# To the rate that `entrain assess` found for you, and some minutes there.\n"

SpecOf = Callable[[HeartChoice], str]
Open = Callable[[Choices], Awaitable[OpenedSession]]
Finish = Callable[[], int | None]
"""Finishes the log of the session that was opened last; its number in the store, or None: it is not there."""


def rooms(desk: Desk, spec_of: SpecOf, open_session: Open, finish: Finish) -> Rooms:
    """All rooms, with who sits here, and what they need of whoever opens sessions."""
    return Rooms(Shelf(desk), examine, Assessments(desk, spec_of, open_session, finish), desk)


class Shelf:
    """Satisfies `PresetShelf`: the presets as they are for who sits at the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def everything(self) -> Sequence[ShelvedPreset]:
        return [_shown(each) for each in own_presets.shelf(self._desk.person)]

    def check(self, name: str, text: str) -> ShelvedPreset:
        preset, faults = presets.checked_text(text, f"{name}.toml", name, self._desk.person)
        return ShelvedPreset(name, text, True, preset, _faults(faults))

    def name_for_copy(self, name: str) -> str:
        return own_presets.free_name(f"my-{name.removeprefix('my-')}")

    def copy(self, each: ShelvedPreset, own: str) -> None:
        if each.text is None:
            raise UsageError(f"{each.name} cannot be read, so it cannot be copied.")
        own_presets.make(own, each.text)

    def write(self, name: str, text: str) -> None:
        own_presets.write(name, text)

    def delete(self, name: str) -> None:
        own_presets.delete(name)

    def export(self, each: ShelvedPreset, to: str) -> str:
        return str(own_presets.export(each.name, each.text or "", Path(to)))

    def take_in(self, path: str) -> str:
        return own_presets.take_in(Path(path))


def _shown(each: Shelved) -> ShelvedPreset:
    return ShelvedPreset(each.name, each.text, each.is_own, each.preset, _faults(each.faults))


def _faults(faults: Sequence[PresetFault]) -> tuple[PresetProblem, ...]:
    return tuple(
        PresetProblem(fault.line, fault.key, f"{fault.problem}. {fault.suggestion}".rstrip())
        for fault in faults
    )


async def examine() -> AsyncIterator[Check]:
    """What `entrain doctor` finds, each when it is known."""
    for what in doctor.EXAMINED:
        yield Check(what, None, "looking …")
    async for finding in doctor.each():
        yield Check(finding.what, finding.ok, finding.found, finding.advice)


def _look(session: int) -> "ResonanceOutcome":
    # SciPy alone takes a second to load.
    from entrain.app.assess_recorded import look

    return look(str(session), keep=True)


class Assessments:
    """Satisfies `AssessmentPort`."""

    def __init__(self, desk: Desk, spec_of: SpecOf, open_session: Open, finish: Finish) -> None:
        self._desk = desk
        self._spec_of = spec_of
        self._open = open_session
        self._finish = finish

    def minutes(self, sliding: bool) -> float:
        return assess_protocol.minutes(slides=sliding)

    def before(self) -> str:
        known = whose.record_of(self._desk.person).resonance
        if known is None:
            return ""
        return f"{assess_words.last_time(known)} (confidence {known.confidence:.0%})."

    async def open(self, choice: AssessmentChoice) -> OpenedSession:
        choices = assess_protocol.choices_of(self._spec_of(choice.heart), slides=choice.sliding)
        return await self._open(replace(choices, person=choice.person))

    async def outcome(self) -> AssessmentOutcome:
        session = self._finish()
        if session is None:
            raise UsageError("The session was not recorded, so there is nothing to look at.")
        looked = await asyncio.to_thread(_look, session)
        found = looked.found
        return AssessmentOutcome(
            title=assess_words.title(looked),
            swings=tuple(SwingAt(each.pace_per_min, each.swing_bpm, each.error_bpm) for each in found.swings),
            curve=found.curve,
            resonance_per_min=found.resonance_per_min,
            table=tuple(assess_words.table(found)),
            verdict=tuple(assess_words.verdict(found)),
            compared=tuple(assess_words.compared(looked)),
        )

    def use(self) -> str:
        if whose.record_of(self._desk.person).resonance is None:
            raise UsageError("Your own rate is not known yet.", "An assessment with a clear peak tells it.")
        path = own_presets_path() / f"{OWN_RATE_PRESET}.toml"
        if not path.exists():
            own_presets.make(OWN_RATE_PRESET, own_rate_text(presets.load(_FROM).text))
        presets.load(OWN_RATE_PRESET, self._desk.person)  # or what is wrong with it
        return OWN_RATE_PRESET


def own_rate_text(text: str) -> str:
    """The preset's text with the person's own rate as its goal, and a name and a remark that say so."""
    body = re.sub(r"\A(#.*\n)+", _ABOUT, text)
    for setting, value in (
        ("title", '"At your own resonance"'),
        ("summary", '"Down to the rate that your assessment found, and then some minutes there."'),
        ("goal_per_min", f'"{OWN_RESONANCE}"'),
    ):
        body = re.sub(rf"(?m)^{setting} = .*$", f"{setting} = {value}", body)
    return body
