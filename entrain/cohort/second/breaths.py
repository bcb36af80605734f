"""How the second simulated person breathes: breath by breath, each one decided as it begins.

- Left alone, the length of a breath is log-normal about the person's own, and a long breath follows a long
  one (Tobin et al. 1988, J Appl Physiol 65:309: breath-to-breath coefficient of variation near 0.2; Bruce
  1996: correlated over several breaths); about every five minutes there is a sigh of two to three times the
  depth and a longer pause after it (Vlemincx et al. 2010).
- Following a pacer is what tappers do with a metronome (Repp 2005, Psychon Bull Rev 12:969): the breath to
  come takes the period that was heard, less a share of the asynchrony of its own onset, with a motor error.
  It may be ahead of the cue as well as behind it. A mind that wanders goes on at the *remembered* period,
  which creeps towards the person's own; somebody for whom a breath would be too long takes two for one.
- Carbon dioxide is a balance of mass, K dP/dt = 863 VCO2 - P VA, with the depth of each breath as it was
  taken; left alone, the chemoreflex brings the depth back to what 39 mmHg needs. How much deeper than
  needed people breathe along is drawn so that 37.5 % fall below 30 mmHg at 6/min (PLoS ONE 2019, 14(6):
  e0218550).

Shares and errors without a source are assumptions of this model.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import cos, exp, pi, sqrt
from random import Random
from typing import Final

from entrain.devices.simulated.lungs import Breathing
from entrain.score import Score
from entrain.units import S_PER_MIN

DEAD_SPACE_L: Final = 0.16
CO2_L_PER_MIN: Final = 0.21
NEEDED_L_PER_MIN: Final = 863.0 * CO2_L_PER_MIN / 39.0  # alveolar ventilation that keeps 39 mmHg
STORE_MIN: Final = 1.3  # the store over that ventilation: the balance's time constant
CHEMOREFLEX_PER_MMHG: Final = 0.06  # of the needed ventilation
HEARD_PRESENCE: Final = 0.06
LONG_FOLLOWS_LONG: Final = 0.45
SHALLOWEST_L: Final = 0.3
NORMAL_L: Final = 0.5  # the depth that `Breathing.volume` calls one


class Following(StrEnum):
    """Whether somebody goes along with a guided breath."""

    ALONG = "along"
    NEVER = "never"
    QUICKER = "quicker"  # hears it, and breathes a fixed share faster
    TWO_FOR_ONE = "two for one"  # where the breath would be longer than is comfortable


@dataclass(frozen=True, slots=True)
class BreathTraits:
    """How somebody breathes: a minute, and times of a breath."""

    own_per_min: float = 14.0
    variation: float = 0.18  # standard deviation of the logarithm of a breath's length
    sighs_per_min: float = 0.2
    following: Following = Following.ALONG
    correction: float = 0.5  # the share of an asynchrony that the next breath takes back
    motor_error: float = 0.05  # of a breath's length
    ahead_s: float = -0.2  # where onsets settle: below nought after the cue
    wander_chance: float = 0.02  # at each breath along
    wander_breaths: float = 3.0  # mean length
    longest_s: float = 30.0  # a breath longer than that is not comfortable
    quicker: float = 1.15
    depth: float = 1.22  # ventilation along at 6/min over what is needed


class Breather:
    """Steps on a fixed grid; chance comes from one stream in the order of the breaths."""

    def __init__(self, traits: BreathTraits, step_s: float, rng: Random) -> None:
        self.traits = traits
        self.litres = 0.0  # above the end of an expiration
        self.inhaling = False
        self._rng, self._step_s = rng, step_s
        self._count = 0
        self._into_s = 0.0
        self._deviation = rng.gauss(0.0, 1.0)
        self._petco2 = 39.0
        self._heard_breaths = 0
        self._listening = rng.randint(1, 4)  # breaths, before following
        self._away = 0  # breaths left of a wandering mind
        self._remembered_s = S_PER_MIN / traits.own_per_min
        self._begin_own()
        self._into_s = rng.random() * self._length_s
        self.now = Breathing(self._into_s / self._length_s, 0.0, traits.own_per_min, 39.0, following=False)

    def step(self, t_s: float, score: Score | None) -> Breathing:
        """Breathe until `t_s`."""
        self._into_s += self._step_s
        if self._into_s >= self._length_s:
            self._into_s -= self._length_s
            self._count += 1
            self._begin(t_s - self._into_s, score)
        x = min(0.999, self._into_s / self._length_s)
        full = self._full(x)
        self.litres = self._depth_l * full
        rate = S_PER_MIN / self._length_s
        ventilation = rate * (self._depth_l - DEAD_SPACE_L)
        gain = 863.0 * CO2_L_PER_MIN - self._petco2 * ventilation
        self._petco2 += gain / (NEEDED_L_PER_MIN * STORE_MIN) * self._step_s / S_PER_MIN
        volume = self._depth_l / NORMAL_L * (full - 0.5)
        self.now = Breathing(self._count + x, volume, rate, self._petco2, self._is_along)
        return self.now

    def _begin(self, t_s: float, score: Score | None) -> None:
        traits = self.traits
        heard = None
        if score is not None and score.breath is not None and score.presence.at(t_s) >= HEARD_PRESENCE:
            heard = score.breathed_at(t_s)
        if heard is None or traits.following is Following.NEVER:
            self._heard_breaths = 0
            self._begin_own()
            return
        self._heard_breaths += 1
        if self._heard_breaths <= self._listening:
            self._begin_own()
            return
        if self._away > 0:
            self._away -= 1
            self._begin_remembered()
            return
        if self._rng.random() < traits.wander_chance:
            self._away = 1 + round(self._rng.expovariate(1.0 / traits.wander_breaths))
            self._begin_remembered()
            return
        fraction, per_min = heard
        self._begin_along(fraction, S_PER_MIN / per_min, score, t_s)

    def _begin_own(self) -> None:
        rng, traits = self._rng, self.traits
        fresh = sqrt(1.0 - LONG_FOLLOWS_LONG**2)
        self._deviation = LONG_FOLLOWS_LONG * self._deviation + fresh * rng.gauss(0.0, 1.0)
        self._length_s = S_PER_MIN / traits.own_per_min * exp(traits.variation * self._deviation)
        self._remembered_s = S_PER_MIN / traits.own_per_min
        need = NEEDED_L_PER_MIN * max(0.2, 1.0 + CHEMOREFLEX_PER_MMHG * (self._petco2 - 39.0))
        depth_l = DEAD_SPACE_L + need * self._length_s / S_PER_MIN * exp(0.15 * rng.gauss(0.0, 1.0))
        self._inhaled, self._held = rng.uniform(0.34, 0.44), 0.0
        if rng.random() < traits.sighs_per_min / traits.own_per_min:
            depth_l *= rng.uniform(2.0, 3.0)
            self._length_s *= rng.uniform(1.3, 1.8)
            self._inhaled *= 0.8
        self._depth_l, self._is_along = max(SHALLOWEST_L, depth_l), False

    def _begin_remembered(self) -> None:
        own_s = S_PER_MIN / self.traits.own_per_min
        self._remembered_s += 0.2 * (own_s - self._remembered_s)
        self._length_s = self._remembered_s * exp(0.12 * self._rng.gauss(0.0, 1.0))
        self._inhaled, self._held = 0.4, 0.0
        self._fill(S_PER_MIN / self._length_s)
        self._is_along = False

    def _begin_along(self, fraction: float, period_s: float, score: Score | None, t_s: float) -> None:
        traits = self.traits
        goal_s = period_s
        if traits.following is Following.QUICKER:
            goal_s /= traits.quicker
        elif traits.following is Following.TWO_FOR_ONE and period_s > traits.longest_s:
            goal_s /= 2.0
        late = fraction + traits.ahead_s / period_s
        late -= round(late * period_s / goal_s) * goal_s / period_s
        pull = 0.0 if traits.following is Following.QUICKER else traits.correction * late * period_s
        length_s = goal_s - pull + traits.motor_error * goal_s * self._rng.gauss(0.0, 1.0)
        self._length_s = min(1.5 * goal_s, max(0.6 * goal_s, length_s))
        self._remembered_s = goal_s
        self._inhaled, self._held = 0.4, 0.0
        if score is not None and score.breath is not None:
            beats = score.breath.pattern_at(score.tempo.phase_at(t_s))
            self._inhaled = beats.inhale / beats.beats
            self._held = beats.hold_in / beats.beats
        self._fill(S_PER_MIN / self._length_s)
        self._is_along = True

    def _fill(self, per_min: float) -> None:
        """Somebody who breathes with intent: too deep by as much as they have slowed down."""
        own = self.traits.own_per_min
        slowed = min(1.0, max(0.0, (own - per_min) / max(1.0, own - 6.0)))
        over = 1.0 + (self.traits.depth - 1.0) * slowed
        needed_l = NEEDED_L_PER_MIN * over / per_min * exp(0.08 * self._rng.gauss(0.0, 1.0))
        self._depth_l = max(SHALLOWEST_L, DEAD_SPACE_L + needed_l)

    def _full(self, x: float) -> float:
        """0 to 1: in with a muscle's smoothness, out as an elastic bag empties."""
        self.inhaling = x < self._inhaled
        if self.inhaling:
            return 0.5 - 0.5 * cos(pi * x / self._inhaled)
        out = (x - self._inhaled - self._held) / (1.0 - self._inhaled - self._held)
        return 1.0 if out <= 0.0 else (exp(-3.0 * out) - exp(-3.0)) / (1.0 - exp(-3.0))
