"""How far a strap can be believed: its own words held against each other, and against the time that passes.

Each notification and each tick is judged; the outcome is a `Doubt` or none. Rules, the most telling first:

- notifications that are no measurement, no skin contact, a rate of 0: nothing is led by while it lasts;
- intervals of 0 and of 65,535 are placeholders of straps that always send one, and no intervals;
- the same notification twice within a moment, with more intervals than time by that, or twice in a row: the
  second is left out;
- junk behind each real interval (Garmin's HRM-Dual: some 52 ms): no heart beats so fast, it is left out;
- more intervals than time passes: they are not believed, the strap's own rate is;
- intervals that are 2.4 % short of both the strap's rate and the time: milliseconds sent as 1/1024 s;
- intervals that contradict the rate: neither is believed;
- the very same figure for half a minute, or a rate that leaps about: off the skin, or a pacemaker;
- beats whose distances jump to and fro (every second one early, missed or counted twice, or no order at all):
  poor contact or the person's own rhythm, and no pulse to lead by. Breathing swings, it does not jump;
- a notification only now and then.

What cannot be told from outside: a strap that counts exactly half or twice the beats and says so throughout,
one that smooths its intervals, one on somebody else's chest.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from entrain.frozen import changed, quick
from entrain.heart.doubt import Doubt
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.irregular import DIFFERENCES, is_irregular
from entrain.heart.median import median
from entrain.units import MS_PER_S, RR_TICKS_PER_S, S_PER_MIN, ticks_to_s

SAID_AFTER_S: Final = 3.0  # of no contact, no rate, nothing readable
QUIET_S: Final = 3.5  # without a notification from a strap that is connected
REGULAR_AGAIN: Final = 8  # notifications in a row without such a pause
REPEAT_S: Final = 0.45  # the same bytes sooner than that are no second's news
REPEATS: Final = 2
FORGOTTEN_AFTER: Final = 12  # notifications without one
OVER_TIME: Final = 0.3  # of the repeated intervals
PLACEHOLDERS: Final = frozenset((0, 0xFFFF))
JUNK_S: Final = 0.2  # no heart beats at 300
JUNK_SHARE: Final = 0.25
LEARN_JUNK: Final = 2  # notifications
PACKETS: Final = 32  # that are held against each other
FEW_PACKETS: Final = 8
SURPLUS_S: Final = 3.5  # so much more interval than time
SURPLUS_ALLOWED: Final = 1.01
DEFICIT_S: Final = -12.0  # of a stall, whose burst makes up for it
MS_RATIO: Final = RR_TICKS_PER_S / MS_PER_S
MS_NEAR: Final = 0.008
MS_AFTER_S: Final = 45.0
SURE_OF_MS: Final = 20  # notifications in a row
CONTRADICTION: Final = 0.2
STILL_S: Final = 45.0
STILL_BEATS: Final = 25
STILL_RATE_S: Final = 90.0  # a smoothed rate may well stand still for a minute
LEAP_BPM: Final = 10.0


@quick
class Packet:
    """One notification as far as it is held against others. A sum is of the intervals that were believed."""

    t_s: float
    bpm: int
    n: int
    sum_s: float
    n_junk: int


@quick
class Totals:
    """Of all notifications of this link, for what shows only in the long run."""

    time_s: float = 0.0
    n_packets: int = 0
    rates: int = 0
    n: int = 0
    sum_s: float = 0.0


NOTHING: Final = Totals()


@dataclass(frozen=True)  # without slots, for `changed`
class Trust:
    """State of one strap since its link was made."""

    doubt: Doubt | None = None
    packets: tuple[Packet, ...] = ()
    totals: Totals = NOTHING
    n_milliseconds: int = 0  # notifications in a row that looked like it
    bad_since_s: float | None = None  # nothing readable …
    off_since_s: float | None = None  # … no contact …
    zero_since_s: float | None = None  # … no rate
    heard_s: float | None = None
    payload: bytes = b""
    n_repeats: int = 0  # lately …
    n_since: int = 0  # … and notifications since the last of them
    was_repeat: bool = False
    surplus_s: float = 0.0  # of intervals over time
    last_s: float | None = None  # the newest interval, of which the next one is the neighbour
    last_jump: float | None = None
    jumps: tuple[float, ...] = ()  # differences of neighbours, as a share of them
    bends: tuple[float, ...] = ()  # |difference| of those differences
    n_same: int = 0  # equal intervals in a row …
    same_since_s: float = 0.0
    rate_since_s: float = 0.0  # … and since when the rate is the same
    n_timely: int = REGULAR_AGAIN  # notifications in a row without a pause


UNTRIED: Final = Trust()


def forgotten(trust: Trust) -> Trust:
    """The link was lost: what comes next is judged afresh."""
    return Trust(doubt=None if trust.doubt is Doubt.SPARSE else trust.doubt)


def neighbourless(trust: Trust) -> Trust:
    """The chain is broken: the next interval has no neighbour."""
    return changed(trust, last_s=None, last_jump=None)


def rejected(trust: Trust, t_s: float) -> Trust:
    """A notification that is no measurement."""
    since_s = t_s if trust.bad_since_s is None else trust.bad_since_s
    return _judged(changed(_timely(trust, t_s), bad_since_s=since_s, heard_s=t_s), t_s)


def passed(trust: Trust, t_s: float) -> Trust:
    """Time passes; only a pause that is too long changes anything."""
    if trust.heard_s is None or t_s - trust.heard_s <= QUIET_S or trust.n_timely == 0:
        return trust
    return _judged(changed(trust, n_timely=0), t_s)


def heard(
    trust: Trust, t_s: float, payload: bytes, measured: HeartRateMeasurement
) -> tuple[Trust, tuple[int, ...]]:
    """A measurement: returns the judgement, and the intervals that are worth placing in time."""
    ticks = tuple([each for each in measured.rr_ticks or () if each not in PLACEHOLDERS])
    is_repeat = _is_repeat(trust, t_s, payload, ticks)
    is_surplus = is_repeat and _is_over_time(trust, t_s, ticks_to_s(sum(ticks)))
    trust = _with_repeat(changed(_timely(trust, t_s), was_repeat=is_repeat, heard_s=t_s), is_repeat)
    if is_surplus or (is_repeat and trust.n_repeats >= REPEATS):
        return _judged(trust, t_s), ()
    n_junk = sum(ticks_to_s(each) < JUNK_S for each in ticks)
    if trust.doubt is Doubt.JUNK or _is_junky(trust, len(ticks), n_junk):
        ticks = tuple([each for each in ticks if ticks_to_s(each) >= JUNK_S])
    sum_s = ticks_to_s(sum(ticks))
    packet = Packet(t_s=t_s, bpm=measured.bpm, n=len(ticks), sum_s=sum_s, n_junk=n_junk)
    trust = _with_packet(trust, packet)
    trust = changed(
        trust,
        payload=payload,
        bad_since_s=None,
        off_since_s=_since(trust.off_since_s, measured.contact is False, t_s),
        zero_since_s=_since(trust.zero_since_s, measured.bpm == 0, t_s),
    )
    for each in ticks:
        trust = _with_interval(trust, t_s, ticks_to_s(each))
    return _judged(trust, t_s), ticks


def reported(trust: Trust, t_s: float, rr_s: float) -> Trust:
    """An interval of a source that has neither rate nor packets."""
    return _judged(_with_interval(changed(trust, heard_s=t_s), t_s, rr_s), t_s)


# ---- what is remembered ------------------------------------------------------------------------------------


def _since(since_s: float | None, stands: bool, t_s: float) -> float | None:
    if not stands:
        return None
    return t_s if since_s is None else since_s


def _timely(trust: Trust, t_s: float) -> Trust:
    if trust.heard_s is None or t_s - trust.heard_s > QUIET_S:
        return changed(trust, n_timely=REGULAR_AGAIN if trust.heard_s is None else 0)
    return trust if trust.n_timely >= REGULAR_AGAIN else changed(trust, n_timely=trust.n_timely + 1)


def _is_repeat(trust: Trust, t_s: float, payload: bytes, ticks: tuple[int, ...]) -> bool:
    if not ticks or trust.was_repeat or trust.heard_s is None or payload != trust.payload:
        return False
    return t_s - trust.heard_s < REPEAT_S


def _is_over_time(trust: Trust, t_s: float, sum_s: float) -> bool:
    """Would these intervals be more than the time of the last notifications, a stall before them included?"""
    lately = trust.packets[-FEW_PACKETS:]
    if len(lately) < FEW_PACKETS:
        return False
    over_s = sum([packet.sum_s for packet in lately[1:]]) + sum_s - (t_s - lately[0].t_s)
    return over_s > OVER_TIME * sum_s


def _with_repeat(trust: Trust, is_repeat: bool) -> Trust:
    """Repeats are counted, and forgotten after some notifications without one."""
    if is_repeat:
        return changed(trust, n_repeats=min(trust.n_repeats + 1, REPEATS), n_since=0)
    if not trust.n_repeats:
        return trust
    over = trust.n_since + 1 >= FORGOTTEN_AFTER
    return changed(trust, n_repeats=0 if over else trust.n_repeats, n_since=trust.n_since + 1)


def _is_junky(trust: Trust, n: int, n_junk: int) -> bool:
    if not n_junk or len(trust.packets) < LEARN_JUNK:
        return False
    lately = trust.packets[-FEW_PACKETS:]
    n_all = n + sum(packet.n for packet in lately)
    return n_junk + sum(packet.n_junk for packet in lately) > JUNK_SHARE * n_all


def _with_packet(trust: Trust, packet: Packet) -> Trust:
    surplus_s, rate_since_s = trust.surplus_s, trust.rate_since_s
    if trust.packets:
        apart_s = packet.t_s - trust.packets[-1].t_s
        surplus_s = max(DEFICIT_S, surplus_s + packet.sum_s - SURPLUS_ALLOWED * apart_s)
    if not trust.packets or packet.bpm != trust.packets[-1].bpm:
        rate_since_s = packet.t_s
    totals = trust.totals
    if packet.bpm and trust.packets:
        totals = Totals(
            time_s=totals.time_s + packet.t_s - trust.packets[-1].t_s,
            n_packets=totals.n_packets + 1,
            rates=totals.rates + packet.bpm,
            n=totals.n + packet.n,
            sum_s=totals.sum_s + packet.sum_s,
        )
    return changed(
        trust,
        packets=(*trust.packets, packet)[-PACKETS:],
        totals=totals,
        n_milliseconds=_n_milliseconds(trust.n_milliseconds, totals),
        surplus_s=surplus_s,
        rate_since_s=rate_since_s,
    )


def _n_milliseconds(n: int, totals: Totals) -> int:
    """For how many notifications in a row the intervals have looked like milliseconds."""
    if totals.time_s < MS_AFTER_S or not totals.n or n >= SURE_OF_MS:
        return n
    mean_s = totals.sum_s / totals.n
    by_rate = S_PER_MIN / mean_s / (totals.rates / totals.n_packets)
    by_time = totals.time_s / totals.sum_s
    looks_so = (
        abs(by_rate - MS_RATIO) < MS_NEAR and abs(by_time - MS_RATIO) < MS_NEAR + mean_s / totals.time_s
    )
    return n + 1 if looks_so else 0


def _with_interval(trust: Trust, t_s: float, rr_s: float) -> Trust:
    last_s = trust.last_s
    if last_s is None:
        return changed(trust, last_s=rr_s, last_jump=None, n_same=0, same_since_s=t_s)
    jump = 2.0 * (rr_s - last_s) / (rr_s + last_s) if rr_s + last_s > 0.0 else 0.0
    bends = trust.bends
    if trust.last_jump is not None:
        bends = (*bends, abs(jump - trust.last_jump))[-DIFFERENCES:]
    return changed(
        trust,
        last_s=rr_s,
        last_jump=jump,
        jumps=(*trust.jumps, jump)[-DIFFERENCES:],
        bends=bends,
        n_same=trust.n_same + 1 if rr_s == last_s else 0,
        same_since_s=trust.same_since_s if rr_s == last_s else t_s,
    )


# ---- what is made of it ------------------------------------------------------------------------------------


def _judged(trust: Trust, t_s: float) -> Trust:
    doubt = _doubt(trust, t_s)
    return trust if doubt is trust.doubt else changed(trust, doubt=doubt)


def _doubt(trust: Trust, t_s: float) -> Doubt | None:
    for doubt, since_s in (
        (Doubt.UNREADABLE, trust.bad_since_s),
        (Doubt.NO_CONTACT, trust.off_since_s),
        (Doubt.NO_RATE, trust.zero_since_s),
    ):
        if since_s is not None and (t_s - since_s >= SAID_AFTER_S or trust.doubt is doubt):
            return doubt
    if trust.n_repeats >= REPEATS:
        return Doubt.DOUBLED
    return _by_figures(trust, t_s) or (Doubt.SPARSE if trust.n_timely < REGULAR_AGAIN else None)


def _by_figures(trust: Trust, t_s: float) -> Doubt | None:
    """Intervals, rate and time held against each other."""
    packets = trust.packets
    if packets and _is_junky(trust, packets[-1].n, packets[-1].n_junk):
        return Doubt.JUNK
    if is_irregular(trust.jumps, trust.bends, trust.doubt is Doubt.IRREGULAR):
        return Doubt.IRREGULAR
    if trust.surplus_s > SURPLUS_S or (trust.doubt is Doubt.TOO_MANY and not _fills_time(trust)):
        return Doubt.TOO_MANY
    if _stands_still(trust, t_s):
        return Doubt.FROZEN
    if _leaps(packets):
        return Doubt.LEAPING
    return _by_rate(trust)


def _fills_time(trust: Trust) -> bool:
    """The newest intervals are no more than the time that passed meanwhile."""
    lately = trust.packets[-FEW_PACKETS * 2 :]
    if len(lately) < 2:
        return False  # nothing says so
    return sum(p.sum_s for p in lately[1:]) < SURPLUS_ALLOWED * (lately[-1].t_s - lately[0].t_s) + 1.0


def _stands_still(trust: Trust, t_s: float) -> bool:
    if trust.n_same >= STILL_BEATS and t_s - trust.same_since_s >= STILL_S:
        return True
    without_intervals = bool(trust.packets) and not any(packet.n for packet in trust.packets)
    return without_intervals and t_s - trust.rate_since_s >= STILL_RATE_S


def _leaps(packets: tuple[Packet, ...]) -> bool:
    """A rate without intervals that jumps about: straps smooth theirs, so a heart's cannot."""
    lately = packets[-FEW_PACKETS:]
    if len(lately) < FEW_PACKETS or any(packet.n for packet in lately):
        return False
    steps = [abs(b.bpm - a.bpm) for a, b in pairwise(lately)]
    return median(steps) > LEAP_BPM


def _by_rate(trust: Trust) -> Doubt | None:
    """The strap's rate against its intervals."""
    if trust.n_milliseconds >= SURE_OF_MS:
        return Doubt.MILLISECONDS
    rates = [packet.bpm for packet in trust.packets if packet.bpm]
    n, sum_s = _counted(trust.packets[1:])
    if len(rates) < FEW_PACKETS * 2 or not n:
        return None
    by_rate = S_PER_MIN * n / sum_s / (sum(rates) / len(rates))
    return Doubt.CONTRADICTS if abs(by_rate - 1.0) > CONTRADICTION else None


def _counted(packets: tuple[Packet, ...]) -> tuple[int, float]:
    return sum([packet.n for packet in packets]), sum([packet.sum_s for packet in packets])
