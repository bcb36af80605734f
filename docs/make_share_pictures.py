"""Makes the pictures of the second screen: python docs/make_share_pictures.py. Needs Chromium and Pillow."""

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from entrain.clock import MonotonicClock
from entrain.share.door import Viewer
from entrain.share.server import Shared
from tests.support.browser import browser
from tests.support.door import serving
from tests.support.scripted import Script, ScriptedPort

OUT = Path(__file__).parent / "pictures"
COLOURS = 200
PICTURES = (
    ("share-client", Viewer.CLIENT, "dark", (1024, 640)),
    ("share-client-light", Viewer.CLIENT, "light", (420, 740)),
    ("share-console", Viewer.CONSOLE, "dark", (1280, 780)),
    ("share-console-night", Viewer.CONSOLE, "night", (1280, 780)),
)
NEARLY_FULL = "window.shown.fullness > 0.8"


async def main() -> None:
    async with browser() as tab:
        for name, viewer, look, (width, height) in PICTURES:
            what = Shared(with_pulse=True, look=look)
            what.show(ScriptedPort(MonotonicClock(), Script(begins_at_s=330.0)), ("soft", "bowl"), "")
            async with serving(what) as served:
                await tab.size(width, height)
                await tab.open("about:blank")
                await tab.open(served.door.link(viewer))
                await tab.until("picture !== null && offset !== null")
                await tab.until(NEARLY_FULL)
                image = Image.open(io.BytesIO(await tab.picture())).convert("RGB")
                image.quantize(COLOURS).save(OUT / f"{name}.png", optimize=True)
                print(name)


if __name__ == "__main__":
    asyncio.run(main())
