"""What a live session would not go by is no good data afterwards, by one and the same rule."""

from math import pi, sin
from pathlib import Path
from random import Random

import pytest

from entrain.analysis.correction import correct
from entrain.analysis.quality import Grade, quality
from entrain.analysis.summary import analyse
from entrain.control.events import HeartDoubted, NotificationArrived
from entrain.control.heart import HeartTrack, with_notification
from entrain.heart.doubt import Doubt
from entrain.wording.findings import sentences
from tests.support.virtual_strap import packets_of

CASES = Path(__file__).parents[1] / "fixtures" / "straps"


def regular(n: int = 400, seed: int = 3) -> list[float]:
    random = Random(seed)
    return [850 + 40 * sin(2 * pi * k / 6) + random.gauss(0, 15) for k in range(n)]


def rhythms() -> dict[str, list[float]]:
    random = Random(5)
    return {
        "bigeminy": [float(line) for line in (CASES / "syn_bigeminy.txt").read_text().split()],
        "no order": [max(320.0, random.gauss(720, 160)) for _ in range(400)],
        "every beat twice": [part for rr in regular() for part in (0.4 * rr, 0.6 * rr)],
        "every second one missed": [
            a + b if k % 3 else a for k, (a, b) in enumerate(zip(regular(), regular(), strict=True))
        ],
        "regular": regular(),
    }


def live_share(rr_ms: list[float]) -> float:
    """Of the time that a session with this heart says that it is irregular."""
    track, since_s, total_s, t_s = HeartTrack("s"), None, 0.0, 0.0
    for t_s, payload in packets_of(rr_ms):
        track, effects = with_notification(track, NotificationArrived(t_s, "s", payload))
        for effect in effects:
            if isinstance(effect, HeartDoubted):
                total_s += 0.0 if since_s is None else t_s - since_s
                since_s = t_s if effect.doubt is Doubt.IRREGULAR else None
    return (total_s + (0.0 if since_s is None else t_s - since_s)) / t_s


@pytest.mark.parametrize("name", rhythms())
def test_live_and_later_agree(name: str) -> None:
    rr_ms = rhythms()[name]
    found = quality(correct(rr_ms))
    assert found.irregular_percent == pytest.approx(100.0 * live_share(rr_ms), abs=3.0)
    assert (found.grade is Grade.POOR) == (name != "regular")


def test_no_variability_is_told_of_an_irregular_rhythm_and_nothing_is_diagnosed() -> None:
    said = " ".join(sentences(analyse(correct(rhythms()["no order"])).findings))
    assert "irregular for 9" in said or "irregular for 100" in said
    assert "poor contact or your own rhythm" in said
    for word in ("RMSSD", "bigeminy", "fibrillation", "arrhythmia"):
        assert word not in said


def test_single_early_beats_are_corrected_and_stay_good_enough() -> None:
    rr_ms = regular()
    for k in range(20, 400, 40):
        rr_ms[k], rr_ms[k + 1] = 0.7 * rr_ms[k], 1.25 * rr_ms[k + 1]
    found = quality(correct(rr_ms))
    assert found.irregular_percent == 0.0
    assert found.grade is not Grade.GOOD


def test_a_gap_is_no_jump() -> None:
    rr_ms = regular(200) + [0.0] + [rr / 2 for rr in regular(200)]
    assert quality(correct(rr_ms)).irregular_percent == 0.0
    assert quality(correct([800.0])).irregular_percent == 0.0
