"""A program that encrypts a store, makes it readable, and so on: `python -m tests.support.converter STORE`.

It says "next" before each. Its passphrase is `PASSPHRASE`. With `change` as a second word it changes the
passphrase to `OTHER`, and back, and so on; with a third, one of `MOMENTS`, it does so once and is killed
(SIGKILL) there.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from entrain.storage.encryption import cipher
from entrain.storage.encryption import convert as encrypting

PASSPHRASE = "correct horse battery staple"
OTHER = "staple battery horse correct"
# In the order in which they come; the new store has taken the old one's place in the last three.
MOMENTS: Final = (
    "alone",
    "half copied",
    "copied",
    "compared",
    "on the disk",
    "replaced",
    "settled",
    "overwritten",
)


def main(path: Path, what: str = "", moment: str = "") -> None:
    if moment:
        _die(moment)
    is_going_on = True
    while is_going_on:
        is_going_on = not moment
        sys.stdout.write("next\n")
        sys.stdout.flush()
        if what == "change":
            now = next(each for each in (PASSPHRASE, OTHER) if cipher.opens(path, each))
            cipher.unlock(path, now)
            encrypting.change_passphrase(path, OTHER if now == PASSPHRASE else PASSPHRASE)
        elif cipher.is_encrypted(path):
            cipher.unlock(path, PASSPHRASE)
            encrypting.decrypt(path)
        else:
            encrypting.encrypt(path, PASSPHRASE)


def _die(moment: str) -> None:
    """Have this process killed when it comes to `moment`."""
    match moment:
        case "alone":
            _kill(encrypting, "_copy", before=True)
        case "half copied":
            _kill_in_the_copy()
        case "copied":
            _kill(encrypting, "_copy")
        case "compared":
            _kill(encrypting, "_compare")
        case "on the disk":
            _kill(encrypting, "to_disk")
        case "replaced":
            _kill(Path, "replace")
        case "settled":
            _kill(encrypting, "to_disk", after=2)
        case "overwritten":
            _kill(encrypting, "_overwrite")
        case _:
            raise ValueError(moment)


def _kill_in_the_copy() -> None:
    """When some of the copy is in its file, and not all."""
    connected = encrypting._connected

    def watched(path: Path) -> Any:
        connection, copy = connected(path), path.with_name(f"{path.stem}.converting.db")

        def look() -> int:
            if copy.exists() and 0 < copy.stat().st_size < path.stat().st_size // 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return 0

        connection.set_progress_handler(look, 100)
        return connection

    encrypting._connected = watched


def _kill(home: Any, name: str, *, before: bool = False, after: int = 1) -> None:
    """At the call of that function, or when it has returned `after` times."""
    function: Callable[..., Any] = getattr(home, name)
    left = after

    def killed(*arguments: Any) -> Any:
        nonlocal left
        outcome = None if before else function(*arguments)
        left -= 1
        if before or not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    setattr(home, name, killed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
