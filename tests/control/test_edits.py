"""The checked faces of the states' edits name every field, with its type."""

from dataclasses import fields
from typing import get_type_hints

import pytest

from entrain.control.heart import HeartTrack, TrackEdits
from entrain.control.state import SessionEdits, SessionState


@pytest.mark.parametrize(
    ("state", "edits", "fixed"), [(SessionState, SessionEdits, set()), (HeartTrack, TrackEdits, {"strap"})]
)
def test_every_field_can_be_edited_with_its_own_type(state: type, edits: type, fixed: set[str]) -> None:
    hints = get_type_hints(state)
    known = {field.name: hints[field.name] for field in fields(state) if field.name not in fixed}
    assert get_type_hints(edits) == known
