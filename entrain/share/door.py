"""Who may come in: which addresses a page has, where its requests may come from, and what each token opens.

A browser on this computer can be made to ask us anything by any page it has open, so the name it asked for
and the page it asked from are both checked (against DNS rebinding and cross-site WebSockets), and a token
nobody can guess says whether one may look or also steer.
"""

import secrets
import socket
from dataclasses import dataclass, field
from enum import Enum
from hmac import compare_digest


class Viewer(Enum):
    """What a token opens."""

    CLIENT = "client"  # looks at the figure
    CONSOLE = "console"  # sees all, and steers


@dataclass(frozen=True, slots=True)
class Door:
    """Where the pages are, and the tokens of one start of the program."""

    hosts: tuple[str, ...]  # name:port, as a browser names us; the first one is told to people
    secure: bool = False
    tokens: dict[Viewer, str] = field(
        default_factory=lambda: {role: secrets.token_urlsafe(16) for role in Viewer}
    )

    def link(self, role: Viewer) -> str:
        """What to open. The token stands in the fragment, which no browser sends and no log keeps."""
        return f"{self._scheme}://{self.hosts[0]}/#{self.tokens[role]}"

    def knows_host(self, hosts: list[str]) -> bool:
        """Were we asked by exactly one name, and is it ours?"""
        return len(hosts) == 1 and hosts[0].lower() in self.hosts

    def knows_origin(self, origins: list[str], host: str) -> bool:
        """Does a WebSocket come from exactly one page, and is it the one at `host` that we handed out?"""
        return len(origins) == 1 and origins[0].lower() == f"{self._scheme}://{host.lower()}"

    def role_of(self, token: object) -> Viewer | None:
        """What a token opens; None for a wrong one."""
        if not isinstance(token, str) or not token.isascii():
            return None
        for role, its in self.tokens.items():
            if compare_digest(token, its):
                return role
        return None

    @property
    def _scheme(self) -> str:
        return "https" if self.secure else "http"


def names_here(port: int, *, on_network: bool) -> tuple[str, ...]:
    """By which names a browser can ask for us, the one to tell first."""
    names = ["127.0.0.1", "localhost"]
    if on_network:
        own = socket.gethostname().lower()
        names = [address_on_network(), own, f"{own}.local", *names]
    return tuple(dict.fromkeys(f"{name}:{port}" for name in names))


def address_on_network() -> str:
    """This computer's address in its network; the loopback's where it is in none. Nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # an address kept for documentation (RFC 5737): only the route counts
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
