"""`entrain sessions export | import`: what goes out to other programs, and what comes in."""

import argparse
import sys
from pathlib import Path
from typing import Final

from entrain.commands import reading_options
from entrain.commands.passphrase import unlock_store
from entrain.errors import InputError, UsageError
from entrain.person.pseudonym import checked
from entrain.recordings.options import ReadOptions
from entrain.storage.log.store import Store
from entrain.wording import session as words

# Files that by their bytes alone could be encrypted stores.
_PACKED: Final = frozenset({".age", ".gz", ".parquet", ".xdf", ".zip"})


def export_one(store: Store, args: argparse.Namespace) -> int:
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


def import_all(store: Store, args: argparse.Namespace) -> int:
    from entrain.storage.log.database import is_database

    person = checked(args.person or "")
    code = 0
    for path in args.files:
        try:
            if path.suffix.lower() in _PACKED or not path.is_file() or not is_database(path):
                _import_recording(store, path, reading_options.options_of(args), person)
            else:
                _import_store(store, path, person)
        except (InputError, UsageError) as fault:
            # One file that cannot be read keeps no other one out.
            if len(args.files) == 1:
                raise
            print("\n".join(filter(None, (f"entrain: {fault.message}", fault.advice))), file=sys.stderr)
            code = max(code, fault.exit_code)
    return code


def _import_store(store: Store, path: Path, person: str) -> None:
    from entrain.storage.recovery.absorb import absorb

    unlock_store(path=path)
    done = absorb(store, path, person)
    if done.n_left_out:
        records = words.times(done.n_left_out, "damaged record")
        print(f"{path}: {records} left out; the file itself is as it was.", file=sys.stderr)
    new = done.sessions
    print(f"{path}: {words.numbered(new)}" if new else f"{path}: nothing that is not here already")


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
    print(f"{path}: {words.numbered((imported.session_id,))}, {words.recording_text(recording)}")
