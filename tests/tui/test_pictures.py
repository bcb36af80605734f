"""Each screen as text, at both sizes, against what it was when somebody last looked at it.

ENTRAIN_PICTURES=new writes them anew: then look at them, and at the SVGs of `tests.support.pictures`.
"""

import os
from pathlib import Path

import pytest

from entrain.tui.screens import session
from tests.support.pictures import SIZES, Scene, scenes
from tests.support.screen import screen_text

PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture(autouse=True)
def _drawn_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FRAMES_PER_S", 0.5)


NAMES = (
    *("session", "session-lost", "session-baseline", "session-paused", "session-focus", "session-help"),
    *("session-note", "notice", "home", "straps", "summary", "summary-short", "check-in"),
)


async def text_of(scene: Scene, size: tuple[int, int]) -> str:
    _, make, acts, look = scene
    app, clock = make(look)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for act in acts:
            await act(pilot, clock)
        # The figure's pixels hang on the last bit of a float; what it shows is tested as a field of light.
        lines = screen_text(app).replace("▀", " ").splitlines()
        return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("name", NAMES)
async def test_a_screen_looks_as_it_did(name: str, size: tuple[int, int]) -> None:
    scene = next(scene for scene in scenes() if scene[0] == name)
    text = await text_of(scene, size)
    kept = PICTURES / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("ENTRAIN_PICTURES") == "new":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(text)
    assert text == kept.read_text()
