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

from dataclasses import replace
from itertools import pairwise
from typing import Final

from entrain.frozen import quick
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
JUNK_TICKS: Final = 0.2 * RR_TICKS_PER_S  # no heart beats at 300
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
    """One notification as far as it is held against others. Its ticks are those of the intervals believed."""

    t_s: float
    bpm: int
    n: int
    ticks: int
    n_junk: int


@quick
class Repeats:
    """Notifications that came twice."""

    payload: bytes = b""  # the newest that counted
    n: int = 0  # lately …
    n_since: int = 0  # … and notifications since the last of them
    was_one: bool = False


@quick
class Rates:
    """Intervals, rate and time held against each other: lately, and since the link was made."""

    packets: tuple[Packet, ...] = ()  # the newest, of which …
    n: int = 0  # … so many intervals …
    ticks: int = 0  # … of so many ticks …
    rates: int = 0  # … and the sum of the rates that are not 0 …
    n_rates: int = 0  # … which are so many
    surplus_s: float = 0.0  # of intervals over time
    still_since_s: float = 0.0  # the rate is the same
    # For what shows only in the long run, of all notifications with a rate.
    time_s: float = 0.0
    n_all: int = 0  # intervals
    ticks_all: int = 0
    rates_all: int = 0
    n_packets: int = 0
    n_milliseconds: int = 0  # notifications in a row that looked like it


@quick
class Rhythm:
    """How each interval follows the one before."""

    last_s: float | None = None  # the newest, of which the next one is the neighbour
    last_jump: float | None = None
    jumps: tuple[float, ...] = ()  # differences of neighbours, as a share of them
    bends: tuple[float, ...] = ()  # |difference| of those differences
    n_same: int = 0  # equal ones in a row …
    same_since_s: float = 0.0


NO_REPEATS: Final = Repeats()
NO_RATES: Final = Rates()
NO_RHYTHM: Final = Rhythm()


@quick
class Trust:
    """State of one strap since its link was made."""

    doubt: Doubt | None = None
    heard_s: float | None = None
    n_timely: int = REGULAR_AGAIN  # notifications in a row without a pause
    bad_since_s: float | None = None  # nothing readable …
    off_since_s: float | None = None  # … no contact …
    zero_since_s: float | None = None  # … no rate
    repeats: Repeats = NO_REPEATS
    rates: Rates = NO_RATES
    rhythm: Rhythm = NO_RHYTHM


UNTRIED: Final = Trust()


def forgotten(trust: Trust) -> Trust:
    """The link was lost: what comes next is judged afresh."""
    return Trust(doubt=None if trust.doubt is Doubt.SPARSE else trust.doubt)


def neighbourless(trust: Trust) -> Trust:
    """The chain is broken: the next interval has no neighbour."""
    return replace(trust, rhythm=replace(trust.rhythm, last_s=None, last_jump=None))


def rejected(trust: Trust, t_s: float) -> Trust:
    """A notification that is no measurement."""
    since_s = t_s if trust.bad_since_s is None else trust.bad_since_s
    return _judged(replace(trust, n_timely=_n_timely(trust, t_s), bad_since_s=since_s, heard_s=t_s), t_s)


def is_pause(trust: Trust, t_s: float) -> bool:
    """Would `passed` change anything: is it longer than it should be since anything was heard?"""
    return trust.heard_s is not None and t_s - trust.heard_s > QUIET_S and trust.n_timely > 0


def passed(trust: Trust, t_s: float) -> Trust:
    """Time passes; only a pause that is too long changes anything."""
    if not is_pause(trust, t_s):
        return trust
    return _judged(replace(trust, n_timely=0), t_s)


def heard(
    trust: Trust, t_s: float, payload: bytes, measured: HeartRateMeasurement
) -> tuple[Trust, tuple[int, ...]]:
    """A measurement: returns the judgement, and the intervals that are worth placing in time."""
    ticks = tuple([each for each in measured.rr_ticks or () if each not in PLACEHOLDERS])
    repeats, n_timely = _with_payload(trust, t_s, payload, ticks), _n_timely(trust, t_s)
    if repeats.was_one and (repeats.n >= REPEATS or _is_over_time(trust.rates, t_s, sum(ticks))):
        return _judged(replace(trust, heard_s=t_s, n_timely=n_timely, repeats=repeats), t_s), ()
    n_junk = sum([each < JUNK_TICKS for each in ticks])
    if trust.doubt is Doubt.JUNK or (n_junk and _is_junky(trust.rates.packets, len(ticks), n_junk)):
        ticks = tuple([each for each in ticks if each >= JUNK_TICKS])
    rhythm = trust.rhythm
    for each in ticks:
        rhythm = _with_interval(rhythm, t_s, ticks_to_s(each))
    # By place: by name it would take as long again.
    trust = Trust(
        trust.doubt,
        t_s,
        n_timely,
        None,
        _since(trust.off_since_s, measured.contact is False, t_s),
        _since(trust.zero_since_s, measured.bpm == 0, t_s),
        repeats,
        _with_packet(trust.rates, Packet(t_s, measured.bpm, len(ticks), sum(ticks), n_junk)),
        rhythm,
    )
    return _judged(trust, t_s), ticks


def reported(trust: Trust, t_s: float, rr_s: float) -> Trust:
    """An interval of a source that has neither rate nor packets."""
    return _judged(replace(trust, heard_s=t_s, rhythm=_with_interval(trust.rhythm, t_s, rr_s)), t_s)


# ---- what is remembered ------------------------------------------------------------------------------------


def _since(since_s: float | None, stands: bool, t_s: float) -> float | None:
    if not stands:
        return None
    return t_s if since_s is None else since_s


def _n_timely(trust: Trust, t_s: float) -> int:
    if trust.heard_s is None:
        return REGULAR_AGAIN
    return 0 if t_s - trust.heard_s > QUIET_S else min(REGULAR_AGAIN, trust.n_timely + 1)


def _with_payload(trust: Trust, t_s: float, payload: bytes, ticks: tuple[int, ...]) -> Repeats:
    """Repeats are counted, and forgotten after some notifications without one."""
    before = trust.repeats
    is_same = bool(ticks) and not before.was_one and payload == before.payload
    if is_same and trust.heard_s is not None and t_s - trust.heard_s < REPEAT_S:
        return Repeats(payload, min(before.n + 1, REPEATS), 0, True)
    if not before.n:
        return Repeats(payload, 0, before.n_since)
    over = before.n_since + 1 >= FORGOTTEN_AFTER
    return Repeats(payload, 0 if over else before.n, before.n_since + 1)


def _is_over_time(rates: Rates, t_s: float, ticks: int) -> bool:
    """Would these intervals be more than the time of the last notifications, a stall before them included?"""
    lately = rates.packets[-FEW_PACKETS:]
    if len(lately) < FEW_PACKETS:
        return False
    over_s = ticks_to_s(sum([packet.ticks for packet in lately[1:]]) + ticks) - (t_s - lately[0].t_s)
    return over_s > OVER_TIME * ticks_to_s(ticks)


def _is_junky(packets: tuple[Packet, ...], n: int, n_junk: int) -> bool:
    """`n_junk` of `n` newest intervals are junk: is it a rule with this strap?"""
    if len(packets) < LEARN_JUNK:
        return False
    lately = packets[-FEW_PACKETS:]
    n_all = n + sum(packet.n for packet in lately)
    return n_junk + sum(packet.n_junk for packet in lately) > JUNK_SHARE * n_all


def _with_packet(rates: Rates, new: Packet) -> Rates:
    packets, surplus_s, still_since_s = rates.packets, rates.surplus_s, rates.still_since_s
    n, ticks = rates.n + new.n, rates.ticks + new.ticks
    sum_bpm, n_rates = rates.rates + new.bpm, rates.n_rates + (new.bpm > 0)
    time_s, n_all, ticks_all = rates.time_s, rates.n_all, rates.ticks_all
    rates_all, n_packets = rates.rates_all, rates.n_packets
    last = packets[-1] if packets else None
    if last is None or new.bpm != last.bpm:
        still_since_s = new.t_s
    if last is not None:
        apart_s = new.t_s - last.t_s
        surplus_s = max(DEFICIT_S, surplus_s + ticks_to_s(new.ticks) - SURPLUS_ALLOWED * apart_s)
        if new.bpm:
            time_s, n_all, ticks_all = time_s + apart_s, n_all + new.n, ticks_all + new.ticks
            rates_all, n_packets = rates_all + new.bpm, n_packets + 1
    if len(packets) == PACKETS:
        old, *_ = packets
        packets = packets[1:]
        n, ticks = n - old.n, ticks - old.ticks
        sum_bpm, n_rates = sum_bpm - old.bpm, n_rates - (old.bpm > 0)
    n_milliseconds = rates.n_milliseconds
    if time_s >= MS_AFTER_S and n_all and n_milliseconds < SURE_OF_MS:
        looks_so = _look_like_milliseconds(time_s, n_all, ticks_to_s(ticks_all), rates_all / n_packets)
        n_milliseconds = n_milliseconds + 1 if looks_so else 0
    # By place: by name it would take as long again.
    return Rates(
        (*packets, new),
        n,
        ticks,
        sum_bpm,
        n_rates,
        surplus_s,
        still_since_s,
        time_s,
        n_all,
        ticks_all,
        rates_all,
        n_packets,
        n_milliseconds,
    )


def _look_like_milliseconds(time_s: float, n: int, sum_s: float, mean_bpm: float) -> bool:
    """Are `n` intervals as much too short, against the rate and against the time, as it would make them?"""
    by_rate = S_PER_MIN / (sum_s / n) / mean_bpm
    by_time = time_s / sum_s
    return abs(by_rate - MS_RATIO) < MS_NEAR and abs(by_time - MS_RATIO) < MS_NEAR + sum_s / n / time_s


def _with_interval(rhythm: Rhythm, t_s: float, rr_s: float) -> Rhythm:
    last_s, last_jump, jumps, bends = rhythm.last_s, rhythm.last_jump, rhythm.jumps, rhythm.bends
    if last_s is None:
        return Rhythm(rr_s, None, jumps, bends, 0, t_s)
    jump = 2.0 * (rr_s - last_s) / (rr_s + last_s) if rr_s + last_s > 0.0 else 0.0
    if last_jump is not None:
        bends = (*bends, abs(jump - last_jump))[-DIFFERENCES:]
    jumps = (*jumps, jump)[-DIFFERENCES:]
    if rr_s == last_s:
        return Rhythm(rr_s, jump, jumps, bends, rhythm.n_same + 1, rhythm.same_since_s)
    return Rhythm(rr_s, jump, jumps, bends, 0, t_s)


# ---- what is made of it ------------------------------------------------------------------------------------


def _judged(trust: Trust, t_s: float) -> Trust:
    doubt = _doubt(trust, t_s)
    return trust if doubt is trust.doubt else replace(trust, doubt=doubt)


def _doubt(trust: Trust, t_s: float) -> Doubt | None:
    for doubt, since_s in (
        (Doubt.UNREADABLE, trust.bad_since_s),
        (Doubt.NO_CONTACT, trust.off_since_s),
        (Doubt.NO_RATE, trust.zero_since_s),
    ):
        if since_s is not None and (t_s - since_s >= SAID_AFTER_S or trust.doubt is doubt):
            return doubt
    if trust.repeats.n >= REPEATS:
        return Doubt.DOUBLED
    return _by_figures(trust, t_s) or (Doubt.SPARSE if trust.n_timely < REGULAR_AGAIN else None)


def _by_figures(trust: Trust, t_s: float) -> Doubt | None:
    """Intervals, rate and time held against each other."""
    rates, rhythm = trust.rates, trust.rhythm
    packets = rates.packets
    if packets and packets[-1].n_junk and _is_junky(packets, packets[-1].n, packets[-1].n_junk):
        return Doubt.JUNK
    if is_irregular(rhythm.jumps, rhythm.bends, trust.doubt is Doubt.IRREGULAR):
        return Doubt.IRREGULAR
    if rates.surplus_s > SURPLUS_S or (trust.doubt is Doubt.TOO_MANY and not _fills_time(packets)):
        return Doubt.TOO_MANY
    if rhythm.n_same >= STILL_BEATS and t_s - rhythm.same_since_s >= STILL_S:
        return Doubt.FROZEN
    if packets and not rates.n and t_s - rates.still_since_s >= STILL_RATE_S:
        return Doubt.FROZEN
    if _leaps(packets):
        return Doubt.LEAPING
    if rates.n_milliseconds >= SURE_OF_MS:
        return Doubt.MILLISECONDS
    return Doubt.CONTRADICTS if _contradicts(rates) else None


def _fills_time(packets: tuple[Packet, ...]) -> bool:
    """The newest intervals are no more than the time that passed meanwhile."""
    lately = packets[-FEW_PACKETS * 2 :]
    if len(lately) < 2:
        return False  # nothing says so
    sum_s = ticks_to_s(sum(packet.ticks for packet in lately[1:]))
    return sum_s < SURPLUS_ALLOWED * (lately[-1].t_s - lately[0].t_s) + 1.0


def _leaps(packets: tuple[Packet, ...]) -> bool:
    """A rate without intervals that jumps about: straps smooth theirs, so a heart's cannot."""
    lately = packets[-FEW_PACKETS:]
    if len(lately) < FEW_PACKETS or lately[-1].n or any(packet.n for packet in lately):
        return False
    return median([abs(b.bpm - a.bpm) for a, b in pairwise(lately)]) > LEAP_BPM


def _contradicts(rates: Rates) -> bool:
    """The strap's rate against its intervals."""
    if rates.n_rates < FEW_PACKETS * 2:
        return False
    first, *_ = rates.packets  # its intervals began before the time that is looked at
    n, sum_s = rates.n - first.n, ticks_to_s(rates.ticks - first.ticks)
    if not n:
        return False
    by_rate = S_PER_MIN * n / sum_s / (rates.rates / rates.n_rates)
    return abs(by_rate - 1.0) > CONTRADICTION
