"""`entrain analyse`: what goes in, what comes out, and what is said where something is wrong."""

import argparse
import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.hearts import person
from entrain.analysed.session_data import of_session
from entrain.app.analyse import AnalysisWish, analysed
from entrain.breath.pattern import BreathPart
from entrain.commands import analyse
from entrain.control.events import (
    BeatSeen,
    BreathCued,
    CommandGiven,
    Ended,
    OnsetPlayed,
    Phase,
    PhaseBegan,
    Rate,
    Tick,
)
from entrain.errors import InputError, UsageError
from entrain.heart.beat import Beat, RRInterval, Verdict
from entrain.reason import Reason
from entrain.storage.log.store import Store
from tests.support.sessions import Record

TOLD = Reason.of_older("")


def told(*words: str | Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    analyse.add_arguments(parser)
    return parser.parse_args([str(word) for word in words])


def recording(
    folder: Path, name: str = "rest.txt", seed: int = 1, seconds: float = 330.0, **kind: float
) -> Path:
    path = folder / name
    rr = np.round(np.diff(person(seconds, seed, step_s=0.02, **kind)) * 1000)
    path.write_text("".join(f"{int(x)}\n" for x in rr))
    return path


# ---- one recording -----------------------------------------------------------------------------------------


def test_one_recording_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyse.run(told(recording(tmp_path), "--window", "2")) == 0
    out = capsys.readouterr().out
    assert "Read as plain text, one interval per line, intervals in ms (by their size;" in out
    assert "Data quality is good" in out
    for label in ("RMSSD", "LF 0.04–0.15 Hz", "Lomb–Scargle", "sample entropy", "DFA α1", "coherence score"):
        assert label in out
    assert "Over time" in out
    assert max(len(line) for line in out.splitlines() if not line.startswith("/")) <= 96


def test_slow_breathing_puts_a_mark_beside_lf_hf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    analyse.run(told(recording(tmp_path, paced_per_min=5.0)))
    out = capsys.readouterr().out
    assert next(line for line in out.splitlines() if "LF/HF" in line).endswith("*")
    assert "LF/HF: at 5.0 breaths/min" in out


def test_json_is_one_object_a_line_with_all_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = recording(tmp_path, "a.txt"), recording(tmp_path, "b.txt", seed=2)
    assert analyse.run(told(first, second, "--json", "--jobs", "1")) == 0
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(each["recording"]).name for each in results] == ["a.txt", "b.txt"]
    for each in results:
        assert each["schema"] == 1
        assert each["welch"]["settings"]["taper"] == "hann"
        assert each["time_domain"]["units"]["rmssd_ms"] == "ms"


def test_arrival_and_gaps_of_a_table_are_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rr = [800 + i % 9 for i in range(400)]
    t_s = np.cumsum(rr) / 1000 + np.where(np.arange(400) >= 200, 12.0, 0.0)
    path = tmp_path / "gap.csv"
    path.write_text("time_s,rr_ms\n" + "".join(f"{t:.3f},{x}\n" for t, x in zip(t_s, rr, strict=True)))
    analyse.run(told(path, "--json"))
    assert json.loads(capsys.readouterr().out)["quality"]["values"]["gaps"] == 1


# ---- many --------------------------------------------------------------------------------------------------


def test_many_on_all_cores_in_the_order_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [recording(tmp_path, f"{name}.txt", seed) for seed, name in enumerate("dacb")]
    assert analyse.run(told(*paths, "--out", tmp_path / "all.csv", "--jobs", "2")) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split()[:3] == ["RECORDING", "MIN", "DATA"]
    assert [line.split()[0] for line in out[1:]] == ["d.txt", "a.txt", "c.txt", "b.txt"]
    with (tmp_path / "all.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [Path(row["recording"]).name for row in rows] == ["d.txt", "a.txt", "c.txt", "b.txt"]
    alone = analysed(str(paths[0]), AnalysisWish()).result
    assert alone is not None
    assert float(rows[0]["rmssd_ms"]) == alone["time_domain"]["values"]["rmssd_ms"]
    assert float(rows[0]["welch_lf_ms2"]) == alone["welch"]["values"]["lf_ms2"]


def test_a_table_of_windows(tmp_path: Path) -> None:
    paths = [recording(tmp_path, "a.txt"), recording(tmp_path, "b.txt", 2)]
    analyse.run(told(*paths, "--window", "1", "--out", tmp_path / "windows.json", "--jobs", "1"))
    rows = json.loads((tmp_path / "windows.json").read_text())
    assert len(rows) == 10
    assert rows[0].keys() == rows[-1].keys()
    assert rows[1]["from_s"] == rows[0]["to_s"]


def test_one_bad_file_spoils_none_of_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = recording(tmp_path)
    bad = tmp_path / "bad.txt"
    bad.write_text("800\nno interval\n810\n")
    assert analyse.run(told(bad, good, tmp_path / "none.txt", "--jobs", "1")) == 3
    told_us = capsys.readouterr()
    assert "rest.txt" in told_us.out
    assert "line 2" in told_us.err
    assert "There is no file" in told_us.err
    assert "Traceback" not in told_us.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--window", "0"), "no room"),
        (("--jobs", "0"), "0 processes"),
        (("--out", "table.xlsx"), "no kind of table"),
    ],
)
def test_wrong_use(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        analyse.run(told(recording(tmp_path), *words))


def test_an_existing_table_is_left_as_it_is(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        analyse.run(told(recording(tmp_path), "--out", table))
    assert table.read_text() == "mine"


def test_neither_file_nor_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    assert analyse.run(told("nobody")) == 2
    assert "neither a file nor a session 'nobody'" in capsys.readouterr().err


# ---- a session ---------------------------------------------------------------------------------------------


def beat(
    t_s: float, rr_ms: float, strap: str = "one", segment: int = 0, verdict: Verdict = Verdict.OK
) -> Beat:
    return Beat(t_s, RRInterval(round(rr_ms * 1.024)), verdict, strap, segment, round(t_s / 0.8))


class StoredAs:
    """A session of the store, reduced to what the analysis reads."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.meta = argparse.Namespace(row=argparse.Namespace(id=5))
        self.config = argparse.Namespace(straps=("strap",))

    def damage(self) -> str:
        return ""


def test_a_session_gives_beats_sound_breath_phases_and_ratings() -> None:
    times = [100.0 + 0.8 * k for k in range(60)]
    records: list[Record] = [(Tick(0.0), (PhaseBegan(100.0, Phase.BASELINE, TOLD),))]
    records += [(Tick(t), (BeatSeen(t, beat(t, 800.0, segment=k // 30)),)) for k, t in enumerate(times)]
    records += [
        (CommandGiven(110.0, Rate(6, "before")), (PhaseBegan(110.0, Phase.MATCH, TOLD),)),
        (OnsetPlayed(111.0, 0, 111.5, 111.6, 0.01, 0), (BreathCued(112.0, BreathPart.INHALE, 4, 4.0, 6.0),)),
        (OnsetPlayed(112.0, 1, 112.4, None, None, 0), (BreathCued(116.0, BreathPart.EXHALE, 6, 6.0, 6.0),)),
        (
            Tick(120.0),
            (PhaseBegan(120.0, Phase.SILENCE, TOLD), BreathCued(122.0, BreathPart.INHALE, 4, 4.0, 6.0)),
        ),
        (
            CommandGiven(140.0, Rate(2, "after")),
            (PhaseBegan(140.0, Phase.ENDED, TOLD), Ended(140.0, TOLD, 0.0, True)),
        ),
    ]
    found = of_session(StoredAs(records))  # type: ignore[arg-type]
    origin_s = 100.0 - beat(0, 800.0).rr.seconds
    assert found.correction.raw_ms.size == 60
    assert [s.start for s in found.correction.series.segments()] == [0, 30]
    assert found.correction.series.t_s[-1] == pytest.approx(times[-1] - origin_s, abs=0.05)
    assert np.asarray(found.guidance.sound_s) == pytest.approx([111.6 - origin_s, 112.4 - origin_s])
    assert np.asarray(found.guidance.breath_starts_s) == pytest.approx([112.0 - origin_s, 122.0 - origin_s])
    assert found.guidance.baseline_s == pytest.approx((100.0 - origin_s, 110.0 - origin_s))
    assert found.guidance.after_s == pytest.approx((120.0 - origin_s, 140.0 - origin_s))
    assert (found.guidance.rating_before, found.guidance.rating_after) == (6, 2)


def test_intervals_without_contact_are_lost_data() -> None:
    records: list[Record] = [
        (Tick(t), (BeatSeen(t, beat(t, 800.0, verdict=Verdict.NO_CONTACT if 20 <= k < 25 else Verdict.OK)),))
        for k, t in enumerate(0.8 * n for n in range(1, 61))
    ]
    found = of_session(StoredAs(records))  # type: ignore[arg-type]
    assert len(found.correction.series) == 55
    assert found.remarks[-1] == "No sound was played, so there is no entrainment to test."


def test_of_several_straps_the_one_named() -> None:
    records: list[Record] = [
        (Tick(t), (BeatSeen(t, beat(t, 800.0, strap)),))
        for strap, n in (("one", 40), ("two", 20))
        for t in (0.8 * k for k in range(1, n))
    ]
    assert "strap one" in of_session(StoredAs(records)).remarks[0]  # type: ignore[arg-type]
    named = of_session(StoredAs(records), "two")  # type: ignore[arg-type]
    assert named.correction.raw_ms.size == 19
    with pytest.raises(InputError, match="no beats of a strap 'three'"):
        of_session(StoredAs(records), "three")  # type: ignore[arg-type]


def test_a_stored_session_by_its_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from entrain.cli import main

    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    words = ["run", "--heart", "sim:7", "--headless", "--speed", "1000", "--minutes", "5", "--audio", "none"]
    assert main(words) == 0
    assert len(Store.open().sessions()) == 1
    capsys.readouterr()
    assert analyse.run(told("last", "--json")) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["remarks"][0] == "Session 1, strap sim:7."
    assert result["paced_breathing"]["values"]["minutes_paced"] > 1
    assert result["entrainment"] is None
    assert math.isclose(result["quality"]["values"]["span_s"], 300, abs_tol=30)
