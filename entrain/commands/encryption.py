"""`entrain sessions encrypt`, `decrypt` and `passphrase`: the whole store, in place."""

import argparse
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Final

from entrain.commands import passphrase as passphrases
from entrain.errors import StoreError
from entrain.storage import backups
from entrain.storage.encryption import cipher
from entrain.storage.encryption import convert as encrypting
from entrain.storage.log.store import Store

ENCRYPT: Final = """\
Encrypt the store with a passphrase (SQLCipher 4). From then on every command asks for it, or takes it from
--passphrase-file, ENTRAIN_PASSPHRASE_FILE, ENTRAIN_PASSPHRASE or the system's keyring. Whoever forgets it
loses the sessions: nobody can bring them back. Presets and settings stay readable, and so do older backups.
"""
PASSPHRASE: Final = """\
Give the encrypted store another passphrase. It stays encrypted all the while: a copy under the new one is
compared with the store before it takes its place. Without files both are asked for, the new one twice.
Backups keep the passphrase that they were made with.

examples:
  entrain sessions passphrase
  entrain sessions passphrase --passphrase-file OLD --new-passphrase-file NEW
"""
DECRYPT: Final = "Make an encrypted store a plain one again, which needs no passphrase."


def encrypt(store: Store, args: argparse.Namespace) -> int:
    """Encrypt the store in place; the exit code."""
    if cipher.is_encrypted(store.path):
        raise StoreError(
            f"The session store {store.path} is encrypted already.",
            "For another passphrase: entrain sessions passphrase",
        )
    cipher.library()
    passphrase = passphrases.new_passphrase(args.passphrase_file)
    is_overwritten = encrypting.encrypt(store.path, passphrase)
    print(f"{store.path}: {_n_sessions(store)}, encrypted.", file=sys.stderr)
    beside = encrypting.readable_beside(store.path)
    for path in beside:
        print(f"Not encrypted, and still there: {path}", file=sys.stderr)
    _say_of_backups(store, beside)
    _say_of_the_old_file(is_overwritten)
    if args.keyring:
        passphrases.keep_in_keyring(store.path, passphrase)
        print("The system's keyring has the passphrase.", file=sys.stderr)
    return 0


def decrypt(store: Store, args: argparse.Namespace) -> int:
    """Make it a plain one again; the exit code."""
    del args  # the passphrase was found before, as for every other command
    encrypting.decrypt(store.path)
    passphrases.forget_in_keyring(store.path)
    print(f"{store.path}: {_n_sessions(store)}, readable without a passphrase.", file=sys.stderr)
    return 0


def change(store: Store, args: argparse.Namespace) -> int:
    """The old passphrase was found before, as for every other command."""
    encrypting.check_unlocked(store.path)  # before anything is asked for
    passphrase = passphrases.another_passphrase(args.new_passphrase_file)
    is_in_keyring = passphrases.is_in_keyring(store.path)
    is_overwritten = encrypting.change_passphrase(store.path, passphrase)
    print(f"{store.path}: {_n_sessions(store)}, encrypted with the new passphrase.", file=sys.stderr)
    beside = encrypting.encrypted_beside(store.path)
    for path in beside:
        print(f"Encrypted, with the passphrase it had: {path}", file=sys.stderr)
    _say_of_backups(store, beside)
    _say_of_the_old_file(is_overwritten)
    for where in passphrases.outdated_in_environment(passphrase):
        print(f"{where} is still another one; change it, too.", file=sys.stderr)
    if is_in_keyring:
        passphrases.keep_in_keyring(store.path, passphrase)
        print("The system's keyring has the new passphrase.", file=sys.stderr)
    return 0


def _say_of_backups(store: Store, named: Collection[Path]) -> None:
    for path in backups.known(store):
        if path not in named:
            print(f"The backup {path} stays as it is: remove it, or make a new one.", file=sys.stderr)


def _say_of_the_old_file(is_overwritten: bool) -> None:
    old = "overwritten once" if is_overwritten else "removed, and not overwritten"
    print(f"The old file was {old}; the disk may keep older blocks of it.", file=sys.stderr)


def _n_sessions(store: Store) -> str:
    n = len(store.sessions())
    return f"{n} session{'s' * (n != 1)}"
