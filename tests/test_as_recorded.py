"""What is made of a strap's bytes is what was made of them when this was written down.

No rule stands here: where a rule is changed on purpose, `python -m tests.support.as_recorded` writes it down
anew, and the difference is looked at. What nobody meant to change fails.
"""

import json

import pytest

from tests.support import as_recorded

EVERYTHING = as_recorded.everything()
GOLDEN = json.loads(as_recorded.GOLDEN.read_text())


def test_nothing_is_left_out() -> None:
    assert EVERYTHING.keys() == GOLDEN.keys()
    assert sum(map(len, GOLDEN.values())) > 300


@pytest.mark.parametrize("name", EVERYTHING)
def test_as_it_was(name: str) -> None:
    assert as_recorded.digests(EVERYTHING[name]()) == GOLDEN[name]
