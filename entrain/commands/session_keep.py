"""`entrain sessions note | person | delete | backup`: what is kept, whose it is, and what goes."""

import argparse
import sys
from collections import Counter

from entrain.errors import UsageError
from entrain.foreign import json_text, many_lines
from entrain.person.pseudonym import checked
from entrain.storage.log.store import Store
from entrain.wording import session as words


def note(store: Store, args: argparse.Namespace) -> int:
    session_id = store.find(args.id)
    if args.text is None:
        print(many_lines(store.load(session_id).meta.row.note))
        return 0
    store.note(session_id, args.text, replace=args.replace)
    return 0


def person(store: Store, args: argparse.Namespace) -> int:
    if args.old is None:
        n_sessions = Counter(name for row in store.sessions() for name in row.everybody or ("",))
        if args.json:
            rows = [{"person": name, "n_sessions": n_sessions[name]} for name in sorted(n_sessions)]
            print(json_text(rows))
            return 0
        for person in sorted(n_sessions):
            print(f"{words.who(person)}: {words.times(n_sessions[person], 'session')}")
        return 0
    if args.new is None:
        raise UsageError("Two pseudonyms are needed: the old one and the new one.")
    old, new = checked(args.old), checked(args.new)
    n = store.rename_person(old, new)
    if not n:
        raise UsageError(
            f"There are no sessions of {words.who(old)}.", "`entrain sessions person` names everybody."
        )
    print(f"{words.times(n, 'session')} of {words.who(old)}: now of {words.who(new)}.", file=sys.stderr)
    return 0


def delete(store: Store, args: argparse.Namespace) -> int:
    ids = tuple(dict.fromkeys(store.find(name) for name in args.ids))
    if not args.yes:
        if not sys.stdin.isatty():
            raise UsageError("Deleting needs a yes, and nobody is here to ask.", "Add --yes.")
        chosen = [row for row in store.sessions() if row.id in ids]
        print("\n".join(words.rows_text(chosen)), file=sys.stderr)
        print("Delete for good? Type yes: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.", file=sys.stderr)
            return 1
    from entrain.storage import backups

    uuids = frozenset(row.uuid for row in store.sessions() if row.id in ids)
    store.delete(*ids)
    print(f"Deleted {words.numbered(ids)}.", file=sys.stderr)
    holding, unseen = backups.still_in(store, uuids)
    for path in holding:
        print(f"Still in the backup {path}: delete it there with --store {path}.", file=sys.stderr)
    for path in unseen:
        print(f"The backup {path} may hold it still; it is not here to look into.", file=sys.stderr)
    return 0


def backup(store: Store, args: argparse.Namespace) -> int:
    from entrain.storage import backups

    store.backup(args.path)
    backups.remember(store, args.path)
    print(f"{args.path}: {len(Store(args.path).sessions())} sessions.", file=sys.stderr)
    return 0
