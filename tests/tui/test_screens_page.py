"""The page of pictures shows what is there, and what is there is shown and small."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
LARGEST_BYTES = 150_000


def test_every_picture_is_there_is_small_and_is_shown() -> None:
    shown = set(re.findall(r"\(pictures/([\w-]+\.png)\)", (DOCS / "screens.md").read_text()))
    there = {path.name: path.stat().st_size for path in (DOCS / "pictures").glob("*.png")}
    assert len(shown) > 20
    assert shown | {"session.png"} == set(there)
    assert {name: size for name, size in there.items() if size > LARGEST_BYTES} == {}
