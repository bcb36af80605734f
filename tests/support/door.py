"""A door that is open in this loop: pages are served, and requests are made to it byte for byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from entrain.share.door import Door, Viewer
from entrain.share.server import Shared, SharePlace, opened, serve
from entrain.system.beside import beside


@dataclass(frozen=True, slots=True)
class Served:
    """What is served, and where."""

    shared: Shared
    door: Door
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def raw(self, request: bytes) -> tuple[int | None, bytes]:
        """(status, everything) of an answer; None where the connection was closed without one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return (int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None), answer

    async def get(
        self, path: str = "/", headers: Mapping[str, str] | None = None
    ) -> tuple[int | None, bytes]:
        lines = [f"GET {path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in ({"Host": self.host} | dict(headers or {})).items()]
        return await self.raw("\r\n".join([*lines, "", ""]).encode())

    def page(self) -> Any:
        """A WebSocket as a page of ours opens it, before its token."""
        return connect(f"ws://{self.host}/ws", origin=f"http://{self.host}", compression=None)  # pyright: ignore[reportArgumentType]

    @asynccontextmanager
    async def entered(self, role: Viewer) -> AsyncIterator[ClientConnection]:
        """A page that has said its token."""
        async with self.page() as page:
            await page.send(json.dumps({"token": self.door.tokens[role]}))
            yield page


async def heard(page: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while True:
        message = json.loads(await asyncio.wait_for(page.recv(), 10))
        if message["kind"] == kind:
            return message


@asynccontextmanager
async def serving(shared: Shared, place: SharePlace | None = None) -> AsyncIterator[Served]:
    """Pages for as long as the context lasts."""
    here = opened(place or SharePlace())
    async with beside(partial(serve, shared, here)):
        yield Served(shared, here.door, here.listener.getsockname()[1])
