"""Makes the pictures of the docs: python -m docs.make_pictures

The session that the README opens with: a real one with a simulated heart, run at twenty times its speed up
to the fifth minute. The history: sixty sessions of a simulated heart that grows calmer. Both are drawn by
the app itself. Needs Chromium and the font Fira Code for the PNG.
"""

import asyncio
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from entrain.commands.archive import StoreArchive
from entrain.control.protocol import SessionConfig
from entrain.devices.audio.none import NoSound
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.runtime import Session
from entrain.storage import presets
from entrain.storage.store import Store
from entrain.tui.app import EntrainApp, Home, Manners
from entrain.tui.drawing.palette import Depth
from entrain.tui.look import Look
from entrain.tui.ports import HeartChoice, HeartKind, OpenedSession, SessionChoice
from entrain.tui.screens.history import HistoryScreen
from tests.support import many
from tests.support.pictures import find
from tests.support.screen import comes, screen_text

OUT = Path(__file__).parent / "pictures"
SPEED = 20.0
AT_S = 305.0
SIZE = (120, 40)


async def session_svg() -> str:
    preset = presets.load("desk").preset
    heart = SimulatedHeart(Person.draw(11, Kind.RESPONDER), "strap")
    config = SessionConfig(replace(preset, needs_heart=True), ("strap",), 11)
    session = Session(config, NoSound(), virtual=[heart], speed=SPEED)

    async def opened() -> OpenedSession:
        return OpenedSession(session)

    manners = Manners(look=Look(depth=Depth.TRUE), check_in=False)
    app = EntrainApp(opened, manners)
    async with app.run_test(size=SIZE) as pilot:
        while session.view().t_s < AT_S:
            await pilot.pause(0.2)
        return app.export_screenshot(title="entrain")


async def history_svg() -> str:
    async def opened(_choice: SessionChoice) -> OpenedSession:
        raise AssertionError("no session is run here")

    with tempfile.TemporaryDirectory() as folder:
        many.main(Path(folder), 60, ["P01"])
        desk = presets.load("desk").preset
        choice = SessionChoice(HeartChoice(HeartKind.NONE), desk, "soft", 10.0, "P01")
        home = Home([desk], [], find, opened, choice, StoreArchive(Store(Path(folder) / "sessions.db")))
        app = EntrainApp(home, Manners(look=Look(depth=Depth.TRUE)))
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("h")
            await comes(pilot, HistoryScreen)
            while "of them" not in screen_text(app) and "beyond chance" not in screen_text(app):
                await pilot.pause(0.2)
            return app.export_screenshot(title="entrain: the history")


def as_png(svg: str, path: Path) -> None:
    """Draw the SVG with the installed Fira Code instead of one from the network."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    width, height = (round(float(x)) for x in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "picture.svg"
        page.write_text(svg)
        quiet = [
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
        shot = [
            f"--user-data-dir={folder}/profile",
            f"--screenshot={path}",
            f"--window-size={width},{height}",
        ]
        subprocess.run([*command, *shot, "--hide-scrollbars", page.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    as_png(asyncio.run(session_svg()), OUT / "session.png")
    as_png(asyncio.run(history_svg()), OUT / "history.png")
