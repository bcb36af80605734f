"""Makes the picture of a session that the README opens with: python docs/make_pictures.py

A real session with a simulated heart, run at twenty times its speed up to the fifth minute and drawn by the
app itself. Needs Chromium and the font Fira Code for the PNG.
"""

import asyncio
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from entrain.control.protocol import SessionConfig
from entrain.devices.audio.none import NoSound
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.runtime import Session
from entrain.storage import presets
from entrain.tui.app import EntrainApp, Manners
from entrain.tui.drawing.palette import Depth
from entrain.tui.look import Look
from entrain.tui.ports import OpenedSession

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
