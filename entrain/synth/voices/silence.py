"""No sound at all: for those who want the screen only, and for the control arm of a study."""

from entrain.synth.voice import Voice


def build(sample_rate_hz: int) -> Voice:
    del sample_rate_hz
    return Voice()
