"""What works here: Bluetooth, sound, terminal, storage; each with what to do where it does not."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from entrain.control.events import Sound
from entrain.errors import EntrainError
from entrain.wording.remarks import advised, told

EXAMINED: Final = ("Bluetooth", "sound", "terminal", "settings", "storage")
_NARROWEST: Final = (80, 24)

Unlock = Callable[[], bool]
"""Opens an encrypted store, where it can without asking; raises `EntrainError` where it should have."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `ok`, what was found, and what to do about it."""

    what: str
    ok: bool
    found: str
    advice: str = ""


async def each(unlock: Unlock | None = None) -> AsyncIterator[Finding]:
    """Everything at once, each when it is known; nothing blocks the loop, and nothing raises."""
    looks = (bluetooth(), sound(), _terminal_now(), asyncio.to_thread(storage, unlock), _settings_now())
    looked = [asyncio.ensure_future(look) for look in looks]
    try:
        for finding in asyncio.as_completed(looked):
            yield await finding
    finally:
        for look in looked:
            look.cancel()


async def bluetooth() -> Finding:
    """Is there an adapter, is it on, may we use it?"""
    try:
        scan = await asyncio.to_thread(import_module, "entrain.devices.ble.scan")
    except ImportError as error:
        return Finding("Bluetooth", False, f"bleak cannot be loaded: {error}.")
    lacking = await scan.check_bluetooth()
    if lacking is not None:
        return Finding("Bluetooth", False, told(lacking), advised(lacking))
    return Finding("Bluetooth", True, "Bluetooth is on and can look for straps.")


async def sound() -> Finding:
    """Does sound come out, and by which way?"""
    from entrain.devices.audio.check import sound_checked

    found = await sound_checked()
    if found.sound is Sound.PLAYING:
        return Finding("sound", True, f'Sound plays through "{found.device}": {told(found.remark)}.')
    return Finding("sound", False, told(found.remark), advised(found.remark))


async def _terminal_now() -> Finding:
    return terminal()


def terminal() -> Finding:
    """Is there a terminal, how large, and what can it show?"""
    # The app puts its own stream in the place of sys.stdout.
    if sys.__stdout__ is None or not sys.__stdout__.isatty():
        return Finding("terminal", True, "Not a terminal; the app needs one, --headless does not.")
    size = shutil.get_terminal_size()
    colours = "no colours" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or "basic colours"
    found = f"{size.columns}×{size.lines}, {colours}."
    if (size.columns, size.lines) < _NARROWEST or size.lines < _NARROWEST[1]:
        return Finding("terminal", False, found, "The app looks right from 80×24 on: enlarge the window.")
    return Finding("terminal", True, found)


async def _settings_now() -> Finding:
    return settings()


def settings() -> Finding:
    """Are the settings and the own themes right?"""
    from entrain.storage import desk_files
    from entrain.storage.places import desk_settings_path

    faults = (*desk_files.load()[1], *desk_files.themes()[1])
    if not faults:
        there = desk_settings_path().exists()
        return Finding("settings", True, f"{desk_settings_path()}." if there else "All as they come.")
    said = " ".join(str(fault) for fault in faults[:3])
    more = f" And {len(faults) - 3} more." if len(faults) > 3 else ""
    return Finding("settings", False, f"{said}{more}", f"Mend them in {desk_settings_path().parent}.")


def storage(unlock: Unlock | None = None) -> Finding:
    """Can sessions be kept, and are those there whole?"""
    from entrain.storage.encryption import cipher
    from entrain.storage.health import check_storage
    from entrain.storage.places import sessions_path

    path = sessions_path()
    try:
        is_open = not cipher.is_encrypted(path) or cipher.try_known(path) or (unlock is not None and unlock())
        if not is_open:
            cipher.library()
            size = path.stat().st_size / 1e6
            found = f"Encrypted, {size:.1f} MB, in {path}; without its passphrase it was not looked into."
            return Finding("storage", True, found, "To look into it: entrain doctor --passphrase-file FILE")
        return Finding("storage", *check_storage())
    except EntrainError as fault:
        return Finding("storage", False, fault.message, fault.advice)
