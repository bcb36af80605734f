"""`entrain sessions`: what was recorded."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from entrain.arguments import share_examples
from entrain.commands import encryption, reading_options, session_exchange, session_keep, session_show
from entrain.commands.passphrase import FILE_VARIABLE as PASSPHRASE_FILE
from entrain.commands.passphrase import add_argument as add_passphrase_file
from entrain.commands.passphrase import unlock_store
from entrain.storage.export import FORMATS
from entrain.storage.log.store import Store
from entrain.wording.columns import aligned

DESCRIPTION: Final = "What was recorded: to look at, to replay, to hand on, to delete."
EPILOG: Final = """\
ID is a session's number, "last", or the beginning of its UUID.

examples:
  entrain sessions list
  entrain sessions trend
  entrain sessions show last --why
  entrain sessions export 3 --format csv --out session3
  entrain sessions replay 3 --policy follow
  entrain sessions import watch.fit elite-hrv.txt
  entrain sessions note 3 "slept badly the night before"
  entrain sessions person P01 P07
  entrain sessions delete 3
  entrain sessions backup /media/stick/entrain.db
  entrain sessions encrypt
  entrain sessions passphrase
  entrain sessions decrypt
"""


_TREND: Final = """\
What was done when, and how pulse, RMSSD, tension and breathing changed from session to session: the median
slope with a 95 % interval. "No clear trend" is an ordinary answer. How it is reckoned: docs/use/history.md.
"""

_IMPORTS: Final = """\
Bring in what was recorded elsewhere; what it is shows in the file itself:
  intervals as text, one a line or in a table (Elite HRV, Kubios, HRV4Training, Polar Flow and Sensor Logger,
  FatMaxxer, OpenHRV), JSON, Polar .hrm, FIT with HRV, Suunto SML, EDF+, WFDB, XDF, Parquet, BIDS, NumPy, and
  any of them packed with gzip; each becomes a session of its own
  a backup, another computer's store, a rescue file: the sessions that are missing here
The same file twice changes nothing.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--store", metavar="FILE", type=Path, help="another store than your own, for instance a backup"
    )
    add_passphrase_file(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    each = actions.add_parser("list", help="all there are, one a line (what happens without an action)")
    _add_person(each, "only this person's")
    each.add_argument("--json", action="store_true", help="one JSON array, for programs")

    each = actions.add_parser("trend", help="a calendar, and what changed over the sessions, if anything did")
    each.description = _TREND
    each.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_person(each, "only this person's")
    each.add_argument("--json", action="store_true", help="all of it as one JSON object")
    table = "also write one row for each session to a new file"
    each.add_argument("--out", metavar="TABLE.csv", type=Path, help=table)

    each = actions.add_parser("show", help="one in figures, with its phases")
    _add_id(each)
    each.add_argument("--why", action="store_true", help="also every decision, with its author and reason")
    each.add_argument("--json", action="store_true", help="all of it as one JSON object")

    each = actions.add_parser("replay", help="re-run the decisions and check that they match")
    _add_id(each)
    other = "what another policy would have decided on the same inputs: glide, follow, fixed"
    each.add_argument("--policy", metavar="NAME", help=other)
    each.add_argument("--json", action="store_true", help="the outcome as one JSON object")

    each = actions.add_parser("export", help="write one for other programs")
    _add_id(each)
    each.description = "Write one session for other programs."
    each.formatter_class = argparse.RawDescriptionHelpFormatter
    each.epilog = _formats_text()
    each.add_argument("--format", choices=[*FORMATS], metavar="FORMAT", required=True, help="see below")
    place = "a new file or folder; nothing is overwritten"
    each.add_argument("--out", metavar="PATH", type=Path, required=True, help=place)
    each.add_argument("--strap", metavar="NAME", help="only this heart, of several")
    gone = "without dates, names, addresses and notes; the person is called by a pseudonym"
    each.add_argument("--deidentify", action="store_true", help=gone)
    chosen = "letters and digits, instead of one drawn at random; implies --deidentify"
    each.add_argument("--pseudonym", metavar="NAME", help=chosen)
    sealed = f"encrypt with a passphrase (age); PATH ends in .age. Asked for, or from ${PASSPHRASE_FILE}"
    each.add_argument("--encrypt", action="store_true", help=sealed)
    first = "its first line is the passphrase; implies --encrypt"
    each.add_argument("--passphrase-file", metavar="FILE", type=Path, help=first)

    each = actions.add_parser("import", help="bring in recordings of other programs, a backup, a rescue file")
    each.description = _IMPORTS
    each.formatter_class = argparse.RawDescriptionHelpFormatter
    each.add_argument("files", metavar="FILE", nargs="+", type=Path)
    _add_person(each, "whose they are, where the file does not say")
    keep = "of a recording with bad lines take the others; the chain of beats is broken where one was"
    each.add_argument("--keep-good", action="store_true", help=keep)
    each.add_argument("--strap", metavar="NAME", help="of a file with several hearts, this one")
    reading_options.add_arguments(each)

    each = actions.add_parser("note", help="add a line to a session's note, or read the note")
    _add_id(each)
    each.add_argument("text", metavar="TEXT", nargs="?", help="left out: print the note")
    each.add_argument("--replace", action="store_true", help="TEXT takes the place of the whole note")

    each = actions.add_parser("person", help="who has sessions here, or another pseudonym for somebody")
    each.description = "Who has sessions here; with OLD and NEW, every session of OLD becomes NEW's."
    each.add_argument("old", metavar="OLD", nargs="?", help='a pseudonym; "" is whoever was not named')
    each.add_argument("new", metavar="NEW", nargs="?", help='a pseudonym; "" takes it away')
    each.add_argument("--json", action="store_true", help="of the list: one JSON array, for programs")

    each = actions.add_parser("delete", help="remove sessions for good, their bytes overwritten")
    each.add_argument("ids", metavar="ID", nargs="+")
    each.add_argument("--yes", action="store_true", help="do not ask")

    each = actions.add_parser("backup", help="copy the whole store to a new file, also during a session")
    each.add_argument("path", metavar="PATH", type=Path)

    each = actions.add_parser("encrypt", help="encrypt the whole store with a passphrase")
    each.description = encryption.ENCRYPT
    each.formatter_class = argparse.RawDescriptionHelpFormatter
    asked = "its first line is the new passphrase; otherwise it is asked for, twice"
    each.add_argument("--passphrase-file", metavar="FILE", type=Path, help=asked)
    kept = "have the system's keyring remember it (extra keyring)"
    each.add_argument("--keyring", action="store_true", help=kept)

    each = actions.add_parser("passphrase", help="give the encrypted store another passphrase")
    each.description = encryption.PASSPHRASE
    each.formatter_class = argparse.RawDescriptionHelpFormatter
    asked = "its first line is the new passphrase; otherwise it is asked for, twice"
    each.add_argument("--new-passphrase-file", metavar="FILE", type=Path, help=asked)

    each = actions.add_parser("decrypt", help="make an encrypted store a plain one again")
    each.description = encryption.DECRYPT

    share_examples(EPILOG, actions.choices)
    for name in [*actions.choices]:
        if name not in ("export", "encrypt"):  # in those it is the passphrase of what they write
            # No default, or what was given before the action is lost.
            add_passphrase_file(actions.choices[name], default=argparse.SUPPRESS)


def _formats_text() -> str:
    rows = aligned([(name, each.holds, f"PATH: {each.place}") for name, each in FORMATS.items()])
    return "\n".join(
        [
            "formats:",
            *(f"  {row}" for row in rows),
            "",
            "docs/reference/formats.md tells what each holds, and how exactly.",
        ]
    )


def _add_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")


def _add_person(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--person", metavar="P", help=f"{what}, by pseudonym")


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    store = Store.given(args.store)
    if args.action != "encrypt":
        unlock_store(args, args.store)
    return _ACTIONS[args.action or "list"](store, args)


def _trend(store: Store, args: argparse.Namespace) -> int:
    from entrain.commands import trend

    return trend.show(store, args)


_ACTIONS: Final[Mapping[str, Callable[[Store, argparse.Namespace], int]]] = {
    "list": session_show.list_all,
    "trend": _trend,
    "show": session_show.show,
    "replay": session_show.replay,
    "export": session_exchange.export_one,
    "import": session_exchange.import_all,
    "note": session_keep.note,
    "person": session_keep.person,
    "delete": session_keep.delete,
    "backup": session_keep.backup,
    "encrypt": encryption.encrypt,
    "passphrase": encryption.change,
    "decrypt": encryption.decrypt,
}
