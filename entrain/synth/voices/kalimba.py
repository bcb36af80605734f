"""A thumb piano: a figure that climbs while one breathes in and comes down while one breathes out.

After the lamellophones of southern and eastern Africa (mbira, likembe, kalimba), where thumbs pluck metal
tongues over a gourd. A tongue is nearly a bar clamped at one end, whose second mode lies 6.27 times above
the first (Euler and Bernoulli's beam; on real tongues 5.3 to 6.7 times was measured) and is gone at once.
It plays any scale; its own is the pentatonic one in just intonation.
"""

from typing import Final

from entrain.synth import cues
from entrain.synth.melody import note_hz
from entrain.synth.scales import Scale
from entrain.synth.stretch import Samples, Strike
from entrain.synth.tones import Partial, panned, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

SCALE: Final = "pentatonic"
_LENGTH_S: Final = 1.8
_GAIN: Final = db(-1.6)


def build(sample_rate_hz: int, scale: Scale) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    pitches = scale.pitches_hz
    # From thumb to thumb: low tongues to the left, high ones to the right.
    sides = {hz: -0.4 + 0.8 * index / max(1, len(pitches) - 1) for index, hz in enumerate(pitches)}
    tongues = {hz: panned(_plucked(sample_rate_hz, hz), side) for hz, side in sides.items()}

    def strike(beat: Strike) -> tuple[Grain, ...]:
        return ((0, tongues[note_hz(scale, beat)]),)

    tail_frames = round(_LENGTH_S * sample_rate_hz)
    return Voice(strike, tail_frames, cues.tones(sample_rate_hz), gain=_GAIN)


def _plucked(sample_rate_hz: int, hz: float) -> Samples:
    partials = (
        Partial(hz, 1.0, 1.9),
        Partial(1.003 * hz, 0.3, 1.4),
        Partial(2.0 * hz, 0.12, 0.6),  # the gourd
        Partial(6.27 * hz, 0.06, 0.10),
    )
    return peaking(struck(sample_rate_hz, _LENGTH_S, partials, attack_s=0.007, spread=0.2), db(-11.0))
