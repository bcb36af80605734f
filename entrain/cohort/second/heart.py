"""The second simulated person as a heart whose time can be chosen, and who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, floor
from random import Random

from entrain.cohort.second.breaths import NORMAL_L, Breather, BreathTraits
from entrain.cohort.second.circulation import Circulation, CirculationTraits
from entrain.cohort.second.strap import FaultTraits, FaultyStrap
from entrain.control.events import Event
from entrain.devices.simulated.heart import STEP_S, Truth
from entrain.devices.simulated.lungs import Breathing
from entrain.score import Score
from entrain.units import S_PER_MIN


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """One person with lungs, circulation and strap. `seed` also decides everything that will befall them."""

    seed: int
    breath: BreathTraits = field(default_factory=BreathTraits)
    circulation: CirculationTraits = field(default_factory=CirculationTraits)
    strap: FaultTraits = field(default_factory=FaultTraits)

    @staticmethod
    def draw(seed: int) -> "SecondPerson":
        """Somebody typical; the same seed is the same person."""
        rng = Random(f"{seed}/second person")
        return SecondPerson(seed, _breath(rng), _circulation(rng), _strap(rng))

    def heart(self, *, keep_truth: bool = False) -> "SecondHeart":
        return SecondHeart(self, keep_truth=keep_truth)


class SecondHeart:
    """A `VirtualHeart` on the grid of the first one, so that their truths can be read alike."""

    def __init__(self, person: SecondPerson, *, keep_truth: bool = False) -> None:
        self.person = person
        self.strap = f"second:{person.seed}"
        self.truth: Truth | None = Truth() if keep_truth else None
        self._n_steps = 0
        self._breather = Breather(person.breath, STEP_S, Random(f"{person.seed}/breaths"))
        self._circulation = Circulation(person.circulation, Random(f"{person.seed}/circulation"))
        self._strap = FaultyStrap(self.strap, person.strap, f"{person.seed}/faults")

    @property
    def breathing(self) -> Breathing:
        return self._breather.now

    def until(self, t_s: float, score: Score | None) -> Sequence[Event]:
        for beat_s in self.live(t_s, score):
            self._strap.beat(beat_s)
        return self._strap.until(t_s)

    def live(self, t_s: float, score: Score | None) -> list[float]:
        """The body alone, up to `t_s`; the times of its beats."""
        breather, circulation, truth = self._breather, self._circulation, self.truth
        beats_s: list[float] = []
        while self._n_steps < floor(t_s / STEP_S):
            self._n_steps += 1
            now_s = self._n_steps * STEP_S
            breathing = breather.step(now_s, score)
            circulation.breathe(breather.litres, NORMAL_L / 2.0, breather.inhaling, STEP_S)
            while circulation.next_s <= now_s:
                beats_s.append(circulation.next_s)
                if circulation.is_ectopic and truth is not None:
                    truth.ectopics_s.append(circulation.next_s)
                circulation.beat()
            if truth is not None:
                truth.breathing.append(breathing)
                truth.bpm.append(S_PER_MIN / circulation.interval_s)
        if truth is not None:
            truth.beats_s += beats_s
        return beats_s


def _breath(rng: Random) -> BreathTraits:
    return BreathTraits(
        own_per_min=_between(9.0, 14.5 * exp(0.17 * rng.gauss(0.0, 1.0)), 22.0),
        variation=rng.uniform(0.1, 0.28),
        sighs_per_min=rng.uniform(0.05, 0.35),
        correction=rng.uniform(0.3, 0.9),
        motor_error=rng.uniform(0.02, 0.08),
        ahead_s=rng.uniform(-0.5, 0.2),
        wander_chance=rng.uniform(0.0, 0.06),
        wander_breaths=rng.uniform(1.0, 5.0),
        # ln 1.3 lies 0.32 of a standard deviation above ln 1.22: so 37.5 % settle below 30 mmHg.
        depth=_between(0.9, 1.22 * exp(0.2 * rng.gauss(0.0, 1.0)), 2.0),
    )


def _circulation(rng: Random) -> CirculationTraits:
    return CirculationTraits(
        bpm=_between(52.0, rng.gauss(68.0, 8.5), 95.0),
        trend_bpm=rng.gauss(-1.0, 2.0),
        wander_ms=rng.uniform(12.0, 35.0),
        gate_ms=_between(20.0, 100.0 * exp(0.45 * rng.gauss(0.0, 1.0)), 260.0),
        gate_tau_s=rng.uniform(0.9, 1.8),
        vagal_ms_per_mmhg=_between(3.0, 8.0 * exp(0.4 * rng.gauss(0.0, 1.0)), 20.0),
        cardiac_ms_per_mmhg=rng.uniform(1.0, 6.0),
        chest_mmhg=rng.uniform(6.0, 14.0),
        vessels_per_mmhg=rng.uniform(0.01, 0.03),
        vessels_delay_s=rng.uniform(1.0, 2.3),
        vessels_tau_s=rng.uniform(1.8, 3.4),
        resistance_noise=rng.uniform(0.02, 0.05),
        run_chance=rng.choice((0.0, 0.0, 0.0003, 0.001)),
    )


def _strap(rng: Random) -> FaultTraits:
    return FaultTraits(
        resolution_ms=rng.choice((1000.0 / 1024.0, 1.0, 1.0, 8.0)),
        latency_s=rng.uniform(0.3, 0.8),
        jitter_ms=rng.uniform(0.5, 4.0),
        stalls=rng.uniform(0.0, 0.5),
        movements=rng.uniform(0.0, 0.12),
    )


def _between(low: float, x: float, high: float) -> float:
    return min(high, max(low, x))
