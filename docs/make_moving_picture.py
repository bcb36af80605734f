"""Makes the moving picture at the top of the README: python docs/make_moving_picture.py

One breath of a session. It is scripted and the clock moved by hand, so the same picture comes out each time.
Needs Chromium, the font Fira Code, and Pillow.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from make_pictures import as_png

from entrain.drawing.palette import Depth
from entrain.tui.look import Look
from tests.support.pictures import session_app
from tests.support.scripted import Script

OUT: Final = Path(__file__).parent / "pictures" / "session.gif"
SIZE: Final = (80, 24)
SHOWN: Final = (820, 500)  # pixels
COLOURS: Final = 64
FRAMES_PER_S: Final = 3
LASTS_S: Final = 10.0
BEGINS_AT_S: Final = 300.0


async def frames() -> list[str]:
    app, clock, _ = session_app(Script(begins_at_s=BEGINS_AT_S), Look(depth=Depth.TRUE))
    seen: list[str] = []
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for n in range(round(LASTS_S * FRAMES_PER_S)):
            clock.advance_to(n / FRAMES_PER_S)
            await pilot.pause(0.15)
            seen.append(app.export_screenshot(title="entrain"))
        app.exit()
    return seen


def moving(stills: list[str]) -> None:
    """One GIF of them all."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = [Path(folder) / f"{n}.png" for n in range(len(stills))]
        for still, path in zip(stills, drawn, strict=True):
            as_png(still, path)
        # One palette for all, or colours flicker from frame to frame.
        pictures = [Image.open(path).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS) for path in drawn]
        palette = pictures[0].quantize(COLOURS, dither=Image.Dither.NONE)
        shown = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]
        every_ms = round(1000 / FRAMES_PER_S)
        shown[0].save(OUT, save_all=True, append_images=shown[1:], duration=every_ms, loop=0, optimize=True)


if __name__ == "__main__":
    moving(asyncio.run(frames()))
