"""One simulated person through one session, and what came of it.

The very controller of a live session on a simulated heart, in virtual time. What is measured is the truth
that no strap tells, except where a field says otherwise.
"""

import pickle
from dataclasses import dataclass, replace
from math import ceil, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.breath.estimate import STEP_WITHIN
from entrain.control.events import Author, Decided, Effect, Phase, Tick
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.state import GUIDED, TICK_S, SessionState, length_s
from entrain.control.track import HeartTrack
from entrain.devices.simulated.heart import STEP_S, SimulatedHeart, Truth
from entrain.devices.simulated.lungs import LOW_PETCO2_MMHG
from entrain.devices.simulated.person import Person
from entrain.frozen import changed
from entrain.score import Score
from entrain.units import MS_PER_S, S_PER_MIN

GUIDED_END_S: Final = 120.0  # the end of the guiding, over which its effect is measured
AFTER_S: Final = 60.0  # likewise of the silence
GIVE_UP_MIN: Final = 30.0  # beyond its planned length a session that still waits is ended

Tempo = tuple[tuple[float, float], ...]
"""(seconds since the beat began, bpm), once a tick: what another session can be yoked to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A session in figures; nan where there is nothing to compare. Changes are against the own baseline."""

    in_step_min: float  # minutes with the true breathing rate within 10 % of the guided one
    seen_in_step_min: float  # what the coach saw of it in the heart
    rsa_times: float  # swing of the pulse with each breath, at the end of guiding over the baseline's
    rmssd_times: float
    pulse_change_bpm: float  # at the end of guiding
    pulse_after_bpm: float  # in the last minute of the silence
    bounded_min: float  # guided minutes in which a bound, not the policy, had the last word on the tempo
    holds: float
    hold_min: float
    overbreathing_min: float  # minutes below 30 mmHg PetCO2: the model's stand-in for discomfort
    ended_early: float  # 1: stopped for safety


def arm(preset: Preset, policy: str) -> Preset:
    """The preset under another policy, with what belongs to that policy."""
    tempo, breath = replace(preset.tempo, policy=policy), preset.breath
    if policy != "fixed":
        tempo = replace(tempo, fixed_bpm=None)
    if policy == "follow":
        tempo = replace(tempo, start_fraction=0.0)
    if policy == "exhale":
        breath = replace(breath, lengthen="out")
    return replace(preset, tempo=tempo, breath=breath)


def live(person: Person, preset: Preset, yoked: Tempo = ()) -> tuple[Outcome, Tempo]:
    """The session of `person`: its outcome, and the tempo it had."""
    return Lives(person, preset).under(preset, yoked)


class Lives:
    """Sessions of one person that differ in tempo and breath alone.

    They are the same until the beat begins, and those whose beat begins alike are the same until it leads; so
    that much is lived once.
    """

    def __init__(self, person: Person, preset: Preset) -> None:
        heart = SimulatedHeart(person, keep_truth=True)
        life = _Life(start(SessionConfig(preset, (heart.strap,), person.seed)), heart, _Seen())
        life.hear()
        life.go_on(while_in=_BEFORE)
        self._listened = _Kept(life)
        self._matched: dict[tuple[Preset, Score | None], _Kept] = {}

    def under(self, preset: Preset, yoked: Tempo = ()) -> tuple[Outcome, Tempo]:
        """The session under that preset, which differs from the first one's in tempo and breath alone."""
        life = self._listened.again(preset, yoked)
        life.tick()
        # In the match no policy is asked: only what the beat began with counts.
        alike = replace(preset, tempo=replace(preset.tempo, policy="")), life.state.score
        if alike not in self._matched:
            life.go_on(while_in=_MATCH)
            self._matched[alike] = _Kept(life)
        life = self._matched[alike].again(preset, yoked)
        life.go_on(while_in=_BEFORE | GUIDED)
        life.sit_out()
        return _outcome(life.state, life.heart.truth or Truth(), life.seen), tuple(life.seen.tempo)


_BEFORE: Final = frozenset({Phase.WAITING, Phase.BASELINE})
_MATCH: Final = frozenset({Phase.MATCH})


def _is_paced(track: HeartTrack) -> bool:
    return track.breath.tachogram.paced_per_min is not None


@dataclass(slots=True)
class _Life:
    """A session under way: second by second what the heart sends, then the tick."""

    state: SessionState
    heart: SimulatedHeart
    seen: "_Seen"
    n_ticks: int = 0

    def go_on(self, while_in: frozenset[Phase]) -> None:
        """Tick on until just before the tick that leaves these phases, or to the end."""
        while self.state.phase is not Phase.ENDED and self.n_ticks < self._last():
            after, effects = self._ticked()
            if after.phase not in while_in and after.phase is not Phase.ENDED:
                return
            self._take(after, effects)

    def sit_out(self) -> None:
        """The silence, in which nothing is decided: once no breath is paced any more, one tick is enough."""
        state = self.state
        while state.phase is not Phase.ENDED and self.n_ticks < self._last():
            self.tick()
            state = self.state
            if state.phase is Phase.SILENCE and not any(_is_paced(track) for track in state.tracks):
                break
        else:
            return
        left_s = length_s(state) - state.spent_s
        for _ in range(ceil(left_s / TICK_S)):
            self.n_ticks += 1
            self.seen.breath(self.heart)
            self.heart.until((self.n_ticks + 1) * TICK_S, state.score)
        self.state, _ = reduce(state, Tick(self.n_ticks * TICK_S), reports=False)

    def tick(self) -> None:
        self._take(*self._ticked())

    def _last(self) -> float:
        return (self.state.config.preset.minutes + GIVE_UP_MIN) * S_PER_MIN / TICK_S

    def _ticked(self) -> tuple[SessionState, tuple[Effect, ...]]:
        return reduce(self.state, Tick((self.n_ticks + 1) * TICK_S), reports=False)

    def _take(self, state: SessionState, effects: tuple[Effect, ...]) -> None:
        self.state = state
        self.n_ticks += 1
        self.seen.effects(effects)
        self.seen.moment(state, self.heart)
        self.hear()

    def hear(self) -> None:
        """What the heart sends until the next tick."""
        state = self.state
        for event in self.heart.until((self.n_ticks + 1) * TICK_S, state.score):
            state, effects = reduce(state, event, reports=False)
            self.seen.effects(effects)
        self.state = state


class _Kept:
    """A life as it is now, to be gone on with more than once."""

    def __init__(self, life: _Life) -> None:
        self._state, self._n_ticks = life.state, life.n_ticks
        # The state is immutable, lists copy themselves; for random streams pickling is the quickest way.
        self._truth, life.heart.truth = life.heart.truth, None
        self._rest = pickle.dumps((life.heart, life.seen))

    def again(self, preset: Preset, yoked: Tempo) -> _Life:
        heart, seen = pickle.loads(self._rest)
        heart.truth = None if self._truth is None else self._truth.copy()
        config = replace(self._state.config, preset=preset, yoked=yoked)
        return _Life(changed(self._state, config=config), heart, seen, self._n_ticks)


class _Seen:
    """What is counted on the way, second by second."""

    def __init__(self) -> None:
        self.tempo: list[tuple[float, float]] = []
        self.in_step_s = self.hold_s = self.bounded_s = self.overbreathing_s = 0.0
        self._by_bound = False

    def effects(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if type(effect) is Decided and effect.what == "tempo_bpm":
                self._by_bound = effect.author is Author.BOUND

    def breath(self, heart: SimulatedHeart) -> None:
        self.overbreathing_s += heart.breathing.petco2_mmhg < LOW_PETCO2_MMHG

    def moment(self, state: SessionState, heart: SimulatedHeart) -> None:
        self.breath(heart)
        breathing, score = heart.breathing, state.score
        if state.phase not in GUIDED or score is None:
            return
        self.hold_s += state.hold is not None
        self.bounded_s += self._by_bound and score.presence.at(state.t_s) > 0.0
        paced = score.breathed_at(state.t_s)
        if paced is not None:
            self.in_step_s += abs(breathing.rate_per_min - paced[1]) <= STEP_WITHIN * paced[1]
        if state.guided_since_s is not None:
            self.tempo.append((state.t_s - state.guided_since_s, score.tempo.bpm_at(state.t_s)))


# ---- figures -----------------------------------------------------------------------------------------------


def _outcome(state: SessionState, truth: Truth, seen: _Seen) -> Outcome:
    rest, guided, after = _stretches(state)
    body = _Body(truth)
    rest_bpm, rest_rsa, rest_rmssd = body.figures(*rest)
    guided_bpm, guided_rsa, guided_rmssd = body.figures(*guided)
    after_bpm, _, _ = body.figures(*after)
    return Outcome(
        in_step_min=seen.in_step_s / S_PER_MIN,
        seen_in_step_min=sum(track.breath.in_step_s for track in state.tracks) / S_PER_MIN,
        rsa_times=guided_rsa / rest_rsa,
        rmssd_times=guided_rmssd / rest_rmssd,
        pulse_change_bpm=guided_bpm - rest_bpm,
        pulse_after_bpm=after_bpm - rest_bpm,
        bounded_min=seen.bounded_s / S_PER_MIN,
        holds=state.n_holds,
        hold_min=seen.hold_s / S_PER_MIN,
        overbreathing_min=seen.overbreathing_s / S_PER_MIN,
        ended_early=float(not state.completed),
    )


_Stretch = tuple[float, float]


def _stretches(state: SessionState) -> tuple[_Stretch, _Stretch, _Stretch]:
    """(from, to) of baseline, end of guiding and end of silence; empty where a session had none."""
    rest = guided = after = (0.0, 0.0)
    at_s = 0.0
    for phase, lasted_s in (*state.phase_lengths, (state.phase, state.t_s - state.phase_since_s)):
        end_s = at_s + lasted_s
        if phase is Phase.BASELINE:
            rest = (at_s, end_s)
        elif phase in GUIDED:
            guided = (max(rest[1], end_s - GUIDED_END_S), end_s)
        elif phase is Phase.SILENCE:
            after = (max(at_s, end_s - AFTER_S), end_s)
        at_s = end_s
    return rest, guided, after


class _Body:
    """The truth about a heart as arrays."""

    def __init__(self, truth: Truth) -> None:
        self._bpm = np.array(truth.bpm)
        self._breaths = np.floor([breathing.phase for breathing in truth.breathing])
        self._beats_s = np.array(truth.beats_s)
        self._is_ectopic = np.isin(self._beats_s, truth.ectopics_s)

    def figures(self, from_s: float, to_s: float) -> tuple[float, float, float]:
        """(mean pulse in bpm, mean swing with a breath in bpm, RMSSD in ms); nan if too short."""
        first, end = round(from_s / STEP_S), round(to_s / STEP_S)
        bpm = self._bpm[first:end]
        if to_s - from_s < 20.0 or bpm.size == 0:
            return nan, nan, nan
        return float(bpm.mean()), _swing(bpm, self._breaths[first:end]), self._rmssd_ms(from_s, to_s)

    def _rmssd_ms(self, from_s: float, to_s: float) -> float:
        """Over successive intervals that no ectopic beat bounds (Task Force 1996)."""
        inside = (self._beats_s >= from_s) & (self._beats_s < to_s)
        beats_s, is_ectopic = self._beats_s[inside], self._is_ectopic[inside]
        bad = is_ectopic[:-2] | is_ectopic[1:-1] | is_ectopic[2:]
        # The pause after an ectopic beat is none of the sinus node's either.
        bad[1:] |= is_ectopic[:-3]
        steps = np.diff(beats_s, 2)[~bad]
        return float(np.sqrt(np.mean(np.square(steps))) * MS_PER_S) if steps.size else nan


def _swing(bpm: NDArray[np.float64], breaths: NDArray[np.float64]) -> float:
    """Mean peak-to-trough of the pulse over whole breaths."""
    starts = np.flatnonzero(np.diff(breaths)) + 1
    if starts.size < 2:
        return nan
    whole = bpm[: starts[-1]]
    swings = np.maximum.reduceat(whole, starts[:-1]) - np.minimum.reduceat(whole, starts[:-1])
    return float(swings.mean())
