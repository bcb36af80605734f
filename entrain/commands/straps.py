"""`entrain straps`: which heart-rate straps are on the air here."""

import argparse
import asyncio
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from entrain.errors import DeviceError
from entrain.foreign import json_text
from entrain.remark import Remark, Topic
from entrain.system.host import Host
from entrain.wording.remarks import advised, in_words

if TYPE_CHECKING:  # Bluetooth is imported when it is used
    from entrain.devices.ble.wanted import FoundStrap

DESCRIPTION: Final = "Look for heart-rate straps over Bluetooth and list them, nearest first."
EPILOG: Final = """\
examples:
  entrain straps
  entrain straps --seconds 15 --json
  entrain run --heart ble:"Polar H10"     use one of them
"""
_UNKNOWN: Final = "-"
_GAP: Final = "  "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--seconds", type=_seconds, default=8.0, metavar="N", help="how long to listen (default: 8)"
    )
    parser.add_argument(
        "--all", action="store_true", help="also list named devices that do not announce heart rate"
    )
    parser.add_argument(
        "--no-battery", action="store_true", help="do not connect to the straps to ask for their battery"
    )
    parser.add_argument("--json", action="store_true", help="one JSON array, for programs")


def run(args: argparse.Namespace) -> int:
    """Print what was found; 0 also where that is nothing, 4 where Bluetooth cannot be used."""
    from entrain.devices.ble.scan import scan

    if sys.stderr.isatty():
        print(f"Listening for {args.seconds:g} s …", file=sys.stderr)
    try:
        with in_words():
            straps = asyncio.run(scan(args.seconds, everything=args.all, battery=not args.no_battery))
    except DeviceError as error:
        print(error.message, error.advice, sep="\n", file=sys.stderr)
        return error.exit_code
    if args.json:
        print(json_text([asdict(strap) for strap in straps]))
        return 0
    print("\n".join(table(straps)))
    print(_hint(straps), file=sys.stderr)
    return 0


def table(straps: list["FoundStrap"]) -> list[str]:
    """Aligned lines, the first a heading; no lines where there is nothing to show."""
    if not straps:
        return []
    rows = [("NAME", "ADDRESS", "SIGNAL", "BATTERY", ""), *map(_row, straps)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _row(strap: "FoundStrap") -> tuple[str, str, str, str, str]:
    return (
        strap.name or _UNKNOWN,
        strap.address,
        _UNKNOWN if strap.signal_dbm is None else f"{strap.signal_dbm} dBm",
        _UNKNOWN if strap.battery_percent is None else f"{strap.battery_percent} %",
        "" if strap.heart_rate_service else "announces no heart rate",
    )


def _hint(straps: list["FoundStrap"]) -> str:
    if straps:
        return f"Use one: entrain run --heart ble:{straps[0].address}"
    advice = advised(Remark.of(Topic.NOT_FOUND, host=Host.here().value))
    return f"No strap was heard. {advice} Some do not announce themselves: entrain straps --all lists them."


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 600:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 600 seconds")
    return seconds
