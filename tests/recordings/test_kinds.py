"""Kinds of files that were once read wrong without a word; each is made here from the same 300 intervals."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import sin

import pytest

from entrain.errors import InputError
from entrain.recordings.options import ReadOptions
from entrain.recordings.reading import parse_recording

_RANDOM = random.Random(5)
RR = [float(round(857 + 45 * sin(k / 2.5) + _RANDOM.gauss(0, 18))) for k in range(300)]
ENDS_S = list(accumulate(ms / 1000 for ms in RR))
GAP_S = 31.5
WITH_GAP_S = [at + GAP_S * (at > 120.0) for at in ENDS_S]
MS = [f"{ms:.0f}" for ms in RR]
S = [f"{ms / 1000:.3f}" for ms in RR]
COMMA_S = [text.replace(".", ",") for text in S]
START = datetime(2024, 3, 5, 8, 15, 30, tzinfo=UTC)


def table(heading: str, *columns: Sequence[object], separator: str = ",") -> str:
    rows = (separator.join(map(str, row)) for row in zip(*columns, strict=True))
    return "\n".join([*([heading] if heading else []), *rows]) + "\n"


def stamps(pattern: str) -> list[str]:
    return [(START + timedelta(seconds=at)).strftime(pattern) for at in WITH_GAP_S]


def grouped(numbers: Iterable[float], mark: str) -> list[str]:
    return [f"{number:,.0f}".replace(",", mark) for number in numbers]


def packets() -> list[list[str]]:
    """The intervals that end in each second."""
    out: list[list[str]] = [[] for _ in range(int(ENDS_S[-1]) + 1)]
    for at, text in zip(ENDS_S, MS, strict=True):
        out[int(at)].append(text)
    return out


@dataclass(frozen=True, slots=True)
class Read:
    """What comes out: as many intervals, their sum, the gaps (None: of a length that nobody knows)."""

    n: int = 300
    off_ms: float = 0.0
    gaps_s: tuple[float | None, ...] = ()
    said: str = ""


WHOLE = Read()
ONE_GAP = Read(gaps_s=(GAP_S,))
LONGER = [ms + 200 for ms in RR]
READ: dict[str, tuple[str, Read]] = {
    # a comma in a cell, and thousands
    "two intervals in quotes": (
        table("time,rr", range(len(packets())), [f'"{",".join(each)}"' for each in packets()]),
        WHOLE,
    ),
    "decimal commas in one line": (" ".join(COMMA_S), WHOLE),
    "thousands with a point": (
        table("Zeit_ms;RR_ms", grouped((1000 * at for at in WITH_GAP_S), "."), MS, separator=";"),
        ONE_GAP,
    ),
    "thousands with a space": (table("rr_ms;x", grouped(LONGER, " "), MS, separator=";"), Read(off_ms=200)),
    "thousands with a comma": (
        table("rr_ms", [f'"{each}"' for each in grouped(LONGER, ",")]),
        Read(off_ms=200),
    ),
    "a quoted cell over two lines": (
        table(
            "time,rr,note",
            [f"{at:.3f}" for at in ENDS_S],
            MS,
            ['"two\nlines, 800"' if n == 40 else "" for n in range(300)],
        ),
        WHOLE,
    ),
    # times whose names say nothing, or little
    **{
        f"times called {name}": (table(f"{name},RR", [f"{at:.3f}" for at in WITH_GAP_S], MS), ONE_GAP)
        for name in ("czas", "aika", "время", "时间", "x", "Column1", "running total", "end")
    },
    "minutes": (table("time_min,rr", [f"{at / 60:.5f}" for at in WITH_GAP_S], MS), ONE_GAP),
    "a clock called stamped": (table("klokke,RR", stamps("%H:%M:%S"), MS), ONE_GAP),
    "ms behind a colon": (table("time,rr", stamps("%H:%M:%S:%f"), MS), ONE_GAP),
    "a date of Japan": (table("time,rr", stamps("%Y年%m月%d日 %H:%M:%S"), MS), ONE_GAP),
    "distance is no time": (table("distance,rr", [f"{1.1 * at:.2f}" for at in WITH_GAP_S], MS), WHOLE),
    "an epoch above the heading": (
        "1700000000.00, IBI\n" + table("", [f"{at:.3f}" for at in WITH_GAP_S], S),
        ONE_GAP,
    ),
    # names and units in other scripts
    "Chinese": (table("time_s,RR间期(ms)", [f"{at:.3f}" for at in ENDS_S], MS), WHOLE),
    "joined": (table("time_s,RRms", [f"{at:.3f}" for at in ENDS_S], MS), WHOLE),
    # a rate of sampling that stands above
    "ECG at 500 Hz, intervals in ms": ("# ECG sampling rate: 500 Hz\nrr\n" + "\n".join(MS), WHOLE),
    "fs above counts": ("# fs=250\n" + "\n".join(f"{ms / 4:.0f}" for ms in RR), Read(off_ms=0.1)),
    # what is missing within
    "NaN beside a counter": (
        table("nr,rr", range(300), [text if n != 100 else "900" for n, text in enumerate(MS)]),
        Read(off_ms=(900 - RR[100]) / 300),
    ),
    "an empty line": ("\n".join([*MS[:100], "", *MS[100:]]), Read(gaps_s=(None,), said="before line 102")),
    "every other line empty": ("\n\n".join(MS), WHOLE),
    "commented out": (
        "\n".join([*MS[:100], "# 857", *MS[100:]]),
        Read(gaps_s=(None,), said="commented-out line"),
    ),
    "a remark in between": ("\n".join([*MS[:100], "# stood up", *MS[100:]]), WHOLE),
    "#DIV/0! beside a time": (
        table(
            "time,rr",
            [f"{at:.3f}" for at in ENDS_S],
            ["#DIV/0!" if n in (100, 101) else text for n, text in enumerate(MS)],
        ),
        Read(298, sum(RR) / 300 - sum(RR) / 300, ((RR[100] + RR[101]) / 1000,)),
    ),
    "parts of a trial": (
        table("condition,RR", ["rest"] * 150 + ["task"] * 150, MS),
        Read(gaps_s=(None,), said="where 'condition' changes"),
    ),
    # rows that stand twice
    "every row twice": (
        "time,rr\n" + "".join(f"{at:.3f},{ms:.0f}\n" * 2 for at, ms in zip(ENDS_S, RR, strict=True)),
        Read(said="300 rows that stood there twice"),
    ),
    # other columns
    "free of artefacts is corrected": (
        table("rr_artifact_free,rr", [f"{ms + 20:.0f}" for ms in RR], MS),
        Read(said="'rr' was read"),
    ),
    "valid or not": (table("rr,valid", MS, [1] * 300), Read(said="'valid' was not used")),
    "how many follow": ("\n".join(["300", *MS]), Read(said="is how many follow")),
    "R": ('"time" "rr"\n' + table("", [f'"{n}"' for n in range(1, 301)], S, MS, separator=" "), WHOLE),
}


@pytest.mark.parametrize("kind", READ)
def test_it_is_read_right(kind: str) -> None:
    text, right = READ[kind]
    recording = parse_recording(text, "x.csv")
    read = recording.intervals_ms
    assert len(read) == right.n, recording
    if right.n == 300:
        assert sum(read) / 300 == pytest.approx(sum(RR) / 300 + right.off_ms, abs=0.15)
    gaps = [None if gap.seconds == 0.0 else gap.seconds for gap in recording.gaps]
    assert len(gaps) == len(right.gaps_s), recording.warnings
    for gap, wanted in zip(gaps, right.gaps_s, strict=True):
        assert gap == (None if wanted is None else pytest.approx(wanted, abs=1.2))
    assert any(right.said in warning for warning in recording.warnings) or not right.said


def with_word(word: str) -> str:
    return "\n".join(["rr", *MS[:100], word, *MS[100:]])


REFUSED: dict[str, tuple[str, str]] = {
    "counter, and decimal commas": (
        table("n,rr", range(300), [text.replace("0,", "1,") for text in COMMA_S]),
        "the comma is separator and decimal sign",
    ),
    "seconds and rates with decimal commas": (
        table("", [text.replace("0,", "1,") if n % 2 else text for n, text in enumerate(COMMA_S)],
              [f"{60_000 / ms:.1f}".replace(".", ",") for ms in RR]),
        "can all be intervals",
    ),
    "a mean of each window": (table("window,rr,rmssd", range(40), MS[:40], [30] * 40), "each 'window'"),
    "an RMSSD beside": (table("rr,rmssd", MS[:40], [30] * 40), "has results beside its intervals"),
    "a mean of each hour": (table("hour,rr_ms", range(24), MS[:24]), "one row for each 'hour'"),
    "a mean of each person": (
        table("subject,age,rr", [f"S{n:02d}" for n in range(50)], range(20, 70), MS[:50]),
        "rows of 50 in 'subject'",
    ),
    "once a second": (table("time_s,rr_ms", range(300), MS), "one value every 1 s"),
    "two persons in turn": (table("who,rr", "AB" * 150, MS), "rows of 2 in 'who': 'A', 'B'"),
    "two persons by name": (table("Name,RR", ["Ann"] * 150 + ["Bob"] * 150, MS), "'Ann', 'Bob'"),
    "40 persons": (table("Proband,RR", [f"P{n % 40}" for n in range(120)], MS[:120]), "rows of 40"),
    "two columns of one name": (
        table("rr,rr", MS, [f"{ms + 20:.0f}" for ms in RR]),
        "several columns that are called like intervals",
    ),
    "counts of samples as beats": ("\n".join(f"{512 * at:.0f}" for at in ENDS_S), "or counts of samples?"),
    "every number twice": ("\n".join(text for text in MS for _ in (0, 1)), "stands twice in a row"),
    "20 that only rise": ("\n".join(str(700 + 6 * n) for n in range(20)), "never fall"),
    **{f"behind each number {word}": ("\n".join(f"{text} {word}" for text in MS), f"'{word}'")
       for word in ("bpm", "mmHg", "min")},
    **{f"{word} among the numbers": (with_word(word), "line 102")
       for word in ("#N/A", "#DIV/0!", "NaN", "9999", "32767", "8888", "-1", "65535", "1e30")},
    "9.999 s": ("\n".join(["rr_s", *S[:100], "9.999", *S[100:]]), "line 102"),
    "a year above": ("\n".join(["2024", *MS]), "line 1: 2024 looks like a year"),
    "ms or samples": ("# Sampling rate: 500 Hz\n" + "\n".join(f"{0.7 * ms:.0f}" for ms in RR),
                      "can be ms, or samples of 500 Hz"),
    "one line of many cells": ("a," + ",".join(f"{n},x" for n in range(300)), "one line with"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_by_what_it_is(kind: str) -> None:
    text, said = REFUSED[kind]
    with pytest.raises(InputError) as caught:
        parse_recording(text, "x.csv")
    assert said in caught.value.message
    assert caught.value.advice


def test_what_was_refused_can_be_had() -> None:
    forced = parse_recording(REFUSED["an RMSSD beside"][0], "x.csv", ReadOptions(column="rr"))
    assert len(forced.intervals_ms) == 40
    counted = parse_recording(
        REFUSED["counts of samples as beats"][0], "x.csv", ReadOptions(unit="samples:512")
    )
    assert sum(counted.intervals_ms) / 299 == pytest.approx(sum(RR[1:]) / 299, abs=0.1)
    one = parse_recording(REFUSED["two persons by name"][0], "x.csv", ReadOptions(strap="Bob"))
    assert one.intervals_ms == tuple(RR[150:])


def test_a_signal_is_suspected() -> None:
    signal = parse_recording("\n".join(f"{857 + 40 * sin(k / 10):.3f}" for k in range(1200)), "x.txt")
    assert any("as smoothly as a signal" in warning for warning in signal.warnings)


def test_thousands_of_bad_lines_take_no_time() -> None:
    text = "\n".join(text for _ in range(40) for text in (*MS, *["x"] * 300))
    recording = parse_recording(text, "x.txt", ReadOptions(keep_good=True))
    assert (len(recording.intervals_ms), len(recording.gaps)) == (12_000, 39)
