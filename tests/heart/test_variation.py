"""A pause is offered where a pulse varies less than usual, rarely otherwise, and never often."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from entrain.app.watch import watched
from entrain.cli import main
from entrain.errors import UsageError
from entrain.heart import variation
from entrain.heart.beat import Beat, RRInterval, Verdict
from entrain.heart.variation import Variation, with_beat

HOUR_MIN = 60.0


def beats(
    minutes: float, level_ms: Callable[[float], float], step_ms: Callable[[float], float], seed: int = 1
) -> Iterator[Beat]:
    """A heart of so many ms, whose neighbours differ by about so many, both by the minute."""
    random, t_s, n = Random(seed), 0.0, 0
    while t_s < 60.0 * minutes:
        ms = level_ms(t_s / 60.0) + random.gauss(0.0, step_ms(t_s / 60.0))
        t_s += ms / 1000.0
        n += 1
        yield Beat(t_s, RRInterval(ms * 1.024), Verdict.OK, "s", 0, n)


def seen_of(all_beats: Iterator[Beat]) -> Variation:
    seen = Variation()
    for beat in all_beats:
        seen = with_beat(seen, beat)
    return seen


def usual(_: float) -> float:
    return 30.0


def at_rest(_: float) -> float:
    return 850.0


def low_from(minute: float, share: float = 0.5) -> Callable[[float], float]:
    return lambda t_min: 30.0 * (share if t_min >= minute else 1.0)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_offered_while_nothing_changes(seed: int) -> None:
    seen = seen_of(beats(8 * HOUR_MIN, at_rest, usual, seed))
    assert seen.offers == ()
    assert seen.usual_ms == pytest.approx(30.0 * 2**0.5, rel=0.05)
    assert len(seen.minutes) == variation.KEEP_MIN + variation.LOW_MIN


def test_a_drop_is_offered_within_minutes_and_not_again_at_once() -> None:
    seen = seen_of(beats(4 * HOUR_MIN, at_rest, low_from(60.0)))
    first = seen.offers[0]
    assert 62 <= first.minute <= 66
    assert first.rmssd_ms < 0.7 * first.usual_ms
    assert all(
        b.minute - a.minute >= variation.APART_MIN for a, b in zip(seen.offers, seen.offers[1:], strict=False)
    )


def test_no_more_than_so_many_are_offered_in_all() -> None:
    waves = seen_of(beats(24 * HOUR_MIN, at_rest, lambda m: 30.0 * (0.4 if m % 120 > 90 else 1.0)))
    assert len(waves.offers) == variation.MOST


def test_whoever_moves_about_is_left_alone() -> None:
    up = seen_of(beats(2 * HOUR_MIN, lambda m: 850.0 if m < 60 else 600.0, low_from(60.0)))
    assert up.offers == ()


def test_before_anything_is_usual_nothing_is_low() -> None:
    assert seen_of(beats(33.0, at_rest, low_from(20.0))).offers == ()


def test_beats_that_are_not_believed_make_no_pair() -> None:
    held = list(beats(3.0, at_rest, usual))
    odd = [Beat(b.t_s, b.rr, Verdict.ECTOPIC, b.strap, b.segment, b.n) if b.n % 2 else b for b in held]
    assert seen_of(iter(odd)).minutes == ()


def test_a_heart_is_watched_from_its_bytes_and_what_was_found_is_told() -> None:
    watch = asyncio.run(watched("sim:3", "", 600.0, 4000.0, lambda offer: None))
    assert 8 <= len(watch.seen.minutes) <= 10
    with pytest.raises(UsageError, match="nothing to watch"):
        asyncio.run(watched("none", "", 10.0, 1.0, lambda offer: None))


def test_the_command_is_silent_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    day = tmp_path / "day.csv"
    rows = [f"{beat.t_s:.3f},{beat.rr.ms:.0f}" for beat in beats(100.0, at_rest, low_from(60.0))]
    day.write_text("\n".join(["time_s,rr_ms", *rows]) + "\n")
    words = ["watch", "--heart", f"replay:{day}", "--speed", "100000", "--hours", "1.6"]
    assert main(words) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "minutes measured" in said.err
    assert main([*words, "--offer"]) == 0
    assert capsys.readouterr().out.startswith("Three quiet minutes? Your pulse varies less than usual")
    assert not (tmp_path / "home" / "sessions.db").exists()
    assert main(["watch", "--hours", "40"]) == 2
