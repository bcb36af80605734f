"""From volumes and decibels to gains. No NumPy: a session that only asks for a volume loads none."""


def gain_of(volume: float) -> float:
    """The gain of a volume of 0 to 1: its square, so that half way up sounds about half as loud (-12 dB)."""
    return min(1.0, max(0.0, volume)) ** 2


def db(gain_db: float) -> float:
    """The gain of a level in decibels."""
    return 10.0 ** (gain_db / 20.0)
