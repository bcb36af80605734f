"""A tanpura, and a plucked string that goes slowly up and down a raga, in just intonation.

Hindustani music gives each raga its time of the day and its way up and down; the scales `bhairav`
(daybreak), `sarang` (noon), `yaman` and `bhupali` (evening) and `malkauns` (night) say theirs, after
Bhatkhande's order of ragas by thaat and hour, which teachers handle differently. Exact ratios are one way
to tune them, not the only one; the phrases are simple lines along each raga's scale, not compositions. Any
other scale with a drone will do. The tanpura's bridge lets a string graze it (*jawari*), so that one
harmonic after the other comes forward in each stroke. The strokes are not in time with the beat: a tanpura
never is.
"""

from typing import Final

import numpy as np

from entrain.synth import cues
from entrain.synth.melody import note_hz
from entrain.synth.scales import Scale
from entrain.synth.stretch import Samples, Stretch, Strike, silence
from entrain.synth.tones import Partial, decay, enveloped, looped, overlaid, peaking, seconds, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

SCALE: Final = "yaman"
_NOTE_S: Final = 2.2
_ROUND_S: Final = 6.4  # once over the tanpura's strings
_STRING_S: Final = 7.0
_DRONE: Final = db(-31.0)
_HIGHEST_HZ: Final = 2600.0
_GAIN: Final = db(-1.0)


def build(sample_rate_hz: int, scale: Scale) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    notes = {hz: _plucked(sample_rate_hz, hz) for hz in scale.pitches_hz}
    drone = _tanpura(sample_rate_hz, scale.drone or (scale.tonic_hz, 0.5 * scale.tonic_hz))
    sa = scale.tonic_hz
    colour = cues.Tones(in_hz=(sa, 1.5 * sa), out_hz=(1.5 * sa, 0.75 * sa))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        return ((0, notes[note_hz(scale, beat)]),)

    def bed(stretch: Stretch) -> Samples:
        return looped(drone, stretch.first_frame, stretch.n_frames)

    tail_frames = round(_NOTE_S * sample_rate_hz)
    return Voice(strike, tail_frames, cues.tones(sample_rate_hz, colour), bed, gain=_GAIN)


def _plucked(sample_rate_hz: int, hz: float) -> Samples:
    partials = [Partial(hz * k * (1.0 + 0.0002 * k * k), k**-1.4, 2.4 / k**0.6) for k in range(1, 8)]
    return peaking(struck(sample_rate_hz, _NOTE_S, partials, attack_s=0.010, spread=0.25), db(-12.0))


def _tanpura(sample_rate_hz: int, strings_hz: tuple[float, ...]) -> Samples:
    """A loop of strokes, one string after the other, then a breath of rest; of RMS `_DRONE`."""
    loop = silence(round(_ROUND_S * sample_rate_hz))
    strokes = {hz: _string(sample_rate_hz, hz) for hz in strings_hz}
    for index, hz in enumerate(strings_hz):
        overlaid(loop, strokes[hz], round(0.88 * index / len(strings_hz) * len(loop)))
    return loop * np.float32(_DRONE / np.sqrt(np.mean(loop**2)))


def _string(sample_rate_hz: int, hz: float) -> Samples:
    t_s = seconds(sample_rate_hz, _STRING_S)
    sides = np.zeros((2, len(t_s)))
    for k in range(1, min(14, int(_HIGHEST_HZ / hz)) + 1):
        blooms_s = 0.04 + 0.06 * k  # later, the higher the harmonic
        bloom = 1.0 - np.exp(-t_s / blooms_s)
        tone = k**-0.7 * bloom * decay(t_s, 8.0 / k**0.35) * np.sin(2.0 * np.pi * k * hz * t_s + k)
        side = 0.0 if k < 3 else 0.35 * np.sin(2.0 * k)
        sides += np.array([[1.0 + side], [1.0 - side]]) * tone
    return enveloped(sides.T, sample_rate_hz, 0.05)
