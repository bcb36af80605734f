"""`entrain watch`: sits with your strap for hours, silently; offers three minutes where you ask for that."""

import argparse
import asyncio
import sys
from typing import Final

from entrain.app.watch import Watch, watched
from entrain.heart.variation import Offer
from entrain.person.pseudonym import checked
from entrain.system.signals import ending_by_signal
from entrain.wording import watch as words

MOST_HOURS: Final = 24.0
EPILOG: Final = """\
examples:
  entrain watch
  entrain watch --offer --hours 8
  entrain watch --offer --heart replay:day.csv --speed 600
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Sit with a heart for an hour or a day and say nothing. With --offer, three quiet minutes are offered"
        " where your pulse has varied less than is usual for you today: at most every 90 minutes, and four"
        " times. It is no alarm and says nothing about health. Nothing is kept."
    )
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--heart", default="ble", metavar="HEART", help="as for `entrain run` (default: ble)")
    parser.add_argument(
        "--offer", action="store_true", help="offer a pause now and then; without it, nothing"
    )
    parser.add_argument(
        "--hours",
        type=_hours,
        default=MOST_HOURS,
        metavar="N",
        help="how long (default: until Ctrl-C, a day)",
    )
    parser.add_argument("--person", metavar="P", help="whose strap, of several that were used")
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="N times as fast (sim, replay)")


def run(args: argparse.Namespace) -> int:
    """Watch; 0 however it ends."""
    print(words.begins(args.offer), file=sys.stderr)

    def offered(offer: Offer) -> None:
        if args.offer:
            print(words.offer(offer), flush=True)

    watch = asyncio.run(_until_the_end(args, offered))
    print(words.ended(watch.seen), file=sys.stderr)
    return 0


async def _until_the_end(args: argparse.Namespace, offered: "words.Told") -> Watch:
    person = "" if args.person is None else checked(args.person)
    watching = asyncio.ensure_future(watched(args.heart, person, 3600.0 * args.hours, args.speed, offered))

    def end() -> None:
        watching.cancel()

    with ending_by_signal(end):
        return await watching


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {MOST_HOURS:g} hours")
    return hours
