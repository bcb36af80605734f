"""What another policy would have decided on the inputs of a session that is over.

The inputs stay what they were: the heart, the links, the keys. How the heart would have answered to another
beat is not in them, and nothing here pretends to know it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from entrain.control.arms import under_policy
from entrain.control.events import Decided, Event, Phase, PulseMeasured, Tick
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary
from entrain.control.view import Summary


@dataclass(frozen=True, slots=True)
class GuidedMoment:
    """None where nothing was known or guided."""

    t_s: float
    pulse_bpm: float | None
    tempo_bpm: float | None
    breath_per_min: float | None


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """How a session went under one policy."""

    policy: str
    moments: tuple[GuidedMoment, ...]
    decisions: tuple[Decided, ...]
    summary: Summary
    ended: bool  # False: the inputs were over first


def with_policy(config: SessionConfig, policy: str) -> SessionConfig:
    """The same session under another policy."""
    return replace(config, preset=under_policy(config.preset, policy))


def course(config: SessionConfig, events: Iterable[Event], every_s: float) -> Counterfactual:
    """Decide it all on these events, and look at it every `every_s` seconds."""
    state = start(config)
    moments: list[GuidedMoment] = []
    decisions: list[Decided] = []
    pulse_bpm: float | None = None
    for event in events:
        state, effects = reduce(state, event)
        for effect in effects:
            if isinstance(effect, Decided):
                decisions.append(effect)
            elif isinstance(effect, PulseMeasured):
                pulse_bpm = effect.bpm
        if isinstance(event, Tick) and event.t_s % every_s == 0.0 and state.phase is not Phase.ENDED:
            score = state.score if state.score and event.t_s >= state.score.tempo.start_s else None
            tempo_bpm = None if score is None else score.tempo.bpm_at(event.t_s)
            breath = None if score is None else score.breath_rate_at(event.t_s)
            moments.append(GuidedMoment(event.t_s, pulse_bpm, tempo_bpm, breath))
    ended = state.phase is Phase.ENDED
    return Counterfactual(config.preset.tempo.policy, tuple(moments), tuple(decisions), summary(state), ended)
