"""The pulse of a simulated person: an integral pulse frequency modulator under a beating, breathing body.

The sinus node integrates its rate, theta' = 2 pi HR / 60, and fires at every full turn (Mateo & Laguna 2000,
IEEE Trans Biomed Eng 47:985). The rate is a sum:

- base, and a slow Ornstein-Uhlenbeck wander (SD 2.2 bpm, 40 s);
- respiratory sinus arrhythmia: lung volume through a low-pass of 7.2/min (Hirsch & Bishop 1981, Am J Physiol
  241:H620: corner 7.2/min, 21 dB/decade, plateau 20 +/- 5 bpm), and through the baroreflex loop, a resonance
  with a frequency of one's own, BP(s) = (w/Q)s / (s^2 + (w/Q)s + w^2), 4.5 to 6.5/min, Q about 1.6 (Vaschillo
  et al. 2002, 2006);
- Mayer waves: narrow-band noise near 0.1 Hz (Julien 2006);
- relaxation while breathing slowly: -1 bpm within 120 s, an assumption;
- k (tempo - HR): the pull of the tempo, **0 by default**, and kappa sin(psi_beat - theta) in theta', the pull
  of the beat's phase, **0 by default**: a tone alone was not found to move a heart (Muetze, Kopiez & Wolf
  2018/2020; Juslin et al. 2024). Both exist so that a controller or a statistic can be tried on people in
  whom it were otherwise.
- ectopic beats, ventricular (the sinus rhythm goes on underneath: a full compensatory pause) or atrial (the
  node is reset).
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, exp, pi, sin, sqrt
from random import Random
from typing import Final

from numpy.random import RandomState  # whose streams are the same in every version

from entrain.devices.simulated.lungs import AUDIBLE, Breathing
from entrain.score import Score
from entrain.units import S_PER_MIN

RSA_CORNER_HZ: Final = 7.2 / S_PER_MIN
SLOW_PER_MIN: Final = (6.0, 9.0)  # relaxation is full below the first and none above the second
SLOWEST_BPM: Final = 35.0
PULL_TAU_S: Final = 20.0  # [assumed] a pulse takes this long to give in to a tempo
VENTRICULAR_SHARE: Final = 0.7
NOISE_BLOCK: Final = 2560  # steps: ten minutes and more


@dataclass(frozen=True, slots=True)
class HeartTraits:
    """What makes one person's pulse theirs. Amplitudes of RSA are peak to trough."""

    base_bpm: float = 70.0
    wander_bpm: float = 2.2
    wander_tau_s: float = 40.0
    rsa_bpm: float = 12.0  # of slow normal breaths, by way of lung volume
    resonance_bpm: float = 5.0  # of breaths at the resonance frequency, by way of the baroreflex
    resonance_per_min: float = 5.5
    resonance_q: float = 1.6
    mayer_bpm: float = 1.6  # standard deviation
    mayer_hz: float = 0.1
    mayer_tau_s: float = 15.0  # how long the waves stay in step with themselves
    relaxation_bpm: float = 1.0  # how far the pulse falls while breathing slowly
    relaxation_tau_s: float = 120.0
    tempo_pull: float = 0.0  # k: the share of the way to the tempo that the pulse goes
    phase_pull_rad_per_s: float = 0.0  # kappa
    ectopic_chance: float = 0.0005  # per beat
    trend_bpm: float = 0.0  # how far the pulse goes in all, from `trend_from_s` on, with `trend_tau_s`
    trend_from_s: float = 0.0
    trend_tau_s: float = 240.0


class Sinus:
    """Steps on a fixed grid and gives the times of its beats."""

    def __init__(self, traits: HeartTraits, step_s: float, rng: Random) -> None:
        self.traits = traits
        self.turns: float = rng.random()  # theta / 2 pi
        self._rng = rng
        self._step_s = step_s
        self._next_turn: float = 1.0  # where the next beat falls
        self._skip_turn: float | None = None  # a sinus beat that finds the ventricles refractory
        self._wandering = Wandering(traits, step_s, rng)
        self._rsa = 0.0
        self._rsa_share = 1.0 - exp(-2.0 * pi * RSA_CORNER_HZ * step_s)
        self._resonance = Resonator(traits.resonance_per_min / S_PER_MIN, traits.resonance_q, step_s)
        self._relaxed = 0.0
        self._relax_share = 1.0 - exp(-step_s / traits.relaxation_tau_s)
        self._pulled = 0.0
        self._pull_share = 1.0 - exp(-step_s / PULL_TAU_S)

    def run(
        self, t_s: float, breathing: Sequence[Breathing], score: Score | None
    ) -> tuple[list[float], list[float], list[float]]:
        """Beat from `t_s` on, a step for each moment of the breath.

        Returns the times of the beats, of the ectopic ones among them, and the rate of each step in bpm.
        """
        traits, step_s, rsa_share, relax_share = self.traits, self._step_s, self._rsa_share, self._relax_share
        base_bpm, rsa_bpm, resonance_bpm = traits.base_bpm, traits.rsa_bpm, traits.resonance_bpm
        relaxation_bpm, pulls = traits.relaxation_bpm, traits.tempo_pull or traits.phase_pull_rad_per_s
        trends = traits.trend_bpm != 0.0
        rsa, relaxed = self._rsa, self._relaxed
        beats_s: list[float] = []
        ectopics_s: list[float] = []
        rates_bpm: list[float] = []
        volumes = [moment.volume for moment in breathing]
        wandering, resonance = self._wandering.taken(len(volumes)), self._resonance.run(volumes)
        for k, (moment, volume, wander_bpm, wave) in enumerate(
            zip(breathing, volumes, wandering, resonance, strict=True)
        ):
            rsa += (volume - rsa) * rsa_share
            relaxed += (_slow(moment.rate_per_min) * relaxation_bpm - relaxed) * relax_share
            if trends:
                base_bpm = traits.base_bpm + self._trend_bpm(t_s + k * step_s)
            free_bpm = base_bpm + wander_bpm + rsa_bpm * rsa + resonance_bpm * wave - relaxed
            bpm = free_bpm + self._pulled
            if bpm < SLOWEST_BPM:
                bpm = SLOWEST_BPM
            rates_bpm.append(bpm)
            turns_per_s = bpm / S_PER_MIN
            if pulls:
                turns_per_s += self._give_in(t_s + k * step_s, bpm, score)
            before = self.turns
            self.turns = before + turns_per_s * step_s
            if self.turns >= self._next_turn:
                self._fire(t_s + k * step_s, before, turns_per_s, beats_s, ectopics_s)
        self._rsa, self._relaxed = rsa, relaxed
        return beats_s, ectopics_s, rates_bpm

    def _trend_bpm(self, t_s: float) -> float:
        since_s = max(0.0, t_s - self.traits.trend_from_s)
        return self.traits.trend_bpm * (1.0 - exp(-since_s / self.traits.trend_tau_s))

    def _give_in(self, t_s: float, bpm: float, score: Score | None) -> float:
        """Move by the tempo's pull; what the beat's pull adds to the turns per second."""
        heard = score is not None and t_s >= score.tempo.start_s and score.presence.at(t_s) >= AUDIBLE
        goal_bpm = 0.0 if score is None or not heard else score.tempo.bpm_at(t_s) - bpm
        self._pulled += (self.traits.tempo_pull * goal_bpm - self._pulled) * self._pull_share
        if score is None or not heard:
            return 0.0
        psi = score.tempo.phase_at(t_s)
        return self.traits.phase_pull_rad_per_s / (2.0 * pi) * sin(2.0 * pi * (psi - self.turns))

    def _fire(
        self, t_s: float, before: float, turns_per_s: float, beats_s: list[float], ectopics_s: list[float]
    ) -> None:
        while self.turns >= self._next_turn:
            beat_s = t_s + (self._next_turn - before) / turns_per_s
            ectopic = self._next_turn % 1.0 != 0.0
            if ectopic:
                beats_s.append(beat_s)
                ectopics_s.append(beat_s)
                self._after_ectopic()
                continue
            if self._next_turn != self._skip_turn:
                beats_s.append(beat_s)
            early = self._rng.random() < self.traits.ectopic_chance
            self._next_turn += self._rng.uniform(0.55, 0.8) if early else 1.0

    def _after_ectopic(self) -> None:
        sinus_turn = self._next_turn // 1.0 + 1.0
        if self._rng.random() < VENTRICULAR_SHARE:
            self._skip_turn = self._next_turn = sinus_turn
        else:
            # The node is reset: a whole turn from here.
            self.turns += sinus_turn - self._next_turn
            self._next_turn = sinus_turn + 1.0


def _slow(per_min: float) -> float:
    """How far somebody who breathes at this rate relaxes: 0 to 1."""
    full, none = SLOW_PER_MIN
    return 0.0 if per_min >= none else 1.0 if per_min <= full else (none - per_min) / (none - full)


class Wandering:
    """Slow wander and Mayer waves, step by step."""

    def __init__(self, traits: HeartTraits, step_s: float, rng: Random) -> None:
        self._keep = exp(-step_s / traits.wander_tau_s)
        self._kick = traits.wander_bpm * sqrt(1.0 - self._keep**2)
        keep, angle = exp(-step_s / traits.mayer_tau_s), 2.0 * pi * traits.mayer_hz * step_s
        self._turn = keep * complex(cos(angle), sin(angle))
        self._mayer_kick = traits.mayer_bpm * sqrt(1.0 - keep**2)
        self._wander = traits.wander_bpm * rng.gauss(0.0, 1.0)
        self._mayer = complex(rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)) * traits.mayer_bpm
        self._seed = rng.getrandbits(32)
        self._n_blocks = 0
        self._ahead = array("d")
        self._n_taken = 0  # of them

    def taken(self, n: int) -> Sequence[float]:
        """The next `n` steps, in bpm."""
        while len(self._ahead) < self._n_taken + n:
            self._ahead, self._n_taken = self._ahead[self._n_taken :] + self._block(), 0
        first, self._n_taken = self._n_taken, self._n_taken + n
        return self._ahead[first : self._n_taken]

    def _block(self) -> "array[float]":
        # Many at once: drawn one by one, chance would cost more than the rest of a person. The stream begins
        # anew each time and skips what was taken, for a stream is dear to copy and people are copied often.
        self._n_blocks += 1
        drawn = RandomState(self._seed).standard_normal((self._n_blocks * NOISE_BLOCK, 3))[-NOISE_BLOCK:]
        keep, kick, turn, mayer_kick = self._keep, self._kick, self._turn, self._mayer_kick
        wander, mayer, out = self._wander, self._mayer, array("d")
        for a, b, c in drawn.tolist():
            wander = keep * wander + kick * a
            mayer = mayer * turn + complex(mayer_kick * b, mayer_kick * c)
            out.append(wander + mayer.real)
        self._wander, self._mayer = wander, mayer
        return out


class Resonator:
    """BP(s) = (w/Q)s / (s^2 + (w/Q)s + w^2), by the bilinear transform.

    Gain 1 and no lag at its own frequency.
    """

    def __init__(self, hz: float, q: float, step_s: float) -> None:
        w = 2.0 * pi * hz * step_s
        alpha = sin(w) / (2.0 * q)
        self._b0 = alpha / (1.0 + alpha)
        self._a1 = -2.0 * cos(w) / (1.0 + alpha)
        self._a2 = (1.0 - alpha) / (1.0 + alpha)
        self._s1 = self._s2 = 0.0

    def run(self, xs: Sequence[float]) -> list[float]:
        """What comes out, step by step, when `xs` goes in."""
        b0, a1, a2, s1, s2 = self._b0, self._a1, self._a2, self._s1, self._s2
        ys: list[float] = []
        for x in xs:
            ys.append(y := b0 * x + s1)
            s1, s2 = s2 - a1 * y, -b0 * x - a2 * y
        self._s1, self._s2 = s1, s2
        return ys
