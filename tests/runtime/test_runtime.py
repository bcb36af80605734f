"""The loop: the same decisions at any speed, live events in their place, a clean end whatever happens."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from entrain.control.events import (
    CommandGiven,
    Decided,
    Effect,
    Ended,
    Event,
    LogChanged,
    Mark,
    PhaseBegan,
    Rate,
    SetVoice,
    SoundChanged,
    Stop,
    Tick,
    VoiceChanged,
)
from entrain.control.protocol import PhaseTimes, Preset, SessionConfig
from entrain.devices.audio.none import NoSound
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.errors import StoreError
from entrain.remark import Remark, Topic
from entrain.runtime import OnLogFault, Session
from entrain.storage.log import codec
from entrain.wording import remarks

PRESET = Preset("test", "Test", "", minutes=4, phases=PhaseTimes(30, 20, 30))


class Kept:
    """A recorder that keeps everything in memory."""

    session_id = 7

    def __init__(self) -> None:
        self.records: list[tuple[Event, tuple[Effect, ...]]] = []

    def append(self, event: Event, effects: tuple[Effect, ...]) -> None:
        self.records.append((event, effects))

    def effects(self, *kinds: type) -> list[Effect]:
        return [e for _, effects in self.records for e in effects if isinstance(e, kinds)]


def session(speed: float, kept: Kept, seed: int = 3) -> Session:
    heart = SimulatedHeart(Person.draw(seed), "sim")
    return Session(
        SessionConfig(PRESET, ("sim",)), NoSound(), virtual=[heart], begin_log=lambda *_: kept, speed=speed
    )


def told(effects: Sequence[Effect]) -> list[str]:
    return [codec.encode(effect) for effect in effects]


async def test_any_speed_gives_the_same_decisions() -> None:
    runs = []
    for speed in (300.0, 2_000.0, 1e7):
        kept = Kept()
        await session(speed, kept).run()
        runs.append(told(kept.effects(Decided, PhaseBegan, Ended)))
    assert len(runs[0]) >= 10
    assert runs[0] == runs[1] == runs[2]


async def test_ticks_are_on_the_grid_and_events_in_order() -> None:
    kept = Kept()
    await session(1e5, kept).run()
    ticks = [event.t_s for event, _ in kept.records if isinstance(event, Tick)]
    assert ticks == [float(n) for n in range(1, len(ticks) + 1)]


async def test_a_command_takes_effect_at_once_and_stop_ends() -> None:
    kept = Kept()
    running = session(20.0, kept)
    task = asyncio.create_task(running.run())
    await asyncio.sleep(0.2)
    running.send(Mark("here"))
    await asyncio.sleep(0.1)
    assert running.view().n_markers == 1
    running.send(Stop())
    summary = await asyncio.wait_for(task, 2)
    assert not summary.completed
    assert running.summary() == summary
    assert summary.session_id == 7


async def test_before_the_start_and_after_the_end_a_rating_is_kept() -> None:
    kept = Kept()
    running = session(1e5, kept)
    assert running.summary() is None
    running.send(Rate(6, "before"))
    await running.run()
    running.send(Rate(2, "after"))
    summary = running.summary()
    assert summary is not None
    assert (summary.rating_before, summary.rating_after) == (6, 2)
    given = [event for event, _ in kept.records if isinstance(event, CommandGiven)]
    assert given[0].t_s == 0.0


async def test_cancelling_stops_the_session_first() -> None:
    kept = Kept()
    task = asyncio.create_task(session(5.0, kept).run())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(kept.effects(Ended)) == 1


async def test_the_logs_trouble_reaches_view_and_log() -> None:
    kept, told_of = Kept(), []

    def begin(origin_s: float, on_fault: OnLogFault) -> Kept:
        told_of.append(on_fault)
        return kept

    heart = SimulatedHeart(Person.draw(1), "sim")
    running = Session(
        SessionConfig(PRESET, ("sim",)), NoSound(), virtual=[heart], begin_log=begin, speed=10.0
    )
    task = asyncio.create_task(running.run())
    await asyncio.sleep(0.1)
    await asyncio.to_thread(told_of[0], StoreError("Full.", "Make room.", Topic.LOG_FULL, path="x.db"))
    await asyncio.sleep(0.3)
    assert running.view().log_fault == Remark.of(Topic.LOG_FULL, path="x.db")
    await asyncio.to_thread(told_of[0], None)
    await asyncio.sleep(0.3)
    assert running.view().log_fault is None
    running.send(Stop())
    await task
    assert [remarks.told(e.remark) for e, _ in kept.records if isinstance(e, LogChanged)] == [
        "The disk is full: the session store x.db cannot grow.",
        "",
    ]
    assert any(isinstance(e, SoundChanged) for e, _ in kept.records)


async def test_another_voice_reaches_the_sound_and_the_log() -> None:
    asked: list[str] = []

    class Sounding(NoSound):
        def hush(self) -> None:
            pass

        def set_voice(self, voice: str) -> None:
            asked.append(voice)

    kept = Kept()
    running = Session(
        SessionConfig(replace(PRESET, needs_heart=False), ()),
        Sounding(),
        begin_log=lambda *_: kept,
        speed=2_000.0,
    )
    running.send(SetVoice("rain"))
    await running.run()
    assert asked == ["rain"]
    assert [effect.voice for effect in kept.effects(VoiceChanged)] == ["rain"]
