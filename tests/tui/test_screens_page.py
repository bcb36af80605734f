"""The page of screens: every picture on it is there, and small."""

import re
from pathlib import Path

USE = Path(__file__).parents[2] / "docs" / "use"
LARGEST_BYTES = 150_000


def test_every_picture_is_there_and_small() -> None:
    shown = re.findall(r"\((\.\./pictures/[\w-]+\.png)\)", (USE / "screens.md").read_text("utf-8"))
    assert len(shown) > 20
    assert {name: (USE / name).stat().st_size for name in shown if not _is_small(USE / name)} == {}


def _is_small(path: Path) -> bool:
    return path.stat().st_size <= LARGEST_BYTES
