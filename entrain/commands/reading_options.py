"""The options of every command that reads recordings of other programs."""

import argparse

from entrain.recordings.options import UNITS, ReadOptions, unit_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how to read a file, where it cannot be seen in it")
    group.add_argument("--unit", metavar="UNIT", help=f"of the intervals: {UNITS}")
    group.add_argument("--column", metavar="NAME", help="of the intervals: its name, or its number from 1")
    group.add_argument("--beats", action="store_true", help="the numbers are moments of beats, not intervals")


def options_of(args: argparse.Namespace) -> ReadOptions:
    """
    Raises:
        UsageError: there is no such unit.
    """
    if args.unit is not None:
        unit_of(args.unit)
    return ReadOptions(
        args.unit, args.column, args.beats, getattr(args, "strap", None), getattr(args, "keep_good", False)
    )
