"""The pages on the network: one server for one start of the program, whatever session it shows just then.

Two requests exist: the page, and its WebSocket. A page says its token within three seconds; from then on it
is sent a picture twice a second, and asks for the time to place it.
"""

import asyncio
import json
import logging
import socket
import ssl
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import Any, Final

from entrain import extras
from entrain.errors import DeviceError, UsageError
from entrain.ports import SessionPort
from entrain.share.door import Door, Viewer, names_here
from entrain.share.orders import AUTHOR, NotUnderstood, message_of, order_of
from entrain.share.page import Page, made
from entrain.share.picture import client_picture, console_picture, course
from entrain.wording.share import NEEDS, no_certificate, no_port

PICTURE_S: Final = 0.5
TOKEN_WITHIN_S: Final = 3.0
GOODBYE_S: Final = 1.0  # a page that floods us does not answer that it was hung up on
LARGEST_BYTES: Final = 4096  # of what a page may send at once
MOST_A_SECOND: Final = 20  # messages of one page
MOST_PAGES: Final = 24

# Why a connection is closed, for the page to tell apart (4000 to 4999 are an application's own, RFC 6455).
OVER: Final = 4410
WRONG_TOKEN: Final = 4401
NOT_YOURS: Final = 4403
TOO_LATE: Final = 4408
TOO_MANY: Final = 4429
NOT_A_MESSAGE: Final = 4400

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SharePlace:
    """Where the pages are to be: `port` 0 takes a free one; `certificate` is two PEM files, with its key."""

    on_network: bool = False
    port: int = 0
    with_pulse: bool = False  # on the page for who breathes
    certificate: tuple[Path, Path] | None = None


@dataclass(slots=True)
class Shared:
    """What is shown: the session that runs just now. `look` names the theme, by `drawing.palette`."""

    port: SessionPort | None = None
    voices: tuple[str, ...] = ()
    with_pulse: bool = False
    look: str = "dark"
    remark: str = ""  # what is to be said of the session on every page: that its heart is simulated
    number: int = field(default=0, init=False)  # a page begins anew with each session

    def show(self, port: SessionPort, voices: tuple[str, ...], remark: str) -> None:
        """From now on this session."""
        self.port, self.voices, self.remark = port, voices, remark
        self.number += 1


@dataclass(frozen=True, slots=True)
class HeldPort:
    """A port that is held, and the door to it: links can be told before anything is served."""

    listener: socket.socket
    door: Door
    tls: ssl.SSLContext | None


def opened(place: SharePlace) -> HeldPort:
    """Hold a port for the pages.

    Raises:
        MissingExtra: the extra `share` is not installed.
        DeviceError: the port cannot be had.
        UsageError: the certificate cannot be used.
    """
    _library()
    tls = None if place.certificate is None else _tls(place.certificate)
    listener = _listener(place)
    names = names_here(listener.getsockname()[1], on_network=place.on_network)
    return HeldPort(listener, Door(names, secure=tls is not None), tls)


async def serve(shared: Shared, place: HeldPort) -> None:
    """Serve the pages until it is cancelled, in the loop that the session runs in."""
    server, closed = _library()
    pages = _Pages(shared, place.door, made(), closed)

    class Connection(server.ServerConnection):
        """The library takes GET alone and hangs up on the rest; whoever asks otherwise deserves an answer."""

        def data_received(self, data: bytes) -> None:
            begun = getattr(self, "_begun", False)
            if not begun and not data.startswith(b"GET "[: len(data)]):
                self.transport.write(_NOT_ALLOWED)
                self.transport.close()
                return
            self._begun = True
            super().data_received(data)  # pyright: ignore[reportUnknownMemberType]

    silent = logging.getLogger("entrain.share.connections")
    silent.setLevel(logging.CRITICAL)  # what strangers send is no news
    async with server.serve(
        pages.met,
        sock=place.listener,
        ssl=place.tls,
        process_request=pages.asked,
        create_connection=Connection,
        max_size=LARGEST_BYTES,
        compression=None,
        server_header=None,
        open_timeout=TOKEN_WITHIN_S,
        close_timeout=GOODBYE_S,
        logger=silent,
    ):
        try:
            await asyncio.Event().wait()
        finally:
            await pages.part()


_NOT_ALLOWED: Final = (
    b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class _Pages:
    """Answers requests, and talks with each page that is open."""

    def __init__(self, shared: Shared, door: Door, handed: Page, closed: type[Exception]) -> None:
        self._shared = shared
        self._door = door
        self._handed = handed
        self._closed = closed  # what is raised where a page has gone
        self._open: dict[Any, Viewer | None] = {}  # every page, and what its token opened

    def asked(self, connection: Any, request: Any) -> Any:
        """The answer to a request, or None where a WebSocket may begin."""
        hosts = request.headers.get_all("Host")
        if not self._door.knows_host(hosts):
            return connection.respond(421, "")
        if request.path == "/":
            return self._handed_out(connection)
        if request.path != "/ws":
            return connection.respond(404, "")
        if not self._door.knows_origin(request.headers.get_all("Origin"), hosts[0]):
            return connection.respond(403, "")
        return connection.respond(503, "") if len(self._open) >= MOST_PAGES else None

    def _handed_out(self, connection: Any) -> Any:
        response = connection.respond(200, "")
        del response.headers["Content-Type"], response.headers["Content-Length"]
        for name, value in self._handed.headers.items():
            response.headers[name] = value
        response.headers["Content-Length"] = str(len(self._handed.body))
        response.body = self._handed.body
        return response

    async def met(self, page: Any) -> None:
        """One page, from its token to its end."""
        self._open[page] = None
        try:
            with suppress(self._closed):
                role = await self._role(page)
                if role is not None:
                    self._open[page] = role
                    await self._talk(page, role)
        except Exception:
            _log.exception("A page could not be served")
            raise
        finally:
            del self._open[page]

    async def part(self) -> None:
        """The program ends: every page is told how it was at last."""
        await asyncio.gather(*(self._part_from(page, role) for page, role in self._open.items()))

    async def _part_from(self, page: Any, role: Viewer | None) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S):
                if role is not None:
                    await self._send_picture(page, role)
                await page.close(OVER)
        except self._closed:
            pass
        except TimeoutError:  # a tablet that fell asleep takes nothing more: nobody waits for it
            page.transport.abort()

    async def _talk(self, page: Any, role: Viewer) -> None:
        pictures = asyncio.create_task(self._send_pictures(page, role))
        try:
            await self._hear(page, role)
        finally:
            pictures.cancel()
            with suppress(self._closed, asyncio.CancelledError):
                await pictures

    async def _role(self, page: Any) -> Viewer | None:
        try:
            said = await asyncio.wait_for(anext(aiter(page), ""), TOKEN_WITHIN_S)
            role = self._door.role_of(message_of(said).get("token"))
        except TimeoutError:
            await page.close(TOO_LATE)
            return None
        except NotUnderstood:
            role = None
        if role is None:
            await page.close(WRONG_TOKEN)
        return role

    async def _hear(self, page: Any, role: Viewer) -> None:
        recent: deque[float] = deque(maxlen=MOST_A_SECOND)
        async for said in page:
            if len(recent) == MOST_A_SECOND and monotonic() - recent[0] < 1.0:
                return await page.close(TOO_MANY)
            recent.append(monotonic())
            try:
                message = message_of(said)
                if "ping" in message:
                    await self._tell_time(page, message["ping"])
                elif role is not Viewer.CONSOLE:
                    return await page.close(NOT_YOURS)
                elif self._shared.port is not None:
                    self._shared.port.send(order_of(message, self._shared.voices), AUTHOR)
                    await self._send_picture(page, role)  # what came of it shows at once
            except NotUnderstood as error:
                _log.info("A page said what cannot be understood: %s", error)
                return await page.close(NOT_A_MESSAGE)
        return None

    async def _tell_time(self, page: Any, ping: object) -> None:
        if isinstance(ping, bool) or not isinstance(ping, int | float) or not isfinite(ping):
            raise NotUnderstood("a ping is a number")
        port = self._shared.port
        await _send(page, {"kind": "time", "ping": ping, "t_s": None if port is None else port.view().t_s})

    async def _send_pictures(self, page: Any, role: Viewer) -> None:
        number = -1
        while True:
            if number != self._shared.number and self._shared.port is not None:
                number = self._shared.number
                await _send(page, self._hello(role, number))
            await self._send_picture(page, role)
            await asyncio.sleep(PICTURE_S)

    async def _send_picture(self, page: Any, role: Viewer) -> None:
        if self._shared.port is None:
            return
        view = self._shared.port.view()
        await _send(
            page,
            console_picture(view)
            if role is Viewer.CONSOLE
            else client_picture(view, with_pulse=self._shared.with_pulse),
        )

    def _hello(self, role: Viewer, number: int) -> dict[str, Any]:
        hello: dict[str, Any] = {
            "kind": "hello",
            "role": role.value,
            "session": number,
            "look": self._shared.look,
            "remark": self._shared.remark,
        }
        if role is Viewer.CONSOLE and self._shared.port is not None:
            view = self._shared.port.view()
            hello |= {"voices": self._shared.voices, "course": course(view.trend, view.t_s)}
        return hello


async def _send(page: Any, message: dict[str, Any]) -> None:
    await page.send(json.dumps(message, allow_nan=False, separators=(",", ":")))


def _library() -> tuple[Any, type[Exception]]:
    """The library's server, and what it raises where a page has gone."""
    server = extras.load("websockets.asyncio.server", "share", NEEDS)
    return server, extras.load("websockets.exceptions", "share", NEEDS).ConnectionClosed


def _listener(place: SharePlace) -> socket.socket:
    try:
        return socket.create_server(("0.0.0.0" if place.on_network else "127.0.0.1", place.port))
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DeviceError(*no_port(place.port, why)) from error


def _tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(*certificate)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(*no_certificate(str(error))) from error
    return context
