"""How exact beat times are: by arrival (naive), by the smallest delay (the way before), by the send grid.

    python -m benchmarks.beat_times [--people 20] [--minutes 10]

Hearts of `benchmarks.hearts` (RSA, a wave near 0.1 Hz, wander) are sent as straps send them: on a grid of .99
or 1 s, known after .4 to 2.6 s, held up by radio jitter, rounded to 1/1024 s on a clock that is wrong by up
to 30 ppm; with stalls that end in bursts, and with packets that are lost unnoticed. Told is the SD of (beat
time - true time), the constant latency aside: over the whole session, and settled (from 60 s on); and RMSSD
of joined neighbours against the truth. The people are others than those it was made with.

Beside them what could be known at all: by somebody who is told when each packet was sent, to the microsecond,
who loses none, and who places each beat in the middle of what is still possible when it comes. Nobody who has
to place a beat when it comes can do better.
"""

import argparse
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from random import Random
from statistics import fmean, pstdev

import numpy as np

from benchmarks.hearts import person
from entrain.heart.timeline import Timeline, advance

PULSES_BPM = (50, 60, 70, 90, 120)
SETTLED_S = 60.0
FIRST_SEED = 40_000


@dataclass(frozen=True, slots=True)
class Air:
    loss: float = 0.0  # chance of a packet
    stall: float = 0.0
    jitter_s: tuple[float, float] = (0.002, 0.045)


@dataclass(frozen=True, slots=True)
class Packet:
    arrival_s: float
    rr_ticks: tuple[int, ...]
    true_s: tuple[float, ...]
    sent_s: float  # what nobody is told


Placed = list[tuple[float, float, int]]  # (true, told, segment)
Way = Callable[[list[Packet]], Placed]


def packets(bpm: float, seed: int, minutes: float, air: Air) -> Iterator[Packet]:
    """What arrives of one heart."""
    random = Random(seed)
    beats_s = person(60.0 * minutes + 5.0, seed, pulse_bpm=bpm, rsa_bpm=random.uniform(1.0, 6.0))
    latency_s, period_s = random.uniform(0.4, 2.6), random.choice((0.99, 1.0))
    ppm, sent_s, at, last_s = random.uniform(-30e-6, 30e-6), random.uniform(0.0, 1.0), 1, 0.0
    while at < beats_s.size:
        sent_s += period_s
        rr: list[int] = []
        true_s: list[float] = []
        while at < beats_s.size and beats_s[at] + latency_s <= sent_s:
            ticks = [round(float(t) * (1.0 + ppm) * 1024) for t in beats_s[at - 1 : at + 1]]
            rr.append(ticks[1] - ticks[0])
            true_s.append(float(beats_s[at]))
            at += 1
        held_s = random.uniform(0.3, 2.5) if random.random() < air.stall else 0.0
        last_s = max(last_s + 1e-4, sent_s + random.uniform(*air.jitter_s) + held_s)
        if random.random() >= air.loss:
            yield Packet(last_s, tuple(rr), tuple(true_s), sent_s)


def naive(sent: list[Packet]) -> Placed:
    """Arrival, less the intervals that come after in the packet."""
    return [
        (true_s, packet.arrival_s - sum(packet.rr_ticks[n + 1 :]) / 1024, 0)
        for packet in sent
        for n, true_s in enumerate(packet.true_s)
    ]


def smallest_delay(sent: list[Packet]) -> Placed:
    """The smallest (arrival - sum) of 90 s; broken after 3 s of lateness beyond 1.25 s."""
    placed: Placed = []
    window: deque[tuple[float, float]] = deque()
    total_s, segment, late_since_s = 0.0, 0, None
    for packet in sent:
        if not packet.rr_ticks:
            continue
        delay_s = packet.arrival_s - total_s - sum(packet.rr_ticks) / 1024
        if window:
            late_s = delay_s - min(d for _, d in window)
            late_since_s = (late_since_s or packet.arrival_s) if late_s > 1.25 else None
            if late_s < -1.25 or (late_since_s and packet.arrival_s - late_since_s >= 3.0):
                window.clear()
                segment, late_since_s = segment + 1, None
        window.append((packet.arrival_s, delay_s))
        while window[0][0] < packet.arrival_s - 90.0:
            window.popleft()
        offset_s = min(d for _, d in window)
        for ticks, true_s in zip(packet.rr_ticks, packet.true_s, strict=True):
            total_s += ticks / 1024
            placed.append((true_s, offset_s + total_s, segment))
    return placed


def send_grid(sent: list[Packet]) -> Placed:
    line = Timeline()
    placed: Placed = []
    for packet in sent:
        line, beats, _ = advance(line, packet.arrival_s, packet.rr_ticks)
        placed += [(t, beat.t_s, beat.segment) for t, beat in zip(packet.true_s, beats, strict=True)]
    return placed


def knowable(sent: list[Packet]) -> Placed:
    """By exact moments of sending: the last beat was known then, and the next one was not."""
    placed: Placed = []
    least_s, most_s, before_s, first_s, last_true_s = -inf, inf, -inf, sent[0].sent_s, 0.0
    for packet in sent:
        if packet.true_s:
            first_s = packet.true_s[0] if not placed else first_s
            elapsed_s = [t_s - first_s for t_s in packet.true_s]
            most_s = min(most_s, packet.sent_s - elapsed_s[-1])
            least_s = max(least_s, before_s - elapsed_s[0])
            one_before_s = ([last_true_s, *packet.true_s])[-2]
            nearest_s = max(least_s, most_s - (packet.true_s[-1] - one_before_s))
            middle_s, last_true_s = 0.5 * (nearest_s + most_s), packet.true_s[-1]
            placed += [(t_s, middle_s + t, 0) for t_s, t in zip(packet.true_s, elapsed_s, strict=True)]
        before_s = packet.sent_s
    return placed


WAYS: dict[str, Way] = {
    "naive": naive,
    "smallest delay": smallest_delay,
    "send grid": send_grid,
    "what can be known": knowable,
}


def spread_ms(placed: Placed, from_s: float) -> float:
    return 1000.0 * pstdev([told - true for true, told, _ in placed if true >= from_s])


def rmssd_error_percent(sent: list[Packet], placed: Placed) -> float:
    """Of the differences between intervals taken for neighbours, against those that are."""
    rr = np.array([ticks for packet in sent for ticks in packet.rr_ticks], dtype=float)
    true_s = np.array([t for t, _, _ in placed])
    segments = np.array([segment for _, _, segment in placed])
    squares = np.diff(rr) ** 2
    joined = np.diff(segments) == 0
    neighbours = np.abs(np.diff(true_s) - rr[1:] / 1024) < 0.005
    told, truth = np.sqrt(squares[joined].mean()), np.sqrt(squares[neighbours].mean())
    return 100.0 * float(told / truth - 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    given = parser.parse_args()
    for name, air in (
        ("jitter", Air()),
        ("1 % held up by .3 to 2.5 s", Air(stall=0.01)),
        ("1 % lost unnoticed", Air(loss=0.01)),
    ):
        print(f"{name}\n  pulse  " + "  ".join(f"{way:>28}" for way in WAYS))
        for bpm in PULSES_BPM:
            cells: list[str] = []
            for way in (way for way in WAYS.values() if way is not knowable or air == Air()):
                whole, settled, rmssd, n_segments = [], [], [], []
                for seed in range(FIRST_SEED, FIRST_SEED + given.people):
                    sent = list(packets(bpm, seed, given.minutes, air))
                    placed = way(sent)
                    whole.append(spread_ms(placed, 0.0))
                    settled.append(spread_ms(placed, SETTLED_S))
                    rmssd.append(abs(rmssd_error_percent(sent, placed)))
                    n_segments.append(placed[-1][2])
                cells.append(
                    f"{fmean(whole):5.0f} {fmean(settled):5.1f} {max(settled):4.0f} "
                    f"{fmean(rmssd):5.1f} % {fmean(n_segments):4.1f}"
                )
            print(f"  {bpm:5}  " + "  ".join(f"{cell:>28}" for cell in cells))
    print("each: SD ms whole session, settled, settled of the worst person; RMSSD error; breaks")


if __name__ == "__main__":
    main()
