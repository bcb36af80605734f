"""`entrain presets`: the kinds of session there are."""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from entrain.arguments import share_examples
from entrain.errors import EntrainError, InputError, PresetError
from entrain.foreign import json_text
from entrain.presets import library as presets
from entrain.presets import own as own_presets
from entrain.storage.log import codec
from entrain.storage.places import own_presets_path
from entrain.wording.columns import aligned

DESCRIPTION: Final = "The kinds of session there are, to read, to copy and to check."
EPILOG: Final = """\
examples:
  entrain presets list
  entrain presets show desk
  entrain presets copy desk mine      then edit the file it names
  entrain presets check mine.toml
  entrain run --preset mine
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    each = actions.add_parser("list", help="all there are, one a line (what happens without an action)")
    each.add_argument("--json", action="store_true", help="one JSON array, for programs")
    each = actions.add_parser("show", help="the file of one, with all its remarks")
    each.add_argument("name", metavar="NAME", help="a preset's name, or a file")
    each.add_argument("--json", action="store_true", help="every setting with its value, as one JSON object")
    each = actions.add_parser("copy", help="make one of your own from another")
    each.add_argument("name", metavar="NAME", help="the preset to begin with")
    each.add_argument("own", metavar="NEW", help="what yours is to be called")
    each = actions.add_parser("check", help="everything that is wrong with a file, with its line")
    each.add_argument("files", metavar="FILE", nargs="+", help="preset files, or names of presets")
    share_examples(EPILOG, actions.choices)


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    match args.action:
        case "show":
            return _show(args.name, as_json=args.json)
        case "copy":
            return _copy(args.name, args.own)
        case "check":
            return _check(args.files)
        case _:
            return _list(as_json=getattr(args, "json", False))


def _list(*, as_json: bool) -> int:
    rows: list[dict[str, object]] = []
    for name in presets.names():
        try:
            loaded = presets.load(name)
        except EntrainError as error:
            rows.append({"name": name, "minutes": None, "title": error.message, "faults": _faults(error)})
            continue
        preset = loaded.preset
        is_own = loaded.path.parent == own_presets_path()
        row = {"name": name, "minutes": preset.minutes, "title": preset.title, "summary": preset.summary}
        rows.append({**row, "own": is_own, "path": str(loaded.path)})
    if as_json:
        print(json_text(rows))
        return 0
    table = [("NAME", "MINUTES", "TITLE", "")]
    for row in rows:
        minutes = "-" if row["minutes"] is None else f"{row['minutes']:g}"
        remark = "yours" if row.get("own") else ""
        table.append((str(row["name"]), minutes, str(row["title"]), remark))
    print("\n".join(aligned(table, right=frozenset({1}))))
    return 0


def _faults(error: EntrainError) -> list[str]:
    return list(error.faults) if isinstance(error, PresetError) else [error.message]


def _show(name: str, *, as_json: bool) -> int:
    loaded = presets.load(name)
    if as_json:
        print(json_text(json.loads(codec.encode(loaded.preset))))
        return 0
    print(loaded.text, end="" if loaded.text.endswith("\n") else "\n")
    if sys.stdout.isatty():
        print(f"\n{loaded.path}", file=sys.stderr)
    return 0


def _copy(name: str, own: str) -> int:
    path = own_presets.make(own, presets.load(name).text)
    print(path)
    print(f"Edit that file, then: entrain presets check {own}", file=sys.stderr)
    return 0


def _check(files: list[str]) -> int:
    """0 where all can be used, 3 where one cannot, 2 where there is none of that name."""
    exit_code = 0
    for name in files:
        try:
            path: Path = presets.path_of(name)
            faults = list(map(str, presets.check(path)))
        except EntrainError as error:
            faults = [f"{error.message} {error.advice}".rstrip()]
            exit_code = max(exit_code, error.exit_code)
        else:
            exit_code = max(exit_code, InputError.exit_code) if faults else exit_code
        print("\n".join(faults) if faults else f"{name}: nothing wrong")
    return exit_code
