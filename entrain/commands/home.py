"""`entrain` without a command: the terminal app."""

import argparse
import sys

from entrain.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # the app has no options; everything is chosen on its screens


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    del args
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "There is no terminal to draw on.",
            "`entrain run --headless` gives lines; `entrain --help` tells more.",
        )
    from entrain.commands.passphrase import unlock_store
    from entrain.commands.screen import with_home

    unlock_store()  # before the screen is taken: there it could not be asked for
    return with_home()
