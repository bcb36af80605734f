"""`entrain assess`, whole: paced, recorded, judged, kept, and used as a preset's goal."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from entrain.analysis.assessment import Assessment
from entrain.analysis.resonance import ResonanceCriteria
from entrain.analysis.swing import Swing
from entrain.app.assess_protocol import RATES_PER_MIN, five_rates, pieces, sliding
from entrain.app.assess_recorded import look
from entrain.cli import main
from entrain.control.session import reduce, start
from entrain.devices.simulated.person import Kind, Person
from entrain.errors import PresetError
from entrain.person.record import KnownResonance, with_resonance
from entrain.presets import library as presets
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from entrain.wording import assessment as assess_words
from tests.support.real_heart import with_a_strap

Typed = pytest.CaptureFixture[str]
FAST = ["--speed", "100000", "--headless", "--seed", "3"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def with_a_peak(seed: int, kind: Kind | None = None) -> Person:
    person = drawn(seed, kind)
    heart = replace(
        person.heart,
        rsa_bpm=2.0,
        resonance_bpm=16.0,
        resonance_per_min=5.4,
        resonance_q=4.0,
        mayer_bpm=0.4,
        wander_bpm=1.0,
    )
    lungs = replace(person.lungs, lapses_per_min=0.0)
    return replace(person, heart=heart, lungs=lungs, strap=replace(person.strap, outages_per_min=0.0))


drawn = Person.draw


def test_a_peak_is_found_kept_replayed_compared_and_used(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Typed
) -> None:
    monkeypatch.setattr(Person, "draw", staticmethod(with_a_peak))
    assert main(["assess", "--heart", "sim:7", "--person", "P01", *FAST]) == 0
    out = capsys.readouterr().out
    assert "Your pulse swings most near 5." in out
    assert all(f"{rate:.2f}" in out for rate in RATES_PER_MIN)
    assert "nobody's own rate" in out
    assert people.load(Store.open(), "P01").resonance is None

    with_a_strap(1)
    look("1", keep=True)
    kept = people.load(Store.open(), "P01").resonance
    assert kept is not None
    assert kept.per_min == pytest.approx(5.4, abs=0.3)
    stored = Store.open().load(1)
    assert kept.session == stored.meta.row.uuid
    assert replay(stored, start, reduce).is_identical
    assert stored.config.stages == five_rates(3)

    mine = home / "mine.toml"
    mine.write_text('title = "Mine"\nsummary = ""\n[breath]\ngoal_per_min = "own resonance"\n')
    assert presets.load(str(mine), "P01").preset.breath.goal_per_min == kept.per_min
    with pytest.raises(PresetError):  # nobody else's
        presets.load(str(mine), "P02")
    with pytest.raises(PresetError):
        presets.load(str(mine))

    other = KnownResonance(6.2, 0.9, "2026-01-02T00:00:00", "another session")
    people.change(Store.open(), "P01", lambda known: with_resonance(known, other))
    assert main(["assess", "--session", "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["resonance_per_min"] == kept.per_min
    assert len(said["rates"]) == len(said["swings"]) == 5
    assert main(["assess", "--session", "1"]) == 0
    assert "Last time, 2026-01-02, it was 6.20 a minute: it has moved by -" in capsys.readouterr().out


def test_no_clear_peak_is_an_outcome_and_nothing_is_kept(capsys: Typed) -> None:
    assert main(["assess", "--heart", "sim:3:non-responder", *FAST]) == 0
    assert "No clear peak" in capsys.readouterr().out
    assert people.everybody(Store.open())[""].resonance is None


def test_a_preset_that_wants_a_resonance_nobody_knows_is_told_what_to_do(home: Path, capsys: Typed) -> None:
    mine = home / "mine.toml"
    mine.write_text('title = "Mine"\nsummary = ""\n[breath]\ngoal_per_min = "own resonance"\n')
    (fault,) = presets.check(mine)
    assert (fault.line, fault.key) == (4, "breath.goal_per_min")
    assert "entrain assess" in fault.suggestion
    assert main(["run", "--heart", "sim", "--headless", "--speed", "9", "--preset", str(mine)]) == 3
    assert "not known" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--heart", "none"], ["--minutes", "5"], ["--session", "last"]])
def test_wrong_use_is_said(wrong: list[str], capsys: Typed) -> None:
    assert main(["assess", *wrong, "--headless"]) != 0
    assert capsys.readouterr().err.startswith("entrain: ")


def test_the_phase_is_told_at_its_rate_also_where_that_differs_a_little() -> None:
    criteria = tuple(ResonanceCriteria(pace, None, 9.0, 900.0, 9000.0, 0.8, 1) for pace in (4.5, 5.0))
    found = Assessment(criteria, (Swing(4.52, 10.0, 0.5, 0.97),), None, 0.0, ())
    _, _, five, four_and_a_half = assess_words.table(found)
    assert four_and_a_half.split()[:2] == ["4.50", "0.97"]
    assert five.split()[:2] == ["5.00", "-"]


def test_the_order_is_drawn_by_the_seed_and_holds_every_rate_once() -> None:
    orders = {tuple(stage.per_min for stage in five_rates(seed)) for seed in range(40)}
    assert len(orders) > 15
    assert all(sorted(order) == sorted(RATES_PER_MIN) for order in orders)


def test_a_slide_is_cut_into_stretches_of_about_two_minutes() -> None:
    starts, t_s = [], 0.0
    while t_s < 960.0:
        starts.append(t_s)
        t_s += 60.0 / (6.75 - 2.5 * t_s / 960.0)
    cut = pieces(starts, sliding())
    assert len(cut) == 8
    assert all(105.0 < piece[-1] - piece[0] < 135.0 for piece in cut)
    assert all(before[-1] == after[0] for before, after in pairwise(cut))
    assert (cut[0][0], cut[-1][-2]) == (starts[0], starts[-1])
    assert pieces(starts[:4], sliding()) == []


def test_the_last_breath_of_a_stage_counts() -> None:
    starts = [10.0 * n for n in range(12)]
    assert pieces(starts, five_rates(0)) == [[*starts, 120.0]]
