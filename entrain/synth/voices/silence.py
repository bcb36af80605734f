"""No sound at all: for those who want the screen only, and for the control arm of a study."""

from entrain.synth.voice import Voice


def build(sample_rate_hz: int) -> Voice:
    """The voice as it is struck, breathed and faded; its grains are float32 of shape (n_frames, 2)."""
    del sample_rate_hz
    return Voice()
