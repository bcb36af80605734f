"""What a strap's reader has to say, as events."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from entrain.clock import Clock
from entrain.control.events import (
    Link,
    LinkChanged,
    NotificationArrived,
    SensorChanged,
    SensorFrames,
    SensorState,
    StrapDescribed,
)
from entrain.devices.ports import Emit
from entrain.heart.pmd.control import Sensor
from entrain.remark import Remark, Topic

_LOG: Final = logging.getLogger(__name__)


class Report:
    """Stamps and emits; says nothing twice in a row, and remembers how the link stands."""

    def __init__(self, strap: str, emit: Emit, clock: Clock) -> None:
        self._strap, self._emit, self._clock = strap, emit, clock
        self._said: LinkChanged | None = None
        self._known = StrapDescribed(0.0, strap)
        self.flowing = False  # data came, and the link was not called lost since

    def link(self, link: Link, remark: Remark) -> None:
        """Tell where the connection stands."""
        now = LinkChanged(self._clock.now_s(), self._strap, link, remark)
        if self._said is not None and replace(now, t_s=self._said.t_s) == self._said:
            return
        if link in (Link.STREAMING, Link.LOST):
            self.flowing = link is Link.STREAMING
        self._said = now
        _LOG.info("link %s", link)
        self._emit(now)

    def arrived(self, payload: bytes, name: str) -> None:
        """A notification, stamped as it arrives. The first one after any other state makes the link
        stream."""
        if self._said is None or self._said.link is not Link.STREAMING:
            self.link(Link.STREAMING, Remark.of(Topic.SENDING, strap=name))
        self._emit(NotificationArrived(self._clock.now_s(), self._strap, payload))

    def now_s(self) -> float:
        return self._clock.now_s()

    def sensor(
        self,
        sensor: Sensor,
        state: SensorState,
        remark: Remark | None,
        rate_hz: float | None,
        factor: float | None,
    ) -> None:
        """Tell how a measurement stream stands."""
        now_s = self._clock.now_s()
        self._emit(SensorChanged(now_s, self._strap, sensor, state, remark, rate_hz, factor))

    def frames(self, sensor: Sensor, block: Sequence[tuple[float, bytes]]) -> None:
        """A block of a measurement stream: (arrival, the very bytes) of each notification."""
        arrived_s, frames = zip(*block, strict=True)
        self._emit(SensorFrames(self._clock.now_s(), self._strap, sensor, arrived_s, frames))

    def described(self, **learnt: Any) -> None:
        """Something was learnt of the strap: the whole picture goes out if that changes it."""
        known = replace(self._known, **{what: value for what, value in learnt.items() if value is not None})
        if known != self._known:
            self._known = known
            self._emit(replace(known, t_s=self._clock.now_s()))
