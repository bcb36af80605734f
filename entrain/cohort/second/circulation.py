"""The pulse of the second simulated person: a circulation that closes its loop beat by beat.

After DeBoer, Karemaker & Strackee 1987 (Am J Physiol 253:H680), with delays in seconds as in Ursino 1998
(Am J Physiol 275:H1733): diastole empties the arteries through a resistance (a Windkessel), the interval
fills the heart (a pulse pressure), breathing in lowers the pressure within the chest and with it the pulse
pressure, the baroreceptors saturate (18 arctan(x / 18)), the vagus answers within a beat, the vessels some
seconds later.

- **Nothing here is told a resonance frequency or a Mayer wave.** Both come of the delay of the vessels'
  answer: noise in the resistance rings at about 0.1 Hz, and a breath near the loop's own frequency swings
  the pulse most. How sharply depends on the gain. What a person's is, is found by breathing them at each
  rate.
- Respiratory sinus arrhythmia is the vagus gated by breathing in (Eckberg 2003, J Physiol 548:339):
  withdrawn while the chest fills, back with acetylcholine's own slowness; a second part comes of the
  pressure.
- It acts on the *interval*, not the rate, and in proportion to the interval.
- The level wanders on three scales at once, roughly 1/f, and may fall or rise over the session.
- Ectopic beats come in runs (every second or third beat), ventricular ones with a full pause.
"""

from collections import deque
from dataclasses import dataclass
from math import atan, exp, log, sqrt, tanh
from random import Random
from typing import Final

from entrain.units import S_PER_MIN

SYSTOLE_MMHG: Final = 120.0
DIASTOLE_MMHG: Final = 76.0
RECEPTOR_MMHG: Final = 18.0
SCALES_S: Final = (8.0, 60.0, 500.0)  # of the level's wander
SHORTEST_S, LONGEST_S = 0.33, 1.9
RESISTANCE_NOISE_S: Final = 6.0
RESETTING_S: Final = 180.0
RETURN_TAU_S: Final = 3.0  # the veins make good what a fuller chest held back
STIFF_L: Final = 0.7  # deeper breaths add less


@dataclass(frozen=True, slots=True)
class CirculationTraits:
    """How somebody's heart answers breath, pressure and time."""

    bpm: float = 66.0
    trend_bpm: float = 0.0  # how far the level goes in all, from `trend_from_s`, with `trend_tau_s`
    trend_from_s: float = 0.0
    trend_tau_s: float = 240.0
    wander_ms: float = 22.0  # standard deviation of the three scales together, at an interval of 900 ms
    gate_ms: float = 100.0  # what breathing in withdraws of the vagus, at 900 ms
    gate_tau_s: float = 1.3
    vagal_ms_per_mmhg: float = 9.0
    cardiac_ms_per_mmhg: float = 4.0  # the sympathetic answer of the sinus node
    chest_mmhg: float = 8.0  # what a full chest takes off the pulse pressure
    vessels_per_mmhg: float = 0.02  # the resistance's answer: the loop's gain
    vessels_delay_s: float = 1.7
    vessels_tau_s: float = 2.5
    resistance_noise: float = 0.035  # standard deviation, of the resistance
    run_chance: float = 0.0002  # per beat: a run of ectopic beats begins
    run_beats: float = 2.0  # ectopic beats in a run, in the mean
    ventricular: float = 0.7


class Circulation:
    """Heart rate by a baroreflex loop, stepped in time."""

    def __init__(self, traits: CirculationTraits, rng: Random, start_s: float = 0.0) -> None:
        self.traits = traits
        self.interval_s = S_PER_MIN / traits.bpm
        self.next_s = start_s + self.interval_s * rng.random()
        self.is_ectopic = False  # the beat at `next_s`
        self._rng = rng
        self._beat_s = self.next_s - self.interval_s
        self._systole = SYSTOLE_MMHG
        self._set = SYSTOLE_MMHG
        rest_s = S_PER_MIN / traits.bpm
        # The Windkessel that falls from systole to diastole within this person's interval at rest.
        self._windkessel_s = rest_s / log(SYSTOLE_MMHG / DIASTOLE_MMHG)
        self._rest_s = rest_s
        self._chest = self._return = 0.0
        self._gate = 0.0
        self._vessels = self._cardiac = 0.0
        self._drives: deque[tuple[float, float]] = deque()
        self._arriving = 0.0  # the drive that has arrived
        self._noise = rng.gauss(0.0, 1.0)
        self._levels = [rng.gauss(0.0, 1.0) for _ in SCALES_S]
        self._ectopics_left = 0
        self._sinus_until_ectopic = 0
        self._owed_s = 0.0  # the pause a ventricular beat leaves

    def breathe(self, litres: float, normal_l: float, inhaling: bool, step_s: float) -> None:
        """What a step of breathing does: pressure in the chest, gate of the vagus."""
        filled = tanh((litres - normal_l) / STIFF_L)
        self._return += (filled - self._return) * (1.0 - exp(-step_s / RETURN_TAU_S))
        self._chest += (filled - self._return - self._chest) * (1.0 - exp(-step_s / 0.6))
        goal = -1.0 if inhaling else 0.0
        self._gate += (goal - self._gate) * (1.0 - exp(-step_s / self.traits.gate_tau_s))

    def beat(self) -> None:
        """The beat at `next_s` happens; the one after it is decided."""
        traits, rng = self.traits, self._rng
        passed_s = self.next_s - self._beat_s
        self._beat_s = self.next_s
        if self.is_ectopic:
            self._after_ectopic()
            return
        self._pressures(passed_s)
        shift = RECEPTOR_MMHG * atan((self._systole - self._set) / RECEPTOR_MMHG)
        self._set += (self._systole - self._set) * min(1.0, passed_s / RESETTING_S)
        self._answers(shift, passed_s)
        scale = self._level_s() / 0.9
        wander = self._wander(passed_s)
        ms = (
            traits.vagal_ms_per_mmhg * shift
            + traits.gate_ms * (self._gate + 0.4)
            + traits.cardiac_ms_per_mmhg * self._cardiac
            + traits.wander_ms * wander
        )
        self.interval_s = min(LONGEST_S, max(SHORTEST_S, scale * (0.9 + ms / 1000.0)))
        self._plan(rng)

    def _pressures(self, passed_s: float) -> None:
        traits = self.traits
        keep = exp(-passed_s / RESISTANCE_NOISE_S)
        self._noise = keep * self._noise + sqrt(1.0 - keep * keep) * self._rng.gauss(0.0, 1.0)
        resistance = max(0.5, 1.0 + traits.resistance_noise * self._noise + self._vessels)
        diastole = self._systole * exp(-passed_s / (self._windkessel_s * resistance))
        filling = 14.0 * (passed_s - self._rest_s) / self._rest_s
        pulse = SYSTOLE_MMHG - DIASTOLE_MMHG + filling - traits.chest_mmhg * self._chest
        self._systole = diastole + max(15.0, pulse)

    def _answers(self, shift: float, passed_s: float) -> None:
        """The vessels' and the sinus node's sympathetic answers, late and slow."""
        traits = self.traits
        self._drives.append((self._beat_s + traits.vessels_delay_s, shift))
        while self._drives and self._drives[0][0] <= self._beat_s:
            self._arriving = self._drives.popleft()[1]
        share = 1.0 - exp(-passed_s / traits.vessels_tau_s)
        self._vessels += (-traits.vessels_per_mmhg * self._arriving - self._vessels) * share
        self._cardiac += (self._arriving - self._cardiac) * (1.0 - exp(-passed_s / 6.0))

    def _level_s(self) -> float:
        traits, bpm = self.traits, self.traits.bpm
        if traits.trend_bpm and self._beat_s > traits.trend_from_s:
            gone = 1.0 - exp(-(self._beat_s - traits.trend_from_s) / traits.trend_tau_s)
            bpm += traits.trend_bpm * gone
        return S_PER_MIN / bpm

    def _wander(self, passed_s: float) -> float:
        total = 0.0
        for k, tau_s in enumerate(SCALES_S):
            keep = exp(-passed_s / tau_s)
            self._levels[k] = keep * self._levels[k] + sqrt(1.0 - keep * keep) * self._rng.gauss(0.0, 1.0)
            total += self._levels[k]
        return total / sqrt(len(SCALES_S))

    # ---- ectopic beats -------------------------------------------------------------------------------------

    def _plan(self, rng: Random) -> None:
        """When the next beat comes, and whether it is the sinus node's."""
        if self._ectopics_left == 0 and rng.random() < self.traits.run_chance:
            self._ectopics_left = 1 + round(rng.expovariate(1.0) * max(0.0, self.traits.run_beats - 1.0))
            self._sinus_until_ectopic = 0
        if self._ectopics_left > 0:
            if self._sinus_until_ectopic == 0:
                early = rng.uniform(0.55, 0.8)
                is_ventricular = rng.random() < self.traits.ventricular
                self._owed_s = self.interval_s * (2.0 - early if is_ventricular else 1.0)
                self.next_s = self._beat_s + self.interval_s * early
                self.is_ectopic = True
                self._ectopics_left -= 1
                self._sinus_until_ectopic = rng.randint(1, 2)
                return
            self._sinus_until_ectopic -= 1
        self.next_s = self._beat_s + self.interval_s

    def _after_ectopic(self) -> None:
        self.is_ectopic = False
        self.next_s = self._beat_s + self._owed_s
