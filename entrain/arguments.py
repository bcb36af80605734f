"""What is typed: faults as a sentence and what to do, numbers that are numbers.

A parser of `argparse`, whose own faults are a programmer's ("invalid float value") below a page of usage.
"""

import argparse
from collections.abc import Mapping
from math import isfinite
from typing import Any, NoReturn

from entrain.errors import UsageError


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` for what it cannot take; its subparsers are of the same kind.

    An argument of `type=float` is a finite number, and one of `type=int` a whole one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register("type", float, _number)
        self.register("type", int, _whole)

    def error(self, message: str) -> NoReturn:
        text = message.replace("argument ACTION: invalid choice:", "there is no action")
        text = text.removeprefix("argument ")
        raise UsageError(f"{text[:1].upper()}{text[1:]}.", f"`{self.prog} --help` tells more.")


def share_examples(epilog: str, actions: Mapping[str, argparse.ArgumentParser]) -> None:
    """Put under each action's help those of the command's examples that are its own."""
    for name, each in actions.items():
        own = [
            line
            for line in epilog.splitlines()
            if line.split()[:1] == ["entrain"] and name in line.split()[2:3]
        ]
        each.formatter_class = argparse.RawDescriptionHelpFormatter
        head = f"example{'s' * (len(own) > 1)}:"
        each.epilog = "\n".join([*([each.epilog, ""] if each.epilog else []), head, *own])


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is no number such as 10 or 7.5")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number such as 10") from None


def seed(text: str) -> int:
    """The type of a seed for the analysis, whose random numbers begin at 0 or above."""
    number = _whole(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number
