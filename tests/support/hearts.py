"""Plain, fully known hearts for tests: intervals from a function of time, sent the way straps send them."""

from collections.abc import Callable, Iterator
from math import pi, sin

from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, Tick
from entrain.heart.gatt import HeartRateMeasurement
from entrain.remark import Remark, Topic
from entrain.units import S_PER_MIN

Pulse = Callable[[float], float]


def with_rsa(bpm: float, swing_bpm: float = 4.0, breaths_per_min: float = 12.0) -> Pulse:
    """A pulse that breathing makes rise and fall."""
    return lambda t_s: bpm + swing_bpm * sin(2 * pi * t_s * breaths_per_min / 60)


def beats(pulse: Pulse, until_s: float) -> list[tuple[float, int]]:
    """(time, interval in ticks) of every beat."""
    out: list[tuple[float, int]] = []
    t_s = 0.0
    while t_s < until_s:
        # No strap finds two R waves alike to a tick; what never changes at all is taken for frozen.
        rr_ticks = round(1024 * S_PER_MIN / pulse(t_s)) + (len(out) * 5 % 3) - 1
        t_s += rr_ticks / 1024
        out.append((t_s, rr_ticks))
    return out


def packets(
    pulse: Pulse, until_s: float, strap: str = "strap", every_s: float = 1.0
) -> list[NotificationArrived]:
    """Notifications on a grid, each with what has happened since the last."""
    coming = iter(beats(pulse, until_s + 10))
    beat = next(coming)
    out: list[NotificationArrived] = []
    t_s = 0.0
    while t_s < until_s:
        t_s += every_s
        rr: list[int] = []
        while beat[0] <= t_s:
            rr.append(beat[1])
            beat = next(coming)
        measured = HeartRateMeasurement(round(pulse(t_s)), tuple(rr) or None)
        out.append(NotificationArrived(t_s + 0.03, strap, bytes(measured)))
    return out


def session_events(
    pulse: Pulse, until_s: float, silences: tuple[tuple[float, float], ...] = (), strap: str = "strap"
) -> Iterator[Event]:
    """A strap that streams, with ticks; in each of `silences` the link is lost and nothing comes."""
    events: list[Event] = [LinkChanged(0.0, strap, Link.STREAMING)]
    events += [p for p in packets(pulse, until_s, strap) if not any(a <= p.t_s < b for a, b in silences)]
    for lost_s, back_s in silences:
        events.append(LinkChanged(lost_s, strap, Link.LOST, Remark.of(Topic.LINK_LOST, strap=strap)))
        events.append(LinkChanged(back_s, strap, Link.STREAMING))
    events += [Tick(float(t_s)) for t_s in range(1, int(until_s) + 1)]
    return iter(sorted(events, key=lambda event: event.t_s))
