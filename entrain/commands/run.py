"""`entrain run`: one session."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from entrain.app import prepare as setup
from entrain.app.care import allowed
from entrain.app.desk import Desk, name_outside
from entrain.app.liking import desk_settings, likes_of
from entrain.app.music import add_music_arguments
from entrain.app.prepare import Choices
from entrain.app.sensors import sensors_of
from entrain.app.whose import record_of
from entrain.commands import passphrase, reading_options, sharing
from entrain.errors import UsageError
from entrain.person.pseudonym import checked
from entrain.presets.library import LoadedPreset
from entrain.system.beside import beside
from entrain.wording import notice
from entrain.wording.person import withdrawn_said
from entrain.wording.session import who

if TYPE_CHECKING:  # imported when it is asked for
    from entrain.control.view import Summary
    from entrain.errors import DeviceError
    from entrain.headless.run import Form
    from entrain.share.server import SharePlace

INTERRUPTED: Final = 130
_ONE_EACH: Final = "Name each after its own heart: --heart A --person K17 --heart B --person K18."

EPILOG: Final = """\
hearts:
  ble               a strap: the one used last, or the first that is found
  ble:H10           a strap by name or by address
  sim, sim:7        a simulated person, by seed
  replay:FILE       a recording as if it were live; replay:3 is your own session 3
  tap               the space bar is your pulse
  lsl:NAME          a stream of the Lab Streaming Layer with RR intervals or a pulse
  none              no sensor: beat and breath guide by themselves

examples:
  entrain run
  entrain run --heart tap --preset quiet
  entrain run --person P01
  entrain run --heart ble:H10 --person K17 --heart ble:OH1 --person K18
  entrain run --music evening.mp3 --voice silence
  entrain run --heart sim:7 --speed 60 --headless
  entrain run --heart replay:night.csv --headless --json --audio file:night.flac
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "One session: your pulse, a beat a little below it, a breath to follow."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--heart", action="append", metavar="HEART", help="where the pulse comes from; repeatable for a group"
    )
    parser.add_argument("--preset", metavar="NAME|FILE", help="what kind of session (default: desk)")
    parser.add_argument("--yoke", metavar="ID", help="for the policy yoked: the session whose tempo it has")
    reading_options.add_arguments(parser)
    add_session_arguments(parser)


def add_session_arguments(parser: argparse.ArgumentParser) -> None:
    """What `run` and `demo` have in common."""
    parser.set_defaults(persons=None)
    parser.add_argument("--voice", metavar="NAME", help="the sound; `entrain voices list` names them")
    add_music_arguments(parser)
    parser.add_argument("--minutes", type=float, metavar="N", help="length of the session")
    parser.add_argument(
        "--audio",
        metavar="OUT",
        help="device, device:NAME, none, or file:OUT.wav|.flac|.ogg (default: device)",
    )
    parser.add_argument("--headless", action="store_true", help="lines on stdout instead of the screen")
    parser.add_argument("--json", action="store_true", help="one JSON object a line; implies --headless")
    parser.add_argument("--plain", action="store_true", help="terse lines and keys, for screen readers")
    parser.add_argument(
        "--line", action="store_true", help="one line, for a status bar or a corner; keys work"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="N", help="N times as fast, same decisions (sim, replay)"
    )
    parser.add_argument(
        "--reduced-motion", action="store_true", help="a still figure with words and counts, nothing animated"
    )
    parser.add_argument(
        "--lsl",
        action="store_true",
        help="send it all out as streams of the Lab Streaming Layer, to the network",
    )
    parser.add_argument(
        "--person",
        metavar="P",
        action=_Whose,
        help="whose session it is, by a pseudonym such as P01 (better not a name);"
        " of several hearts, whose the one before it is",
    )
    parser.add_argument(
        "--sensor", metavar="ecg,acc", help="what a strap streams beside the pulse; acc shows your breath"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="everything random follows it")
    passphrase.add_argument(parser)
    sharing.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    passphrase.unlock_store(args)
    hearts = tuple(args.heart or ["ble"])
    persons = persons_named(args.persons or (), len(hearts))
    person = "" if persons else person_named(args.person)
    for each in filter(None, persons or (person,)):
        say_consent(each)
    # Faster than life there is nothing to hear, unless a file is asked for.
    audio = args.audio or ("device" if args.speed == 1.0 else "none")
    choices = Choices(
        hearts=hearts,
        preset=_with_rest(setup.load_preset(args.preset, person), getattr(args, "rest_s", None)),
        voice=args.voice,
        minutes=args.minutes,
        audio=audio,
        speed=args.speed,
        seed=args.seed,
        lsl=args.lsl,
        music=args.music,
        music_bpm=args.music_bpm,
        yoke=args.yoke,
        reading=reading_options.options_of(args),
        person=person,
        persons=persons,
        sensors=sensors_of(args.sensor),
    )
    return with_or_without_screen(choices, args)


class _Whose(argparse.Action):
    """Keeps the pseudonym, and after how many hearts it was typed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        n_hearts = len(getattr(namespace, "heart", None) or ())
        namespace.persons = [*(getattr(namespace, "persons", None) or ()), (n_hearts, values)]
        namespace.person = values


def persons_named(typed: Sequence[tuple[int, str]], n_hearts: int) -> tuple[str, ...]:
    """Whose each heart is, where that was told of more than one; '' for a heart of nobody named.

    Args:
        typed: (after how many hearts, the pseudonym), in order.

    Raises:
        UsageError: one is no pseudonym, or they do not go with the hearts one by one.
    """
    if len(typed) < 2:
        return ()
    persons = [""] * n_hearts
    for n_before, name in typed:
        person = checked(name)
        if n_before == 0:
            raise UsageError(f"--person {person} stands before any heart.", _ONE_EACH)
        if persons[n_before - 1]:
            raise UsageError(f"{persons[n_before - 1]} and {person} cannot share one heart.", _ONE_EACH)
        if person in persons:
            raise UsageError(f"{person} cannot have two hearts.", _ONE_EACH)
        persons[n_before - 1] = person
    return tuple(persons)


def _with_rest(loaded: LoadedPreset, rest_s: float | None) -> LoadedPreset:
    """The preset with no longer a rest at its beginning than `rest_s`; None leaves it."""
    preset = loaded.preset
    if rest_s is None or preset.phases.baseline_s <= rest_s:
        return loaded
    return replace(loaded, preset=replace(preset, phases=replace(preset.phases, baseline_s=rest_s)))


def person_named(name: str | None) -> str:
    """The pseudonym that was typed; the app will ask whether it is still them. The store is open by now.

    Raises:
        UsageError: it is no pseudonym.
    """
    if name is None:
        return ""
    person = checked(name)
    name_outside(person)
    return person


def say_consent(person: str) -> None:
    """Tell where somebody has withdrawn what they agreed to; what follows from it is for people to decide."""
    if said := withdrawn_said(record_of(person)):
        print(f"entrain: {who(person)}: {said}.", file=sys.stderr)


def with_or_without_screen(choices: Choices, args: argparse.Namespace) -> int:
    """Run on the screen, or with lines where those were asked for."""
    form = form_of(args)
    place = sharing.asked(args)
    if form is not None:
        return without_screen(choices, form, place)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "There is no terminal to draw on.", "Use --headless for lines, or --json for a program."
        )
    from entrain.commands.screen import with_screen

    return with_screen(choices, reduced_motion=args.reduced_motion, share=place)


def form_of(args: argparse.Namespace) -> "Form | None":
    """The form that was asked for, or that the terminal can do; None: the screen."""
    from entrain.headless.run import Form

    if args.json:
        return Form.JSON
    if args.line:
        return Form.ONE
    if args.headless:
        return Form.LINES
    if args.plain:
        return Form.TERSE
    if os.environ.get("TERM") == "dumb" and sys.stdout.isatty():
        print("entrain: this terminal cannot draw; plain lines instead. ? tells the keys.", file=sys.stderr)
        return Form.TERSE
    return None


def without_screen(choices: Choices, form: "Form", place: "SharePlace | None" = None) -> int:
    """Run with lines on stdout; 130 where a signal ended it."""
    from entrain.headless.ending import say_summary
    from entrain.headless.run import Form, run_headless

    prepared = setup.prepare(choices)
    if prepared.tap is not None and not sys.stdin.isatty():
        raise UsageError("--heart tap needs a terminal, for its space bar.", "Use it in one.")
    say_notice_once(choices.person)
    named = choices.audio.startswith("device:")
    own_keys = dict(desk_settings().keys)
    shown = None if place is None else sharing.Sharing(place, theme_of(choices.person))
    ran = run_headless(
        prepared.session,
        sys.stdout,
        form,
        named_sound=named,
        tap=prepared.tap,
        own_keys=own_keys,
        simulated=choices.is_simulated,
    )

    async def running() -> "tuple[Summary, bool, DeviceError | None]":
        if shown is not None:
            voices = allowed(prepared.session.view().preset.care.banned)
            shown.show(prepared.session, voices, simulated=choices.is_simulated)
        async with beside(None if shown is None else shown.serve):
            return await ran

    summary, interrupted, missing = asyncio.run(running())
    setup.close_log(prepared, summary)
    said = prepared.session.summary() or summary
    say_summary(said, sys.stdout, form is Form.JSON, simulated=choices.is_simulated)
    if missing is not None:
        raise missing
    return INTERRUPTED if interrupted else 0


def theme_of(person: str) -> str:
    """The colours somebody likes."""
    return likes_of(record_of(person), person).theme or "dark"


def say_notice_once(person: str) -> None:
    """The safety notice of the first use, for those who never see the screen; once for each person."""
    if record_of(person).has_accepted(notice.VERSION):
        return
    print(notice.LINES, file=sys.stderr)
    # Where it cannot be remembered, it is said again: that is the lesser harm.
    Desk(person).read_notice()
