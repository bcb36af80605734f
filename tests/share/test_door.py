"""Whoever may not come in does not, and whoever only looks cannot steer."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from entrain.clock import ManualClock
from entrain.control import events as ev
from entrain.person.care import CareRule
from entrain.share import server
from entrain.share.door import Door, Viewer
from entrain.share.server import Shared
from tests.support.door import heard, serving
from tests.support.scripted import EVENING, Script, ScriptedPort

VOICES = ("soft", "bowl")


def shared() -> Shared:
    what = Shared()
    what.show(ScriptedPort(ManualClock(130.0)), VOICES, "")
    return what


def port_of(what: Shared) -> ScriptedPort:
    assert isinstance(what.port, ScriptedPort)
    return what.port


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["127.0.0.1:{port}"], 200),
        (["localhost:{port}"], 200),
        (["evil.example:{port}"], 421),
        (["127.0.0.1"], 421),
        ([], 421),
        (["127.0.0.1:{port}", "evil.example"], 421),
    ],
)
async def test_a_page_is_handed_out_under_our_own_name_alone(hosts: list[str], status: int) -> None:
    async with serving(shared()) as served:
        lines = "".join(f"Host: {host.format(port=served.port)}\r\n" for host in hosts)
        assert (await served.raw(f"GET / HTTP/1.1\r\n{lines}\r\n".encode()))[0] == status


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", None])
async def test_a_page_of_somebody_else_opens_no_socket(origin: str | None) -> None:
    async with serving(shared()) as served:
        named: Any = origin and origin.format(port=served.port)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{served.host}/ws", origin=named)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "request_line",
    [
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{{}}",
        "DELETE / HTTP/1.1\r\nHost: {host}\r\n\r\n",
        "PUT /ws HTTP/1.1\r\nHost: {host}\r\n\r\n",
    ],
)
async def test_what_is_no_get_has_an_answer(request_line: str) -> None:
    async with serving(shared()) as served:
        status, answer = await served.raw(request_line.format(host=served.host).encode())
        assert status == 405
        assert b"Allow: GET" in answer


async def test_there_is_nothing_beside_the_page() -> None:
    async with serving(shared()) as served:
        for path in ("/../etc/passwd", "/page.html", "//", "/?x", "/ws/x"):
            assert (await served.get(path))[0] == 404, path


async def closed_with(served: Any, *messages: str | bytes) -> int | None:
    """Why a page that says these is hung up on."""
    async with served.page() as page:
        with suppress(ConnectionClosed):
            for message in messages:
                await page.send(message)
            while True:
                await asyncio.wait_for(page.recv(), 10)
        return page.close_code


@pytest.mark.parametrize(
    "said",
    ['{"token": "guessed"}', '{"token": 1}', '{"token": "ä"}', "[]", "nonsense", "{}", b"\xff", "[" * 3000],
)
async def test_a_wrong_token_opens_nothing(said: str | bytes) -> None:
    async with serving(shared()) as served:
        assert await closed_with(served, said) == server.WRONG_TOKEN


async def test_whoever_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TOKEN_WITHIN_S", 0.2)
    async with serving(shared()) as served:
        assert await closed_with(served) == server.TOO_LATE


async def test_too_much_at_once_and_too_often_ends_it() -> None:
    async with serving(shared()) as served:
        token = json.dumps({"token": served.door.tokens[Viewer.CONSOLE]})
        too_big = json.dumps({"do": "mark", "value": "x" * 10_000})
        assert await closed_with(served, token, too_big) == 1009
        assert await closed_with(served, token, *['{"ping": 1}'] * 60) == server.TOO_MANY


async def test_who_looks_cannot_steer_and_is_told_nothing_but_the_breath() -> None:
    what = shared()
    async with serving(what) as served:
        token = json.dumps({"token": served.door.tokens[Viewer.CLIENT]})
        assert await closed_with(served, token, '{"do": "stop"}') == server.NOT_YOURS
        assert port_of(what).sent == []
        async with served.entered(Viewer.CLIENT) as page:
            hello, picture = await heard(page, "hello"), await heard(page, "picture")
    assert set(hello) == {"kind", "role", "session", "look", "remark"}
    assert set(picture) == {"kind", "t_s", "score", "cue", "counts", "paused", "ended"}


async def test_who_is_spared_numbers_is_spared_them_on_this_page_too() -> None:
    for figures in (True, False):
        preset = replace(EVENING, care=CareRule(figures=figures))
        what = Shared(with_pulse=True)
        what.show(ScriptedPort(ManualClock(130.0), Script(preset=preset)), VOICES, "")
        async with serving(what) as served, served.entered(Viewer.CLIENT) as page:
            assert ("pulse" in await heard(page, "picture")) is figures


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ({"do": "hold"}, ev.HoldTempo()),
        ({"do": "go on"}, ev.GoOn()),
        ({"do": "ease off"}, ev.EaseOff()),
        ({"do": "slower"}, ev.Nudge(-2.0)),
        ({"do": "pause"}, ev.Pause()),
        ({"do": "tempo goal", "value": 58}, ev.SetGoal(tempo_bpm=58.0)),
        ({"do": "breath goal", "value": 6.5}, ev.SetGoal(breath_per_min=6.5)),
        ({"do": "volume", "value": 0.4}, ev.SetVolume(0.4)),
        ({"do": "voice", "value": "bowl"}, ev.SetVoice("bowl")),
        ({"do": "mark", "value": "a sigh", "ago_s": 2.5}, ev.Mark("a sigh", 2.5)),
        ({"do": "stop"}, ev.Stop()),
    ],
)
async def test_the_console_steers_and_the_log_will_say_that_it_did(
    said: dict[str, object], command: ev.Command
) -> None:
    what = shared()
    async with serving(what) as served, served.entered(Viewer.CONSOLE) as page:
        await heard(page, "picture")
        await page.send(json.dumps(said))
        await heard(page, "picture")
    assert port_of(what).sent == [command]
    assert port_of(what).authors == ["console"]


@pytest.mark.parametrize(
    "said",
    [
        {"do": "fly"},
        {"do": "volume", "value": 2},
        {"do": "volume", "value": True},
        {"do": "volume", "value": "loud"},
        {"do": "tempo goal", "value": float("nan")},
        {"do": "breath goal"},
        {"do": "voice", "value": "no such voice"},
        {"do": "voice", "value": ["soft"]},
        {"do": "mark", "value": "x" * 501},
        {"do": ["hold"]},
        {"ping": "now"},
        {"ping": float("inf")},
    ],
)
async def test_an_order_that_cannot_be_does_nothing(said: dict[str, object]) -> None:
    what = shared()
    async with serving(what) as served:
        token = json.dumps({"token": served.door.tokens[Viewer.CONSOLE]})
        assert await closed_with(served, token, json.dumps(said)) == server.NOT_A_MESSAGE
    assert port_of(what).sent == []


async def test_a_page_more_than_there_is_room_for_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_PAGES", 1)
    async with serving(shared()) as served:
        async with served.entered(Viewer.CLIENT) as page:
            await heard(page, "picture")
            with pytest.raises(InvalidStatus) as refused:
                await served.page()
            assert refused.value.response.status_code == 503
        await asyncio.sleep(0.2)
        async with served.entered(Viewer.CLIENT) as page:
            await heard(page, "picture")


async def test_a_page_that_takes_nothing_more_holds_up_neither_the_others_nor_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A picture that fills every buffer between a server and a page which never reads again.
    monkeypatch.setattr(server, "console_picture", lambda _: {"kind": "picture", "much": "x" * 20_000_000})
    async with serving(shared()) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        asked = f"GET /ws HTTP/1.1\r\nHost: {served.host}\r\nOrigin: http://{served.host}\r\n"
        asked += "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        writer.write(f"{asked}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        token = json.dumps({"token": served.door.tokens[Viewer.CONSOLE]}).encode()
        writer.write(bytes([0x81, 0x80 | len(token), 0, 0, 0, 0]) + token)  # a masked text frame, RFC 6455
        async with served.entered(Viewer.CLIENT) as page:
            await heard(page, "picture")
        before_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - before_s < 3 * server.GOODBYE_S + 1.0
    writer.close()


async def test_another_session_begins_the_page_anew() -> None:
    what = shared()
    async with serving(what) as served, served.entered(Viewer.CONSOLE) as page:
        assert (await heard(page, "hello"))["voices"] == list(VOICES)
        what.show(ScriptedPort(ManualClock(5.0)), ("soft",), "simulated heart")
        hello = await heard(page, "hello")
        assert (hello["voices"], hello["remark"]) == (["soft"], "simulated heart")
        assert (await heard(page, "picture"))["score"] is None


def test_tokens_are_new_at_each_start_and_each_opens_its_own() -> None:
    door, other = Door(("127.0.0.1:1",)), Door(("127.0.0.1:1",))
    said = [*door.tokens.values(), *other.tokens.values()]
    assert len(set(said)) == 4
    assert min(map(len, said)) >= 22  # 128 bits
    assert [door.role_of(token) for token in said] == [Viewer.CLIENT, Viewer.CONSOLE, None, None]
    assert door.link(Viewer.CLIENT).partition("#")[2] == door.tokens[Viewer.CLIENT]
