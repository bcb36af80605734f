"""`entrain doctor`: what works here, and what to do where it does not."""

import argparse
import asyncio
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from entrain.app import bundle
from entrain.app.doctor import EXAMINED, Finding, each
from entrain.commands import passphrase
from entrain.errors import StoreError
from entrain.foreign import json_text
from entrain.storage.places import check_new, sessions_path

EPILOG: Final = """\
examples:
  entrain doctor
  entrain doctor --json
  entrain doctor --repair
  entrain doctor --bundle fault.zip
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Look at Bluetooth, sound, terminal and storage, and say what to do where one does not work."
    )
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    mend = "save what can be read of a damaged store into a new one; the damaged one is kept aside"
    parser.add_argument("--repair", action="store_true", help=mend)
    fault = "write what helps to find a fault, without names and heart beats, into a .zip to send"
    parser.add_argument("--bundle", type=Path, metavar="FILE", help=fault)
    parser.add_argument("--json", action="store_true", help="one JSON array, for programs")
    passphrase.add_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 where the storage does not work, for without it a session is not kept."""
    if args.repair:
        passphrase.unlock_store(args)
        return repair()
    if args.bundle is not None:
        check_new(args.bundle)  # before the doctor has looked for many seconds
    findings = asyncio.run(_all(args))
    if args.bundle is not None:
        bundle.write(args.bundle, findings)
        print(f"Written: {args.bundle}. All of it is text; look into it before you send it.", file=sys.stderr)
    if args.json:
        print(json_text([asdict(finding) for finding in findings]))
    else:
        print("\n".join(line for finding in findings for line in lines(finding)))
    return 0 if findings[-1].ok else 1


async def _all(args: argparse.Namespace) -> list[Finding]:
    found = {finding.what: finding async for finding in each(lambda: _unlock(args))}
    return [found[what] for what in EXAMINED]


def _unlock(args: argparse.Namespace) -> bool:
    """Open an encrypted store with what was typed or is known; False: it stays closed."""
    if args.store_passphrase_file is not None:
        passphrase.unlock_store(args)
        return True
    return passphrase.unlock_unasked(sessions_path())


def repair() -> int:
    """Mend or salvage the person's own store, where it is damaged.

    Raises:
        StoreError: it does not work for another reason, which no repair removes.
    """
    from entrain.storage.health import are_pages_whole, check_storage
    from entrain.storage.recovery.mend import damage_in, damaged_persons_in, mend

    works, found, advice = check_storage()
    path = sessions_path()
    if works or not path.exists():
        print(f"Nothing to repair: {found}")
        return 0
    if not are_pages_whole(path):
        aside = _salvage(path)
    elif damage_in(path) or damaged_persons_in(path):
        n_rows, aside = mend(path)
        print(f"{path}: {n_rows} damaged record{'s' * (n_rows > 1)} set aside; all others are as they were.")
    else:
        raise StoreError(found, advice)
    print(f"The damaged store is kept as {aside}.", file=sys.stderr)
    return 0


def _salvage(path: Path) -> Path:
    """What can be read of a store with damaged pages goes into a new one; where the old one is now."""
    from entrain.storage.recovery.salvage import repair as repair_store

    saved, aside = repair_store(path)
    n_records = f"{saved.n_events} events and {saved.n_effects} effects"
    print(f"{path}: {saved.n_sessions} sessions with {n_records} saved.")
    if saved.n_lost:
        print(f"{saved.n_lost} records are known to be lost; `entrain sessions replay ID` says whose.")
    if saved.n_stand_ins:
        print(
            f"Of {saved.n_stand_ins} sessions date, preset and summary are lost; they bear the preset lost."
        )
    return aside


def lines(finding: Finding) -> list[str]:
    """A finding as lines for a terminal, with a mark and what to do."""
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    mark = "ok  " if finding.ok else "look"
    if colours:
        mark = f"\x1b[{'32' if finding.ok else '31'}m{mark}\x1b[0m"
    said = [f"{mark}  {finding.what:<10} {finding.found}"]
    if finding.advice:
        said.append(f"{'':17}{finding.advice}")
    return said
