"""A session that is about to stop, and can still go on."""

from dataclasses import dataclass

from textual.timer import Timer


@dataclass(frozen=True, slots=True)
class EndingSoon:
    """`since_s` is on the screen's clock; when `timer` is up, the session stops."""

    since_s: float
    timer: Timer
    was_paused: bool
