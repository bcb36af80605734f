"""What the rooms of the heart, the breath and the tempo make of the same input, to the sixth digit.

`python -m tests.support.as_recorded` writes it down anew, where a change of it is meant; the test holds what
they make today against it. The input is real intervals and a stored accelerometer, disturbed as straps do it:
lost and doubled packets, late bursts, skin contact, junk, early and missed beats, contradictions.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.control.events import (
    BeatSeen,
    Event,
    HeartDoubted,
    IntervalReported,
    NotificationArrived,
    SegmentBegan,
    SensorChanged,
    SensorFrames,
)
from entrain.control.heart import (
    HeartTrack,
    with_frames,
    with_interval_reported,
    with_notification,
    with_sensor,
    with_tick_at,
    with_time,
)
from entrain.heart.gatt import HeartRateMeasurement
from entrain.score import Level, Presence, Score
from entrain.storage.log import codec
from entrain.tempo.plan import TempoPlan
from entrain.tempo.policy import POLICIES, Situation
from tests.support import dramas
from tests.support.virtual_strap import packets_of

FIXTURES = Path(__file__).parents[1] / "fixtures"
GOLDEN = FIXTURES / "as_recorded.json"
CHEST = FIXTURES / "chest.json.gz"
CASES = ("rr58", "rr92", "group_55", "group_70", "syn_bigeminy")
LONGEST_S = 200.0
SCORE = Score(
    TempoPlan.steady(20.0, 66.0).edited(60.0, 58.0, 90.0),
    BreathPlan.steady(BreathPattern.of_beats(8)),
    Presence((Level(20.0, 1.0, 4.0),)),
)
Sent = list[tuple[float, bytes]]
Row = tuple[Any, ...]


def intervals(case: str) -> list[float]:
    return [float(line) for line in (FIXTURES / "straps" / f"{case}.txt").read_text().split()]


# ---- what straps do ----------------------------------------------------------------------------------------


def plain(rr_ms: list[float], chance: Random) -> Sent:
    return [(t_s + 0.05 * chance.random(), payload) for t_s, payload in packets_of(rr_ms)]


def lossy(rr_ms: list[float], chance: Random) -> Sent:
    return [each for each in plain(rr_ms, chance) if chance.random() > 0.1]


def doubled(rr_ms: list[float], chance: Random) -> Sent:
    out: Sent = []
    for t_s, payload in plain(rr_ms, chance):
        out += [(t_s, payload)] + [(t_s + 0.3 * chance.random(), payload)] * (chance.random() < 0.4)
    return sorted(out)


def late(rr_ms: list[float], chance: Random) -> Sent:
    """Held back for seconds, then all at once."""
    return sorted(
        (t_s + (4.0 - t_s % 4.0 if t_s % 20.0 > 14.0 else 0.0), p) for t_s, p in plain(rr_ms, chance)
    )


def faulty_beats(rr_ms: list[float], chance: Random) -> Sent:
    """Early beats with their pause, missed beats, and one cut in two."""
    out: list[float] = []
    for rr in rr_ms:
        match chance.randrange(24):
            case 0:
                out += [0.6 * rr, 1.4 * rr]
            case 1:
                out += [2.0 * rr]
            case 2:
                out += [0.4 * rr, 0.6 * rr]
            case _:
                out += [rr]
    return plain(out, chance)


def _each(
    change: Callable[[float, HeartRateMeasurement, Random], HeartRateMeasurement | None],
) -> Callable[..., Sent]:
    def made(rr_ms: list[float], chance: Random) -> Sent:
        out: Sent = []
        for t_s, payload in plain(rr_ms, chance):
            other = change(t_s, HeartRateMeasurement.from_bytes(payload), chance)
            out.append((t_s, b"\x10" if other is None else bytes(other)))
        return out

    return made


def _contact(t_s: float, each: HeartRateMeasurement, chance: Random) -> HeartRateMeasurement:
    del chance
    return replace(each, contact=not 40.0 < t_s < 70.0)


def _junk(t_s: float, each: HeartRateMeasurement, chance: Random) -> HeartRateMeasurement | None:
    if not 50.0 < t_s < 80.0:
        return each
    if chance.random() < 0.3:
        return None
    return replace(each, rr_ticks=(chance.randrange(1, 4000),), bpm=chance.randrange(0, 255))


def _frozen(t_s: float, each: HeartRateMeasurement, chance: Random) -> HeartRateMeasurement:
    del chance
    return replace(each, bpm=71, rr_ticks=(865,)) if 40.0 < t_s < 110.0 else each


def _rate_only(t_s: float, each: HeartRateMeasurement, chance: Random) -> HeartRateMeasurement:
    del t_s, chance
    return replace(each, rr_ticks=None)


def _contradicting(t_s: float, each: HeartRateMeasurement, chance: Random) -> HeartRateMeasurement:
    del chance
    return replace(each, bpm=2 * each.bpm) if t_s > 60.0 else each


def _sometimes_rateless(t_s: float, each: HeartRateMeasurement, chance: Random) -> HeartRateMeasurement:
    return (
        replace(each, rr_ticks=None)
        if chance.random() < 0.35
        else replace(each, bpm=each.bpm % 40 + 20 * (t_s > 100))
    )


WAYS: dict[str, Callable[[list[float], Random], Sent]] = {
    "plain": plain,
    "lossy": lossy,
    "doubled": doubled,
    "late": late,
    "faulty beats": faulty_beats,
    "contact": _each(_contact),
    "junk": _each(_junk),
    "frozen": _each(_frozen),
    "rate only": _each(_rate_only),
    "contradicting": _each(_contradicting),
    "rateless": _each(_sometimes_rateless),
}


# ---- what becomes of it ------------------------------------------------------------------------------------


def heart_rows(case: str, way: str) -> Iterator[Row]:
    sent = [each for each in WAYS[way](intervals(case), Random(f"{case} {way}")) if each[0] < LONGEST_S]
    yield from _lived([NotificationArrived(t_s, "strap", payload) for t_s, payload in sent])


def reported_rows(case: str) -> Iterator[Row]:
    events: list[Event] = []
    t_s = 0.0
    for n, rr in enumerate(intervals(case)):
        t_s += rr / 1000.0 + (3.0 if n % 97 == 50 else 0.0)
        events.append(IntervalReported(t_s + 0.1, "strap", t_s, rr))
    yield from _lived([each for each in events if each.t_s < LONGEST_S])


def chest_rows() -> Iterator[Row]:
    stored = json.loads(gzip.decompress(CHEST.read_bytes()))
    yield from _lived([codec.decode_event(kind, body) for kind, body in stored])


def _lived(events: list[Event]) -> Iterator[Row]:
    track, tick_s = HeartTrack("strap"), 0.0
    for event in events:
        while tick_s + 1.0 <= event.t_s:
            tick_s += 1.0
            track, said = with_time(track, tick_s)
            yield from _said(said)
            track = with_tick_at(track, track.state_at(tick_s), tick_s, tick_s - 60.0, SCORE)
            yield ("tick", tick_s, *_of(track, tick_s))
        match event:
            case NotificationArrived():
                track, effects = with_notification(track, event, SCORE)
            case IntervalReported():
                track, effects = with_interval_reported(track, event, SCORE)
            case SensorChanged():
                track, effects = with_sensor(track, event)
            case SensorFrames():
                track, effects = with_frames(track, event)
            case _:
                effects = ()
        yield from _said(effects)


def _of(track: HeartTrack, t_s: float) -> Row:
    heart, breath = track.state_at(t_s), track.own_breath
    seen = (
        ()
        if breath is None
        else (breath.rate_per_min, breath.rsa_ms, breath.confidence, breath.in_step.value)
    )
    return (
        heart.bpm, heart.rmssd_ms, heart.age_s, heart.artefacts_per_min, heart.settled, heart.source.value,
        *seen, track.in_step.value, track.in_step_s, track.judged_s, track.out_of_step_since_s,
        len(track.pulses),
    )  # fmt: skip


def _said(effects: tuple[Any, ...]) -> Iterator[Row]:
    for effect in effects:
        match effect:
            case BeatSeen(beat=beat):
                yield "beat", beat.t_s, beat.rr.ticks, beat.verdict.value, beat.segment, beat.n
            case HeartDoubted(t_s=t_s, doubt=doubt):
                yield "doubt", t_s, None if doubt is None else doubt.value
            case SegmentBegan(t_s=t_s, segment=segment):
                yield "segment", t_s, segment
            case _:
                yield (type(effect).__name__, effect.t_s)


def policy_rows(name: str) -> Iterator[Row]:
    chance = Random(name)
    for _ in range(400):
        pulse = None if chance.random() < 0.15 else chance.uniform(45, 110)
        now = Situation(
            guided_s=chance.choice([0.0, 0.5, 1.0, 29.5, 30.0, 60.0, chance.uniform(0, 900)]),
            tempo_bpm=chance.uniform(45, 100),
            plan_bpm=chance.uniform(45, 100),
            pulse_bpm=pulse,
            baseline_bpm=chance.choice([None, 70.0]),
            start_bpm=chance.uniform(50, 100),
            goal_bpm=chance.uniform(45, 70),
            fixed_bpm=chance.choice([None, 60.0]),
            offset_fraction=chance.choice([-0.3, -0.05, 0.0, 0.05]),
            step_fraction=0.03,
            step_s=60.0,
            yoked=chance.choice([(), ((0.0, 70.0), (30.0, 66.0), (60.0, 63.5))]),
        )
        wish = POLICIES[name](now)
        yield wish.to_bpm, wish.per_min, str(wish.reason)


def plan_rows() -> Iterator[Row]:
    chance = Random(7)
    for _ in range(40):
        plan = TempoPlan.steady(chance.uniform(0, 9), chance.uniform(40, 110))
        at_s = 0.0
        for _ in range(6):
            at_s += chance.choice([0.0, 3.0, 20.0])
            plan = plan.edited(at_s, chance.uniform(40, 110), chance.choice([0.0, 0.5, 30.0]))
        for t_s in (0.0, *(chance.uniform(0, 120) for _ in range(12)), at_s):
            yield t_s, plan.bpm_at(t_s), plan.phase_at(t_s), plan.goal_bpm
        for n in (0, 1, 2, 7, 30, 100):
            yield n, plan.time_of_beat(n)


def everything() -> dict[str, Callable[[], Iterator[Row]]]:
    """What is written down, by room and name."""
    found: dict[str, Callable[[], Iterator[Row]]] = {}
    for case in CASES:
        found[f"reported {case}"] = lambda case=case: reported_rows(case)
        for way in WAYS if case in ("rr58", "group_70") else ("plain", "faulty beats", "late"):
            found[f"heart {case} {way}"] = lambda case=case, way=way: heart_rows(case, way)
    found["chest"] = chest_rows
    for name in POLICIES:
        found[f"policy {name}"] = lambda name=name: policy_rows(name)
    found["plan"] = plan_rows
    found["presets"] = dramas.defaults
    for name, (begun, minutes) in dramas.all_dramas().items():
        found[f"session {name}"] = lambda begun=begun, minutes=minutes: dramas.rows(begun(), minutes)
    return found


def digests(rows: Iterator[Row]) -> list[str]:
    """A few digits for each stretch of fifty rows, so that a difference tells where it begins."""
    return [
        hashlib.sha256("\n".join(map(_text, some)).encode()).hexdigest()[:10] for some in _batched(rows, 50)
    ]


def _batched(rows: Iterator[Row], n: int) -> Iterator[list[Row]]:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == n:
            yield some
            some = []
    if some:
        yield some


def _text(row: Row) -> str:
    return " ".join(f"{each:.6g}" if isinstance(each, float) else str(each) for each in row)


def store_chest() -> None:
    """The accelerometer of a simulated person who first breathes freely and then follows `SCORE`."""
    from entrain.devices.simulated.heart import SimulatedHeart
    from entrain.devices.simulated.person import Person
    from entrain.heart.pmd.control import Sensor

    heart = SimulatedHeart(Person.draw(7), "strap", sensors=(Sensor.ACC,))
    kinds = (SensorChanged, SensorFrames, NotificationArrived)
    events = [each for t in range(1, 151) for each in heart.until(float(t), SCORE) if isinstance(each, kinds)]
    text = json.dumps([[codec.kind_of(each), codec.encode(each)] for each in events])
    CHEST.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main() -> None:
    if not CHEST.exists():
        store_chest()
    found = {name: digests(rows()) for name, rows in everything().items()}
    GOLDEN.write_text(json.dumps(found, indent=0) + "\n")


if __name__ == "__main__":
    main()
