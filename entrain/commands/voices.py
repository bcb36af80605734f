"""`entrain voices`: the sounds there are, and a taste of each."""

import argparse
import asyncio
import sys
from contextlib import suppress
from typing import Final

from entrain.app.layers import scale_of
from entrain.arguments import share_examples
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.clock import MonotonicClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.devices.audio import FORMS, open_sound
from entrain.devices.ports import SoundOutput
from entrain.errors import InputError, PresetError, UsageError
from entrain.foreign import json_text
from entrain.score import Presence, Score
from entrain.storage.places import own_scales_path
from entrain.synth import scales, voices
from entrain.synth.layers import OWN, Layers
from entrain.synth.voices import BACKGROUNDS
from entrain.system.signals import ending_by_signal
from entrain.tempo.plan import TempoPlan
from entrain.wording.columns import aligned
from entrain.wording.remarks import as_fault

EPILOG: Final = """\
examples:
  entrain voices list
  entrain voices scales
  entrain voices play soft
  entrain voices play heartbeat --seconds 60 --bpm 56
  entrain voices play raga --scale bhairav --background rain
  entrain voices play soft --audio file:soft.wav
"""
INTERRUPTED: Final = 130
LEAD_IN_S: Final = 0.3
FADE_S: Final = 2.0
LISTEN_S: Final = 12.0
LISTEN_BPM: Final = 60.0
PATTERN: Final = BreathPattern(inhale=4, exhale=6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "The sounds there are, and a taste of each."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (
        ("list", "the voices, each in a line"),
        ("scales", "the scales that tuned voices play, yours among them"),
    ):
        each = actions.add_parser(name, help=text)
        each.add_argument("--json", action="store_true", help="one JSON array, for programs")
    play = actions.add_parser("play", help="listen to one, with its breath cues")
    play.add_argument("voice", metavar="NAME", help="one of those that `list` names")
    play.add_argument("--breath-voice", default=OWN, metavar="NAME", help="the voice whose breath sounds")
    play.add_argument(
        "--background", default=OWN, metavar="NAME", help=f"{', '.join(BACKGROUNDS)} or silence"
    )
    play.add_argument("--scale", default=OWN, metavar="NAME", help="one of those that `scales` names")
    play.add_argument("--seconds", type=float, default=20.0, metavar="N", help="how long (default: 20)")
    play.add_argument("--bpm", type=float, default=60.0, metavar="BPM", help="beats a minute (default: 60)")
    play.add_argument("--volume", type=float, default=0.7, metavar="V", help="0 to 1 (default: 0.7)")
    play.add_argument("--audio", default="device", metavar="OUT", help=f"{FORMS} (default: device)")
    share_examples(EPILOG, actions.choices)


def run(args: argparse.Namespace) -> int:
    """List the voices, or play one; 4 where there is nothing to play on, 130 where it was interrupted."""
    if args.action == "list" and args.json:
        print(json_text([{"name": name, "summary": text} for name, text in voices.CATALOGUE.items()]))
        return 0
    if args.action == "list":
        width = max(map(len, voices.CATALOGUE))
        for name, text in voices.CATALOGUE.items():
            print(f"{name:<{width}}  {text}")
        return 0
    if args.action == "scales":
        _list_scales(as_json=args.json)
        return 0
    if not (args.seconds > 0.0 and 20.0 <= args.bpm <= 240.0 and 0.0 <= args.volume <= 1.0):
        raise UsageError(
            "A voice is played for more than 0 seconds, at 20 to 240 beats a minute and a volume of 0 to 1."
        )
    if args.background not in (OWN, "silence", *BACKGROUNDS):
        raise UsageError(
            f'There is no background "{args.background}".', f"There are {', '.join(BACKGROUNDS)} and silence."
        )
    layers = Layers(args.breath_voice, args.background, scale=scale_of(args.scale))
    sound = open_sound(args.audio, args.voice, volume=args.volume, layers=layers)
    is_file = args.audio.startswith("file:")
    return asyncio.run(_play(sound, args.voice, args.seconds, args.bpm, is_file=is_file))


def taste(bpm: float, from_s: float, seconds: float) -> Score:
    """One voice's beat and breath for `seconds`, faded in and out."""
    fade_s = min(FADE_S, seconds / 4)
    presence = Presence().changed(from_s - LEAD_IN_S, 1.0, LEAD_IN_S)
    presence = presence.changed(from_s + seconds - fade_s, 0.0, fade_s)
    return Score(TempoPlan.steady(from_s, bpm), BreathPlan.steady(PATTERN, 0), presence)


def _list_scales(*, as_json: bool) -> None:
    """All that can be read; one that cannot is said, and hides none of the others."""
    found: list[dict[str, object]] = []
    for name in scales.names(own_scales_path()):
        try:
            scale = scale_of(name)
        except InputError as fault:
            told = fault.faults if isinstance(fault, PresetError) else (fault.message,)
            found.append({"name": name, "title": f"cannot be used: {' '.join(told)}", "faults": told})
            continue
        assert scale is not None
        found.append({"name": name, "title": scale.title, "when": scale.when, "faults": ()})
    if as_json:
        print(json_text(found))
        return
    rows = [
        (str(each["name"]), ", ".join(filter(None, (str(each["title"]), str(each.get("when") or "")))))
        for each in found
    ]
    print("\n".join(aligned(rows)))


async def listen(voice: str) -> None:
    """A voice for some seconds, from the sound device; a cancellation fades it.

    Raises:
        DeviceError: there is no device that plays.
    """
    await _heard(open_sound("device", voice), LISTEN_S, LISTEN_BPM, asyncio.Event())


async def _play(sound: SoundOutput, voice: str, seconds: float, bpm: float, *, is_file: bool) -> int:
    stopped = asyncio.Event()
    print(f"{voice}: {voices.CATALOGUE[voice]}", file=sys.stderr)
    with ending_by_signal(stopped.set):
        await _heard(sound, seconds, bpm, stopped, is_file=is_file)
    return INTERRUPTED if stopped.is_set() else 0


async def _heard(
    sound: SoundOutput, seconds: float, bpm: float, stopped: asyncio.Event, *, is_file: bool = False
) -> None:
    clock = MonotonicClock()
    told: asyncio.Queue[SoundChanged] = asyncio.Queue()

    def emit(event: Event) -> None:
        if isinstance(event, SoundChanged) and event.sound is not Sound.OPENING:
            told.put_nowait(event)

    running = asyncio.create_task(sound.run(emit, clock))
    try:
        said = await told.get()
        if said.sound is Sound.UNAVAILABLE:
            raise as_fault(said.remark)
        if is_file:
            sound.play(taste(bpm, LEAD_IN_S, seconds))
            sound.advance(LEAD_IN_S + seconds)
            return
        from_s = clock.now_s() + LEAD_IN_S
        sound.play(taste(bpm, from_s, seconds))
        await _wait(stopped, LEAD_IN_S + seconds)
    finally:
        await sound.close(0.3)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _wait(stopped: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)
