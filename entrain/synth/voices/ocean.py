"""Waves on a shore: a wave comes in as one breathes in, breaks at the turn, and draws back on the way out.

Incoming water brightens from a rumble to foam; water drawing back darkens and thins out. Behind it lies the
sea, some way off, and a buoy's soft low note keeps the beat.
"""

from typing import Final

import numpy as np

from entrain.synth import cues
from entrain.synth.stretch import Samples, Stretch, Strike
from entrain.synth.tones import Partial, looped, noise_loop, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_WAVE: Final = cues.Airs(
    centres_hz=(140.0, 260.0, 480.0, 850.0, 1450.0),
    turn=0.6,
    octaves=1.3,
    ripple=0.12,
    level_db=-15.0,
    seed=20,
)
_SEA: Final = db(-34.0)
_BUOY: Final = (
    Partial(147.0, 1.0, 0.9),
    Partial(220.3, 0.25, 0.6),
    Partial(294.5, 0.4, 0.5),
    Partial(441.5, 0.35, 0.4),  # for small loudspeakers
)
_GAIN: Final = db(-2.0)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    buoy = peaking(struck(sample_rate_hz, 0.9, _BUOY, attack_s=0.025, spread=0.3), db(-16.0))
    sea = _sea(sample_rate_hz)

    def strike(beat: Strike) -> tuple[Grain, ...]:
        del beat
        return ((0, buoy),)

    def bed(stretch: Stretch) -> Samples:
        return looped(sea, stretch.first_frame, stretch.n_frames)

    return Voice(strike, len(buoy), cues.airs(sample_rate_hz, _WAVE), bed, gain=_GAIN)


def _sea(sample_rate_hz: int) -> Samples:
    """A loop of low noise that heaves: three swells of other lengths, each a whole number of times in it."""
    noise = noise_loop(sample_rate_hz, 19.0, 60.0, 500.0, seed=21)
    turn = np.arange(len(noise)) / len(noise) * 2.0 * np.pi
    heave = 1.0 + 0.25 * np.sin(2 * turn) + 0.2 * np.sin(3 * turn + 1.0) + 0.1 * np.sin(5 * turn + 2.0)
    return noise * (_SEA * heave).astype(np.float32)[:, None]
