"""A small wooden click: damped modes and a little noise, gone within 80 ms."""

from entrain.synth import cues
from entrain.synth.stretch import Strike
from entrain.synth.tones import Partial, decay, enveloped, noise_loop, peaking, seconds, struck
from entrain.synth.voice import Grain, Voice
from entrain.synth.volume import db

_LENGTH_S = 0.08


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    # A woodblock's modes lie about 1 : 1.5 : 2.5 apart; the upper ones are kept low, for long listening.
    modes = (Partial(784.0, 1.0, 0.075), Partial(1180.0, 0.35, 0.045), Partial(1960.0, 0.10, 0.025))
    wood = struck(sample_rate_hz, _LENGTH_S, modes, attack_s=0.002)
    noise = noise_loop(sample_rate_hz, _LENGTH_S, 600.0, 2400.0, seed=1)
    tap = 0.12 * noise * decay(seconds(sample_rate_hz, _LENGTH_S), 0.018)[:, None]
    click = peaking(wood + enveloped(tap, sample_rate_hz, attack_s=0.001), db(-11.0))
    grains: tuple[Grain, ...] = ((0, click),)

    def strike(beat: Strike) -> tuple[Grain, ...]:
        del beat
        return grains

    return Voice(strike, len(click), cues.tones(sample_rate_hz), gain=db(1.1))
