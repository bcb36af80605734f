"""The command line: find the command, import that one, run it.

Nothing heavy is imported here, so that `entrain --help` answers at once.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final, Protocol, cast

from entrain import __version__
from entrain.errors import EntrainError, PresetError

# name -> (module under entrain.commands, what it does in a line)
COMMANDS: Final = {
    "run": ("run", "one session, with a strap or any other heart"),
    "demo": ("demo", "a session with a simulated heart; nothing needed"),
    "straps": ("straps", "look for heart-rate straps nearby"),
    "presets": ("presets", "the kinds of session there are: list, show, check"),
    "voices": ("voices", "the sounds there are: list, play"),
    "render": ("render", "a preset's sound to a file, without a heart"),
    "sessions": ("sessions", "what was recorded: list, show, replay, export, import, note, delete, backup"),
    "assess": ("assess", "the resonance assessment: at which breathing rate your heart swings most"),
    "simulate": ("simulate", "many simulated people under each policy: what comes of it"),
    "analyse": ("analyse", "what a recording says: heart-rate variability, breath, entrainment"),
    "report": ("report", "a session, or several, as a document to hand on: HTML or PDF"),
    "doctor": ("doctor", "what works here: Bluetooth, sound, terminal, storage"),
}

EXIT_INTERRUPTED: Final = 130


class CommandModule(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, args: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if not words:
            return _run("home", "entrain", [])
        if words[0] in COMMANDS:
            return _run(COMMANDS[words[0]][0], f"entrain {words[0]}", words[1:])
        parser().parse_args(words)
        return 0
    except EntrainError as error:
        return _say(error)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left, as `head` does: nothing to say to nobody.
        sys.stderr.close()
        return 0


def parser() -> argparse.ArgumentParser:
    """The top level: what there is to type. Each command's own options come from its module."""
    width = max(len(name) for name in COMMANDS)
    rows = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    top = argparse.ArgumentParser(
        prog="entrain",
        description="Rhythmic entrainment coaching at a desk. Without a command: the terminal app.",
        epilog=f"commands:\n{rows}\n\nexample: entrain demo\n`entrain COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"entrain {__version__}")
    top.add_argument("command", metavar="COMMAND", nargs="?", choices=[*COMMANDS], help="one of those below")
    return top


def _run(module_name: str, prog: str, words: list[str]) -> int:
    module = cast("CommandModule", importlib.import_module(f"entrain.commands.{module_name}"))
    own = argparse.ArgumentParser(
        prog=prog, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    module.add_arguments(own)
    return module.run(own.parse_args(words))


def _say(error: EntrainError) -> int:
    print(f"entrain: {error.message}", file=sys.stderr)  # noqa: T201
    if isinstance(error, PresetError):
        for fault in error.faults:
            print(f"  {fault}", file=sys.stderr)  # noqa: T201
    if error.advice:
        print(error.advice, file=sys.stderr)  # noqa: T201
    return error.exit_code
