"""The strap's clock on the session's: when each sample of a frame was taken.

A frame is stamped with the strap's own time of its last sample, and arrives later by what radio takes. The
frame that was delayed least in the last minute gives the offset; so what is left is the least delay, some
tens of milliseconds that no program can know. The strap's clock may begin anew (it does when the strap was
off the body and alone for a minute): a stamp that jumps begins a new *run*.

Straps keep their rate to about 2 %. Within frames that follow each other the stamps tell the rate themselves;
where a frame is missing, the last ones do: the lower of the middle two, as lost frames only widen.
"""

from typing import Final

from entrain.frozen import quick

NS_PER_S: Final = 1_000_000_000
WINDOW_S: Final = 60.0
JUMP_S: Final = 5.0  # a delay that changes by more is a clock that was set
ALIKE: Final = 0.1  # spacings this near to the usual one are of frames that follow each other
SPACINGS: Final = 5
CATCH_UP: Final = 0.05  # of the time that passes may the offset move: time never runs back


@quick
class DeviceClock:
    """State; fold frames in with `placed`."""

    run: int = -1  # counts the times that the strap's clock began anew
    origin_ns: int = 0  # of the run
    last_ns: int = 0  # of the newest frame
    least: tuple[tuple[float, float], ...] = ()  # (arrival_s, delay_s) with growing delays
    offset_s: float = 0.0  # in use
    spacings_s: tuple[float, ...] = ()  # of the newest frames


@quick
class PlacedFrame:
    """When the samples of a frame were taken: n of them up to `last_t_s`, `spacing_s` apart."""

    run: int
    last_t_s: float
    spacing_s: float
    n: int
    follows: bool  # the first one joins the frame before

    def times_s(self) -> list[float]:
        """When each sample of a frame was taken, in session seconds, shape (n,)."""
        return [self.last_t_s - (self.n - 1 - k) * self.spacing_s for k in range(self.n)]


def placed(
    clock: DeviceClock, arrival_s: float, last_ns: int, n: int, nominal_hz: float
) -> tuple[DeviceClock, PlacedFrame | None]:
    """Place a frame of `n` samples; None for one that was seen already or comes from before the newest.

    `nominal_hz` is what the stream was asked for; it is believed until two frames have told.
    """
    device_s = (last_ns - clock.origin_ns) / NS_PER_S
    delay_s = arrival_s - device_s
    jumped = clock.run < 0 or abs(delay_s - clock.least[-1][1]) > JUMP_S
    if not jumped and last_ns <= clock.last_ns:
        return clock, None
    if jumped:
        clock = DeviceClock(run=clock.run + 1, origin_ns=last_ns, last_ns=last_ns)
        clock = DeviceClock(
            run=clock.run,
            origin_ns=last_ns,
            last_ns=last_ns,
            least=((arrival_s, arrival_s),),
            offset_s=arrival_s,
        )
        return clock, PlacedFrame(
            run=clock.run, last_t_s=arrival_s, spacing_s=1.0 / nominal_hz, n=n, follows=False
        )
    raw_s = (last_ns - clock.last_ns) / NS_PER_S / n
    spacings_s = (*clock.spacings_s[1 - SPACINGS :], raw_s)
    usual_s = _usual_s(spacings_s, 1.0 / nominal_hz)
    follows = abs(raw_s - usual_s) <= ALIKE * usual_s
    since_s = arrival_s - WINDOW_S
    least = (*[x for x in clock.least if x[0] > since_s and x[1] < delay_s], (arrival_s, delay_s))
    most_s = CATCH_UP * (last_ns - clock.last_ns) / NS_PER_S
    offset_s = clock.offset_s + min(most_s, max(-most_s, least[0][1] - clock.offset_s))
    last_t_s = offset_s + device_s
    before_t_s = clock.offset_s + (clock.last_ns - clock.origin_ns) / NS_PER_S
    spacing_s = (last_t_s - before_t_s) / n if follows else min(usual_s, (last_t_s - before_t_s) / n)
    placing = PlacedFrame(run=clock.run, last_t_s=last_t_s, spacing_s=spacing_s, n=n, follows=follows)
    return DeviceClock(
        run=clock.run,
        origin_ns=clock.origin_ns,
        last_ns=last_ns,
        least=least,
        offset_s=offset_s,
        spacings_s=spacings_s,
    ), placing


def _usual_s(spacings_s: tuple[float, ...], nominal_s: float) -> float:
    usual_s = sorted(spacings_s)[(len(spacings_s) - 1) // 2]
    # The only one there is may be wide for a frame that was lost between the first two.
    return (
        min(usual_s, nominal_s) if len(spacings_s) == 1 and usual_s > (1.0 + ALIKE) * nominal_s else usual_s
    )
