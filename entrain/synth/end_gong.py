"""A soft gong that says with closed eyes: the guidance is over, stay as you are.

It sounds where presence begins to fade to nothing, and rings on outside that fade, while the rest goes. A
fade shorter than a second is somebody in a hurry, or a rest between two stages, and gets none.
"""

from collections.abc import Iterator
from typing import Final

from entrain.score import Presence
from entrain.synth.stretch import Samples, Stretch
from entrain.synth.tones import Partial, peaking, struck
from entrain.synth.volume import db

SHORTEST_FADE_S: Final = 1.0
LENGTH_S: Final = 9.0

# A deep gong's first partials lie close together and beat slowly: the "ombak", its wave.
_PARTIALS: Final = (
    Partial(98.0, 1.0, 11.0),
    Partial(98.7, 0.7, 10.0),
    Partial(147.5, 0.35, 7.0),
    Partial(196.4, 0.45, 6.0),
    Partial(261.0, 0.16, 4.0),
    Partial(333.0, 0.08, 2.5),
    Partial(421.0, 0.04, 1.5),
)


def build(sample_rate_hz: int, gain: float) -> Samples:
    """The gong that ends a session, float32 of shape (n_frames, 2)."""
    gong = struck(sample_rate_hz, LENGTH_S, _PARTIALS, attack_s=0.04, spread=0.6)
    return peaking(gong, db(-11.0) * gain)


def frames_in(presence: Presence, stretch: Stretch, tail_frames: int) -> Iterator[int]:
    """The frame of every gong that sounds in the stretch, or rings into it from before.

    What a gong hangs on is committed by the time it sounds: no later edit can take it back.
    """
    levels = presence.levels
    for index, level in enumerate(levels):
        if index == 0 or level.duration_s < SHORTEST_FADE_S:
            continue  # nothing has been there yet that could end
        if level.level > 0.0 or levels[index - 1].level <= 0.0:
            continue  # this is no end, or it was ending already
        frame = stretch.frame_at(level.start_s)
        if (
            stretch.first_frame - tail_frames <= frame < stretch.end_frame
            and presence.at(level.start_s) > 0.0
        ):
            yield frame
