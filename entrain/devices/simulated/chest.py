"""The chest under a simulated strap: what its accelerometer feels while somebody breathes, sits and moves.

Breathing tips the breastbone, and gravity with it: some tenths of a degree to two or three, 1 mg for each
0.06°. The axis of that turn is mostly across the chest and differs between people. On top of it lie a sway of
the trunk near 0.1 Hz that looks like a breath, slow sinking, the heart's own knock, movements that end in
another posture, and the sensor's noise. Amplitudes are assumptions of this model, drawn widely; the few
published ones (PMC7363979, seated) lie within.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import cos, exp, pi, radians, sin, sqrt
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

GRAVITY_MG: Final = 1000.0
KNOCK_HZ: Final = 12.0
KNOCK_S: Final = 0.12
STUCK_MG: Final = -2000.0  # what a dead axis of an H10 reads


class Posture(StrEnum):
    """How somebody sits or lies; the device's y axis points up the body and z out of the chest."""

    UPRIGHT = "upright"
    SLUMPED = "slumped"
    LEANING = "leaning forward"
    RECLINED = "reclined"
    SUPINE = "supine"


_PITCH_DEG: Final = {
    Posture.UPRIGHT: -8.0,
    Posture.SLUMPED: 15.0,
    Posture.LEANING: 35.0,
    Posture.RECLINED: -45.0,
    Posture.SUPINE: -88.0,
}


@dataclass(frozen=True, slots=True)
class ChestTraits:
    """What makes one chest, and the strap on it, what it is. Angles in degrees."""

    posture: Posture = Posture.UPRIGHT
    roll_deg: float = 0.0  # of the strap, around the line of sight
    breath_deg: float = 1.0  # peak to trough of a normal breath
    breath_axis: tuple[float, float, float] = (1.0, 0.0, 0.0)  # of the turn
    sway_deg: float = 0.06  # standard deviation
    sway_hz: float = 0.1
    sink_deg: float = 0.2  # standard deviation of slow sinking
    knock_mg: float = 6.0
    noise_mg: float = 1.5  # of each sample and axis
    moves_per_min: float = 0.3
    move_deg: float = 4.0
    dead_axis: int | None = None

    @staticmethod
    def draw(seed: int, posture: Posture | None = None) -> "ChestTraits":
        """Somebody's; the same seed is the same chest."""
        rng = Random(f"{seed}/chest")
        drawn = rng.choice(list(Posture))
        return ChestTraits(
            posture=posture or drawn,
            roll_deg=rng.gauss(0.0, 8.0),
            breath_deg=min(4.0, max(0.3, exp(0.5 * rng.gauss(0.0, 1.0)))),
            breath_axis=(1.0, rng.gauss(0.0, 0.25), rng.gauss(0.0, 0.25)),
            sway_deg=min(0.4, 0.06 * exp(0.6 * rng.gauss(0.0, 1.0))),
            sway_hz=rng.uniform(0.05, 0.15),
            sink_deg=rng.uniform(0.05, 0.5),
            knock_mg=rng.uniform(2.0, 15.0),
            noise_mg=rng.uniform(0.8, 3.0),
            moves_per_min=rng.uniform(0.0, 0.7),
            move_deg=rng.uniform(1.0, 8.0),
        )


class Chest:
    """Steps on the grid of its samples; chance is one stream, however it is stepped."""

    def __init__(self, traits: ChestTraits, hz: float, seed: str) -> None:
        self.traits = traits
        self._hz = hz
        self._rng = np.random.RandomState(Random(f"{seed}/chest").getrandbits(32))
        self._sink, self._sway, self._knock = 0.0, 0j, 0.0
        self._lean = np.zeros(3)  # of movements so far, in degrees about each axis
        self._moving_left, self._move = 0, np.zeros(3)
        self._keep_sink = exp(-1.0 / hz / 25.0)
        self._turn_sway = exp(-1.0 / hz / 20.0) * complex(
            cos(2 * pi * traits.sway_hz / hz), sin(2 * pi * traits.sway_hz / hz)
        )

    def run(self, volumes: list[float], since_beat_s: list[float]) -> NDArray[np.float64]:
        """The samples (n, 3) in mg, one for each volume (-0.5 to 0.5 of a normal breath) and time since a
        heartbeat."""
        return np.array([self._step(v, s) for v, s in zip(volumes, since_beat_s, strict=True)]).reshape(-1, 3)

    def _step(self, volume: float, since_beat_s: float) -> NDArray[np.float64]:
        traits, drawn = self.traits, self._rng.standard_normal(7)
        keep = self._keep_sink
        self._sink = keep * self._sink + traits.sink_deg * sqrt(1.0 - keep**2) * drawn[0]
        kick = traits.sway_deg * sqrt(1.0 - abs(self._turn_sway) ** 2)
        self._sway = self._sway * self._turn_sway + kick * complex(drawn[1], drawn[2])
        self._move_on(float(self._rng.random_sample()))
        axis = np.array(traits.breath_axis)
        turn = axis / np.linalg.norm(axis) * traits.breath_deg * volume
        turn = turn + self._lean + np.array([self._sink + self._sway.real, 0.4 * self._sway.imag, 0.0])
        gravity = _gravity(traits.posture, traits.roll_deg)
        felt = gravity + np.cross(np.radians(turn), gravity)
        knock = traits.knock_mg * exp(-since_beat_s / KNOCK_S) * sin(2 * pi * KNOCK_HZ * since_beat_s)
        felt = felt + np.array([0.2, 0.5, 0.8]) * knock + traits.noise_mg * drawn[3:6]
        if traits.dead_axis is not None:
            felt[traits.dead_axis] = STUCK_MG
        return felt

    def _move_on(self, chance: float) -> None:
        traits = self.traits
        if self._moving_left > 0:
            self._moving_left -= 1
            self._lean = self._lean + self._move + 0.05 * traits.move_deg * self._rng.standard_normal(3)
        elif chance < traits.moves_per_min / 60.0 / self._hz:
            self._moving_left = int(self._hz * (0.5 + 2.0 * self._rng.random_sample()))
            self._move = self._rng.standard_normal(3) * traits.move_deg / self._moving_left


def _gravity(posture: Posture, roll_deg: float) -> NDArray[np.float64]:
    pitch, roll = radians(_PITCH_DEG[posture]), radians(roll_deg)
    down = np.array([0.0, -cos(pitch), -sin(pitch)])
    turned = np.array(
        [down[0] * cos(roll) - down[1] * sin(roll), down[0] * sin(roll) + down[1] * cos(roll), down[2]]
    )
    return GRAVITY_MG * turned
