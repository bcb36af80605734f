"""A gong cycle after the Javanese gamelan: sixteen beats from one great gong to the next.

The small gongs that divide the cycle follow the form *lancaran*: ketuk on every odd beat, the second even
beat rests, kempul on 6, 10 and 14, kenong on 4, 8 and 12, and the gong with the sixteenth, which is also
where a piece begins. A slenthem lays one soft note under each beat. Its scale is slendro; `pelog` or any
other serves as well. The cycle's order is the form's; the sounds are approximate. The gong's partials beat
slowly against each other, its wave (*ombak*).
"""

from typing import Final

from entrain.synth import cues
from entrain.synth.melody import note_hz
from entrain.synth.scales import Scale
from entrain.synth.stretch import Samples, Strike
from entrain.synth.tones import Partial, panned, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

SCALE: Final = "slendro"
CYCLE_BEATS: Final = 16
_GAIN: Final = db(-1.1)


def build(sample_rate_hz: int, scale: Scale) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    keys = {hz: _slenthem(sample_rate_hz, hz) for hz in scale.pitches_hz}
    deep_hz = scale.drone[0] if scale.drone else 0.25 * scale.tonic_hz
    gong = _gong(sample_rate_hz, deep_hz)
    kempul = panned(_hanging(sample_rate_hz, 2.0 * deep_hz, 2.2, -15.0), 0.3)
    kenong = panned(_hanging(sample_rate_hz, scale.tonic_hz, 1.6, -18.0), -0.3)
    ketuk = _ketuk(sample_rate_hz, 0.75 * scale.tonic_hz)
    colour = cues.Tones(in_hz=(2.0 * deep_hz, 3.0 * deep_hz), out_hz=(3.0 * deep_hz, 1.5 * deep_hz))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        at = beat.n % CYCLE_BEATS
        slenthem: Grain = (0, keys[note_hz(scale, beat)])
        if at == 0:
            return slenthem, (0, gong)
        if at % 2:
            return slenthem, (0, ketuk)
        if at == 2:  # wela, the rest
            return (slenthem,)
        return slenthem, (0, kempul if at % 4 else kenong)

    return Voice(strike, len(gong), cues.tones(sample_rate_hz, colour), gain=_GAIN)


def _slenthem(sample_rate_hz: int, hz: float) -> Samples:
    bar = (Partial(hz, 1.0, 1.8), Partial(2.76 * hz, 0.07, 0.3))
    return peaking(struck(sample_rate_hz, 1.8, bar, attack_s=0.012, spread=0.3), db(-14.0))


def _gong(sample_rate_hz: int, hz: float) -> Samples:
    partials = (
        Partial(hz, 1.0, 8.0),
        Partial(hz + 0.9, 0.5, 7.0),
        Partial(1.49 * hz, 0.45, 5.0),
        Partial(2.0 * hz, 0.65, 5.0),
        Partial(2.0 * hz + 1.3, 0.35, 4.0),
        Partial(2.67 * hz, 0.22, 3.0),
        Partial(3.9 * hz, 0.10, 2.0),
    )
    return peaking(struck(sample_rate_hz, 6.0, partials, attack_s=0.03, spread=0.6), db(-8.0))


def _hanging(sample_rate_hz: int, hz: float, decay_s: float, level_db: float) -> Samples:
    partials = (
        Partial(hz, 1.0, decay_s),
        Partial(1.52 * hz, 0.2, 0.5 * decay_s),
        Partial(2.02 * hz, 0.3, 0.6),
    )
    return peaking(struck(sample_rate_hz, decay_s, partials, attack_s=0.014, spread=0.4), db(level_db))


def _ketuk(sample_rate_hz: int, hz: float) -> Samples:
    partials = (Partial(hz, 1.0, 0.16), Partial(1.5 * hz, 0.4, 0.10))
    return peaking(struck(sample_rate_hz, 0.25, partials, attack_s=0.006), db(-21.0))
