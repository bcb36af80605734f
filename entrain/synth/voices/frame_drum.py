"""Two frame drums in a circle: the left one calls while one breathes in, the right one answers on the way
out.

The instrument is among the oldest there are (daf, bendir, bodhrán, pandeiro) and at home where people sit
in a ring. Two strokes: the open *dum* in the middle of the skin and a damped *tek* at its edge. The call is
livelier than the answer, and the answer leaves its last beat alone. An ideal round membrane's modes lie at
1, 1.59, 2.14, 2.30, 2.65 and 2.92 of its lowest (zeros of the Bessel functions); a real skin, loaded by the
air around it, is only near that. The pattern is ours, not a tradition's.
"""

from typing import Final

from entrain.breath.pattern import BreathPart
from entrain.synth import cues
from entrain.synth.stretch import Samples, Strike
from entrain.synth.tones import Partial, decay, enveloped, noise_loop, panned, peaking, seconds, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_MODES: Final = (1.0, 1.59, 2.14, 2.30, 2.65, 2.92)
_CALL_HZ, _ANSWER_HZ = 104.0, 78.0
_SLOWEST_BPM: Final = 20.0

# Strokes of a beat: (when in the beat, stroke, dB). D dum, t tek.
_CALL: Final = (
    ((0.0, "D", 0.0), (0.5, "t", -9.0)),
    ((0.0, "t", -6.0),),
    ((0.0, "D", -5.0), (0.5, "t", -8.0)),
    ((0.0, "t", -5.0), (0.5, "t", -11.0)),
)
_ANSWER: Final = (((0.0, "D", 0.0),), ((0.0, "t", -8.0),), ((0.0, "D", -6.0),), ((0.0, "t", -10.0),))
_LAST: Final = ((0.0, "t", -12.0),)


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""

    def beats(hz: float, side: float, pattern: tuple[tuple[tuple[float, str, float], ...], ...]):
        drum = {"D": _dum(sample_rate_hz, hz, side), "t": _tek(sample_rate_hz, hz, side)}
        return [[(at, drum[stroke] * db(level)) for at, stroke, level in beat] for beat in pattern]

    call = beats(_CALL_HZ, -0.35, _CALL)
    *answer, last = beats(_ANSWER_HZ, 0.35, (*_ANSWER, _LAST))

    def strike(beat: Strike) -> tuple[Grain, ...]:
        moment, beat_frames = beat.breath, 60.0 / max(_SLOWEST_BPM, beat.bpm) * sample_rate_hz
        if moment is None:
            strokes = (*call, *answer)[beat.n % 8]
        elif moment.part in (BreathPart.INHALE, BreathPart.HOLD_IN):
            strokes = call[moment.beat_in_part % len(call)]
        elif moment.beat_in_part and moment.beat_in_part == moment.part_beats - 1:
            strokes = last
        else:
            strokes = answer[moment.beat_in_part % len(answer)]
        return tuple((round(at * beat_frames), sound) for at, sound in strokes)

    tail_frames = round(0.5 * 60.0 / _SLOWEST_BPM * sample_rate_hz) + len(call[0][0][1])
    return Voice(strike, tail_frames, cues.tones(sample_rate_hz), gain=db(0.4))


def _dum(sample_rate_hz: int, hz: float, side: float) -> Samples:
    gains = (1.0, 0.55, 0.30, 0.22, 0.10, 0.06)
    modes = [Partial(hz * m, g, 0.75 / m) for m, g in zip(_MODES, gains, strict=True)]
    return panned(peaking(struck(sample_rate_hz, 0.8, modes, attack_s=0.008), db(-7.0)), side)


def _tek(sample_rate_hz: int, hz: float, side: float) -> Samples:
    modes = [Partial(3.2 * hz * m, 1.0 / m**2, 0.11 / m) for m in _MODES]
    skin = struck(sample_rate_hz, 0.16, modes, attack_s=0.004)
    noise = noise_loop(sample_rate_hz, 0.16, 500.0, 2200.0, seed=5)
    brush = 0.10 * noise * decay(seconds(sample_rate_hz, 0.16), 0.05)[:, None]
    return panned(peaking(skin + enveloped(brush, sample_rate_hz, attack_s=0.004), db(-10.0)), side)
