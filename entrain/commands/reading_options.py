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
    given: dict[str, object] = vars(args)  # a command that has only some of them reads as it looks
    unit, column, strap = given.get("unit"), given.get("column"), given.get("strap")
    if unit is not None:
        unit_of(str(unit))
    return ReadOptions(
        None if unit is None else str(unit),
        None if column is None else str(column),
        bool(given.get("beats")),
        None if strap is None else str(strap),
        bool(given.get("keep_good")),
    )
