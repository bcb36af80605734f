"""One simulated person through one session, and what came of it.

The very controller of a live session on a simulated heart, in virtual time. What is measured is the truth
that no strap tells, except where a field says otherwise.
"""

import pickle
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entrain.breath.estimate import STEP_WITHIN
from entrain.cohort.people import Body, Somebody, body
from entrain.control.events import Author, Decided, Effect, Event, NotificationArrived, Phase, Tick
from entrain.control.group import states_at
from entrain.control.heart import HeartTrack
from entrain.control.protocol import Preset, SessionConfig
from entrain.control.scoring import asks_policy
from entrain.control.session import reduce, start
from entrain.control.state import GUIDED, TICK_S, SessionState, edit, length_s
from entrain.control.tempo_guide import steer
from entrain.devices.simulated.heart import STEP_S, Truth
from entrain.devices.simulated.lungs import LOW_PETCO2_MMHG
from entrain.units import MS_PER_S, S_PER_MIN

GUIDED_END_S: Final = 120.0  # the end of the guiding, over which its effect is measured
AFTER_S: Final = 60.0  # likewise of the silence
GIVE_UP_MIN: Final = 30.0  # beyond its planned length a session that still waits is ended
STEPS_A_TICK: Final = round(TICK_S / STEP_S)
YOKED: Final = "yoked"  # the policy that needs another session's tempo

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


Lived = tuple[Outcome, Tempo]
"""What came of a session, and the tempo it had."""


def live(person: Somebody, preset: Preset, yoked: Tempo = ()) -> Lived:
    """The session of `person`."""
    lives = Lives(person, (preset,))
    lives.yoke(yoked)
    return lives.lived[preset.tempo.policy]


class Lives:
    """Sessions of one person that differ in tempo and breath alone, one for each policy.

    They are lived as one for as long as the same is decided in all, and part where it is not. Who is yoked
    waits, once a policy is asked, for the tempo of another.
    """

    def __init__(self, person: Somebody, presets: Sequence[Preset]) -> None:
        heart = body(person)
        arms = tuple(SessionConfig(preset, (heart.strap,), person.seed) for preset in presets)
        self.lived: dict[str, Lived] = {}  # by policy
        self._waiting: list[_Life] = []
        self._live_out([_Life(start(arms[0]), heart, _Seen(), arms)])

    def yoke(self, tempo: Tempo) -> None:
        """Live the session that waits, if there is one, under that tempo."""
        waiting, self._waiting = self._waiting, []
        for life in waiting:
            life.arms = tuple(replace(arm, yoked=tempo) for arm in life.arms)
            life.state = edit(life.state, config=life.arms[0])
            life.may_part = False
        self._live_out(waiting)

    def _live_out(self, under_way: "list[_Life]") -> None:
        while under_way:
            life = under_way.pop()
            while life.is_on() and not life.waits:
                under_way += life.go_on()
            if life.waits:
                self._waiting.append(life)
                life.waits = False
            else:
                lived = _outcome(life), tuple(life.seen.tempo)
                self.lived.update((arm.preset.tempo.policy, lived) for arm in life.arms)


@dataclass(slots=True)
class _Life:
    """A session under way: second by second what the heart sends, then the tick."""

    state: SessionState
    heart: Body
    seen: "_Seen"
    arms: tuple[SessionConfig, ...]  # the sessions that are the same so far
    n_ticks: int = 0
    coming: list[Event] = field(default_factory=list[Event])  # of this second, not folded in yet
    may_part: bool = True  # there is more than one arm, or one that is yoked to a tempo not known yet
    waits: bool = False  # for that tempo

    def is_on(self) -> bool:
        longest_s = (self.state.config.preset.minutes + GIVE_UP_MIN) * S_PER_MIN
        return self.state.phase is not Phase.ENDED and self.n_ticks * TICK_S < longest_s

    def go_on(self) -> "list[_Life]":
        """Live until after the next tick, or until lives part. Returns those that part from this one."""
        coming = self.coming or self._second()
        while coming:
            event = self._last_tick() if len(coming) == 1 and self._is_left_alone() else coming[0]
            state, effects = reduce(self.state, event, reports=False)
            if self.may_part and not self._agree(event, state, effects):
                return self._part(event)
            self._take(event, state, effects)
        return []

    def _agree(self, event: Event, state: SessionState, effects: tuple[Effect, ...]) -> bool:
        """The first arm has gone this way; would all the others?"""
        if effects or isinstance(event, NotificationArrived):
            return not effects  # not sure, or: what is only measured is measured for all
        if not asks_policy(state):
            return True
        states = states_at(state.tracks, state.t_s)
        decided: list[Effect] = []
        for arm in self.arms[1:]:
            steer(edit(state, config=arm), states, decided)
        return not decided and not any(map(_is_yoked, self.arms))

    def _part(self, event: Event) -> "list[_Life]":
        """Let each arm go its way. Returns the lives that part from this one."""
        # What is decided is said, so those that say the same have decided the same.
        ways: dict[tuple[Effect, ...] | None, tuple[SessionState, list[SessionConfig]]] = {}
        for arm in self.arms:
            state, effects = reduce(edit(self.state, config=arm), event, reports=False)
            waits = _is_yoked(arm) and asks_policy(state)
            ways.setdefault(None if waits else effects, (state, []))[1].append(arm)
        lives = [self, *(self._copy() for _ in range(len(ways) - 1))]
        for life, (effects, (state, arms)) in zip(lives, ways.items(), strict=True):
            life.arms, life.may_part = tuple(arms), len(arms) > 1 or _is_yoked(arms[0])
            if effects is None:
                life.waits = True
            else:
                life._take(event, state, effects)
        return lives[1:]

    def _second(self) -> list[Event]:
        """What the heart sends until the next tick, and the tick."""
        tick_s = (self.n_ticks + 1) * TICK_S
        self.coming = [*self.heart.until(tick_s, self.state.score), Tick(tick_s)]
        return self.coming

    def _take(self, event: Event, state: SessionState, effects: tuple[Effect, ...]) -> None:
        self.state = state
        if effects:
            self.seen.effects(effects)
        del self.coming[0]
        if isinstance(event, Tick):
            self.n_ticks += 1
            self.seen.moment(state, self.heart)

    def _is_left_alone(self) -> bool:
        """In silence, with no breath paced any more, nothing is decided until the end."""
        return self.state.phase is Phase.SILENCE and not any(map(_is_paced, self.state.tracks))

    def _last_tick(self) -> Tick:
        """Live on until the end; the tick with which it comes."""
        n_left = ceil((length_s(self.state) - self.state.spent_s) / TICK_S)
        self.n_ticks += n_left - 1
        end_s = (self.n_ticks + 1) * TICK_S
        self.heart.live(end_s, self.state.score)
        return Tick(end_s)

    def _copy(self) -> "_Life":
        # The state is immutable, lists copy themselves; for random streams pickling is the quickest way.
        truth, self.heart.truth = self.heart.truth, None
        heart, seen = pickle.loads(pickle.dumps((self.heart, self.seen)))
        self.heart.truth, heart.truth = truth, None if truth is None else truth.copy()
        return replace(self, heart=heart, seen=seen, coming=self.coming[:])


def _is_yoked(arm: SessionConfig) -> bool:
    return arm.preset.tempo.policy == YOKED


def _is_paced(track: HeartTrack) -> bool:
    return track.breath.tachogram.paced_per_min is not None


class _Seen:
    """What is counted on the way, second by second."""

    def __init__(self) -> None:
        self.tempo: list[tuple[float, float]] = []
        self.in_step_s = self.hold_s = self.bounded_s = 0.0
        self._by_bound = False

    def effects(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if type(effect) is Decided and effect.what == "tempo_bpm":
                self._by_bound = effect.author is Author.BOUND

    def moment(self, state: SessionState, heart: Body) -> None:
        score = state.score
        if state.phase not in GUIDED or score is None:
            return
        self.hold_s += state.hold is not None
        self.bounded_s += self._by_bound and score.presence.at(state.t_s) > 0.0
        paced = score.breathed_at(state.t_s)
        if paced is not None:
            self.in_step_s += abs(heart.breathing.rate_per_min - paced[1]) <= STEP_WITHIN * paced[1]
        if state.guided_since_s is not None:
            self.tempo.append((state.t_s - state.guided_since_s, score.tempo.bpm_at(state.t_s)))


# ---- figures -----------------------------------------------------------------------------------------------


def _outcome(life: _Life) -> Outcome:
    state, seen, truth = life.state, life.seen, life.heart.truth or Truth()
    rest, guided, after = _stretches(state)
    each_tick = truth.breathing[STEPS_A_TICK - 1 : life.n_ticks * STEPS_A_TICK : STEPS_A_TICK]
    overbreathing_s = sum(breathing.petco2_mmhg < LOW_PETCO2_MMHG for breathing in each_tick) * TICK_S
    rest_bpm, rest_rsa, rest_rmssd = _figures(truth, *rest)
    guided_bpm, guided_rsa, guided_rmssd = _figures(truth, *guided)
    after_bpm, _, _ = _figures(truth, *after)
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
        overbreathing_min=overbreathing_s / S_PER_MIN,
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


def _figures(truth: Truth, from_s: float, to_s: float) -> tuple[float, float, float]:
    """(mean pulse in bpm, mean swing with a breath in bpm, RMSSD in ms); nan if too short."""
    steps = slice(round(from_s / STEP_S), round(to_s / STEP_S))
    bpm = np.array(truth.bpm[steps])
    if to_s - from_s < 20.0 or bpm.size == 0:
        return nan, nan, nan
    breaths = np.floor([breathing.phase for breathing in truth.breathing[steps]])
    return float(bpm.mean()), _swing(bpm, breaths), _rmssd_ms(truth, from_s, to_s)


def _rmssd_ms(truth: Truth, from_s: float, to_s: float) -> float:
    """Over successive intervals that no ectopic beat bounds (Task Force 1996)."""
    first, end = bisect_left(truth.beats_s, from_s), bisect_left(truth.beats_s, to_s)
    beats_s = np.array(truth.beats_s[first:end])
    is_ectopic = np.isin(beats_s, truth.ectopics_s)
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
