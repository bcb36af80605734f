"""When the sound is there: a delay, a fade, and a slow sinking for those who fall asleep."""

import pytest

from entrain.control.protocol import SoundRule
from entrain.control.scoring import presence_from

LENGTH_S = 420.0


def test_it_fades_in_and_stays():
    presence = presence_from(SoundRule(fade_in_s=4.0), 60.0, LENGTH_S)
    assert [presence.at(t_s) for t_s in (60.0, 62.0, 64.0, 500.0)] == [0.0, 0.5, 1.0, 1.0]


def test_a_delay_is_silence_before_the_fade():
    presence = presence_from(SoundRule(fade_in_s=4.0, delay_s=20.0), 60.0, LENGTH_S)
    assert [presence.at(t_s) for t_s in (79.9, 82.0, 84.0)] == [0.0, 0.5, 1.0]


def test_it_sinks_until_the_silence_begins_and_no_further():
    presence = presence_from(SoundRule(fade_in_s=4.0, sink_to=0.4), 60.0, LENGTH_S)
    assert presence.at(64.0) == 1.0
    assert presence.at(272.0) == pytest.approx(0.7)
    assert presence.at(480.0) == pytest.approx(0.4)
    assert presence.at(900.0) == pytest.approx(0.4)
    # The fade at the end begins where it has come to.
    assert presence.changed(480.0, 0.0, 10.0).at(485.0) == pytest.approx(0.2)
