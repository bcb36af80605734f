"""The slowing rules, as small pure functions: what a policy *wishes*. The bounds have the last word.

A policy sees the situation once a tick and answers where the tempo should go and why. It never sees a clock,
a sound or the log. To add one, write a function and name it in `POLICIES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Situation:
    """What a policy may know. Tempi and pulses per minute; None where not known."""

    guided_s: float  # since the beat began
    tempo_bpm: float
    pulse_bpm: float | None
    baseline_bpm: float | None
    start_bpm: float  # where the beat began
    goal_bpm: float  # where the preset (or the person) wants it, already within the floor
    fixed_bpm: float | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A tempo to go to. `per_min`: how fast in bpm per minute; None: as fast as the bounds permit."""

    to_bpm: float
    reason: str
    per_min: float | None = None


Policy = Callable[[Situation], Wish]


def glide(now: Situation) -> Wish:
    """Iso-principle glide: meet the listener where they are, then lead gently to the goal.

    Source: the iso principle of music therapy (Altshuler 1948; Heiderscheit & Madson 2015).
    """
    return Wish(now.goal_bpm, f"slowing gently towards {now.goal_bpm:.0f} beats a minute")


def follow(now: Situation) -> Wish:
    """Follow only: the beat sits at the pulse and never leads.

    Without a fresh pulse it stays where it is.
    """
    if now.pulse_bpm is None:
        return Wish(now.tempo_bpm, "waiting for your pulse")
    return Wish(now.pulse_bpm, "staying with your pulse")


def fixed(now: Situation) -> Wish:
    """Fixed tempo, the plainest control: the preset's, or the one the beat began with."""
    return Wish(now.start_bpm if now.fixed_bpm is None else now.fixed_bpm, "keeping one tempo")


POLICIES: Mapping[str, Policy] = MappingProxyType({"glide": glide, "follow": follow, "fixed": fixed})
