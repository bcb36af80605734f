"""What a preset plans: the session of somebody whose pulse stays where it is and who finds the breath easy.

The very controller of a live session, fed with one steady heart, so that the picture of a preset can never
disagree with what it does. A live session differs, since a live heart does.
"""

from dataclasses import dataclass
from typing import Final

from entrain.control.events import (
    CommandGiven,
    Feel,
    Feeling,
    Link,
    LinkChanged,
    NotificationArrived,
    Phase,
    Tick,
)
from entrain.control.protocol import HARD_SESSION_MAX_MIN, Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.snapshot import view
from entrain.control.state import GUIDED, TICK_S
from entrain.control.view import Sample
from entrain.heart.gatt import HeartRateMeasurement
from entrain.units import S_PER_MIN

RESTING_BPM: Final = 70.0
_STRAP: Final = "steady"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`course` has one sample a second; `phases` are (phase, seconds) in order, waiting left out."""

    course: tuple[Sample, ...]
    phases: tuple[tuple[Phase, float], ...]


def forecast(preset: Preset, resting_bpm: float = RESTING_BPM) -> Forecast:
    """The whole session of a steady heart of `resting_bpm`; of none, where the preset needs none."""
    straps = (_STRAP,) if preset.needs_heart else ()
    state = start(SessionConfig(preset, straps))
    # No strap says the very same all the time; one that does is not believed.
    payloads = [bytes(HeartRateMeasurement(round(resting_bpm) + by)) for by in (0, 1, 0, -1)]
    if straps:
        state, _ = reduce(state, LinkChanged(0.0, _STRAP, Link.STREAMING))
    course: list[Sample] = []
    tick, most = 0, int(2 * HARD_SESSION_MAX_MIN * S_PER_MIN)
    while state.phase is not Phase.ENDED and tick < most:
        tick += 1
        t_s = tick * TICK_S
        if straps:
            state, _ = reduce(state, NotificationArrived(t_s, _STRAP, payloads[tick % len(payloads)]))
        state, _ = reduce(state, Tick(t_s))
        if state.phase in GUIDED and not state.easy:
            state, _ = reduce(state, CommandGiven(t_s, Feel(Feeling.EASY)))
        now = view(state, t_s)
        pulse_bpm = resting_bpm if straps else None
        course.append(Sample(t_s, pulse_bpm, now.tempo_bpm, now.breath_per_min))
    phases = tuple((phase, length_s) for phase, length_s in state.phase_lengths if phase is not Phase.WAITING)
    return Forecast(tuple(course), phases)
