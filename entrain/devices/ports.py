"""What the runtime expects of a device. Every heart emits events; every sound output plays a score."""

from collections.abc import Callable, Sequence
from typing import Protocol

from entrain.clock import Clock
from entrain.control.events import Event
from entrain.score import Score

Emit = Callable[[Event], None]


class LiveHeart(Protocol):
    """A heart that happens in real time: a strap, a space bar."""

    strap: str

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Emit events stamped with `clock` until cancelled.

        A fault that time may mend is a `LinkChanged`, not an exception; the adapter retries for ever.
        """
        ...


class VirtualHeart(Protocol):
    """A heart whose time can be chosen: simulated or replayed. Deterministic at any speed."""

    strap: str

    def until(self, t_s: float, score: Score | None) -> Sequence[Event]:
        """All events after the last call's `t_s` and up to `t_s`, in order of time.

        `score` is what is being guided (None: nothing yet) and valid up to `t_s`: a simulated person breathes
        with it, a recording ignores it.
        """
        ...


class SoundOutput(Protocol):
    """Plays a score. No method blocks; what happens comes back as `SoundChanged` and `OnsetPlayed`."""

    async def run(self, emit: Emit, clock: Clock) -> None:
        """Open, play and survive until cancelled; losing the device is an event, never an exception."""
        ...

    def play(self, score: Score) -> None:
        """From now on this score; equal to the one before up to the commit horizon."""
        ...

    def set_volume(self, volume: float, muted: bool) -> None:
        """Takes effect at the device end, within about half a second, without a click."""
        ...

    def set_voice(self, voice: str) -> None:
        """From now on this voice's sound; it comes in over some seconds, on the same beat.

        Raises UsageError: there is no such voice.
        """
        ...

    def hush(self) -> None:
        """Be quiet at once: what is on its way to the loudspeaker already is taken down too, if it can be."""
        ...

    def advance(self, t_s: float) -> None:
        """Session time has come to `t_s`: a file output renders up to here; a device ignores it."""
        ...

    async def close(self, fade_s: float) -> None:
        """Fade what sounds within `fade_s`, then let the device go."""
        ...
