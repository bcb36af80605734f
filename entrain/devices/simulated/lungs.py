"""How a simulated person breathes: at their own pace, or with the pacer while their mind is on it.

Own breathing has a rate of its own with some 12 % variation from breath to breath. Guided breathing is a
phase-locked loop: after a short while of listening the person's breath is drawn to the pacer's, a reaction
time behind it, imprecise from breath to breath, and every now and then the mind wanders: the breath drifts
back towards its own rate until the person notices. The figures of following and of lapses are assumptions of
this model, not findings.

Carbon dioxide follows the alveolar air equation, PCO2 = 863 * VCO2 / VA, with the body's stores as one
compartment of `CO2_TAU_S`. At its own rate a body keeps PetCO2 near 39 mmHg; someone who breathes slowly and
too deeply blows CO2 off. Of 16 untrained people 37.5 % fell below 30 mmHg on their first day at 6 breaths/min
(PLoS ONE 2019, 14(6): e0218550); `overbreathing` is drawn so that as many do here. The fall of PetCO2 is this
model's stand-in for discomfort: light-headedness and tingling set in somewhere below 30 mmHg.
"""

from dataclasses import dataclass
from math import cos, exp, floor, pi
from random import Random
from typing import Final, NamedTuple

from entrain.breath.pattern import BreathPattern
from entrain.score import Score
from entrain.units import S_PER_MIN

DEAD_SPACE_L: Final = 0.15
CO2_OUTPUT_L_PER_MIN: Final = 0.2
ALVEOLAR_MMHG: Final = 863.0  # of the alveolar air equation: 760 mmHg * 310 K / 273 K
REST_PETCO2_MMHG: Final = 39.0
LOW_PETCO2_MMHG: Final = 30.0
CO2_TAU_S: Final = 90.0  # [assumed] the order of a minute or two
SLOW_PER_MIN: Final = 6.0  # where over-breathing is at its full, and what the 37.5 % are about
DEEPEN_TAU_S: Final = 2.0  # breaths deepen gradually
AUDIBLE: Final = 0.05  # guidance fainter than this is not followed

Shape = tuple[float, float, float]  # where inhale, hold and exhale end, as fractions of a breath
OWN_SHAPE: Final[Shape] = (0.4, 0.4, 1.0)


@dataclass(frozen=True, slots=True)
class LungTraits:
    """What makes one person's breathing theirs."""

    own_per_min: float = 15.0
    variation: float = 0.12  # of each breath's rate, as a fraction
    settle_s: float = 8.0  # of listening before the breath follows
    follow_per_s: float = 0.5  # how fast a phase error shrinks; 0: never follows
    reaction_s: float = 0.3
    imprecision: float = 0.03  # of a breath, from breath to breath
    lapses_per_min: float = 0.25
    lapse_s: float = 12.0  # mean length
    hurry: float = 1.0  # above 1: hears the pacer and breathes that much quicker, out of step
    overbreathing: float = 1.18  # alveolar ventilation at 6/min over what the body needs


class Breathing(NamedTuple):
    """One moment of the truth about somebody's breath."""

    phase: float  # breaths since the start; its fraction is 0 where breathing in begins
    volume: float  # -0.5 (out) to 0.5 (in) of a normal breath at this rate; deeper breaths go further
    rate_per_min: float
    petco2_mmhg: float
    following: bool


class Lungs:
    """Steps on a fixed grid; everything random comes from one stream in the order of the steps."""

    def __init__(self, traits: LungTraits, step_s: float, rng: Random) -> None:
        self.traits = traits
        self.rate_hz = traits.own_per_min / S_PER_MIN
        self.now = Breathing(rng.random(), 0.0, traits.own_per_min, REST_PETCO2_MMHG, following=False)
        self._rng = rng
        self._step_s = step_s
        self._co2_share = 1.0 - exp(-step_s / CO2_TAU_S)
        self._heard_s = 0.0
        self._awake_s = self._until_lapse()  # of following, until the mind wanders
        self._lapse_left_s = 0.0
        self._settled_hz = self.rate_hz
        self._offset = 0.0
        self._shape = OWN_SHAPE
        self._depth = self._depth_goal = 1.0
        self._depth_share = 1.0 - exp(-step_s / DEEPEN_TAU_S)
        self._goal_mmhg = REST_PETCO2_MMHG
        self._begin_breath(None)

    def run(self, t_s: float, n: int, score: Score | None) -> list[Breathing]:
        """Breathe from `t_s` for `n` steps; the truth at the end of each."""
        step_s, follow_per_s, hurry = self._step_s, self.traits.follow_per_s, self.traits.hurry
        co2_share, depth_share = self._co2_share, self._depth_share
        phase, _, _, petco2_mmhg, _ = self.now
        depth = self._depth
        out: list[Breathing] = []
        for k in range(n):
            pacer = self._listen(t_s + k * step_s, score)
            if pacer is None:
                speed_hz = self.rate_hz
            else:
                fraction, rate_per_min = pacer
                self.rate_hz = rate_hz = rate_per_min / S_PER_MIN
                error = fraction + self._offset - phase
                error -= floor(error + 0.5)
                if hurry != 1.0:
                    self.rate_hz = rate_hz = rate_hz * hurry
                    error = 0.0
                # A breath is hurried or dragged, never breathed backwards.
                speed_hz = rate_hz + follow_per_s * error
                if not 0.4 * rate_hz <= speed_hz <= 1.8 * rate_hz:
                    speed_hz = min(1.8 * rate_hz, max(0.4 * rate_hz, speed_hz))
            next_breath = floor(phase) + 1
            phase += speed_hz * step_s
            if phase >= next_breath:
                self._begin_breath(None if pacer is None else self._heard_pattern(t_s + k * step_s, score))
            depth += (self._depth_goal - depth) * depth_share
            volume = depth * (_fullness(phase % 1.0, self._shape) - 0.5)
            petco2_mmhg += (self._goal_mmhg - petco2_mmhg) * co2_share
            out.append(Breathing(phase, volume, self.rate_hz * S_PER_MIN, petco2_mmhg, pacer is not None))
        self._depth = depth
        if out:
            self.now = out[-1]
        return out

    def _listen(self, t_s: float, score: Score | None) -> tuple[float, float] | None:
        """(fraction of the breath, its rate per minute) as heard; None while it is not followed."""
        if score is None or score.breath is None or score.presence.at(t_s) < AUDIBLE:
            self._heard_s = 0.0
            return None
        heard_at_s, tempo = t_s - self.traits.reaction_s, score.tempo
        if heard_at_s < tempo.start_s:
            return None
        self._heard_s += self._step_s
        if self._heard_s < self.traits.settle_s or self.traits.follow_per_s <= 0.0:
            return None
        if self._lapse_left_s > 0.0:
            self._lapse_left_s -= self._step_s
            return None
        self._awake_s -= self._step_s
        if self._awake_s <= 0.0:
            self._awake_s = self._until_lapse()
            self._lapse_left_s = self._rng.expovariate(1.0 / self.traits.lapse_s)
            return None
        return score.breathed_at(heard_at_s)

    def _heard_pattern(self, t_s: float, score: Score | None) -> BreathPattern | None:
        if score is None or score.breath is None:
            return None
        return score.breath.pattern_at(score.tempo.phase_at(t_s - self.traits.reaction_s))

    def _begin_breath(self, pattern: BreathPattern | None) -> None:
        """Lungs are empty now, so rate and shape may change without a jump."""
        traits, wobble = self.traits, self._rng.gauss(0.0, 1.0)
        own_hz = traits.own_per_min / S_PER_MIN
        if pattern is None:
            self._settled_hz += (own_hz - self._settled_hz) * 0.35
            self.rate_hz = self._settled_hz * min(1.6, max(0.6, 1.0 + traits.variation * wobble))
            self._shape = OWN_SHAPE
        else:
            self._settled_hz = self.rate_hz
            self._offset = traits.imprecision * wobble
            self._shape = _shape_of(pattern)
        slowing = (own_hz - self.rate_hz) / (own_hz - SLOW_PER_MIN / S_PER_MIN)
        ventilation = 1.0 + (traits.overbreathing - 1.0) * min(1.0, max(0.0, slowing))
        self._goal_mmhg = REST_PETCO2_MMHG / ventilation
        needed_l = ALVEOLAR_MMHG * CO2_OUTPUT_L_PER_MIN / REST_PETCO2_MMHG / (self.rate_hz * S_PER_MIN)
        self._depth_goal = (DEAD_SPACE_L + needed_l * ventilation) / (DEAD_SPACE_L + needed_l)

    def _until_lapse(self) -> float:
        lapses_per_s = self.traits.lapses_per_min / S_PER_MIN
        return self._rng.expovariate(lapses_per_s) if lapses_per_s > 0.0 else float("inf")


def _shape_of(pattern: BreathPattern) -> Shape:
    beats = pattern.beats
    held = pattern.inhale + pattern.hold_in
    return pattern.inhale / beats, held / beats, (held + pattern.exhale) / beats


def _fullness(fraction: float, shape: Shape) -> float:
    """0 (out) to 1 (in) at `fraction` of a breath, smooth like the pacer's own figure."""
    inhaled, held, exhaled = shape
    if fraction < inhaled:
        return 0.5 - 0.5 * cos(pi * fraction / inhaled)
    if fraction < held:
        return 1.0
    if fraction < exhaled:
        return 0.5 + 0.5 * cos(pi * (fraction - held) / (exhaled - held))
    return 0.0
