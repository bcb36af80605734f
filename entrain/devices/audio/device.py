"""Sound from a device, as a session sees it: a child process that is fed, watched and started again."""

import asyncio
import logging
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, repeat
from os import environ, pathsep
from pathlib import Path
from typing import Final, TypeVar

import entrain
from entrain.clock import Clock
from entrain.control.events import OnsetPlayed, Sound, SoundChanged
from entrain.devices.audio import messages as msg
from entrain.devices.audio import remarks
from entrain.devices.audio.turn import Turn
from entrain.devices.ports import Emit
from entrain.remark import Remark
from entrain.score import Score
from entrain.synth import voices
from entrain.synth.layers import Layers
from entrain.synth.volume import gain_of
from entrain.system.processes import apart_from_the_terminal
from entrain.system.ticking import monotonic_s

_LOG: Final = logging.getLogger(__name__)
HEARTBEAT_S: Final = 1.2  # silence from a running engine that makes one suspicious …
SECOND_LOOK_S: Final = 0.8  # … and how much more of it is taken for its death
OPENING_S: Final = 15.0  # a machine with many devices may take long to look through them
RETRY_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SAME_DEVICE_S: Final = 5.0  # how long a lost device is waited for before another one will do
CLOSING_S: Final = 2.0  # beyond the fade
_MOST_AT_ONCE: Final = 1 << 16  # bytes


T = TypeVar("T")


class DeviceSound:
    """A `SoundOutput` that plays through the sound engine, a process of its own.

    Losing the device, or the engine, is an event; the session goes on in silence until it is back. Call
    `close` before cancelling `run`: a cancelled run lets go at once, without the fade.
    """

    def __init__(
        self,
        voice: str,
        beat: float = 1.0,
        breath: float = 1.0,
        volume: float = 1.0,
        device: str | None = None,
        layers: Layers = Layers(),
    ) -> None:
        """`device` is part of a device's name, None the best there is. Raises UsageError: no such voice."""
        voices.check(voice)
        layers.check()
        self._begin = msg.Begin(0.0, device, voice, beat, breath, gain_of(volume), layers)
        self._score: Score | None = None
        self._engine: Process | None = None
        self._closing = asyncio.Event()
        self._said = SoundChanged(0.0, Sound.OFF)
        self._playing_on = ""
        self._lost_s: float | None = None  # when sound was last known to play, while it does not
        self._heard_s = 0.0
        self._turn = Turn()

    @property
    def engine_pid(self) -> int | None:
        """The engine's process, while there is one."""
        return None if self._engine is None else self._engine.pid

    # ---- what the session asks for ----

    def play(self, score: Score) -> None:
        self._score = score
        self._send(msg.Play(score))

    def set_volume(self, volume: float, muted: bool) -> None:
        gain = 0.0 if muted else gain_of(volume)
        if gain != self._begin.gain:
            self._begin = replace(self._begin, gain=gain)
            self._send(msg.SetGain(gain))

    def hush(self) -> None:
        self._send(msg.Hush())

    def set_voice(self, voice: str) -> None:
        voices.check(voice)
        if voice != self._begin.voice:
            self._begin = replace(self._begin, voice=voice)
            self._send(msg.ChangeVoice(voice))

    def advance(self, t_s: float) -> None:
        pass  # real time advances by itself

    async def close(self, fade_s: float) -> None:
        self._closing.set()
        engine = self._engine
        if engine is not None:
            self._send(msg.Fade(fade_s))
            await _first_of(engine.wait(), fade_s + CLOSING_S)
            await _ended(engine, 0.0)

    # ---- one engine after the other ----

    async def run(self, emit: Emit, clock: Clock) -> None:
        self._begin = replace(self._begin, origin_s=monotonic_s() - clock.now_s())
        self._emit, self._clock = emit, clock
        retries = _retries()
        is_alone, other = self._turn.take()
        self._say(Sound.OPENING, None if is_alone else remarks.another_session(other))
        try:
            await self._engines(retries)
        finally:
            self._turn.let_go()

    async def _engines(self, retries: Iterator[float]) -> None:
        """One after the other, until it is over."""
        clock = self._clock
        while not self._closing.is_set():
            began_s = clock.now_s()
            failed = await self._one_engine()
            if self._closing.is_set():
                return
            if self._said.sound is Sound.PLAYING:
                self._lost_s, retries = self._heard_s, _retries()
            self._report(failed)
            if failed.fault is msg.EngineFault.NO_LIBRARY:
                await self._closing.wait()
                return
            # A new engine looks for devices anew: PortAudio sees only those there were when it was loaded.
            await _first_of(self._closing.wait(), next(retries) - (clock.now_s() - began_s))

    async def _one_engine(self) -> msg.Failed:
        """Start an engine and pass on what it says until it ends or falls silent. Why it ended."""
        try:
            engine = await _started()
        except OSError as error:
            return msg.Failed(msg.EngineFault.BROKEN, cause=str(error))
        self._engine = engine
        grace_s = CLOSING_S
        try:
            if self._closing.is_set():
                return msg.Failed(msg.EngineFault.LOST)
            self._send(replace(self._begin, device=self._wanted()))
            if self._score is not None:
                self._send(msg.Play(self._score))
            return await self._listen(engine)
        except TimeoutError:
            grace_s = 0.0
            return msg.Failed(msg.EngineFault.MUTE)
        finally:
            self._engine = None
            await _ended(engine, grace_s)

    def _wanted(self) -> str | None:
        """The device to ask for: for some seconds the very one that was lost, then any that was asked for."""
        if self._lost_s is not None and self._clock.now_s() - self._lost_s < SAME_DEVICE_S:
            return self._playing_on
        return self._begin.device

    async def _listen(self, engine: Process) -> msg.Failed:
        """Pass on what the engine says. Raises TimeoutError where it falls silent."""
        assert engine.stdout is not None
        unpacker, patience_s = msg.Unpacker(), OPENING_S
        # Whatever has come is taken at once: a loop that is held between two messages would fall behind.
        while data := await _patiently(engine.stdout.read(_MOST_AT_ONCE), patience_s):
            self._heard_s, patience_s = self._clock.now_s(), HEARTBEAT_S
            for message in unpacker.messages(data):
                if isinstance(message, msg.Failed):
                    return message
                self._pass_on(message)
        return msg.Failed(msg.EngineFault.ENDED)

    def _pass_on(self, message: msg.FromEngine) -> None:
        match message:
            case msg.Opened(device=device, gap_s=gap_s):
                if self._lost_s is not None:
                    gap_s = self._heard_s - self._lost_s
                self._lost_s, self._playing_on = None, device
                self._say(Sound.PLAYING, remarks.opened(message), gap_s=gap_s)
            case msg.Sounded(n, frame, planned_t_s, dac_t_s, uncertainty_s):
                now_s = self._clock.now_s()
                self._emit(OnsetPlayed(now_s, n, planned_t_s, dac_t_s, uncertainty_s, frame))
            case msg.SoundGap(gap_s=gap_s):
                self._say(Sound.PLAYING, remarks.gap(message), gap_s=gap_s)
            case msg.Noticed():
                self._say(Sound.PLAYING, remarks.notice(message))
            case msg.MusicSaid(remark):
                self._say(Sound.PLAYING, remark)
            case msg.MusicAt(segment):
                layers = self._begin.layers
                if layers.music is not None:
                    layers = replace(layers, music=replace(layers.music, start=segment))
                    self._begin = replace(self._begin, layers=layers)
            case msg.Alive() | msg.Failed():
                pass

    def _report(self, failed: msg.Failed) -> None:
        _LOG.info("engine %s", failed.fault)
        if self._lost_s is None or failed.fault is msg.EngineFault.NO_LIBRARY:
            self._say(Sound.UNAVAILABLE, remarks.fault(failed))
        elif self._said.sound is Sound.PLAYING:
            self._say(Sound.LOST, remarks.lost(failed))

    def _say(self, sound: Sound, remark: Remark | None = None, gap_s: float = 0.0) -> None:
        """Emit how the sound is, unless that has just been said."""
        device = self._playing_on if sound is not Sound.OPENING else self._begin.device or ""
        said = SoundChanged(self._clock.now_s(), sound, device, remark, gap_s)
        if gap_s or replace(said, t_s=self._said.t_s) != self._said:
            self._said = said
            _LOG.info("sound %s", sound)
            self._emit(said)

    def _send(self, message: msg.ToEngine) -> None:
        """Hand it to the pipe's buffer; an engine that is gone is told all of it when it is started again."""
        engine = self._engine
        if engine is not None and engine.stdin is not None and not engine.stdin.is_closing():
            engine.stdin.write(msg.packed(message))


def _retries() -> Iterator[float]:
    return chain(RETRY_S, repeat(RETRY_S[-1]))


async def _started() -> Process:
    # The child must find this very package, also where it was not installed but found by path.
    found_in = str(Path(entrain.__file__).parents[1])
    path = environ.get("PYTHONPATH")
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "entrain.devices.audio.engine",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            **environ,
            "PYTHONPATH": found_in if not path else found_in + pathsep + path,
            "PULSE_PROP_OVERRIDE": "application.name=entrain",  # what a volume control shows
        },
        **apart_from_the_terminal(),
    )


async def _ended(engine: Process, within_s: float) -> None:
    """See the process out. Without its stdin it ends by itself; one that does not is killed."""
    if engine.stdin is not None:
        engine.stdin.close()
    await _first_of(engine.wait(), within_s)
    if engine.returncode is None:
        with suppress(ProcessLookupError):
            engine.kill()
        await engine.wait()


async def _patiently(awaitable: Coroutine[None, None, T], patience_s: float) -> T:
    """What is awaited, or TimeoutError where it does not come.

    A process that was held wakes late, and finds its time run out before it has looked at what came
    meanwhile. So it always looks once more.
    """
    task = asyncio.ensure_future(awaitable)
    try:
        for wait_s in (patience_s, SECOND_LOOK_S):
            await asyncio.wait({task}, timeout=wait_s)
            if task.done():
                return task.result()
        raise TimeoutError
    finally:
        task.cancel()


async def _first_of(awaitable: Coroutine[None, None, object], within_s: float) -> None:
    """Wait for it, but no longer than that."""
    with suppress(TimeoutError):
        await asyncio.wait_for(awaitable, max(0.0, within_s))
