"""`changed` is `dataclasses.replace`, only quicker."""

from dataclasses import replace

import pytest

from entrain.control.protocol import Preset, SessionConfig
from entrain.control.session import start
from entrain.frozen import changed

STATE = start(SessionConfig(Preset("p", "P", ""), ("strap",)))


def test_it_gives_what_replace_gives() -> None:
    assert changed(STATE) == STATE
    assert changed(STATE, t_s=3.0, hold_reason="so") == replace(STATE, t_s=3.0, hold_reason="so")
    assert changed(STATE, t_s=3.0) != STATE


def test_a_name_that_is_no_field_is_an_error() -> None:
    with pytest.raises(TypeError, match="no field time"):
        changed(STATE, time=3.0)  # type: ignore[call-arg]
