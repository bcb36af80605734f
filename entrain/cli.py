"""The command line: find the command, import that one, run it.

Nothing heavy is imported here, so that `entrain --help` answers at once.
"""

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Final, Protocol, TextIO, cast

from entrain import __version__
from entrain.arguments import Parser
from entrain.commands import COMMANDS
from entrain.errors import EntrainError, PresetError, UsageError
from entrain.shell import Cleaned
from entrain.system.console import forget_output, mend_streams
from entrain.system.signals import settled

EXIT_INTERRUPTED: Final = 130
DEBUG_VARIABLE: Final = "ENTRAIN_DEBUG_LOG"
DEBUG_FLAG: Final = "--debug-log"  # anywhere among the words: it belongs to no command
_OPTIONS: Final = ("-h", "--help", "--version")


class CommandModule(Protocol):
    """What a module of `entrain.commands` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own options; imports nothing heavy."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: this process's) and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    mend_streams()
    before = os.umask(0o077)  # whatever is written here is somebody's heart: nobody else's to read
    try:
        with _cleaned_streams():
            return _told(words)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left, as `head` does: nothing to say to nobody.
        forget_output()
        return 0
    except OSError as error:
        # What cannot be written into a file of its own is told by whoever writes it: this is the output.
        if error.errno not in (errno.ENOSPC, errno.EIO) or error.filename is not None:
            raise
        forget_output()
        with _cleaned_streams(), suppress(OSError):  # a terminal that is gone takes no sentence either
            return _say(EntrainError(f"The output cannot be written: {error.strerror}."))
        return EntrainError.exit_code
    finally:
        settled()
        os.umask(before)


def _told(words: list[str]) -> int:
    try:
        typed = [word for word in words if word != DEBUG_FLAG]
        with _debug_log(typed, is_asked=len(typed) < len(words)):
            code = _command(typed)
        sys.stdout.flush()  # while there is still somebody to say that it failed
        return code
    except EntrainError as error:
        return _say(error)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        return _say(
            UsageError("There is nothing by a name that long.", "`entrain --help` names all commands.")
        )


def _debug_log(words: list[str], *, is_asked: bool) -> AbstractContextManager[None]:
    if not is_asked and not os.environ.get(DEBUG_VARIABLE):
        return nullcontext()
    from entrain.faults import kept

    named = words[0] if words and words[0] in COMMANDS else ""
    return kept(f"entrain {named}".strip())


def _command(words: list[str]) -> int:
    if not words:
        return _run("home", "entrain", [])
    if words[0] in COMMANDS:
        return _run(COMMANDS[words[0]][0], f"entrain {words[0]}", words[1:])
    if not words[0].startswith("-"):
        raise _no_command(words[0])
    if words[0] not in _OPTIONS:
        raise UsageError(
            f"{words[0]} has to come after a command.",
            f"As in `entrain run {words[0]}`; `entrain --help` names all commands.",
        )
    parser().parse_args(words)
    return 0


def _no_command(word: str) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1, cutoff=0.8)
    hint = f'Did you mean "{near[0]}"? ' if near else "`entrain run` begins a session; "
    return UsageError(f'There is no command "{word}".', f"{hint}`entrain --help` names all commands.")


def parser() -> argparse.ArgumentParser:
    """The top level: what there is to type. Each command's own options come from its module."""
    width = max(len(name) for name in COMMANDS)
    rows = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    top = Parser(
        prog="entrain",
        description="Rhythmic entrainment coaching at a desk. Without a command: the terminal app.",
        epilog=f"commands:\n{rows}\n\nexample: entrain demo\n`entrain COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        DEBUG_FLAG,
        action="store_true",
        help="with any command: keep what helps to find a fault, nothing of you",
    )
    top.add_argument("--version", action="version", version=f"entrain {__version__}")
    top.add_argument("command", metavar="COMMAND", nargs="?", choices=[*COMMANDS], help="one of those below")
    return top


def _run(module_name: str, prog: str, words: list[str]) -> int:
    module = cast("CommandModule", importlib.import_module(f"entrain.commands.{module_name}"))
    own = Parser(prog=prog, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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


@contextmanager
def _cleaned_streams() -> Generator[None]:
    """Whatever is printed passes the cleaning of foreign text, wherever in it that stands."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", Cleaned(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
