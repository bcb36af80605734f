"""`entrain report`: a document one can hand on."""

import argparse
from pathlib import Path
from typing import Final

from entrain.arguments import seed
from entrain.commands import passphrase
from entrain.errors import UsageError
from entrain.person.pseudonym import checked
from entrain.report.edition import Edition
from entrain.storage.log.store import Store
from entrain.system.opening import show

DESCRIPTION: Final = """\
A session as a document to read, print or hand on: what changed against your own baseline and how sure that
is, the course of pulse and breath, how good the data was, and why everything was decided. Of several
sessions: what changed from one to the next. HTML is one file that loads nothing; a PDF needs the extra
"report"."""
EPILOG: Final = """\
ID is a session's number, "last", or the beginning of its UUID.

examples:
  entrain report last
  entrain report 12 --out session12.pdf
  entrain report 3 5 8 12                a course: one line for each session
  entrain report --person P01 --open
  entrain report --person P01 --edition client

A practice's letterhead.txt and logo.svg (or .png, .jpg), in the folder `practice` beside the sessions, stand
above every report.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("ids", metavar="ID", nargs="*", help="one session, or several for a course")
    parser.add_argument("--person", metavar="P", help="all sessions of this person, by pseudonym")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="a new .html or .pdf; nothing is overwritten"
    )
    parser.add_argument(
        "--edition",
        choices=[each.value for each in Edition],
        default=Edition.WHOLE.value,
        help="whole, client (without methods, decisions and your notes), or methods alone (default: whole)",
    )
    parser.add_argument("--open", action="store_true", help="show it at once")
    parser.add_argument("--strap", metavar="NAME", help="of a session with several hearts, this one")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="of everything random (default: 0)")
    parser.add_argument("--store", type=Path, metavar="FILE", help="another store than your own")
    passphrase.add_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    store = Store.given(args.store)
    passphrase.unlock_store(args, args.store)
    ids = _chosen(store, args.ids, args.person)
    edition = Edition(args.edition)
    path = args.out or _usual(ids, args.person, edition)

    from entrain.report.writing import write

    write(store, ids, path, args.strap, args.seed, edition, _wanted(args.person))
    print(path)
    if args.open:
        show(path)
    return 0


def _chosen(store: Store, names: list[str], person: str | None) -> tuple[int, ...]:
    if bool(names) == (person is not None):
        raise UsageError("Name sessions, or a person with --person.", "entrain report last")
    if person is None:
        return tuple(dict.fromkeys(store.find(name) for name in names))
    wanted = checked(person)
    ids = tuple(row.id for row in store.sessions() if row.is_of(wanted))
    if not ids:
        raise UsageError(
            f"There are no sessions of {person!r}.", "`entrain sessions person` names everybody."
        )
    return ids


def _wanted(person: str | None) -> str | None:
    return None if person is None else checked(person)


def _usual(ids: tuple[int, ...], person: str | None, edition: Edition) -> Path:
    """A name that tells what it is about, in the present folder."""
    ending = ".html" if edition is Edition.WHOLE else f"-{edition.value}.html"
    if person is not None:
        return Path(f"entrain-{checked(person).replace(' ', '-')}{ending}")
    if len(ids) == 1:
        return Path(f"entrain-session-{ids[0]}{ending}")
    return Path(f"entrain-sessions-{min(ids)}-to-{max(ids)}{ending}")
