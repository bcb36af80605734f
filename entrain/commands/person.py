"""`entrain person`: who practises here."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from entrain.app import clients
from entrain.app.clients import Client, Forgotten
from entrain.arguments import share_examples
from entrain.commands import passphrase
from entrain.errors import UsageError
from entrain.foreign import json_text
from entrain.person.pseudonym import checked
from entrain.person.record import CaseNote
from entrain.storage import people, settings
from entrain.storage.log import codec
from entrain.storage.log.person_rows import now_utc
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionRow
from entrain.wording import person as words
from entrain.wording import session as session_words
from entrain.wording.session import times, who

DESCRIPTION: Final = """\
Who practises here: each with sessions, own rate, strap and likes of their own. Whoever works here alone needs
none of this. P is a pseudonym such as P01; better not a name."""
EPILOG: Final = """\
examples:
  entrain person list
  entrain person new P07
  entrain person show P07
  entrain person consent P07 --text consent-2026.txt
  entrain person consent P07 --withdraw
  entrain person note P07 --said "slept better" --plan "quiet, twice a week"
  entrain person care P07 --never gong,frame-drum --body-sounds no
  entrain person export P07 --out P07
  entrain person forget P07 --dry-run
  entrain person retention --keep-days 730
"""
RETENTION: Final = """\
How long sessions are kept. Nothing is deleted by itself: this lists what is older, and --delete deletes it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    passphrase.add_argument(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    each = actions.add_parser("list", help="everybody, with the last session (also without an action)")
    _add_json(each)

    each = actions.add_parser("show", help="all that is kept of one person, and how far they have come")
    _add_p(each)
    _add_json(each)

    each = actions.add_parser("new", help="somebody new")
    _add_p(each)

    each = actions.add_parser("export", help="everything of one person, in a new folder")
    _add_p(each)
    each.add_argument("--out", metavar="DIR", type=Path, required=True, help="nothing is overwritten")

    each = actions.add_parser("forget", help="remove all of one person; tell where something stays")
    _add_p(each)
    _add_sure(each, "show what would go and what would stay; nothing is changed")

    each = actions.add_parser("consent", help="what somebody agreed to: keep, withdraw, or read it")
    _add_p(each)
    given = each.add_mutually_exclusive_group()
    given.add_argument("--text", metavar="F", type=Path, help="they agree to the text in this file, now")
    given.add_argument("--withdraw", action="store_true", help="they agree no more; the text stays")
    each.add_argument("--version", metavar="V", help="the text's version (default: the file's name)")
    _add_json(each)

    each = actions.add_parser("note", help="add a note for the course report, or read the notes")
    _add_p(each)
    for name, what in (
        ("said", "what they said"),
        ("seen", "what you saw"),
        ("thought", "what you make of it"),
        ("plan", "what comes next"),
    ):
        each.add_argument(f"--{name}", metavar="TEXT", default="", help=what)
    _add_json(each)

    each = actions.add_parser("care", help="what somebody is spared: change it, or read it")
    _add_p(each)
    each.add_argument("--never", metavar="A,B", help="sounds that are left out, or none; see `voices list`")
    each.add_argument("--body-sounds", choices=("yes", "no"), help="heartbeat and breath (default: yes)")
    each.add_argument("--figures", choices=("yes", "no"), help="numbers on the screen (default: yes)")
    each.add_argument("--locked", choices=("yes", "no"), help="only what is gentler is left to keys")
    each.add_argument("--away-text", metavar="F", type=Path, help="the text for the key x, from a file")
    _add_json(each)

    each = actions.add_parser("retention", help="how long sessions are kept, and what is older")
    each.description = RETENTION
    each.add_argument("--keep-days", metavar="N", type=int, help="from now on; 0: without an end")
    each.add_argument("--delete", action="store_true", help="delete what is older, for good")
    _add_sure(each, "only show what would go; nothing is changed, nor remembered")
    _add_json(each)

    share_examples(EPILOG, actions.choices)
    for each in actions.choices.values():
        passphrase.add_argument(each, default=argparse.SUPPRESS)


def _add_p(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="P", help='a pseudonym; "" is whoever was not named')


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def _add_sure(parser: argparse.ArgumentParser, dry: str) -> None:
    parser.add_argument("--dry-run", action="store_true", help=dry)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    passphrase.unlock_store(args)
    if getattr(args, "person", None) is not None:
        args.person = checked(args.person)
    return _ACTIONS[args.action or "list"](Store.open(), args)


def _list(store: Store, args: argparse.Namespace) -> int:
    found = clients.clients(store)
    if getattr(args, "json", False):
        print(json_text([_as_json(each) for each in found]))
    elif found:
        rows = [words.row(each.person, len(each.sessions), each.last, each.record) for each in found]
        print("\n".join(words.table(rows)))
    else:
        print(
            "Nobody yet. `entrain person new P01` adds somebody; alone you need none.",
            file=sys.stderr,
        )
    return 0


def _show(store: Store, args: argparse.Namespace) -> int:
    found = clients.client(store, args.person)
    come = clients.over_days(store, args.person)
    if args.json:
        print(
            json.dumps({**_as_json(found), "over_days": [asdict(each) for each in come]}, ensure_ascii=False)
        )
        return 0
    lines = [f"{who(found.person)}: {times(len(found.sessions), 'session')}"]
    if found.record is not None:
        lines += [f"  {line}" for line in words.record_text(found.record)]
    lines += [f"  {words.over_days_text(e.preset, e.n_counted, e.n_sessions, e.goal_per_min)}" for e in come]
    if found.sessions:
        lines += ["", *session_words.rows_text(found.sessions[-10:])]
    print("\n".join(lines))
    return 0


def _as_json(each: Client) -> dict[str, Any]:
    record = None if each.record is None else json.loads(codec.encode(each.record))
    last = None if each.last is None else each.last.isoformat()
    return {"person": each.person, "sessions": len(each.sessions), "last_utc": last, "record": record}


def _new(store: Store, args: argparse.Namespace) -> int:
    clients.add(store, args.person)
    print(f"{args.person} is known here now: entrain run --person {_quoted(args.person)}", file=sys.stderr)
    return 0


def _export(store: Store, args: argparse.Namespace) -> int:
    for line in clients.export_person(store, args.person, args.out):
        print(f"{args.out}/{line}", file=sys.stderr)
    print("Whoever gets this folder can read all of it.", file=sys.stderr)
    return 0


def _forget(store: Store, args: argparse.Namespace) -> int:
    whose = who(args.person)
    would = clients.would_stay(store, args.person)
    if args.dry_run:
        print(f"Would go: {times(would.n_sessions, 'session')} of {whose}, and what is kept of them.")
        _say_left(would, whose)
        return 0
    question = f"Forget {whose}, with {times(would.n_sessions, 'session')}, for good?"
    if not _is_sure(args, question):
        return 1
    left = clients.forget(store, args.person)
    print(f"{whose} is forgotten: {times(left.n_sessions, 'session')} deleted.", file=sys.stderr)
    _say_left(left, whose)
    print("Exports and reports that were written elsewhere are yours to delete.", file=sys.stderr)
    return 0


def _say_left(left: Forgotten, whose: str) -> None:
    for path in left.named_in:
        print(f"Still named in {path}.", file=sys.stderr)
    for path in left.backups:
        print(f"Still in the backup {path}: delete that file, or make a new one.", file=sys.stderr)
    for path in left.unseen:
        print(f"The backup {path} may hold {whose} still; it is not here to look into.", file=sys.stderr)


def _consent(store: Store, args: argparse.Namespace) -> int:
    if args.version is not None and args.text is None:
        raise UsageError("--version is of the text that --text names.")
    if args.text is not None:
        given = clients.give_consent(store, args.person, args.text, args.version)
    elif args.withdraw:
        given = clients.withdraw_consent(store, args.person)
    else:
        return _consents(store, args)
    if args.json:
        print(codec.encode(given))
    else:
        print(f"{who(args.person)}: {words.consent_text(given)}")
    return 0


def _consents(store: Store, args: argparse.Namespace) -> int:
    record = clients.client(store, args.person).record
    found = () if record is None else record.consents
    if args.json:
        print(json_text([json.loads(codec.encode(each)) for each in found]))
    for each in () if args.json else found:
        print(f"{words.consent_text(each)}\n\n{each.text.rstrip()}\n")
    if not found and not args.json:
        print(f"No consent of {who(args.person)} is kept here.", file=sys.stderr)
    return 0


def _note(store: Store, args: argparse.Namespace) -> int:
    note = CaseNote(now_utc(), args.said, args.seen, args.thought, args.plan)
    if note != CaseNote(note.written_utc):
        clients.add_note(store, args.person, note)
        return 0
    record = clients.client(store, args.person).record
    notes = () if record is None else record.notes
    if args.json:
        print(json_text([json.loads(codec.encode(each)) for each in notes]))
    elif notes:
        print("\n".join(line for each in notes for line in words.note_text(each)))
    else:
        print(f"No notes on {who(args.person)}.", file=sys.stderr)
    return 0


def _care(store: Store, args: argparse.Namespace) -> int:
    given = (args.never, args.body_sounds, args.figures, args.locked, args.away_text)
    if any(each is not None for each in given):
        clients.change_care(
            store,
            args.person,
            never=args.never,
            body_sounds=_yes(args.body_sounds),
            figures=_yes(args.figures),
            locked=_yes(args.locked),
            away_text=args.away_text,
        )
    record = clients.client(store, args.person).record or people.new()
    if args.json:
        print(codec.encode(record.care))
    else:
        print("\n".join(words.care_text(record)))
    return 0


def _yes(typed: str | None) -> bool | None:
    return None if typed is None else typed == "yes"


def _retention(store: Store, args: argparse.Namespace) -> int:
    keep_days = args.keep_days if args.keep_days is not None else settings.load()[0].keep_days
    if keep_days is not None and keep_days < 0:
        raise UsageError("--keep-days is a number of days, or 0 for no end.")
    if args.keep_days is not None and not args.dry_run:
        settings.change(lambda now: replace(now, keep_days=args.keep_days or None))
    old = clients.past_keeping(store, keep_days) if keep_days else ()
    if args.json:
        print(json.dumps({"keep_days": keep_days or None, "older": [row.id for row in old]}))
    else:
        _say_old(keep_days, old)
    if not old or not args.delete or args.dry_run:
        return 0
    if not _is_sure(args, f"Delete {times(len(old), 'session')} for good?"):
        return 1
    uuids = frozenset(row.uuid for row in old)
    store.delete(*(row.id for row in old))
    print(f"Deleted {times(len(old), 'session')}.", file=sys.stderr)
    from entrain.storage import backups

    for path in backups.still_in(store, uuids)[0]:
        print(f"Still in the backup {path}.", file=sys.stderr)
    return 0


def _say_old(keep_days: int | None, old: Sequence[SessionRow]) -> None:
    if not keep_days:
        print("Sessions are kept until somebody deletes them.")
    elif not old:
        print(f"Sessions are kept for {times(keep_days, 'day')}; none is older.")
    else:
        print(f"Sessions are kept for {times(keep_days, 'day')}; {len(old)} older:")
        print("\n".join(session_words.rows_text(old)))


def _is_sure(args: argparse.Namespace, question: str) -> bool:
    if args.yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("Deleting needs a yes, and nobody is here to ask.", "Add --yes.")
    print(f"{question} Type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    print("Nothing was deleted.", file=sys.stderr)
    return False


def _quoted(person: str) -> str:
    return f'"{person}"' if " " in person else person


_ACTIONS: Final[Mapping[str, Callable[[Store, argparse.Namespace], int]]] = {
    "list": _list,
    "show": _show,
    "new": _new,
    "export": _export,
    "forget": _forget,
    "consent": _consent,
    "note": _note,
    "care": _care,
    "retention": _retention,
}
