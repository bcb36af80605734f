"""`entrain completion`: what your shell needs to complete commands, options and file names."""

import argparse
import importlib
from typing import Final

import shtab

from entrain.arguments import Parser
from entrain.commands import COMMANDS

SHELLS: Final = ("bash", "zsh", "tcsh")
EPILOG: Final = """\
examples:
  eval "$(entrain completion bash)"        in ~/.bashrc
  entrain completion zsh > ~/.zfunc/_entrain
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print the completions of a shell: evaluate them, or put them where it looks."
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    print(shtab.complete(whole_parser(), shell=args.shell))
    return 0


def whole_parser() -> argparse.ArgumentParser:
    """Every command in one parser. Else each is made by itself, for it imports what only it needs."""
    top = Parser(prog="entrain")
    top.add_argument("--version", action="store_true", help="what this is")
    commands = top.add_subparsers()
    for name, (module_name, line) in COMMANDS.items():
        module = importlib.import_module(f"entrain.commands.{module_name}")
        module.add_arguments(commands.add_parser(name, help=line))
    return top
