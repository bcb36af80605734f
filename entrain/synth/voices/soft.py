"""The default: a felt-soft tone. It is higher while breathing in and lower while breathing out."""

from entrain.breath.pattern import BreathPart
from entrain.synth import cues
from entrain.synth.stretch import Samples, Strike
from entrain.synth.tones import Partial, peaking, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

# F sharp 4 and D4: a third apart, home on the out-breath, and far enough above the cues not to rub on them.
_IN_HZ, _OUT_HZ = 369.99, 293.66


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    high, low = _felt(_IN_HZ, sample_rate_hz), _felt(_OUT_HZ, sample_rate_hz)

    def strike(beat: Strike) -> tuple[Grain, ...]:
        rising = beat.breath is not None and beat.breath.part in (BreathPart.INHALE, BreathPart.HOLD_IN)
        return ((0, high if rising else low),)

    return Voice(strike, len(low), cues.tones(sample_rate_hz), gain=db(-0.9))


def _felt(hz: float, sample_rate_hz: int) -> Samples:
    """A hammer of felt: a strong fundamental, overtones that die early, an attack without an edge."""
    partials = (
        Partial(hz, 1.0, 1.5),
        Partial(1.0015 * hz, 0.35, 1.9),  # a second string, a little out of tune: a slow, warm beating
        Partial(2.001 * hz, 0.22, 0.8),
        Partial(3.003 * hz, 0.07, 0.45),
        Partial(4.01 * hz, 0.025, 0.25),
    )
    return peaking(struck(sample_rate_hz, 1.6, partials, attack_s=0.012, spread=0.35), db(-12.0))
