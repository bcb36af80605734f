"""`entrain assess`: which breathing rate makes your heart swing most, if any does."""

import argparse
import sys
from dataclasses import asdict, replace
from typing import Final

from entrain.app.assess_protocol import choices_of
from entrain.app.sensors import sensors_of
from entrain.commands import passphrase
from entrain.commands import run as run_command
from entrain.errors import UsageError
from entrain.foreign import json_text
from entrain.wording import assessment as words

EPILOG: Final = """\
You breathe with the cue, gently and not deeply, at 6.5, 6, 5.5, 5 and 4.5 breaths a minute, two minutes each
in random order, and rest between. Stop any time, and stop if you get dizzy. The outcome can be the
goal of a preset: goal_per_min = "own resonance". "No clear peak" is an outcome too: then
you are told the rates at which your pulse swings most.

examples:
  entrain assess
  entrain assess --sliding
  entrain assess --heart sim:7 --speed 60 --headless
  entrain assess --session 12          look again at one that was recorded
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "The resonance assessment: which breathing rate makes your heart swing most."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--heart", metavar="HEART", default="ble", help="as for `entrain run`")
    parser.add_argument("--sliding", action="store_true", help="one slow fall through all rates, 16 minutes")
    parser.add_argument("--session", metavar="ID", help="show the outcome of a recorded assessment")
    parser.add_argument("--no-keep", action="store_true", help="do not keep the outcome as your own")
    run_command.add_session_arguments(parser)
    parser.set_defaults(voice=None)


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    passphrase.unlock_store(args)
    if args.session is not None:
        return _outcome(args.session, keep=False, as_json=args.json)
    if args.minutes is not None:
        raise UsageError("The length of an assessment is given by its stages.", "Leave out --minutes.")
    if args.heart == "none":
        raise UsageError("An assessment without a heart has nothing to assess.", "Wear a strap.")
    choices = choices_of(args.heart, slides=args.sliding, seed=args.seed)
    audio = args.audio or ("device" if args.speed == 1.0 else "none")
    person = run_command.person_named(args.person)
    sensors = sensors_of(args.sensor)
    choices = replace(
        choices, person=person, voice=args.voice, audio=audio, speed=args.speed, sensors=sensors
    )
    code = run_command.with_or_without_screen(choices, args)
    if code != 0:
        return code
    print(file=sys.stdout if not args.json else sys.stderr)
    return _outcome("last", keep=not args.no_keep, as_json=args.json)


def _outcome(session: str, *, keep: bool, as_json: bool) -> int:
    from entrain.app.assess_recorded import look

    looked = look(session, keep=keep)
    found = looked.found
    if not as_json:
        print("\n".join(words.lines(looked)))
        return 0
    said = {
        "event": "assessment",
        "session": looked.session,
        "date": looked.day,
        "resonance_per_min": found.resonance_per_min,
        "confidence": found.confidence,
        "rates": [asdict(each) for each in found.criteria],
        "swings": [asdict(each) for each in found.swings],
        "curve": found.curve,
        "good": None if found.good is None else asdict(found.good),
        "before": None if looked.before is None else asdict(looked.before),
    }
    print(json_text(said))
    return 0
