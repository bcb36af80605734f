"""`entrain sessions`: what was recorded."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from entrain.commands import encryption, reading_options
from entrain.commands.passphrase import FILE_VARIABLE as PASSPHRASE_FILE
from entrain.commands.passphrase import add_argument as add_passphrase_file
from entrain.commands.passphrase import unlock_store
from entrain.control.protocol import RULES
from entrain.errors import InputError, UsageError
from entrain.foreign import json_text, many_lines
from entrain.history.recorded import corrected_hearts, summary_so_far
from entrain.person.pseudonym import checked
from entrain.recordings.options import ReadOptions
from entrain.storage.export import FORMATS
from entrain.storage.log import codec
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.wording import session as words
from entrain.wording.columns import aligned
from entrain.wording.figures import CORRECTED, LIVE

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
  entrain sessions backup /media/stick/entrain.db
  entrain sessions encrypt
  entrain sessions passphrase
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
# Files that by their bytes alone could be encrypted stores.
_PACKED: Final = frozenset({".age", ".gz", ".parquet", ".xdf", ".zip"})


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
    if args.store is not None and not args.store.exists():
        raise InputError(f"There is no store at {args.store}.", "Check the name and the folder.")
    if args.action != "encrypt":
        unlock_store(args, args.store)
    return _ACTIONS[args.action or "list"](Store.open(args.store), args)


def _list(store: Store, args: argparse.Namespace) -> int:
    person = getattr(args, "person", None)
    rows = [row for row in store.sessions() if person is None or row.is_of(checked(person))]
    if getattr(args, "json", False):
        print(json_text([words.row_json(row) for row in rows]))
    elif rows:
        print("\n".join(words.rows_text(rows)))
    elif person is not None:
        print(f"No sessions of {words.who(checked(person))}.", file=sys.stderr)
    else:
        print("No sessions yet. `entrain demo` makes one without a strap.", file=sys.stderr)
    return 0


def _trend(store: Store, args: argparse.Namespace) -> int:
    from entrain.commands import trend

    return trend.show(store, args)


def _show(store: Store, args: argparse.Namespace) -> int:
    session = store.load(store.find(args.id))
    summary = session.meta.summary or summary_so_far(session)
    phases, decisions = words.story(session)
    hearts = corrected_hearts(session)
    if args.json:
        print(
            json_text(
                {
                    **words.row_json(session.meta.row),
                    "config": json.loads(codec.encode(session.config)),
                    "n_damaged": session.n_damaged(),
                    "hearts": session.meta.hearts,
                    "audio": session.meta.audio,
                    "voice": session.meta.voice,
                    "preset_sha256": session.meta.preset_sha256,
                    "entrain_version": session.meta.entrain_version,
                    "summary": {"figures": LIVE, **json.loads(codec.encode(summary))},
                    CORRECTED: {strap: asdict(heart) for strap, heart in hearts.items()},
                    "phases": [json.loads(codec.encode(each)) for each in phases],
                    "decisions": [json.loads(codec.encode(each)) for each in decisions],
                },
            )
        )
        return 0
    if session.meta.row.state is SessionOutcome.IMPORTED:
        print("\n".join([*words.head_text(session), "", *words.measured_text(summary)]))
        return 0
    lines = [*words.head_text(session), "", *words.summary_text(summary, hearts), "", "Phases"]
    lines += words.phases_text(phases) or ["  none was reached"]
    if args.why:
        lines += ["", "Decisions", *(words.decisions_text(decisions) or ["  none"])]
    print("\n".join(lines))
    return 0


def _replay(store: Store, args: argparse.Namespace) -> int:
    """0 where every decision is the same, 1 where one is not."""
    from entrain.control.session import reduce, start
    from entrain.storage.log.verify import replay
    from entrain.whatif import imported

    session = store.load(store.find(args.id))
    if session.config.n_gone:
        raise UsageError(
            f"Others were taken out of session {session.meta.row.id}, so it cannot be decided again.",
            "What it holds can be shown, analysed and exported.",
        )
    if args.policy is not None:
        from entrain.commands import other_policy

        return other_policy.show(session, args.policy, as_json=args.json)
    if session.meta.row.state is SessionOutcome.IMPORTED:
        outcome = replay(session, imported.start, imported.observe)
    else:
        outcome = replay(session, start, reduce)
    if args.json:
        difference = outcome.difference and str(outcome.difference)
        said = {"difference": difference, "identical": outcome.is_identical, "rules_now": RULES}
        print(json_text({**asdict(outcome), **said}))
        return 0 if outcome.is_identical else 1
    which = f"Session {session.meta.row.id}"
    if outcome.is_identical:
        print(f"{which}: {outcome.n_events} events, {outcome.n_effects} effects, the same bit for bit.")
        if outcome.is_of_older_rules:
            print(f"It was decided by rules {outcome.rules}; today's are {RULES} and decide the same.")
        return 0
    if outcome.n_missing:
        print(f"{which}: {outcome.n_missing} records could not be stored when it ran.")
    if outcome.difference is not None:
        if outcome.is_of_older_rules:
            print(f"{which} was decided by rules {outcome.rules}. Today's, {RULES}, decide otherwise:")
        else:
            print(f"{which}: the same up to here, then not.")
        print(outcome.difference)
        print(f"It was recorded by entrain {session.meta.entrain_version}.", file=sys.stderr)
    return 1


def _export(store: Store, args: argparse.Namespace) -> int:
    from entrain.storage.deidentify import pseudonym
    from entrain.storage.export import export

    session_id, path = store.find(args.id), args.out
    person = pseudonym(args.pseudonym) if args.deidentify or args.pseudonym else None
    if not (args.encrypt or args.passphrase_file):
        remarks = export(store, session_id, args.format, path, args.strap, person)
    else:
        remarks = _export_sealed(store, session_id, args, person)
    if person is not None:
        remarks = (*remarks, f"de-identified as {person}")
    print(f"{path}: {'; '.join(remarks)}.", file=sys.stderr)
    return 0


def _export_sealed(
    store: Store, session_id: int, args: argparse.Namespace, person: str | None
) -> tuple[str, ...]:
    from entrain.commands.passphrase import new_passphrase
    from entrain.storage.encryption import sealed
    from entrain.storage.export import export
    from entrain.storage.places import check_new

    sealed.check_name(args.out)
    check_new(args.out)
    passphrase = new_passphrase(args.passphrase_file)
    with sealed.workplace() as folder:
        plain = Path(folder) / args.out.with_suffix("").name.removesuffix(".tar")
        remarks = export(store, session_id, args.format, plain, args.strap, person)
        is_archive = sealed.seal(plain, args.out, passphrase)
    inside = "a tar archive inside" if is_archive else "the file inside"
    return (*remarks, f"encrypted, {inside}: age --decrypt --output FILE {args.out}")


def _import(store: Store, args: argparse.Namespace) -> int:
    from entrain.storage.log.database import is_database
    from entrain.storage.recovery.absorb import absorb

    person = checked(args.person or "")
    code = 0
    for path in args.files:
        try:
            if path.suffix.lower() in _PACKED or not path.is_file() or not is_database(path):
                _import_recording(store, path, reading_options.options_of(args), person)
            else:
                unlock_store(path=path)
                new = absorb(store, path, person)
                print(f"{path}: {_sessions(new)}" if new else f"{path}: nothing that is not here already")
        except (InputError, UsageError) as fault:
            # One file that cannot be read keeps no other one out.
            if len(args.files) == 1:
                raise
            print("\n".join(filter(None, (f"entrain: {fault.message}", fault.advice))), file=sys.stderr)
            code = max(code, fault.exit_code)
    return code


def _import_recording(store: Store, path: Path, options: ReadOptions, person: str) -> None:
    from entrain.storage.imported import import_recording

    imported = import_recording(store, path, options, person=person)
    if not imported.is_new:
        print(f"{path}: nothing that is not here already, in session {imported.session_id}")
        return
    recording = imported.recording
    for warning in recording.warnings:
        print(f"{path}: {warning}", file=sys.stderr)
    if not imported.began_is_known:
        print(f"{path}: It does not say when it began; the file's own date was taken.", file=sys.stderr)
    print(f"{path}: {_sessions((imported.session_id,))}, {words.recording_text(recording)}")


def _sessions(ids: tuple[int, ...]) -> str:
    return f"session{'s' * (len(ids) > 1)} {', '.join(map(str, ids))}"


def _note(store: Store, args: argparse.Namespace) -> int:
    session_id = store.find(args.id)
    if args.text is None:
        print(many_lines(store.load(session_id).meta.row.note))
        return 0
    store.note(session_id, args.text, replace=args.replace)
    return 0


def _person(store: Store, args: argparse.Namespace) -> int:
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


def _delete(store: Store, args: argparse.Namespace) -> int:
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
    print(f"Deleted {_sessions(ids)}.", file=sys.stderr)
    holding, unseen = backups.still_in(store, uuids)
    for path in holding:
        print(f"Still in the backup {path}: delete it there with --store {path}.", file=sys.stderr)
    for path in unseen:
        print(f"The backup {path} may hold it still; it is not here to look into.", file=sys.stderr)
    return 0


def _backup(store: Store, args: argparse.Namespace) -> int:
    from entrain.storage import backups

    store.backup(args.path)
    backups.remember(store, args.path)
    print(f"{args.path}: {len(Store(args.path).sessions())} sessions.", file=sys.stderr)
    return 0


_ACTIONS: Final[Mapping[str, Callable[[Store, argparse.Namespace], int]]] = {
    "list": _list,
    "trend": _trend,
    "show": _show,
    "replay": _replay,
    "export": _export,
    "import": _import,
    "note": _note,
    "person": _person,
    "delete": _delete,
    "backup": _backup,
    "encrypt": encryption.encrypt,
    "passphrase": encryption.change,
    "decrypt": encryption.decrypt,
}
