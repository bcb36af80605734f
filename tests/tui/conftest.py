"""What the tests of the screen share."""

import pytest

from entrain.tui.screens import session, summary


@pytest.fixture(autouse=True)
def _ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop key stops without the seconds in which one can go on; a test of those sets them again."""
    monkeypatch.setattr(session, "UNDO_S", 0.0)
    monkeypatch.setattr(summary, "CALM_S", 0.0)
