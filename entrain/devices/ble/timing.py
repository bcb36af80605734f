"""Every duration of the Bluetooth reader in one place, so that a test can make them short."""

from dataclasses import dataclass, field

from entrain.devices.ble.faults import BLOCKING
from entrain.remark import Topic


@dataclass(frozen=True, slots=True)
class Backoff:
    """A pause that grows with each failure in a row: `first_s`, then `factor` times more, up to
    `longest_s`."""

    first_s: float
    factor: float
    longest_s: float

    def pause_s(self, n: int) -> float:
        """The pause after failure `n` in a row, counted from 0."""
        return min(self.first_s * self.factor ** min(n, 30), self.longest_s)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. The defaults suit straps that notify about once a second and advertise at least as often."""

    # One turn of scanning. Hearts of a group search in turns of this length, and a switched-off adapter is
    # noticed at the end of one.
    search_s: float = 5.0
    # Where any strap will do: how long to wait for a nearer one after the first was heard.
    choose_s: float = 1.5
    # How long to search before saying what may be wrong.
    patience_s: float = 15.0
    connect_s: float = 20.0
    call_s: float = 5.0  # any other call; all of them can hang
    # To subscribe may take a pairing first: that there may be a dialogue to answer is told, and waited for.
    pairing_told_s: float = 3.0
    pairing_s: float = 45.0
    disconnect_s: float = 3.0  # the way out of a session passes here
    probe_s: float = 1.5  # of the question that tells a dry strap from a dead link
    # No data for this long (some straps send each 5 s): ask the strap for anything, to tell a dead link
    # from a dry strap, and say so.
    silent_s: float = 6.0
    # No data for this long: disconnect and begin anew, whatever the link says of itself.
    give_up_s: float = 30.0

    # The air or the strap misbehaved: a race while connecting, a busy or evicted device, no answer in time, a
    # lost link. It mostly works a moment later, so the first retry comes at once; we never stop retrying.
    # Not for what a person has to mend, nor for what stays as it is.
    air: Backoff = field(default_factory=lambda: Backoff(0.2, 1.7, 5.0))
    # A person has to act: adapter off or missing, no permission, no Bluetooth service. Retrying is cheap and
    # cannot succeed earlier; a steady pace notices soon when it has been mended.
    person: Backoff = field(default_factory=lambda: Backoff(2.0, 1.0, 2.0))
    # The device will hardly change its mind: it has no heart rate, or wants to be paired. Also whatever
    # nobody foresaw, so that a bug does not spin.
    stubborn: Backoff = field(default_factory=lambda: Backoff(1.0, 2.0, 30.0))

    def backoff(self, reason: Topic) -> Backoff:
        """Which back-off treats `reason`."""
        if reason in BLOCKING:
            return self.person
        if reason in (Topic.NOT_A_STRAP, Topic.PAIRING, Topic.PAIRING_LIKELY, Topic.UNFORESEEN):
            return self.stubborn
        return self.air
