"""The runtime: sources -> reduce -> sinks, on one asyncio loop.

Virtual hearts (simulated, replayed) are asked for the events of the coming tick and those are dealt out in
order of time; live hearts, the sound and the person put theirs into a queue. Whatever the speed, the reducer
sees the same stamps in the same order from virtual hearts, so it decides the same.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from entrain.control.events import (
    BeatSeen,
    Command,
    CommandGiven,
    Effect,
    Ended,
    Event,
    LogChanged,
    Phase,
    ScoreChanged,
    StepAway,
    Stop,
    Tick,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary, view
from entrain.control.state import TICK_S, SessionState
from entrain.control.view import Sample, SessionView, Summary
from entrain.devices.ports import LiveHeart, SoundOutput, VirtualHeart
from entrain.errors import EntrainError
from entrain.heart import wave
from entrain.remark import of_store
from entrain.score import Level, Presence, Score
from entrain.system.ticking import monotonic_s
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import UNHEARD

OPENS_S: Final = 0.5  # of the session: something is heard from here on …
OPENING_S: Final = 3.0  # … and is there after so long
NEVER_S: Final = 1e7
_ANY_BPM: Final = 60.0  # of beats that never come
TREND_S: Final = 600  # that every picture carries; who wants more keeps it (`tui.trail`)
Observer = Callable[[Event, tuple[Effect, ...]], None]


class Recorder(Protocol):
    """The session log, as far as the runtime knows it. `append` never blocks."""

    @property
    def session_id(self) -> int | None:
        """The number in the store; None until it is known."""
        ...

    def append(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """Keep one record; never blocks."""
        ...


OnLogFault = Callable[[EntrainError | None], None]
"""Told, on whatever thread, of what keeps the log from the disk, or None when all is well again."""

BeginLog = Callable[[float, OnLogFault], Recorder]
"""Begins the log of a session whose `t_s` = 0 is at the given `monotonic_s()`."""


class SessionClock:
    """Session seconds: real time since the start, times the speed."""

    def __init__(self, speed: float = 1.0) -> None:
        self.origin_s = monotonic_s()
        self.speed = speed

    def now_s(self) -> float:
        return (monotonic_s() - self.origin_s) * self.speed


class Inbox:
    """Events of live sources in order of their stamps. Everything happens on one loop; `put` never blocks."""

    def __init__(self) -> None:
        self._events: list[tuple[float, int, Event]] = []
        self._count = 0
        self._arrived = asyncio.Event()

    def put(self, event: Event) -> None:
        """Take in an event, in its place in time."""
        self._count += 1
        heapq.heappush(self._events, (event.t_s, self._count, event))
        self._arrived.set()

    def up_to(self, t_s: float) -> Iterator[Event]:
        """Take out what is stamped up to `t_s`."""
        self._arrived.clear()
        while self._events and self._events[0][0] <= t_s:
            yield heapq.heappop(self._events)[2]

    async def wait(self, timeout_s: float) -> None:
        """Until something new has come, or the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), timeout_s)


def opening(config: SessionConfig) -> Presence | None:
    """How present the sound is while somebody rests; None where nothing is to be heard before the beat."""
    rule, preset = config.preset.sound, config.preset
    rests = bool(config.straps) and preset.phases.baseline_s > 0.0 and not config.stages
    if not rests or not rule.rest or rule.music or preset.tempo.policy in UNHEARD:
        return None
    return Presence().changed(OPENS_S, rule.rest, OPENING_S)


def opened_by(opening: Presence | None, score: Score) -> Score:
    """The score with what is heard before it: its own presence takes over from there."""
    if opening is None or not score.presence.levels:
        return score
    first_s, begins_s = score.presence.levels[0].start_s, score.tempo.start_s
    # Where the beat comes later than the guidance, what was there before makes room for it.
    between = (Level(begins_s, 0.0, OPENING_S),) if first_s > begins_s + OPENING_S else ()
    return replace(score, presence=Presence((*opening.levels, *between, *score.presence.levels)))


class Session:
    """One session from first event to end. Front ends pull `view` and push commands through `send`."""

    def __init__(
        self,
        config: SessionConfig,
        sound: SoundOutput,
        live: Sequence[LiveHeart] = (),
        virtual: Sequence[VirtualHeart] = (),
        begin_log: BeginLog | None = None,
        speed: float = 1.0,
    ) -> None:
        self.observers: list[Observer] = []
        self.straps = config.straps
        self._state: SessionState = start(config)
        self._live = tuple(live)
        self._virtual = tuple(virtual)
        self._sound = sound
        self._begin_log = begin_log
        self._recorder: Recorder | None = None
        self._running = False
        self._clock = SessionClock(speed)
        self._inbox = Inbox()
        self._trend: deque[Sample] = deque(maxlen=TREND_S)
        self._wave: deque[wave.WavePoint] = deque(maxlen=wave.KEPT)
        self._closing: asyncio.Task[None] | None = None
        self._opening: Presence | None = None  # how present the sound is before there is a score

    @property
    def ended(self) -> bool:
        """Has it come to its end?"""
        return self._state.phase is Phase.ENDED

    @property
    def clock(self) -> SessionClock:
        """The session's clock."""
        return self._clock

    def view(self) -> SessionView:
        """The picture of this moment. Cheap enough for every frame."""
        now_s = self._state.t_s if self.ended else self._clock.now_s()
        return view(self._state, now_s, tuple(self._trend), tuple(self._wave))

    def summary(self) -> Summary | None:
        """The session in figures; None until it has ended."""
        if not self.ended:
            return None
        return summary(self._state, None if self._recorder is None else self._recorder.session_id)

    def send(self, command: Command, author: str = "person") -> None:
        """Hand a command over: before the start it counts as given at the start, after the end at once."""
        if self.ended:
            self._feed(CommandGiven(self._state.t_s, command, author))
        else:
            t_s = self._clock.now_s() if self._running else 0.0
            self._inbox.put(CommandGiven(t_s, command, author))

    async def run(self) -> Summary:
        """Drive the session to its end. Cancelling it stops the session first."""
        self._start()
        self._sound.set_volume(self._state.volume, self._state.muted)
        self._open()
        async with asyncio.TaskGroup() as group:
            hearts = [group.create_task(heart.run(self._inbox.put, self._clock)) for heart in self._live]
            sound = group.create_task(self._sound.run(self._inbox.put, self._clock))
            try:
                await self._loop()
            except asyncio.CancelledError:
                self._feed(CommandGiven(self._clock.now_s(), Stop(), "interrupt"))
                raise
            finally:
                # Straps first: they need not wait for the sound that is still in its buffer.
                for heart in hearts:
                    heart.cancel()
                await self._close_sound()
                sound.cancel()
        return summary(self._state, None if self._recorder is None else self._recorder.session_id)

    def _start(self) -> None:
        self._clock.origin_s = monotonic_s()
        self._running = True
        if self._begin_log is None:
            return
        loop = asyncio.get_running_loop()

        def on_fault(fault: EntrainError | None) -> None:
            t_s = self._clock.now_s()
            event = LogChanged(t_s, None if fault is None else of_store(fault))
            # Told from the writer's thread, possibly when the session and its loop are over.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._inbox.put, event)

        self._recorder = self._begin_log(self._clock.origin_s, on_fault)

    async def _loop(self) -> None:
        tick = 0
        while not self.ended:
            tick += 1
            due = self._due(tick * TICK_S)
            for event in due:
                await self._live_until(event.t_s)
                if self.ended:
                    break
                self._feed(event)

    def _due(self, until_s: float) -> list[Event]:
        """What virtual hearts do up to the next tick, and that tick, in order of time."""
        score = self._state.score
        streams = [heart.until(until_s, score) for heart in self._virtual]
        merged: list[Event] = list(heapq.merge(*streams, key=lambda event: event.t_s))
        return [*merged, Tick(until_s)]

    async def _live_until(self, t_s: float) -> None:
        """Let real time come to `t_s`, feeding what live sources stamped up to then.

        What they stamped later waits its turn: at a high speed it would carry the session's time away from
        the virtual hearts, and the decisions with it.
        """
        while not self.ended:
            for event in self._inbox.up_to(t_s):
                self._feed(event)
            wait_s = (t_s - self._clock.now_s()) / self._clock.speed
            if wait_s <= 0.0:
                # Behind or in time: still let the other tasks have their turn.
                await asyncio.sleep(0)
                return
            await self._inbox.wait(wait_s)

    def _feed(self, event: Event) -> None:
        self._state, effects = reduce(self._state, event)
        if self._recorder is not None:
            self._recorder.append(event, effects)
        if isinstance(event, Tick):
            self._sample(event.t_s)
            self._sound.advance(event.t_s)
        for effect in effects:
            match effect:
                case ScoreChanged(score=score):
                    self._sound.play(opened_by(self._opening, score))
                case VolumeChanged(volume=volume, muted=muted):
                    self._sound.set_volume(volume, muted)
                case VoiceChanged(voice=voice):
                    self._sound.set_voice(voice)
                case BeatSeen(beat=beat) if beat.strap == self.straps[0]:
                    self._wave.append(wave.point_of(beat))
                case Ended(fade_s=fade_s):
                    self._closing = asyncio.ensure_future(self._sound.close(fade_s))
                case _:
                    pass
        if isinstance(event, CommandGiven) and isinstance(event.command, StepAway) and effects:
            self._sound.hush()
        for observer in self.observers:
            observer(event, effects)

    def _open(self) -> None:
        """Something soft is heard from the first seconds on, until the beat is there. It holds no beat."""
        self._opening = opening(self._state.config)
        if self._opening is not None:
            self._sound.play(Score(TempoPlan.steady(NEVER_S, _ANY_BPM), None, self._opening))

    def _sample(self, t_s: float) -> None:
        now = view(self._state, t_s)
        self._trend.append(Sample(t_s, now.heart.bpm, now.tempo_bpm, now.breath_per_min))

    async def _close_sound(self) -> None:
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._sound.close(0.5))
        await self._closing
