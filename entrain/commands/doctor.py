"""`entrain doctor`: what works here, and what to do where it does not."""

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Final

from entrain.commands import passphrase
from entrain.errors import EntrainError

EPILOG: Final = """\
examples:
  entrain doctor
  entrain doctor --json
  entrain doctor --repair
"""
EXAMINED: Final = ("Bluetooth", "sound", "terminal", "storage")
_NARROWEST: Final = (80, 24)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `ok`, what was found, and what to do about it."""

    what: str
    ok: bool
    found: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Look at Bluetooth, sound, terminal and storage, and say what to do where one does not work."
    )
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    mend = "save what can be read of a damaged store into a new one; the damaged one is kept aside"
    parser.add_argument("--repair", action="store_true", help=mend)
    parser.add_argument("--json", action="store_true", help="one JSON array, for programs")
    passphrase.add_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 where the storage does not work, for without it a session is not kept."""
    if args.repair:
        passphrase.unlock_store(args)
        return repair()
    findings = asyncio.run(_all(args))
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        print("\n".join(line for finding in findings for line in lines(finding)))
    return 0 if findings[-1].ok else 1


async def _all(args: argparse.Namespace) -> list[Finding]:
    found = {finding.what: finding async for finding in each(args)}
    return [found[what] for what in EXAMINED]


def repair() -> int:
    """Salvage the person's own store, where it is damaged."""
    from entrain.storage.health import check_storage
    from entrain.storage.places import sessions_path
    from entrain.storage.salvage import repair as repair_store

    works, found, _ = check_storage()
    path = sessions_path()
    if works or not path.exists():
        print(f"Nothing to repair: {found}")
        return 0
    saved, aside = repair_store(path)
    n_records = f"{saved.n_events} events and {saved.n_effects} effects"
    print(f"{path}: {saved.n_sessions} sessions with {n_records} saved.")
    if saved.n_lost:
        print(f"{saved.n_lost} records are known to be lost; `entrain sessions replay ID` says whose.")
    if saved.n_stand_ins:
        print(
            f"Of {saved.n_stand_ins} sessions date, preset and summary are lost; they bear the preset lost."
        )
    print(f"The damaged store is kept as {aside}.", file=sys.stderr)
    return 0


def lines(finding: Finding) -> list[str]:
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    mark = "ok  " if finding.ok else "look"
    if colours:
        mark = f"\x1b[{'32' if finding.ok else '31'}m{mark}\x1b[0m"
    said = [f"{mark}  {finding.what:<10} {finding.found}"]
    if finding.advice:
        said.append(f"{'':17}{finding.advice}")
    return said


async def each(args: argparse.Namespace | None = None) -> AsyncIterator[Finding]:
    """Everything at once, each when it is known; nothing blocks the loop, and nothing raises."""
    looks = (bluetooth(), sound(), _terminal_now(), asyncio.to_thread(storage, args))
    looked = [asyncio.ensure_future(look) for look in looks]
    try:
        for finding in asyncio.as_completed(looked):
            yield await finding
    finally:
        for look in looked:
            look.cancel()


async def bluetooth() -> Finding:
    try:
        scan = await asyncio.to_thread(import_module, "entrain.devices.ble.scan")
    except ImportError as error:
        return Finding("Bluetooth", False, f"bleak cannot be loaded: {error}.")
    return Finding("Bluetooth", *await scan.check_bluetooth())


async def sound() -> Finding:
    from entrain.devices.audio.check import sound_checked

    return Finding("sound", *await sound_checked())


async def _terminal_now() -> Finding:
    return terminal()


def terminal() -> Finding:
    # The app puts its own stream in the place of sys.stdout.
    if sys.__stdout__ is None or not sys.__stdout__.isatty():
        return Finding("terminal", True, "Not a terminal; the app needs one, --headless does not.")
    size = shutil.get_terminal_size()
    colours = "no colours" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or "basic colours"
    found = f"{size.columns}×{size.lines}, {colours}."
    if (size.columns, size.lines) < _NARROWEST or size.lines < _NARROWEST[1]:
        return Finding("terminal", False, found, "The app looks right from 80×24 on: enlarge the window.")
    return Finding("terminal", True, found)


def storage(args: argparse.Namespace | None = None) -> Finding:
    from entrain.storage import cipher
    from entrain.storage.health import check_storage
    from entrain.storage.places import sessions_path

    path = sessions_path()
    try:
        if getattr(args, "store_passphrase_file", None) is not None:
            passphrase.unlock_store(args)
        elif cipher.is_encrypted(path) and not (cipher.try_known(path) or passphrase.unlock_unasked(path)):
            cipher.library()
            size = path.stat().st_size / 1e6
            found = f"Encrypted, {size:.1f} MB, in {path}; without its passphrase it was not looked into."
            return Finding("storage", True, found, "To look into it: entrain doctor --passphrase-file FILE")
        return Finding("storage", *check_storage())
    except EntrainError as fault:
        return Finding("storage", False, fault.message, fault.advice)
