"""Hearts that once misled a session, each one of a kind, through the whole controller."""

from pathlib import Path

import pytest

from entrain.control.events import (
    Decided,
    Effect,
    Ended,
    Event,
    HeartDoubted,
    Phase,
    PhaseBegan,
    PulseMeasured,
    Tick,
)
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.replay import ReplayedHeart
from entrain.heart.doubt import Doubt
from entrain.presets import library as presets
from entrain.recordings.reading import read_recording

CASES = Path(__file__).parents[1] / "fixtures" / "straps"


def played(*cases: str, preset: str = "desk") -> list[tuple[Event, Effect]]:
    """A whole session with these hearts, one effect a row."""
    hearts = [ReplayedHeart.of_recording(read_recording(CASES / f"{case}.txt"), case) for case in cases]
    state = start(SessionConfig(presets.load(preset).preset, cases, seed=1))
    rows: list[tuple[Event, Effect]] = []
    second = 0.0
    while state.phase is not Phase.ENDED and second < 1300:
        second += 1.0
        coming = sorted(
            (event for heart in hearts for event in heart.until(second, None)), key=lambda e: e.t_s
        )
        for event in (*coming, Tick(second)):
            state, effects = reduce(state, event)
            rows += [(event, effect) for effect in effects]
    return rows


def test_bigeminy_is_no_pulse_and_leads_nothing() -> None:
    effects = [effect for _, effect in played("syn_bigeminy")]
    assert [e.doubt for e in effects if isinstance(e, HeartDoubted)][:1] == [Doubt.IRREGULAR]
    pulses = [e.bpm for e in effects if isinstance(e, PulseMeasured) and e.t_s > 15]
    assert all(bpm is None or 70 <= bpm <= 80 for bpm in pulses)
    assert not [e for e in effects if isinstance(e, Decided) and e.what == "stop"]
    tempi = [e.after for e in effects if isinstance(e, Decided) and e.what == "tempo_bpm"]
    assert len(tempi) == 1, "the beat begins by itself and stays where it is"
    breaths = [e.after for e in effects if isinstance(e, Decided) and e.what == "breath_beats"]
    assert len(breaths) > 1, "and the breath is guided"
    assert [e.phase for e in effects if isinstance(e, PhaseBegan)][-2:] == [Phase.SILENCE, Phase.ENDED]
    assert [e.completed for e in effects if isinstance(e, Ended)] == [True]


def test_a_heart_that_ends_leaves_the_other_going_on() -> None:
    effects = [effect for _, effect in played("group_55", "group_95_ends_170s")]
    assert not [e for e in effects if isinstance(e, Decided) and e.what == "stop"]
    (ended,) = [e for e in effects if isinstance(e, Ended)]
    assert ended.t_s > 600


@pytest.mark.parametrize("cases", [("group_55", "group_70"), ("rr58", "rr92")])
def test_nobody_is_led_far_below_their_own_pulse(cases: tuple[str, str]) -> None:
    """The floor is each person's: 85 % of the resting pulse of anybody who is led."""
    rows = played(*cases)
    tempi = [e.after for _, e in rows if isinstance(e, Decided) and e.what == "tempo_bpm"]
    rest_bpm = max(_resting_bpm(case) for case in cases)
    assert tempi
    assert min(bpm for bpm in tempi if bpm is not None) >= 0.85 * rest_bpm - 0.5


def _resting_bpm(case: str) -> float:
    """Over the first minute and a half."""
    rr_ms = [float(line) for line in (CASES / f"{case}.txt").read_text().split()][:80]
    return 60_000 * len(rr_ms) / sum(rr_ms)
