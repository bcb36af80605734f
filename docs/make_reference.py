"""Makes what the reference and the manual page say of the commands, from the program itself.

python docs/make_reference.py            writes docs/reference/commands.md and packaging/entrain.1
python docs/make_reference.py --check    writes nothing; exit 1 where they are not what the program says
"""

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from entrain import __version__
from entrain.arguments import Parser
from entrain.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "commands.md"
MANUAL = ROOT / "packaging" / "entrain.1"

HEAD = """\
# Every command, every option

Made from the program by `python docs/make_reference.py`; do not edit this page by hand.
`entrain COMMAND --help` says the same, with examples. Without a command the terminal app opens.

Results go to stdout, talk to stderr. [What the environment and the exit codes mean](environment.md).
"""


def parsers() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Every command and action: its words, what it is in a line, its parser."""
    for name, (module_name, line) in COMMANDS.items():
        module = importlib.import_module(f"entrain.commands.{module_name}")
        parser = Parser(prog=f"entrain {name}", add_help=False)
        module.add_arguments(parser)
        yield name, line, parser
        for group in actions_of(parser):
            helps = {each.dest: each.help or "" for each in group._choices_actions}
            for action, child in group.choices.items():
                yield f"{name} {action}", helps.get(action, ""), child


def actions_of(parser: argparse.ArgumentParser) -> list[argparse._SubParsersAction]:
    return [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]


def options_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Each argument as it is typed, and its help."""
    for each in parser._actions:
        is_shown = each.help != argparse.SUPPRESS and not isinstance(each, argparse._SubParsersAction)
        if not is_shown or isinstance(each, argparse._HelpAction):
            continue
        metavar = each.metavar if isinstance(each.metavar, str) else (each.metavar or (each.dest,))[0]
        if each.choices is not None and each.metavar is None:
            metavar = "|".join(map(str, each.choices))
        if not each.option_strings:
            yield metavar if each.metavar else each.dest.upper(), told(each)
        elif each.nargs == 0:
            yield ", ".join(each.option_strings), told(each)
        else:
            value = metavar if each.metavar or each.choices is not None else each.dest.upper()
            yield f"{', '.join(each.option_strings)} {value}", told(each)


def told(action: argparse.Action) -> str:
    values = {key: value for key, value in vars(action).items() if key not in {"container", "help"}}
    return " ".join(((action.help or "") % values).split())


def page() -> str:
    parts = [HEAD]
    for words, line, parser in parsers():
        parts.append(f"\n{'##' if ' ' not in words else '###'} `entrain {words}`\n\n{line}\n")
        rows = list(options_of(parser))
        if rows:
            parts.append("\n| | |\n|---|---|\n")
            parts += [f"| `{_cell(typed)}` | {_cell(text)} |\n" for typed, text in rows]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def manual() -> str:
    """The manual page, in roff."""
    parts = [
        f'.TH ENTRAIN 1 "" "entrain {__version__}" "User Commands"\n.SH NAME\n'
        "entrain \\- rhythmic entrainment coaching at a desk\n"
        ".SH SYNOPSIS\n.B entrain\n[\\fICOMMAND\\fR [\\fIOPTIONS\\fR]]\n.SH DESCRIPTION\n"
        "A heart-rate strap tells your pulse; a soft beat begins a little below it and slows; your\n"
        "breath follows. Without a command the terminal app opens. It is a wellness and research tool,\n"
        "not a medical device.\n.SH COMMANDS\n"
    ]
    for words, line, parser in parsers():
        parts.append(f".SS entrain {_roff(words)}\n{_roff(line)}\n")
        parts += [f".TP\n.B {_roff(typed)}\n{_roff(text) or '.br'}\n" for typed, text in options_of(parser)]
    parts.append(
        ".SH ENVIRONMENT\n.TP\n.B ENTRAIN_HOME\nthe folder of everything that entrain keeps\n"
        ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong use, 3 an input that cannot be read, 4 no such device, "
        "130 interrupted\n"
    )
    return "".join(parts)


def _roff(text: str) -> str:
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def main() -> int:
    texts = {PAGE: page(), MANUAL: manual()}
    if "--check" in sys.argv:
        stale = [path for path, text in texts.items() if path.read_text("utf-8") != text]
        for path in stale:
            print(f"{path} is not what the program says: python docs/make_reference.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
