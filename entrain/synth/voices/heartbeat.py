"""Lub-dub: the first and the second heart sound, with overtones that a small loudspeaker can carry."""

from entrain.synth import cues
from entrain.synth.stretch import Strike
from entrain.synth.tones import Partial, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_LUB = (
    Partial(55.0, 1.0, 0.26),
    Partial(110.0, 0.6, 0.20),
    Partial(165.0, 0.28, 0.14),
    Partial(330.0, 0.22, 0.1),
)
_DUB = (
    Partial(73.0, 1.0, 0.18),
    Partial(146.0, 0.55, 0.14),
    Partial(219.0, 0.22, 0.10),
    Partial(365.0, 0.15, 0.08),
)


def systole_s(bpm: float) -> float:
    """From the first to the second heart sound.

    Electromechanical systole lasts 0.546 s less 0.0021 s for each beat per minute (Weissler 1968, men); the
    first sound comes about 0.06 s after it begins.
    """
    return max(0.15, 0.486 - 0.0021 * bpm)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    lub = peaking(struck(sample_rate_hz, 0.34, _LUB, attack_s=0.014), db(-5.0))
    dub = peaking(struck(sample_rate_hz, 0.26, _DUB, attack_s=0.010), db(-9.0))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        return (0, lub), (round(systole_s(beat.bpm) * sample_rate_hz), dub)

    tail_frames = round(systole_s(0.0) * sample_rate_hz) + len(dub)
    return Voice(strike, tail_frames, cues.tones(sample_rate_hz), gain=db(-0.3))
