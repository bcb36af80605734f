"""A device that was asked for and is not here ends a session that nobody watches."""

from collections.abc import Callable, Sequence

from entrain.control.events import (
    Effect,
    Event,
    Link,
    LinkChanged,
    Sound,
    SoundChanged,
)
from entrain.errors import DeviceError
from entrain.wording.remarks import as_fault

BLOCKED_S = 5.0  # that Bluetooth has to come up


class Missing:
    """Watches for a device that was asked for by name and is not here: without a screen nobody can help it.

    A sound device by another name would be another device. Hearts that all stay blocked, by a missing adapter
    or permission, are given some seconds in which Bluetooth may still come up.
    """

    def __init__(self, straps: Sequence[str], end: Callable[[], None], *, named_sound: bool) -> None:
        self.fault: DeviceError | None = None
        self._straps = frozenset(straps)
        self._end = end
        self._named_sound = named_sound
        self._blocked: dict[str, LinkChanged] = {}  # by strap, since when

    def observe(self, event: Event, effects: tuple[Effect, ...]) -> None:
        del effects
        match event:
            case SoundChanged(sound=Sound.UNAVAILABLE, remark=remark) if self._named_sound:
                self._is_missing(as_fault(remark))
            case SoundChanged(sound=Sound.PLAYING):
                self._named_sound = False  # it is there; should it go away, it is waited for
            case LinkChanged(strap=strap, link=Link.BLOCKED):
                self._blocked.setdefault(strap, event)
            case LinkChanged(strap=strap, link=link) if link not in (Link.SEARCHING, Link.OFF):
                self._blocked.pop(strap, None)
            case _:
                pass
        if self._straps and self._blocked.keys() >= self._straps:
            last = max(self._blocked.values(), key=lambda each: each.t_s)
            if event.t_s - last.t_s >= BLOCKED_S:
                self._is_missing(as_fault(last.remark))

    def _is_missing(self, fault: DeviceError) -> None:
        if self.fault is None:
            self.fault = fault
            self._end()
