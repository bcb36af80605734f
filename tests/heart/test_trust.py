"""What a strap says is held against itself and against time; what is well is not doubted."""

from collections.abc import Iterable
from math import pi, sin
from pathlib import Path
from random import Random

import pytest

from entrain.heart.doubt import Doubt
from entrain.heart.gatt import HeartRateMeasurement
from entrain.heart.trust import UNTRIED, Trust, heard, passed, rejected
from tests.support.hearts import Pulse, packets, with_rsa
from tests.support.virtual_strap import packets_of

CASES = Path(__file__).parents[1] / "fixtures" / "straps"
Sent = Iterable[tuple[float, bytes]]


def doubts(sent: Sent) -> list[tuple[float, Doubt | None]]:
    """Every change of judgement, with when it came."""
    trust, said = UNTRIED, []
    for t_s, payload in sent:
        before = trust.doubt
        trust, _ = heard(trust, t_s, payload, HeartRateMeasurement.from_bytes(payload))
        if trust.doubt is not before:
            said.append((t_s, trust.doubt))
    return said


def straps(pulse: Pulse, until_s: float = 120.0) -> list[tuple[float, HeartRateMeasurement]]:
    return [(p.t_s, HeartRateMeasurement.from_bytes(p.payload)) for p in packets(pulse, until_s)]


def sent(measured: Iterable[tuple[float, HeartRateMeasurement]]) -> list[tuple[float, bytes]]:
    return [(t_s, bytes(each)) for t_s, each in measured]


def like(each: HeartRateMeasurement, **other: object) -> HeartRateMeasurement:
    kept = {"bpm": each.bpm, "rr_ticks": each.rr_ticks, "contact": each.contact}
    return HeartRateMeasurement(**{**kept, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize("bpm", [45, 60, 75, 110, 170])
@pytest.mark.parametrize(("swing_bpm", "breaths_per_min"), [(2, 15), (6, 12), (10, 6), (14, 4.5)])
def test_a_healthy_heart_is_not_doubted(bpm: float, swing_bpm: float, breaths_per_min: float) -> None:
    random = Random(bpm)
    swing = with_rsa(bpm, swing_bpm, breaths_per_min)
    assert doubts(sent(straps(lambda t_s: swing(t_s) + random.gauss(0, 0.8), 300))) == []


@pytest.mark.parametrize("case", ["group_55", "group_70", "group_95_ends_170s", "rr58", "rr92"])
def test_the_hearts_of_the_cases_are_not_doubted(case: str) -> None:
    rr_ms = [float(line) for line in (CASES / f"{case}.txt").read_text().split()]
    assert doubts(packets_of(rr_ms)) == []


def test_bigeminy_is_no_pulse_within_seconds_and_stays_none() -> None:
    rr_ms = [float(line) for line in (CASES / "syn_bigeminy.txt").read_text().split()]
    said = doubts(packets_of(rr_ms))
    assert [doubt for _, doubt in said] == [Doubt.IRREGULAR]
    assert said[0][0] < 15


def test_beats_missed_counted_twice_or_without_order_are_irregular() -> None:
    random = Random(3)
    regular = [850 + 30 * sin(2 * pi * n / 12) + random.gauss(0, 10) for n in range(300)]
    missed = [rr * (2 if random.random() < 0.35 else 1) for rr in regular]
    t_waves = [part for rr in regular for part in (0.4 * rr, 0.6 * rr)]
    fibrillation = [max(320.0, random.gauss(720, 160)) for _ in range(300)]
    assert share_irregular(t_waves) > 0.9
    assert share_irregular(fibrillation) > 0.8
    assert share_irregular(missed) > 0.6, "whole stretches of it are regular"


def share_irregular(rr_ms: list[float]) -> float:
    """Of the time."""
    said, end_s = doubts(packets_of(rr_ms)), sum(rr_ms) / 1000
    changes = zip(said, [*said[1:], (end_s, None)], strict=True)
    return sum(b - a for (a, doubt), (b, _) in changes if doubt is Doubt.IRREGULAR) / end_s


def test_an_irregular_heart_that_calms_down_is_believed_again() -> None:
    rr_ms = [600.0, 1000.0] * 30 + [800.0 + 20 * sin(n) for n in range(80)]
    assert [doubt for _, doubt in doubts(packets_of(rr_ms))] == [Doubt.IRREGULAR, None]


def test_single_ectopic_beats_are_no_irregular_heart() -> None:
    rr_ms = [850.0 + 25 * sin(n / 2) for n in range(300)]
    for n in range(12, 300, 14):
        rr_ms[n], rr_ms[n + 1] = 520.0, 1180.0
    assert doubts(packets_of(rr_ms)) == []


@pytest.mark.parametrize(
    ("other", "doubt"),
    [({"contact": False}, Doubt.NO_CONTACT), ({"bpm": 0}, Doubt.NO_RATE)],
)
def test_no_contact_and_no_rate_are_told_within_five_seconds(other: dict[str, object], doubt: Doubt) -> None:
    good = straps(with_rsa(66), 60)
    bad = [(t_s, like(each, **other) if 20 <= t_s < 40 else each) for t_s, each in good]
    (began_s, began), (ended_s, ended) = doubts(sent(bad))
    assert (began, ended) == (doubt, None)
    assert 20 <= began_s < 25
    assert 40 <= ended_s < 42


def test_rejected_payloads_and_long_pauses_are_told_within_five_seconds() -> None:
    trust = UNTRIED
    for second in range(5):
        trust = rejected(trust, float(second))
    assert trust.doubt is Doubt.UNREADABLE
    trust, said = UNTRIED, []
    for second in range(60):
        if second % 5 == 0:
            payload = bytes(HeartRateMeasurement(66, (930,)))
            trust, _ = heard(trust, float(second), payload, HeartRateMeasurement.from_bytes(payload))
        trust = passed(trust, second + 0.5)
        said.append(trust.doubt)
    assert said[4] is Doubt.SPARSE
    assert set(said[4:]) == {Doubt.SPARSE}


def test_milliseconds_are_told_from_ticks() -> None:
    measured = [
        (t_s, like(each, rr_ticks=tuple(round(x * 1000 / 1024) for x in each.rr_ticks or ()) or None))
        for t_s, each in straps(with_rsa(66, 4, 12), 180)
    ]
    said = doubts(sent(measured))
    assert [doubt for _, doubt in said] == [Doubt.MILLISECONDS]
    assert said[0][0] < 100


def test_junk_behind_each_interval_is_left_out() -> None:
    trust, kept = UNTRIED, []
    for t_s, each in straps(with_rsa(66), 60):
        junk = like(each, rr_ticks=tuple(x for rr in each.rr_ticks or () for x in (rr, 53)) or None)
        trust, ticks = heard(trust, t_s, bytes(junk), junk)
        kept += ticks
    assert trust.doubt is Doubt.JUNK
    assert kept.count(53) <= 2, "it takes a moment to see that it is a habit"
    assert len(kept) > 60


def test_doubled_notifications_count_once() -> None:
    trust, kept, n_sent = UNTRIED, 0, 0
    for t_s, each in straps(with_rsa(66), 60):
        n_sent += len(each.rr_ticks or ())
        for again in (0.0, 0.01):
            trust, ticks = heard(trust, t_s + again, bytes(each), each)
            kept += len(ticks)
    assert trust.doubt is Doubt.DOUBLED
    assert n_sent <= kept <= n_sent + 2


@pytest.mark.parametrize("every", [2, 3, 5, 8])
def test_single_repeats_are_left_out_as_well(every: int) -> None:
    trust, kept, n_sent = UNTRIED, 0, 0
    for n, (t_s, each) in enumerate(straps(with_rsa(66), 60)):
        n_sent += len(each.rr_ticks or ())
        for again in (0.0, 0.02)[: 1 + (n % every == 0)]:
            trust, ticks = heard(trust, t_s + again, bytes(each), each)
            kept += len(ticks)
    assert trust.doubt is Doubt.DOUBLED
    assert n_sent <= kept <= n_sent + 3


@pytest.mark.parametrize("placeholder", [0, 0xFFFF])
def test_a_placeholder_is_no_interval(placeholder: int) -> None:
    trust, kept, n_sent = UNTRIED, 0, 0
    for t_s, each in straps(with_rsa(46), 120):
        n_sent += len(each.rr_ticks or ())
        padded = like(each, rr_ticks=(*(each.rr_ticks or ()), placeholder))
        trust, ticks = heard(trust, t_s, bytes(padded), padded)
        assert placeholder not in ticks
        kept += len(ticks)
    assert (trust.doubt, kept) == (None, n_sent)


def test_too_many_intervals_without_order_leave_not_even_the_strap_s_rate() -> None:
    random = Random(7)
    off_skin = [
        (float(s), HeartRateMeasurement(72, tuple(random.randrange(400, 1500) for _ in range(2))))
        for s in range(60)
    ]
    assert doubts(sent(off_skin))[-1][1] is Doubt.IRREGULAR


@pytest.mark.parametrize("n", [2, 8])
def test_more_intervals_than_time_are_not_believed(n: int) -> None:
    """The rate field says 66, the intervals would make it 80."""
    measured = [
        (t_s, like(each, bpm=66, rr_ticks=(768,) * (n - 1) + (770,))) for t_s, each in straps(with_rsa(66))
    ]
    said = doubts(sent(measured))
    assert [doubt for _, doubt in said] == [Doubt.TOO_MANY]
    assert said[0][0] < (5 if n == 8 else 12)


def test_a_last_interval_that_is_repeated_is_found() -> None:
    last, measured = (1024,), []
    for t_s, each in straps(with_rsa(50)):
        last = each.rr_ticks[-1:] if each.rr_ticks else last
        measured.append((t_s, like(each, rr_ticks=each.rr_ticks or last)))
    assert Doubt.TOO_MANY in [doubt for _, doubt in doubts(sent(measured))]


def test_a_burst_after_a_stall_is_no_surplus() -> None:
    measured = straps(with_rsa(66))
    stalled = [(48.2 if 40 < t_s < 48 else t_s, each) for t_s, each in measured]
    assert {doubt for _, doubt in doubts(sent(stalled))} == {Doubt.SPARSE, None}


def test_what_never_changes_or_leaps_about_is_not_a_heart() -> None:
    still = [(float(s), HeartRateMeasurement(60, (1024,))) for s in range(60)]
    assert [doubt for _, doubt in doubts(sent(still))] == [Doubt.FROZEN]
    rate_only = [(float(s), HeartRateMeasurement(72)) for s in range(120)]
    assert [doubt for _, doubt in doubts(sent(rate_only))] == [Doubt.FROZEN]
    random = Random(5)
    leaping = [(float(s), HeartRateMeasurement(random.randint(50, 150))) for s in range(60)]
    assert doubts(sent(leaping))[0] == (7.0, Doubt.LEAPING)


def test_a_rate_that_contradicts_the_intervals_leaves_none() -> None:
    """Every second beat is missed throughout, and the strap's own rate knows better."""
    measured = [
        (t_s, HeartRateMeasurement(96, (int(2 * 1024 * 60 / 96),) if n % 5 < 4 else None))
        for n, (t_s, _) in enumerate(straps(with_rsa(66)))
    ]
    varied = [
        (t_s, like(each, rr_ticks=each.rr_ticks and (each.rr_ticks[0] + n % 7,)))
        for n, (t_s, each) in enumerate(measured)
        if n % 5 < 4
    ]
    assert Doubt.CONTRADICTS in [doubt for _, doubt in doubts(sent(varied))]
    assert Trust() == UNTRIED


@pytest.mark.parametrize(("apart_s", "expected"), [(0.3, [Doubt.DOUBLED]), (0.5, [])])
def test_the_same_bytes_twice_within_a_moment_are_one_notification(
    apart_s: float, expected: list[Doubt]
) -> None:
    payload = bytes(HeartRateMeasurement(60, (1024,)))
    twice = [(second + late_s, payload) for second in range(1, 5) for late_s in (0.0, apart_s)]
    assert [doubt for _, doubt in doubts(twice)] == expected
