"""Breath itself: air that rises and falls with one's own, and a quiet pulse under it.

The two ways of a breath sound different because the air comes through another way: in through the nose, where
narrow passages make it bright and rising; out through open lips, dark and sinking.
"""

from typing import Final

from entrain.synth import cues
from entrain.synth.stretch import Strike
from entrain.synth.tones import Partial, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_AIR: Final = cues.Airs(
    centres_hz=(220.0, 380.0, 640.0, 1000.0, 1500.0),
    turn=0.6,
    octaves=0.55,
    ripple=0.3,
    level_db=-14.0,
    seed=50,
)
# The upper ones are for small loudspeakers, which have nothing of the lower ones.
_PULSE: Final = (
    Partial(73.4, 1.0, 0.5),
    Partial(146.8, 0.5, 0.4),
    Partial(220.2, 0.2, 0.25),
    Partial(293.6, 0.4, 0.3),
    Partial(440.4, 0.4, 0.25),
)
_GAIN: Final = db(-3.2)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    pulse = peaking(struck(sample_rate_hz, 0.6, _PULSE, attack_s=0.03), db(-15.0))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        del beat
        return ((0, pulse),)

    return Voice(strike, len(pulse), cues.airs(sample_rate_hz, _AIR), gain=_GAIN)
