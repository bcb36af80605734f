"""A real Chromium, driven through its own DevTools protocol over one WebSocket."""

import asyncio
import base64
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Self
from urllib.request import urlopen

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
_PORT_WITHIN_S: Final = 20.0


class Tab:
    """One page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.requests: list[str] = []  # every address that was asked for
        self.complaints: list[str] = []  # what the page's own console said
        self._loaded = asyncio.Event()
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def at(cls, url: str) -> Self:
        """The tab at its DevTools address, with what is listened to."""
        tab = cls(await connect(url, max_size=None))
        for domain in ("Page", "Runtime", "Network", "Log"):
            await tab.call(f"{domain}.enable")
        return tab

    async def call(self, method: str, **arguments: object) -> Any:
        """What DevTools answers."""
        number = next(self._ids)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        await self._socket.send(json.dumps({"id": number, "method": method, "params": arguments}))
        return await asyncio.wait_for(future, 20.0)

    async def open(self, url: str) -> None:
        """Go there, and wait until all of it has come."""
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), 20.0)

    async def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def until(self, expression: str, within_s: float = 15.0) -> Any:
        """Its value as soon as that is something."""
        end_s = asyncio.get_running_loop().time() + within_s
        while not (value := await self.ask(expression)):
            assert asyncio.get_running_loop().time() < end_s, f"never: {expression}"
            await asyncio.sleep(0.05)
        return value

    async def size(self, width: int, height: int, scale: float = 1.0) -> None:
        """As large as a window or a telephone would be."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    async def picture(self) -> bytes:
        """What is seen, as a PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])

    async def close(self) -> None:
        self._hearing.cancel()
        await self._socket.close()

    async def _hear(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                self._waiting.pop(message["id"]).set_result(message.get("result", message.get("error")))
            elif message["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            elif message["method"] == "Runtime.exceptionThrown":
                self.complaints.append(str(message["params"]["exceptionDetails"]))
            elif message["method"] == "Log.entryAdded":
                self.complaints.append(str(message["params"]["entry"]["text"]))


@asynccontextmanager
async def browser() -> AsyncIterator[Tab]:
    """A Chromium without a window, and its one tab."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr is not None
            port = await asyncio.wait_for(_port(process.stderr), _PORT_WITHIN_S)
            tab = await Tab.at(await asyncio.to_thread(_address, port))
            try:
                yield tab
            finally:
                await tab.close()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _port(lines: asyncio.StreamReader) -> int:
    async for line in lines:
        if b"DevTools listening on ws://" in line:
            return int(line.rsplit(b":", 1)[1].split(b"/")[0])
    raise AssertionError("Chromium did not start")


def _address(port: int) -> str:
    """Where the first tab is to be talked to."""
    with urlopen(f"http://127.0.0.1:{port}/json", timeout=10) as answer:
        tabs = json.load(answer)
    return next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
