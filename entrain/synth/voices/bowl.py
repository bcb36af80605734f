"""A singing bowl, struck as each part of the breath begins; between, a fingertip keeps the beat on its rim.

Bronze bowls of the Himalaya, which Buddhist monks strike as sitting begins and ends. The first modes of
three that were measured lie at 2.66 to 2.78, 4.84 to 5.18 and 7.5 to 8.2 times the lowest (bowls of 14 to
18 cm; table of modal frequency ratios in the Csound manual, and how they come about in Inácio, Henrique and
Antunes, The Dynamics of Tibetan Singing Bowls, Acta Acustica 92, 2006, and Terwagne and Bush, Tibetan
singing bowls, Nonlinearity 24, R51, 2011); these are the ratios of the one of 15 cm. No hammered bowl is
quite round, so each mode is a pair a little apart, and beats slowly; how slowly, and how long each rings,
is chosen by ear. In: the higher bowl; out: the deeper one.
"""

from typing import Final

from entrain.breath.pattern import BreathPart
from entrain.synth import cues
from entrain.synth.stretch import Samples, Strike
from entrain.synth.tones import Partial, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_IN_HZ, _OUT_HZ = 220.0, 165.0  # a fourth apart: E below A
_LENGTH_S: Final = 7.0
# (ratio, gain, seconds to fade, beating in Hz)
_MODES: Final = (
    (1.0, 1.0, 14.0, 0.5),
    (2.66, 0.34, 7.0, 0.9),
    (4.84, 0.10, 3.0, 1.3),
    (7.52, 0.02, 1.2, 1.9),
)
_COLOUR: Final = cues.Tones(
    in_hz=(165.0, 247.5), out_hz=(220.0, 110.0), open=(0.7, 0.5, 0.5, 0.15, 0.12), tone_db=-18.0
)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    high, low = (_struck(sample_rate_hz, hz) for hz in (_IN_HZ, _OUT_HZ))
    high_touch, low_touch = (_touched(sample_rate_hz, hz) for hz in (_IN_HZ, _OUT_HZ))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        moment = beat.breath
        if moment is None:
            turns, rising = beat.n % 8 == 0, beat.n % 16 < 8
        else:
            turns = moment.beat_in_part == 0 and moment.part in (BreathPart.INHALE, BreathPart.EXHALE)
            rising = moment.part in (BreathPart.INHALE, BreathPart.HOLD_IN)
        if turns:
            return ((0, high if rising else low),)
        return ((0, high_touch if rising else low_touch),)

    return Voice(strike, len(high), cues.tones(sample_rate_hz, _COLOUR))


def _struck(sample_rate_hz: int, hz: float) -> Samples:
    pairs = [
        Partial(hz * ratio + side * beating, gain * (1.0 if side else 0.6), decay_s)
        for ratio, gain, decay_s, beating in _MODES
        for side in (0.0, 1.0)
    ]
    return peaking(struck(sample_rate_hz, _LENGTH_S, pairs, attack_s=0.03, spread=0.5), db(-11.0))


def _touched(sample_rate_hz: int, hz: float) -> Samples:
    modes = (Partial(hz, 1.0, 1.2), Partial(2.66 * hz, 0.25, 0.5))
    return peaking(struck(sample_rate_hz, 1.0, modes, attack_s=0.016, spread=0.3), db(-23.0))
