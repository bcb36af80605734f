"""`--share`: a running session on a second screen."""

import argparse
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from entrain import extras
from entrain.errors import UsageError
from entrain.share.door import Viewer
from entrain.wording import share as words
from entrain.wording.screen import SIMULATED

if TYPE_CHECKING:  # imported when it is asked for
    from entrain.ports import SessionPort
    from entrain.share.server import SharePlace

LAST_PORT: Final = 65535
_WHERE: Final = re.compile(r"(here|lan)(?::(\d{1,5}))?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of the second screen."""
    group = parser.add_argument_group("second screen")
    group.add_argument(
        "--share",
        nargs="?",
        const="here",
        metavar="here|lan",
        help="a page for another screen, and one to steer from; on this computer, or in your network."
        " With a port: lan:8080",
    )
    group.add_argument("--share-pulse", action="store_true", help="the client's page shows the pulse too")
    group.add_argument("--cert", type=Path, metavar="FILE", help="your own certificate for it, PEM")
    group.add_argument("--key", type=Path, metavar="FILE", help="the certificate's key, PEM")


def asked(args: argparse.Namespace) -> "SharePlace | None":
    """Where the second screen is to be; None: there is to be none.

    Raises:
        UsageError: it cannot be, or does not go together.
    """
    if (args.cert is None) != (args.key is None) or (args.share is None and args.cert is not None):
        raise UsageError(words.KEY_ALONE)
    if args.share is None:
        return None
    found = _WHERE.fullmatch(args.share)
    if found is None or int(found[2] or 0) > LAST_PORT:
        raise UsageError(*words.wrong_share(args.share))
    if args.speed != 1.0:
        raise UsageError(words.AT_ONCE)
    from entrain.share.server import SharePlace

    certificate = None if args.cert is None else (args.cert, args.key)
    return SharePlace(found[1] == "lan", int(found[2] or 0), args.share_pulse, certificate)


class Sharing:
    """A second screen from here on: whatever session is shown to it."""

    def __init__(self, place: "SharePlace", look: str) -> None:
        """Hold the port and tell on stderr where the pages are.

        Raises:
            EntrainError: it cannot be had here, with advice.
        """
        from entrain.share.server import Shared, opened

        self._shared = Shared(with_pulse=place.with_pulse, look=look)
        self._opened = opened(place)
        door = self._opened.door
        said = words.who_can_open(on_network=place.on_network, secure=door.secure)
        drawn = _code(door.link(Viewer.CLIENT)) if place.on_network else ""
        print(words.opened(door.link(Viewer.CLIENT), door.link(Viewer.CONSOLE), said, drawn), file=sys.stderr)

    def show(self, session: "SessionPort", voices: tuple[str, ...], *, simulated: bool) -> None:
        """Show this session from now on; called in the loop it runs in."""
        self._shared.show(session, voices, SIMULATED if simulated else "")

    async def serve(self) -> None:
        """Serve until it is cancelled, in the same loop."""
        from entrain.share.server import serve

        await serve(self._shared, self._opened)


def _code(link: str) -> str:
    """The link as a code for a camera, in half blocks; nothing where the letters are not to be had."""
    out = io.StringIO()
    extras.load("segno", "share", words.NEEDS).make_qr(link, error="l").terminal(out, compact=True, border=2)
    drawn = out.getvalue()
    try:
        drawn.encode(sys.stderr.encoding)
    except UnicodeEncodeError:
        return ""
    return drawn
