"""Whole sessions in which much happens, of people who do what a script says; nothing is drawn by chance.

Each drama is a preset, the hearts that come with it, and what happens when. `rows` folds it in and tells
every decision, phase, score and end. The people are made here and not by `entrain.devices.simulated`, so that
what they do changes only when this file does.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from math import pi, sin
from pathlib import Path
from typing import Any

from entrain.control.arms import under_policy
from entrain.control.breath_guide import waits_gently
from entrain.control.events import (
    BreathCued,
    BreathMeasured,
    Command,
    CommandGiven,
    Decided,
    EaseOff,
    Effect,
    Ended,
    Event,
    Feel,
    Feeling,
    GoOn,
    HeartDoubted,
    HeartMeasured,
    HoldTempo,
    LeadHeart,
    Link,
    LinkChanged,
    Mark,
    NotificationArrived,
    Nudge,
    OnsetPlanned,
    Pause,
    PhaseBegan,
    PulseMeasured,
    Rate,
    ReleaseHeart,
    Resume,
    ScoreChanged,
    SegmentBegan,
    SensorChanged,
    SensorState,
    SetGoal,
    SetMuted,
    SetVoice,
    SetVolume,
    SkipRest,
    Sound,
    SoundChanged,
    Stop,
    StrapDescribed,
    Tick,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.protocol import GroupRule, PacedStage, Preset, SessionConfig, with_minutes
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary, view
from entrain.control.state import SessionState, length_s, rest_s
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.pmd.control import Sensor
from entrain.presets import library
from entrain.reason import Reason
from entrain.score import Score
from entrain.storage.log import codec
from entrain.tempo.policy import POLICIES

SEEN_EVERY_S = 7
PRESETS = Path(__file__).parents[1] / "fixtures" / "presets"  # as they once were
STRAP = "strap"
Happening = LinkChanged | SoundChanged | StrapDescribed | SensorChanged
Row = tuple[Any, ...]
Course = Callable[[float], float]
"""A figure of a person at a time, in session seconds."""


def steps(first: float, *later: tuple[float, float]) -> Course:
    """`first`, and from each time on another value."""

    def at(t_s: float) -> float:
        value = first
        for since_s, then in later:
            if t_s >= since_s:
                value = then
        return value

    return at


@dataclass
class Actor:
    """A heart and whoever it belongs to. `breathes` is a rate a minute; 0: along with what is guided."""

    strap: str = "A"
    bpm: Course = field(default_factory=lambda: steps(72.0))
    swing_bpm: Course = field(default_factory=lambda: steps(5.0))
    breathes: Course = field(default_factory=lambda: steps(0.0))
    missed: int = 0  # every so many beats the strap counts two as one
    early: int = 0  # every so many beats one is early, and a pause follows
    beat_s: float = 0.0
    phase: float = 0.0
    n: int = 0
    carried_s: float = 0.0

    def second(self, until_s: float, score: Score | None) -> NotificationArrived:
        """What the strap sends at `until_s`."""
        ticks: list[int] = []
        while True:
            own, t_s = self.breathes(self.beat_s), self.beat_s
            guided = None if own or score is None else score.breathed_at(t_s)
            swing = self.swing_bpm(t_s) * sin(2.0 * pi * (self.phase if guided is None else guided[0]))
            rr_s = 60.0 / (self.bpm(t_s) + swing)
            if t_s + rr_s > until_s - 0.3:
                break
            self.n += 1
            # Every heart has its small irregularities; these come again after 509 beats.
            rr_s += 0.016 * ((self.n**3 * 7919 + self.n * 104729) % 509 / 509.0 - 0.5)
            if self.early and self.n % self.early < 2:
                rr_s *= 1.5 if self.n % self.early else 0.5
            self.beat_s += rr_s
            self.phase = (self.phase + rr_s * (own or 14.0) / 60.0) % 1.0
            if self.missed and self.n % self.missed == 0:
                self.carried_s += rr_s
                continue
            ticks.append(round(1024 * (rr_s + self.carried_s)))
            self.carried_s = 0.0
        bpm = round(self.bpm(self.beat_s) * (1.0 - 1.0 / self.missed if self.missed else 1.0))
        return NotificationArrived(until_s, self.strap, bytes(HeartRateMeasurement(bpm, tuple(ticks))))


@dataclass
class Drama:
    """What is played, by whom, and what happens at which second."""

    preset: Preset
    actors: list[Actor] = field(default_factory=lambda: [Actor()])
    happens: dict[int, list[Happening | Command]] = field(
        default_factory=dict[int, list[Happening | Command]]
    )
    away: dict[str, list[tuple[int, int]]] = field(default_factory=dict[str, list[tuple[int, int]]])
    stages: tuple[PacedStage, ...] = ()
    skips: tuple[tuple[int, int], ...] = ()  # no tick: the computer slept
    persons: tuple[str, ...] = ()
    yoked: tuple[tuple[float, float], ...] = ()
    sent: tuple[Event, ...] = ()  # in place of actors, by a strap called STRAP


def played(
    drama: Drama, minutes: float, until_s: int | None = None
) -> Iterator[tuple[SessionState, list[Effect]]]:
    """A drama of so many minutes and a little more: after each second the state, and what was said."""
    straps = (STRAP,) if drama.sent else tuple(actor.strap for actor in drama.actors)
    preset = with_minutes(drama.preset, minutes)
    config = SessionConfig(preset, straps, stages=drama.stages, persons=drama.persons, yoked=drama.yoked)
    state = start(config)
    for t in range(1, round(60 * minutes) + 40 if until_s is None else until_s):
        if any(a <= t < b for a, b in drama.skips):
            continue
        said: list[Effect] = []
        for event in (*_second(drama, t, state.score), Tick(float(t))):
            state, effects = reduce(state, event)
            said += effects
        yield state, said


def _second(drama: Drama, t: int, score: Score | None) -> Iterator[Event]:
    for actor in drama.actors:
        away, sent = drama.away.get(actor.strap, []), actor.second(t - 0.2, score)
        yield from _link(away, actor.strap, t)
        if not any(a <= t < b for a, b in away):
            yield sent
    yield from [each for each in drama.sent if t - 1.0 < each.t_s <= t]
    for each in drama.happens.get(t, []):
        if isinstance(each, Happening):
            yield replace(each, t_s=t - 0.1)
        else:
            yield CommandGiven(t - 0.1, each)


def ended(drama: Drama, minutes: float, until_s: int | None = None) -> tuple[SessionState, list[Effect]]:
    """The last state, and all that was said."""
    state, out = None, list[Effect]()
    for state, said in played(drama, minutes, until_s):  # noqa: B007  the last one is what is asked for
        out += said
    assert state is not None
    return state, out


def rows(drama: Drama, minutes: float) -> Iterator[Row]:
    """Every decision of a drama, in order."""
    state = None
    for state, said in played(drama, minutes):
        for effect in said:
            yield from _told(effect)
        hold = str(state.hold)
        yield "state", state.t_s, state.phase.value, hold, state.n_holds, state.n_onsets, state.spent_s
        if round(state.t_s) % SEEN_EVERY_S == 0:
            seen = view(state, state.t_s + 0.25)
            yield "view", *_flat(seen)
            yield "parts", rest_s(state), length_s(state), waits_gently(state)
    assert state is not None
    yield "summary", *_flat(summary(state))


def _link(away: list[tuple[int, int]], strap: str, t: int) -> Iterator[LinkChanged]:
    if t == 1 and not any(a <= t < b for a, b in away):
        yield LinkChanged(0.5, strap, Link.STREAMING)
    for a, b in away:
        if t == a and t > 1:
            yield LinkChanged(t - 0.5, strap, Link.LOST)
        elif t == b:
            yield LinkChanged(t - 0.5, strap, Link.STREAMING)


def _flat(value: object) -> Iterator[object]:
    """The figures and words of nested data, in order."""
    if isinstance(value, Reason):
        yield from _why(value)
    elif is_dataclass(value):
        for each in fields(value):
            if each.name not in ("preset", "score"):
                yield each.name
                yield from _flat(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _flat(each)  # pyright: ignore[reportUnknownArgumentType]
    else:
        yield value


def defaults() -> Iterator[Row]:
    """What a preset is that says nothing."""
    yield "default", *_flat(Preset("name", "title", "summary"))


def _why(reason: Reason) -> Row:
    return str(reason.code), reason.figures, str(reason.bound), reason.whose


def _told(effect: object) -> Iterator[Row]:
    match effect:
        case Decided(t_s, what, author, before, after, reason, inputs):
            yield "decided", t_s, what, author.value, before, after, *_why(reason), *inputs
        case PhaseBegan(t_s, phase, reason):
            yield "phase", t_s, phase.value, *_why(reason)
        case ScoreChanged(t_s, from_s, score):
            at_s = [from_s + later_s for later_s in (0.0, 3.0, 20.0)]
            yield "score", t_s, from_s, *[score.tempo.bpm_at(t) for t in at_s], *map(score.breathed_at, at_s)
            yield "presence", *map(score.presence.at, at_s)
        case PulseMeasured(t_s, bpm, age_s, source, rmssd_ms):
            yield "pulse", t_s, bpm, age_s, source.value, rmssd_ms
        case HeartMeasured(t_s, strap, bpm):
            yield "own", t_s, strap, bpm
        case BreathMeasured(t_s, strap, rate, rsa_ms, _, in_step):
            yield "breath", t_s, strap, rate, rsa_ms, in_step.value
        case HeartDoubted(t_s, strap, doubt):
            yield "doubt", t_s, strap, str(doubt)
        case SegmentBegan(t_s, strap, segment, reason):
            yield "segment", t_s, strap, segment, *_why(reason)
        case VolumeChanged(t_s, volume, muted):
            yield "volume", t_s, volume, muted
        case VoiceChanged(t_s, voice):
            yield "voice", t_s, voice
        case BreathCued(t_s, part, beats, duration_s, per_min):
            yield "cue", t_s, part.value, beats, duration_s, per_min
        case OnsetPlanned(t_s, n):
            yield "onset", t_s, n
        case Ended(t_s, reason, fade_s, completed):
            yield "ended", t_s, *_why(reason), fade_s, completed
        case _:
            yield (type(effect).__name__, getattr(effect, "t_s", 0.0))


def _preset(name: str, **sections: dict[str, Any]) -> Preset:
    preset = library.load(str(PRESETS / f"{name}.toml")).preset
    return replace(
        preset, **{key: replace(getattr(preset, key), **values) for key, values in sections.items()}
    )


def _group(rule: str, leader: str = "") -> Drama:
    """Three people: one comes late, one is lost and comes back, one is released and taken back."""
    a, b, c = (
        Actor("A"),
        Actor("B", steps(64.0, (240.0, 75.0))),
        Actor("C", steps(88.0), breathes=steps(0.0, (200, 13.0))),
    )
    return Drama(
        replace(_preset("desk"), group=GroupRule(rule, leader)),
        [a, b, c],
        {
            170: [ReleaseHeart("C")],
            230: [LeadHeart("C")],
            260: [EaseOff()],
            290: [Feel(Feeling.EASY, "A"), Feel(Feeling.LIGHT_HEADED, "B")],
            300: [Rate(3, "after", "B"), Mark("quiet", 4.0, "A")],
            330: [LinkChanged(0.0, "B", Link.FINISHED)],
            345: [Stop()],
        },
        {"B": [(1, 55)], "A": [(120, 150)]},
        persons=("K1", "K2", "K3"),
    )


def _floors() -> Drama:
    """Two whose pulses come far down, so that the floors of their resting pulses count."""
    hearts = [Actor("A", lambda t_s: 98.0 - t_s / 8.0), Actor("B", lambda t_s: 80.0 - t_s / 14.0)]
    return Drama(_preset("desk", tempo={"goal_bpm": 42.0}), hearts, {100: [SetGoal(tempo_bpm=44.0)]})


def _late() -> Drama:
    """Two, of whom one comes after the rest, is measured, and is out of step."""
    late = Actor("B", steps(79.0, (280.0, 96.0)), breathes=steps(13.0))
    return Drama(_preset("desk"), [Actor("A"), late], {310: [Nudge(-2.0)]}, {"B": [(1, 70)]})


def _chest() -> tuple[Event, ...]:
    """A stored strap with an accelerometer."""
    stored = json.loads(gzip.decompress((PRESETS.parent / "chest.json.gz").read_bytes()))
    return (
        LinkChanged(0.0, STRAP, Link.STREAMING),
        *[codec.decode_event(kind, body) for kind, body in stored],
    )


def _irregular() -> Actor:
    """No order at all from beat to beat."""
    return Actor(bpm=lambda t_s: 60.0 + 37.0 * ((int(t_s * 1000) * 7919) % 17) / 17.0, swing_bpm=steps(0.0))


STAGES = (
    PacedStage(6.5, 60.0, rest_s=10.0),
    PacedStage(5.5, 50.0, to_per_min=4.5, rest_s=20.0),
    PacedStage(6.0, 40.0),
)
SLOW = steps(62.0, (150.0, 36.0), (158.0, 62.0), (190.0, 37.0))
UP = steps(72.0, (110.0, 84.0), (150.0, 73.0), (180.0, 82.0), (230.0, 71.0))


def all_dramas() -> dict[str, tuple[Callable[[], Drama], float]]:
    """By name: how to begin it, and its minutes."""
    desk, awake = _preset("desk"), _preset("desk", phases={"silence_s": 0.0})
    found: dict[str, tuple[Callable[[], Drama], float]] = {
        "chest": (lambda: Drama(awake, [], sent=_chest(), happens={110: [Feel(Feeling.EASY)]}), 2.6),
        "follower": (lambda: Drama(desk), 7.0),
        "out of step": (lambda: Drama(desk, [Actor(breathes=steps(15.0))], {200: [Feel(Feeling.EASY)]}), 6.0),
        "slower than guided": (lambda: Drama(desk, [Actor(breathes=steps(7.0))]), 5.0),
        "comes and goes": (lambda: Drama(desk, [Actor(breathes=steps(0.0, (150, 16.0), (230, 0.0)))]), 7.0),
        "unseen": (lambda: Drama(desk, [Actor(swing_bpm=steps(0.2))], {200: [Feel(Feeling.EASY)]}), 6.0),
        "pulse up": (lambda: Drama(desk, [Actor(bpm=UP)]), 6.0),
        "climbs": (lambda: Drama(desk, [Actor(bpm=lambda t_s: 66.0 + t_s / 12.0)]), 5.0),
        "falls": (lambda: Drama(desk, [Actor(bpm=lambda t_s: 90.0 - t_s / 12.0)]), 5.0),
        "steered": (
            lambda: Drama(
                desk,
                [Actor(bpm=steps(80.0))],
                {
                    20: [SkipRest()],
                    60: [Nudge(-1.0)],
                    75: [Nudge(-1.0), Nudge(-4.0)],
                    90: [HoldTempo()],
                    100: [Nudge(2.0), Nudge(-1.0)],
                    104: [Nudge(-3.0)],
                    110: [GoOn()],
                    125: [Nudge(1.0)],
                    200: [SetGoal(62.0, 7.0)],
                    215: [EaseOff()],
                    225: [SetGoal(tempo_bpm=40.0)],
                    240: [Pause()],
                    250: [Nudge(-1.0), Resume()],
                    280: [SetGoal(breath_per_min=3.0)],
                    300: [Feel(Feeling.LIGHT_HEADED)],
                    320: [Feel(Feeling.EASY), Nudge(9.0)],
                    335: [Stop(), Rate(2, "after"), Mark("late")],
                },
            ),
            9.0,
        ),
        "sound": (
            lambda: Drama(
                desk,
                happens={
                    5: [Rate(7, "before")],
                    30: [SetVolume(0.4), SetMuted(True)],
                    50: [SetMuted(False), SetVolume(7.0), SetVoice("soft"), SetVoice("soft")],
                    60: [SoundChanged(0.0, Sound.LOST, "x", gap_s=0.5), SoundChanged(0.0, Sound.PLAYING)],
                    70: [StrapDescribed(0.0, "A", "Strap", 84)],
                    72: [SensorChanged(0.0, "A", Sensor.ECG, SensorState.SILENT)],
                    75: [StrapDescribed(0.0, "A", None, None), StrapDescribed(0.0, "B", "nobody's", 3)],
                    80: [Mark("a", 2.5), Mark()],
                    85: [ReleaseHeart("B"), ReleaseHeart("A")],
                },
            ),
            2.5,
        ),
        "lost": (lambda: Drama(desk, away={"A": [(90, 94), (130, 170), (172, 174)]}), 5.0),
        "never there": (lambda: Drama(desk, away={"A": [(1, 999)]}), 2.0),
        "comes late": (lambda: Drama(desk, away={"A": [(1, 50)]}), 3.0),
        "recording over": (lambda: Drama(desk, happens={100: [LinkChanged(0.0, "A", Link.FINISHED)]}), 3.0),
        "slow": (lambda: Drama(desk, [Actor(bpm=SLOW)]), 6.0),
        "athlete": (lambda: Drama(desk, [Actor(bpm=steps(45.0, (160.0, 41.0), (230.0, 36.0)))]), 6.0),
        "jump": (lambda: Drama(desk, [Actor(bpm=steps(66.0, (150.0, 101.0)))]), 6.0),
        "artefacts": (lambda: Drama(desk, [Actor(bpm=steps(128.0), early=12)]), 8.0),
        "some artefacts": (lambda: Drama(desk, [Actor(missed=9)]), 8.0),
        "nearly a jump": (lambda: Drama(desk, [Actor(bpm=steps(66.0, (150.0, 81.5), (172.0, 66.0)))]), 5.0),
        "irregular": (lambda: Drama(desk, [_irregular()]), 4.0),
        "irregular later": (
            lambda: Drama(desk, [Actor(bpm=lambda t_s: 70.0 if t_s < 120.0 else _irregular().bpm(t_s))]),
            6.0,
        ),
        "asleep": (lambda: Drama(desk, skips=((150, 230),)), 6.0),
        "no sensor": (lambda: Drama(desk, [], {50: [Nudge(-3.0)], 70: [SetGoal(breath_per_min=5.0)]}), 4.0),
        "stages": (
            lambda: Drama(
                desk,
                stages=STAGES,
                happens={20: [Nudge(1.0)], 80: [EaseOff(), Nudge(-1.0)], 120: [Pause()], 125: [Resume()]},
            ),
            5.0,
        ),
        "stages, lost": (lambda: Drama(desk, stages=STAGES, away={"A": [(80, 100)]}), 5.0),
        "yoked": (
            lambda: Drama(under_policy(desk, "yoked"), yoked=((0.0, 70.0), (60.0, 66.0), (120.0, 61.0))),
            4.0,
        ),
        "high": (lambda: Drama(desk, [Actor(bpm=steps(148.0))], {80: [Nudge(9.0)]}), 3.0),
        "out alone grows": (lambda: Drama(_preset("desk", breath={"lengthen": "out"})), 6.0),
        "no baseline": (lambda: Drama(_preset("desk", phases={"baseline_s": 0.0, "silence_s": 0.0})), 3.0),
        "sinks": (lambda: Drama(_preset("sleep")), 5.0),
    }  # fmt: skip
    found["breathes quickly"] = (lambda: Drama(desk, [Actor(breathes=steps(24.0, (60.0, 0.0)))]), 4.0)
    found["two, one late"] = (_late, 6.0)
    for name, course in (("slow", SLOW), ("jumps", steps(66.0, (150.0, 101.0)))):
        found[f"two, one {name}"] = (
            lambda course=course: Drama(desk, [Actor("A"), Actor("B", course)], {120: [LeadHeart("A")]}),
            6.0,
        )
    found["two, the slow one released"] = (
        lambda: Drama(
            desk, [Actor("A"), Actor("B", SLOW)], {140: [ReleaseHeart("B")], 141: [ReleaseHeart("A")]}
        ),
        6.0,
    )
    found["out alone, for long"] = (
        lambda: Drama(
            _preset("desk", breath={"lengthen": "out"}), [Actor(breathes=steps(0.0, (230.0, 19.0)))]
        ),
        8.0,
    )
    found["group, floors"] = (_floors, 5.0)
    for rule, leader in (("highest-floor", ""), ("leader", "K2"), ("leader", "C"), ("median", "")):
        found[f"group {rule} {leader}".strip()] = (lambda rule=rule, leader=leader: _group(rule, leader), 8.0)
    for name in ("first", "fixed", "follow", "metronome", "quiet", "resonance"):
        found[f"preset {name}"] = (lambda name=name: Drama(_preset(name)), 4.0)
    for policy in POLICIES:
        if policy != "yoked":
            found[f"desk {policy}"] = (
                lambda policy=policy: Drama(under_policy(desk, policy), [Actor(bpm=UP)]),
                4.0,
            )
    return found
