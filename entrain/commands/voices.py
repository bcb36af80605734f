"""`entrain voices`: the sounds there are, and a taste of each."""

import argparse
import asyncio
import signal
import sys
from contextlib import suppress
from typing import Final

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.clock import MonotonicClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.devices.audio import FORMS, open_sound
from entrain.errors import DeviceError, UsageError
from entrain.score import Presence, Score
from entrain.synth import voices
from entrain.tempo.plan import TempoPlan

EPILOG: Final = """\
examples:
  entrain voices list
  entrain voices play soft
  entrain voices play heartbeat --seconds 60 --bpm 56
  entrain voices play soft --audio file:soft.wav
"""
INTERRUPTED: Final = 130
LEAD_IN_S: Final = 0.3
FADE_S: Final = 2.0
PATTERN: Final = BreathPattern(inhale=4, exhale=6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "The sounds there are, and a taste of each."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the voices, each in a line")
    play = actions.add_parser("play", help="listen to one, with its breath cues")
    play.add_argument("voice", metavar="NAME", help="one of those that `list` names")
    play.add_argument("--seconds", type=float, default=20.0, metavar="N", help="how long (default: 20)")
    play.add_argument("--bpm", type=float, default=60.0, metavar="BPM", help="beats a minute (default: 60)")
    play.add_argument("--volume", type=float, default=0.7, metavar="V", help="0 to 1 (default: 0.7)")
    play.add_argument("--audio", default="device", metavar="OUT", help=f"{FORMS} (default: device)")


def run(args: argparse.Namespace) -> int:
    """List the voices, or play one; 4 where there is nothing to play on, 130 where it was interrupted."""
    if args.action == "list":
        width = max(map(len, voices.CATALOGUE))
        for name, text in voices.CATALOGUE.items():
            print(f"{name:<{width}}  {text}")
        return 0
    if not (args.seconds > 0.0 and 20.0 <= args.bpm <= 240.0 and 0.0 <= args.volume <= 1.0):
        raise UsageError(
            "A voice is played for more than 0 seconds, at 20 to 240 beats a minute and a volume of 0 to 1."
        )
    return asyncio.run(_play(args.voice, args.seconds, args.bpm, args.volume, args.audio))


def taste(bpm: float, from_s: float, seconds: float) -> Score:
    """One voice's beat and breath for `seconds`, faded in and out."""
    fade_s = min(FADE_S, seconds / 4)
    presence = Presence().changed(from_s - LEAD_IN_S, 1.0, LEAD_IN_S)
    presence = presence.changed(from_s + seconds - fade_s, 0.0, fade_s)
    return Score(TempoPlan.steady(from_s, bpm), BreathPlan.steady(PATTERN, 0), presence)


async def _play(voice: str, seconds: float, bpm: float, volume: float, audio: str) -> int:
    sound, clock = open_sound(audio, voice, volume=volume), MonotonicClock()
    told: asyncio.Queue[SoundChanged] = asyncio.Queue()
    stopped = asyncio.Event()
    with suppress(NotImplementedError):  # Windows has no such handlers: there Ctrl-C ends it without a fade
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)

    def emit(event: Event) -> None:
        if isinstance(event, SoundChanged) and event.sound is not Sound.OPENING:
            told.put_nowait(event)

    running = asyncio.create_task(sound.run(emit, clock))
    try:
        said = await told.get()
        if said.sound is Sound.UNAVAILABLE:
            raise DeviceError(said.detail, said.advice)
        print(f"{voice}: {voices.CATALOGUE[voice]}", file=sys.stderr)
        if audio.startswith("file:"):
            sound.play(taste(bpm, LEAD_IN_S, seconds))
            sound.advance(LEAD_IN_S + seconds)
            return 0
        from_s = clock.now_s() + LEAD_IN_S
        sound.play(taste(bpm, from_s, seconds))
        await _wait(stopped, LEAD_IN_S + seconds)
        return INTERRUPTED if stopped.is_set() else 0
    finally:
        await sound.close(0.3)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _wait(stopped: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)
