"""A rhythm that seems to slow for ever, around a beat that stays where the score has it.

Four streams of one small sound, each half as quick as the next, slow together: after `CYCLE_BEATS` beats
each has come to half its tempo and stands where the next slower one stood. How loud a stream is hangs on
its tempo alone, a bell over four octaves: what is quick steals in, what is slow steals out, and the
listener, going along with whichever stream is near the beat, hears it slow and slow and arrive nowhere
(Risset, Pitch and rhythm paradoxes, JASA 80, 1986; Madison, An Auditory Illusion of Infinite Tempo Change
Based on Multiple Temporal Levels, PLoS ONE 4(12), e8151, 2009). People tapping along slowed several times
more than the sound did (Madison). So the rhythm may go on slowing where the score's tempo is at its floor
and stays there.

With C = 18 beats to a cycle and P = 13 events of the stream at the beat's own tempo, events fall on the
beats u = -C log2(1 - j / (2 P 2^k)), j = 0, 1, … for the stream k octaves above. As 2 P ln 2 = 18.02, that
stream begins at the beat's tempo within 0.12 %, and every stream's tempo falls evenly, by one octave in
each cycle, without a seam.
"""

from functools import cache
from math import cos, log2, pi
from typing import Final

from entrain.synth import cues
from entrain.synth.stretch import Strike
from entrain.synth.tones import Partial, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

CYCLE_BEATS: Final = 18
EVENTS: Final = 13
STREAMS: Final = (-1, 0, 1, 2)  # octaves above the beat's tempo, as a cycle begins
_HALF_WIDTH: Final = 2.0  # octaves from the bell's top to its foot
_STEPS: Final = 32  # of loudness: grains are made beforehand
_SLOWEST_BPM: Final = 20.0
_GAIN: Final = db(-0.5)


@cache
def events(beat: int) -> tuple[tuple[float, float], ...]:
    """(how far into this beat of the cycle, octaves above the score's tempo) of every event within it."""
    found: list[tuple[float, float]] = []
    for stream in STREAMS:
        n = 2 * EVENTS * 2.0**stream
        for j in range(int(n / 2)):
            u = -CYCLE_BEATS * log2(1.0 - j / n)
            if beat <= u < beat + 1:
                found.append((u - beat, stream - u / CYCLE_BEATS))
    return tuple(sorted(found))


def loudness(octaves: float) -> float:
    """The bell: the gain of a stream so many octaves above the score's tempo."""
    return cos(0.5 * pi * min(1.0, abs(octaves) / _HALF_WIDTH)) ** 2


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    knock = (Partial(440.0, 1.0, 0.30), Partial(660.8, 0.3, 0.20), Partial(1190.0, 0.08, 0.08))
    loudest = peaking(struck(sample_rate_hz, 0.3, knock, attack_s=0.006), db(-12.0))
    knocks = [loudest * (step / _STEPS) for step in range(_STEPS + 1)]
    floor = (Partial(110.0, 1.0, 0.8), Partial(220.0, 0.3, 0.5))
    pulse = peaking(struck(sample_rate_hz, 0.9, floor, attack_s=0.025, spread=0.2), db(-17.0))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        beat_frames = 60.0 / max(_SLOWEST_BPM, beat.bpm) * sample_rate_hz
        within = events(beat.n % CYCLE_BEATS)
        levels = ((u, round(_STEPS * loudness(x))) for u, x in within)
        return (0, pulse), *((round(u * beat_frames), knocks[level]) for u, level in levels if level)

    tail_frames = round(60.0 / _SLOWEST_BPM * sample_rate_hz) + len(pulse)
    return Voice(strike, tail_frames, cues.tones(sample_rate_hz), gain=_GAIN)
