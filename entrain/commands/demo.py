"""`entrain demo`: a session with a simulated heart; nothing needed."""

import argparse
from typing import Final

from entrain.commands import run as run_command

HEART: Final = "sim"
REST_S: Final = 5.0  # nobody is measured, so nobody need wait
EPILOG: Final = """\
examples:
  entrain demo
  entrain demo --minutes 3 --seed 7
  entrain demo --headless --speed 60
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "A session with a simulated heart: to see and hear what this is, without a strap."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--preset", metavar="NAME|FILE", help="what kind of session (default: desk)")
    run_command.add_session_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    args.heart, args.yoke, args.rest_s = [HEART], None, REST_S
    return run_command.run(args)
