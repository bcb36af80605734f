"""Each screen as text, at both sizes, against what it was when somebody last looked at it.

ENTRAIN_PICTURES=new writes them anew: then look at them, and at the SVGs of `tests.support.pictures`.
"""

import os
from pathlib import Path

import pytest

from entrain.tui.screens import session
from tests.support.pictures import SIZES, Scene, scenes
from tests.support.screen import drawn

PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture(autouse=True)
def _drawn_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FRAMES_PER_S", 0.5)


NAMES = (
    *("session", "session-lost", "session-baseline", "session-paused", "session-focus", "session-help"),
    *("session-note", "session-no-sound", "session-silence", "eyes-closed", "check-in", "summary"),
    *(
        "summary-short",
        "notice-1",
        "notice",
        "notice-3",
        "home",
        "home-help",
        "home-programme",
        "straps",
        "palette",
    ),
    *("opening", "session-away"),
    *("presets", "presets-draft", "presets-copy", "presets-delete", "preset-form"),
    *("preset-edit", "preset-edit-faults"),
    *("settings", "doctor", "assess", "assess-step", "assess-outcome", "assess-unclear"),
    *("history", "history-empty", "past", "compare", "home-history", "who", "export"),
)


async def texts_of(scene: Scene) -> list[str]:
    """The scene at every size, one after the other in the same app."""
    _, make, acts, look = scene
    app, clock = make(look)
    texts: list[str] = []
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        for act in acts:
            await act(pilot, clock)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            # The figure's pixels hang on the last bit of a float; it is tested as a field of light.
            lines = (await drawn(pilot)).replace("▀", " ").splitlines()
            texts.append("".join(f"{line.rstrip()}\n" for line in lines))
    return texts


@pytest.mark.parametrize("name", NAMES)
async def test_a_screen_looks_as_it_did(name: str) -> None:
    scene = next(scene for scene in scenes() if scene[0] == name)
    for text, size in zip(await texts_of(scene), SIZES, strict=True):
        kept = PICTURES / f"{name}-{size[0]}x{size[1]}.txt"
        if os.environ.get("ENTRAIN_PICTURES") == "new":
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(text)
        assert text == kept.read_text()
