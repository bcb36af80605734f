"""The whole of it: everything stated, nothing promised, numbers that mislead marked as such."""

import json
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import hearts
from entrain.analysis.correction import correct
from entrain.analysis.findings import Guidance
from entrain.analysis.quality import Grade, quality
from entrain.analysis.series import NNSeries
from entrain.analysis.summary import Analysis, analyse
from entrain.analysis.windows import windows
from entrain.errors import InputError
from entrain.wording.analysis_json import as_json
from entrain.wording.analysis_text import report
from entrain.wording.findings import cautions, sentences

FORBIDDEN = re.compile(
    r"blood pressure|anxiety|treat|cure|heal\b|therap|diagnos|disease|patient|arrhythm|medical|disorder|"
    r"symptom|will (lower|slow|calm|improve|reduce)|guarantee|proven|healthy|abnormal|risk",
    re.IGNORECASE,
)


def guided(seed: int = 1) -> tuple[NNSeries, Guidance]:
    """Twelve minutes: silence, a sound 5 % below the pulse that the breath follows at 6/min, silence."""
    beats = hearts.person(720, seed, paced_per_min=6, step_s=0.02)
    sound = hearts.followed(beats, "5 % below", np.random.default_rng(seed))
    sound = sound[(sound > 240) & (sound < 480)]
    guidance = Guidance(
        sound_s=sound,
        breath_starts_s=np.arange(240, 480, 10.0),
        baseline_s=(0.0, 240.0),
        after_s=(470.0, 720.0),
        rating_before=6,
        rating_after=3,
    )
    return NNSeries.from_beats(beats), guidance


@pytest.fixture(scope="module")
def whole() -> Analysis:
    return analyse(*guided(), window_s=120)


# ---- stated in full ----------------------------------------------------------------------------------------


def test_json_takes_it_as_it_is(whole: Analysis) -> None:
    text = json.dumps(as_json(whole), allow_nan=False)
    assert json.loads(text) == json.loads(json.dumps(as_json(whole), allow_nan=False))
    assert json.loads(text)["schema"] == 1


def test_every_figure_has_its_unit_and_every_group_its_settings(whole: Analysis) -> None:
    groups = {
        name: group for name, group in as_json(whole).items() if isinstance(group, dict) and "units" in group
    }
    assert len(groups) == 17
    for name, group in groups.items():
        assert group["settings"], name
        numbers = {
            k for k, v in group["values"].items() if isinstance(v, int | float) and not isinstance(v, bool)
        }
        assert set(group["units"]) == numbers, name
    assert groups["time_domain"]["units"]["rmssd_ms"] == "ms"
    assert groups["welch"]["units"]["lf_ms2"] == "ms²"
    assert groups["welch"]["settings"]["taper"] == "hann"
    assert groups["welch"]["settings"]["lf_hz"] == [0.04, 0.15]
    assert groups["breathing"]["units"]["breaths_per_min"] == "1/min"
    assert groups["sample_entropy"]["settings"]["tolerance"] == "0.2 SDNN"
    assert groups["entrainment"]["settings"]["alpha"] == 0.05
    assert groups["coherence"]["settings"]["formula"].startswith("(P / (T − P))²")


def test_every_correction_is_in_the_result() -> None:
    rr = [800 + (i * 7) % 13 for i in range(200)]
    rr[50:52] = [rr[50] + rr[51]]
    result = as_json(analyse(rr))
    assert result["corrections"] == [
        {
            "first": 50,
            "raw_ms": [1618.0],
            "nn_ms": pytest.approx([809, 809], abs=20),
            "fault": "missed",
            "reason": "1 interval as long as 2 beats",
        }
    ]
    assert result["quality"]["values"]["missed"] == 1


def test_intervals_given_as_nn_are_not_corrected() -> None:
    nn = [800, 810] * 50 + [1600] + [800, 810] * 50
    found = analyse(NNSeries.of(nn))
    assert found.correction is None
    assert found.findings.time_domain.n_intervals == 201


def test_the_same_seed_gives_the_same_result(whole: Analysis) -> None:
    assert as_json(analyse(*guided(), window_s=120)) == as_json(whole)


# ---- in plain sentences ------------------------------------------------------------------------------------


def test_the_sentences_say_everything(whole: Analysis) -> None:
    text = " ".join(sentences(whole.findings))
    assert "Data quality is good: 100 % of 12.0 min covered, 0.0 % of intervals corrected, 0 gaps." in text
    assert re.search(r"The pulse was 6\d\.\d beats/min on average, RMSSD \d+\.\d ms\.", text)
    assert "The coherence score was" in text
    assert "(P / (T − P))²" in text
    assert re.search(r"In step with the breath for 3\.\d of 3\.8 guided minutes\.", text)
    assert "The heart's wave followed the guided breath" in text
    assert "entrainment" in text
    assert "95 % interval" in text
    assert "A change is not an effect" in text
    assert "You rated your tension 6 of 10 before and 3 after." in text


def test_no_sentence_promises_or_diagnoses(whole: Analysis) -> None:
    noisy = [800 + (400 if i % 9 == 0 else i % 50) for i in range(90)]
    for result in (whole, analyse(noisy), analyse([1000, 900] * 20)):
        for text in (*sentences(result.findings), *(caution.why for caution in cautions(result.findings))):
            assert not FORBIDDEN.search(text), text
            assert text[-1] == "."


# ---- where a number misleads -------------------------------------------------------------------------------


def about(result: Analysis) -> set[str]:
    return {caution.about for caution in cautions(result.findings)}


def test_slow_breathing_marks_lf_hf(whole: Analysis) -> None:
    assert "lf_hf" in about(whole)
    quick = analyse(NNSeries.from_beats(hearts.person(400, 2, own_per_min=15)))
    assert "lf_hf" not in about(quick)


def test_a_paced_rate_counts_even_where_the_heart_shows_none() -> None:
    series = NNSeries.from_beats(hearts.person(400, 3, paced_per_min=6, rsa_bpm=0.8))
    assert "lf_hf" in about(analyse(series, Guidance(breath_starts_s=np.arange(0, 400, 10.0))))


def test_too_short_and_too_faulty_are_marked() -> None:
    assert {"all", "sdnn_ms", "lf_ms2", "sample_entropy"} <= about(analyse([800, 805, 795, 810] * 10))
    rng = np.random.default_rng(0)
    rr = 800 + 10 * rng.standard_normal(600)
    rr[20::12] *= 0.6
    rr[21::12] *= 1.4
    faulty = analyse(rr)
    assert faulty.findings.quality.grade is Grade.POOR
    assert any("corrected" in caution.why for caution in cautions(faulty.findings) if caution.about == "all")


def test_too_little_to_say_anything_is_an_error_with_advice() -> None:
    with pytest.raises(InputError, match="only 5 usable intervals") as raised:
        analyse([800] * 5)
    assert "strap" in raised.value.advice


@given(st.lists(st.floats(250, 2500), min_size=12, max_size=150))
def test_whatever_comes_has_a_result_or_a_reason(rr: list[float]) -> None:
    try:
        result = analyse(rr, window_s=30)
    except InputError:
        return
    json.dumps(as_json(result), allow_nan=False)
    assert sentences(result.findings)


# ---- quality and windows -----------------------------------------------------------------------------------


def test_quality_counts_gaps_and_cover() -> None:
    rr = [800 + i % 7 for i in range(100)] + [40_000] + [800 + i % 7 for i in range(100)]
    found = quality(correct(rr))
    assert found.gaps == 1
    assert found.n_raw == 201
    assert found.covered_percent == pytest.approx(100 * 160.6 / 200.6, abs=0.2)
    assert found.grade is Grade.FAIR
    assert found.longest_chain_s == pytest.approx(80.3, abs=0.2)


def test_windows_side_by_side_and_overlapping() -> None:
    series = NNSeries.from_beats(hearts.person(620, 4))
    rows = windows(series, 120)
    assert len(rows) == 5
    assert [row.from_s for row in rows[1:]] == [row.to_s for row in rows[:-1]]
    assert all(row.rmssd_ms is not None and row.lf_ms2 is not None for row in rows)
    assert len(windows(series, 120, 30)) == 17
    with pytest.raises(ValueError, match="positive"):
        windows(series, 0)
    assert windows(NNSeries.of([]), 60) == []


def test_a_window_in_a_gap_says_so_and_no_more() -> None:
    first, second = hearts.person(130, 5), hearts.person(130, 6) + 300
    a, b = NNSeries.from_beats(first), NNSeries.from_beats(second)
    both = NNSeries.of(
        np.concatenate((a.nn_ms, b.nn_ms)),
        np.concatenate((a.t_s, b.t_s)),
        np.concatenate((a.segment, b.segment + 1)),
    )
    rows = windows(both, 60)
    empty = [row for row in rows if row.covered_percent < 50]
    assert empty
    assert all(row.rmssd_ms is None and row.mean_hr_bpm is None for row in empty)


def test_a_day_in_bounded_memory() -> None:
    beat = np.arange(106_284)
    nn = np.round(850 + 40 * np.sin(beat * 0.55) + 15 * np.random.default_rng(0).standard_normal(beat.size))
    tracemalloc.start()
    result = analyse(nn)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert result.findings.sample_entropy is not None
    assert result.findings.time_domain.n_intervals == nn.size
    assert peak < 150e6


def test_what_rests_on_too_much_correction_is_in_no_sentence() -> None:
    """As after atrial fibrillation: each interval without a memory of the one before."""
    rng = np.random.default_rng(4)
    found = analyse(correct(rng.uniform(420.0, 1100.0, 600))).findings
    assert found.quality.artefact_percent > 5.0
    text = " ".join(sentences(found))
    assert "RMSSD" not in text
    assert "coherence score" not in text
    assert "too many to say anything" in text
    assert {"rmssd_ms", "sdnn_ms"} <= {caution.about for caution in cautions(found)}


FIGURES = r"  (SDNN|RMSSD|pNN50|TINN|LF|HF|SD1|sample|DFA|CVI|PIP)"


def test_every_figure_of_variability_is_struck_through_in_words() -> None:
    rng = np.random.default_rng(4)
    lines = report("af", (), as_json(analyse(correct(rng.uniform(420.0, 1100.0, 600))))).splitlines()
    figures = [line for line in lines if re.match(FIGURES, line)]
    assert len(figures) > 10
    assert all(line.endswith("not to be used") for line in figures)
    assert not any("not to be used" in line for line in lines if line.startswith("  pulse"))
