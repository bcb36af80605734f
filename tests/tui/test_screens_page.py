"""The page of screens: every picture on it is there, and small."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
LARGEST_BYTES = 150_000


def test_every_picture_is_there_and_small() -> None:
    shown = re.findall(r"\((pictures/[\w-]+\.png)\)", (DOCS / "screens.md").read_text())
    assert len(shown) > 20
    assert {name: (DOCS / name).stat().st_size for name in shown if not _is_small(DOCS / name)} == {}


def _is_small(path: Path) -> bool:
    return path.stat().st_size <= LARGEST_BYTES
