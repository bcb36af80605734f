"""What is heard in the rest at the beginning: a soft low chord, so that one knows that sound comes.

It stands still: anything that came and went would be breathed with, and the rest is there to see how somebody
breathes by themselves. A voice that has a background of its own lets that be heard instead.
"""

from typing import Final

import numpy as np

from entrain.score import Score
from entrain.synth.stretch import Samples, Stretch, presence_in
from entrain.synth.tones import looped
from entrain.synth.volume import db

LEAVES_S: Final = 6.0  # after the beat has begun
_LOOP_S: Final = 4.0
_LOUDNESS: Final = db(-30.0)  # RMS, where presence is 1
# D3, A3, D4 and the A above (Hz, strength, side), each a whole number of times in the loop: it has no seam.
_CHORD: Final = ((146.75, 1.0, 0.0), (220.0, 0.55, 0.5), (293.5, 0.3, -0.5), (440.0, 0.12, 0.7))


def build(sample_rate_hz: int) -> Samples:
    """The chord as a loop, float32 of shape (n_frames, 2)."""
    t_s = np.arange(round(_LOOP_S * sample_rate_hz)) / sample_rate_hz
    sides = np.zeros((len(t_s), 2))
    for n, (hz, strength, side) in enumerate(_CHORD):
        tone = strength * np.sin(2.0 * np.pi * hz * t_s + n)
        sides += tone[:, None] * np.array([1.0 - 0.5 * side, 1.0 + 0.5 * side])
    return (sides * (_LOUDNESS / np.sqrt(np.mean(sides**2)))).astype(np.float32)


def added(out: Samples, chord: Samples, score: Score, stretch: Stretch) -> None:
    """Add what of it sounds in the stretch: as present as the score is before its beat, and then it goes."""
    begins_s = score.tempo.start_s
    if not stretch.n_frames or stretch.time_of(stretch.first_frame) >= begins_s + LEAVES_S:
        return
    presence = presence_in(score.presence, stretch)
    if stretch.time_of(stretch.end_frame) > begins_s:
        # What was there when the beat began falls away, whatever becomes of the beat.
        left = score.presence.at(begins_s - 1e-6)
        gone = np.clip(1.0 - (stretch.times_s - begins_s) / LEAVES_S, 0.0, 1.0)
        presence = np.where(stretch.times_s < begins_s, presence, left * gone)
    if isinstance(presence, np.ndarray):
        out += looped(chord, stretch.first_frame, stretch.n_frames) * presence.astype(np.float32)[:, None]
    elif presence > 0.0:
        out += looped(chord, stretch.first_frame, stretch.n_frames) * np.float32(presence)
