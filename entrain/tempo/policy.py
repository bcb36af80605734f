"""The slowing rules, as small pure functions: what a policy *wishes*. The bounds have the last word.

A policy sees the situation once a tick and answers where the tempo should go and why. It never sees a clock,
a sound or the log. To add one, write a function and name it in `POLICIES`.

Figures without a source are our own judgement and can be changed in a preset.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from entrain.frozen import quick
from entrain.reason import Code, Reason

MEASURE_EVERY_S: Final = 30.0  # how often the leader looks at the pulse again
LEAD_BPM: Final = 1.0
STAYS_BPM: Final = 0.5  # nearer than that is there


@quick
class Situation:
    """What a policy may know. Tempi and pulses per minute; None where not known."""

    guided_s: float  # since the beat began
    tempo_bpm: float
    plan_bpm: float  # where the tempo goes if nothing is changed
    pulse_bpm: float | None
    baseline_bpm: float | None
    start_bpm: float  # where the beat began
    goal_bpm: float  # where the preset (or the person) wants it, already within the floor
    fixed_bpm: float | None
    offset_fraction: float  # how far from the pulse the beat belongs; -0.05 is 5 % below
    step_fraction: float
    step_s: float
    yoked: tuple[tuple[float, float], ...] = ()  # (guided_s, bpm) of another session, in order


@quick
class Wish:
    """A tempo to go to. `per_min`: how fast in bpm per minute; None: as fast as the bounds permit.

    `stays`: nothing new is wished, what the tempo does already goes on; a person's own wish is in it.
    """

    to_bpm: float
    reason: Reason
    per_min: float | None = None
    stays: bool = False


Policy = Callable[[Situation], Wish]


def glide(now: Situation) -> Wish:
    """Iso-principle glide: meet the listener where they are, then lead gently to the goal. The default.

    Source: the iso principle of music therapy (Altshuler 1948; Heiderscheit & Madson 2015).
    """
    return Wish(now.goal_bpm, Reason.of(Code.GLIDING, goal_bpm=now.goal_bpm))


def offset(now: Situation) -> Wish:
    """Fixed offset: always the same share away from the pulse, below or, as a control, above it.

    Source: the arms at -7, -10 and -15 % of a thesis pilot (n=84), and Juslin and others 2024 (±3, ±30 %).
    """
    if now.pulse_bpm is None:
        return Wish(now.tempo_bpm, Reason(Code.NO_PULSE_YET), stays=True)
    side = Code.BELOW_PULSE if now.offset_fraction < 0.0 else Code.ABOVE_PULSE
    wish_bpm = now.pulse_bpm * (1.0 + now.offset_fraction)
    return Wish(wish_bpm, Reason.of(side, percent=100.0 * abs(now.offset_fraction)))


def leader(now: Situation) -> Wish:
    """Leader: a beat or so below the pulse; measure again, follow, repeat.

    Source: US patent 5,267,942 (expired): the pacing rate stays within about one beat of the heart's.
    """
    if now.pulse_bpm is None or now.guided_s % MEASURE_EVERY_S >= 1.0:
        return Wish(now.plan_bpm, Reason(Code.LEADER_WAITS), stays=True)
    return Wish(now.pulse_bpm - LEAD_BPM, Reason(Code.LEADER))


def step(now: Situation) -> Wish:
    """Step protocol: down by the same share at regular times, and level between.

    Source: stepped pacing as in the resonance-frequency protocols (Lehrer and others 2000), on the tempo.
    """
    n = int(now.guided_s / now.step_s)
    wish_bpm = max(now.goal_bpm, now.start_bpm * (1.0 - now.step_fraction * n))
    return Wish(wish_bpm, Reason.of(Code.AT_STEP, n=n, bpm=wish_bpm) if n else Reason(Code.BEFORE_STEPS))


def exhale(now: Situation) -> Wish:
    """Exhale lengthening: the tempo stays and only the breath grows, by its way out.

    Source: RESPeRATE's manual (guided lengthening of the exhale to below 10 breaths a minute). The breath's
    part of it is `lengthen = "out"` in the preset.
    """
    return Wish(now.start_bpm, Reason(Code.EXHALE_GROWS))


def endless(now: Situation) -> Wish:
    """Endless slowing: down to the goal, or to `offset_fraction` below the pulse if that comes first; there
    the beat stays, and with the voice `endless` the rhythm around it goes on slowing for the ear alone.

    It never rises by itself; where the pulse falls, it may fall on. Sources: Risset 1986 and Madison 2009 for
    the illusion (in `entrain.synth.voices.endless`); a thesis at Umea (2014, n=12) for its use, more HF power
    while it was heard, which nobody has shown again.
    """
    if now.pulse_bpm is None:
        return Wish(min(now.tempo_bpm, now.plan_bpm), Reason(Code.NO_PULSE_YET), stays=True)
    near_bpm = max(now.goal_bpm, now.pulse_bpm * (1.0 - abs(now.offset_fraction)))
    wish_bpm, stays = min(now.tempo_bpm, near_bpm), now.tempo_bpm <= near_bpm
    if now.tempo_bpm - near_bpm < STAYS_BPM:
        return Wish(wish_bpm, Reason.of(Code.ENDLESS_STAYS, bpm=wish_bpm), stays=stays)
    return Wish(wish_bpm, Reason.of(Code.ENDLESS_SLOWS, bpm=wish_bpm))


def follow(now: Situation) -> Wish:
    """Follow only: the beat sits at the pulse and never leads. Without a breath, the control tempo = pulse.

    Without a fresh pulse it stays where it is.
    """
    if now.pulse_bpm is None:
        return Wish(now.tempo_bpm, Reason(Code.NO_PULSE_YET), stays=True)
    return Wish(now.pulse_bpm, Reason(Code.FOLLOWING))


def fixed(now: Situation) -> Wish:
    """Fixed tempo, the plainest control: the preset's, or the one the beat began with."""
    return Wish(now.start_bpm if now.fixed_bpm is None else now.fixed_bpm, Reason(Code.FIXED))


def silence(now: Situation) -> Wish:
    """No sound at all: the control that tells what sitting still does by itself."""
    return Wish(now.tempo_bpm, Reason(Code.SILENT), stays=True)


def yoked(now: Situation) -> Wish:
    """The tempo of another session, so that one hears a falling beat that is not about one's own heart.

    Source: the yoked control of operant conditioning (Church 1964).
    """
    n_past = bisect_right(now.yoked, now.guided_s, key=itemgetter(0))
    if not n_past:
        return Wish(now.plan_bpm, Reason(Code.YOKE_WAITS), stays=True)
    return Wish(now.yoked[n_past - 1][1], Reason(Code.YOKED))


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "glide": glide,
        "offset": offset,
        "leader": leader,
        "step": step,
        "exhale": exhale,
        "endless": endless,
        "follow": follow,
        "fixed": fixed,
        "silence": silence,
        "yoked": yoked,
    }
)

UNHEARD: Final = frozenset({"silence"})  # policies under which nothing sounds and no breath is guided
