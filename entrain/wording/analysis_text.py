"""An analysis as text for people, and as rows of a tidy table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, TypeGuard

from entrain.wording.columns import aligned
from entrain.wording.figures import CORRECTED_MEANS
from entrain.wording.findings import NOT_TO_BE_USED

Json = Mapping[str, Any]
Row = dict[str, Any]

# Section -> figures as (group, name, what people call it, digits). A figure that is not there is left out.
_SECTIONS: Final = {
    "Time": (
        ("time_domain", "mean_hr_bpm", "pulse", 1),
        ("time_domain", "slowest_hr_bpm", "slowest 5 beats", 1),
        ("time_domain", "fastest_hr_bpm", "fastest 5 beats", 1),
        ("time_domain", "mean_nn_ms", "mean NN", 1),
        ("time_domain", "sdnn_ms", "SDNN", 1),
        ("time_domain", "rmssd_ms", "RMSSD", 1),
        ("time_domain", "pnn50_percent", "pNN50", 1),
        ("time_domain", "sdann_ms", "SDANN (5 min)", 1),
        ("time_domain", "sdnn_index_ms", "SDNN index (5 min)", 1),
        ("time_domain", "triangular_index", "triangular index", 1),
        ("time_domain", "tinn_ms", "TINN", 0),
    ),
    "Non-linear": (
        ("poincare", "sd1_ms", "SD1", 1),
        ("poincare", "sd2_ms", "SD2", 1),
        ("sample_entropy", "value", "sample entropy", 3),
        ("dfa", "alpha1", "DFA α1", 3),
        ("dfa", "alpha2", "DFA α2", 3),
        ("multiscale_entropy", "complexity_index", "entropy over scales, mean", 3),
        ("poincare", "csi", "CSI (SD2/SD1)", 2),
        ("poincare", "cvi", "CVI", 2),
        ("fragmentation", "pip_percent", "PIP", 1),
        ("fragmentation", "ials", "IALS", 2),
        ("fragmentation", "pss_percent", "PSS", 1),
        ("fragmentation", "pas_percent", "PAS", 1),
        ("asymmetry", "guzik_percent", "asymmetry, Guzik", 1),
        ("asymmetry", "porta_percent", "asymmetry, Porta", 1),
        ("asymmetry", "deceleration_capacity_ms", "deceleration capacity", 1),
        ("asymmetry", "acceleration_capacity_ms", "acceleration capacity", 1),
    ),
    "Breath and coherence": (
        ("breathing", "breaths_per_min", "breaths seen in the heart", 1),
        ("coherence", "mean", "coherence score", 2),
        ("paced_breathing", "pace_per_min", "breaths asked for", 1),
        ("paced_breathing", "coherence", "coherence with the pacer", 2),
        ("paced_breathing", "gain_bpm", "swing with the pacer", 1),
        ("paced_breathing", "fastest_at_deg", "quickest, into the breath", 0),
        ("paced_breathing", "minutes_in_step", "minutes in step", 1),
    ),
    "Sound": (
        ("entrainment", "p_regression", "p, phase regression", 3),
        ("entrainment", "p_detuned", "p, detuned sounds", 3),
        ("entrainment", "p_iaaft", "p, surrogate hearts", 3),
        ("entrainment", "kappa_rad_per_s", "pull, if there is one", 2),
        ("tempo_tracking", "bias_bpm", "tempo less pulse", 1),
        ("tempo_tracking", "rms_error_bpm", "tempo from pulse, RMS", 1),
    ),
}
_POWERS: Final = (
    ("ulf_ms2", "ULF below 0.0033 Hz", 0),
    ("vlf_ms2", "VLF 0.0033–0.04 Hz", 0),
    ("lf_ms2", "LF 0.04–0.15 Hz", 0),
    ("hf_ms2", "HF 0.15–0.4 Hz", 0),
    ("lf_hf", "LF/HF", 2),
    ("lf_share_percent", "LF, normalised", 1),
    ("hf_share_percent", "HF, normalised", 1),
    ("lf_peak_hz", "LF peak", 3),
    ("hf_peak_hz", "HF peak", 3),
    ("window_s", "windows of", 0),
)
_MARK: Final = "*"
_STRUCK: Final = "not to be used"
_WIDTH: Final = 96


def report(name: str, remarks: Sequence[str], result: Json) -> str:
    """One recording in full: sentences, then figures, with a mark where a caution below belongs."""
    marks = {
        each["about"]: _STRUCK if each["why"] in NOT_TO_BE_USED else _MARK
        for each in reversed(result["cautions"])
    }
    lines = [name, *(f"  {remark}" for remark in (*remarks, CORRECTED_MEANS)), ""]
    lines += [line for sentence in result["sentences"] for line in _wrapped(sentence)]
    for title, figures in _SECTIONS.items():
        cells = list(_cells(result, figures, marks))
        if cells:
            lines += ["", title, *(f"  {line}" for line in aligned(cells, right=frozenset({1})))]
        if title == "Time":
            lines += _powers(result, marks)
    if result["windows"]:
        lines += ["", "Over time", *(f"  {line}" for line in _over_time(result["windows"]))]
    if result["cautions"]:
        names = {"all": "everything", "lf_hf": "LF/HF", "lf_ms2": "LF", "sdnn_ms": "SDNN"}
        lines += ["", f"{_MARK} With care:"]
        unusable = next((each["why"] for each in result["cautions"] if each["why"] in NOT_TO_BE_USED), None)
        lines += [] if unusable is None else _wrapped(f"  every figure of how the intervals vary {unusable}")
        for caution in result["cautions"]:
            if caution["why"] in NOT_TO_BE_USED:
                continue
            about = names.get(caution["about"], caution["about"].replace("_", " "))
            lines += [f"  {line}" for line in _wrapped(f"{about}: {caution['why']}")]
    return "\n".join(lines)


def _wrapped(sentence: str) -> list[str]:
    return wrap(sentence, _WIDTH, subsequent_indent="  ")


def _cells(
    result: Json, figures: Sequence[tuple[str, str, str, int]], marks: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    for group, figure, label, digits in figures:
        found: Json | None = result[group]
        value = None if found is None else found["values"].get(figure)
        if found is not None and value is not None:
            mark = marks.get(figure) or marks.get(group, "")
            unit = found["units"].get(figure, "1")
            yield label, f"{value:.{digits}f}", f"{'' if unit == '1' else unit} {mark}".strip()


def _powers(result: Json, marks: Mapping[str, str]) -> list[str]:
    """All spectra side by side."""
    each_way: tuple[Json | None, ...] = (result["welch"], result["lomb_scargle"], result["autoregressive"])
    known = [found for found in each_way if found is not None]
    if not known:
        return []
    rows: list[tuple[str, ...]] = [("", "Welch", "Lomb–Scargle", "AR (Burg)", "")]
    for figure, label, digits in _POWERS:
        values = [None if found is None else found["values"][figure] for found in each_way]
        if not any(value is not None for value in values):
            continue
        unit = next((each["units"][figure] for each in known if figure in each["units"]), None)
        if unit is not None:
            texts = ["–" if value is None else f"{value:.{digits}f}" for value in values]
            mark = "" if figure == "window_s" else marks.get("welch") or marks.get(figure, "")
            rows.append((label, *texts, f"{'' if unit == '1' else unit} {mark}".strip()))
    return ["", "Frequency", *(f"  {line}" for line in aligned(rows, right=frozenset({1, 2, 3})))]


def _over_time(windows: Sequence[Json]) -> list[str]:
    heading = ("FROM", "COVERED", "PULSE", "SDNN", "RMSSD", "LF", "HF", "BREATHS")
    rows: list[tuple[str, ...]] = [heading]
    for window in windows:
        start_s = window["from_s"]
        figures = ("mean_hr_bpm", "sdnn_ms", "rmssd_ms", "lf_ms2", "hf_ms2", "breathing_per_min")
        texts = ["–" if window[name] is None else f"{window[name]:.1f}" for name in figures]
        clock = f"{int(start_s // 3600)}:{int(start_s // 60) % 60:02d}:{int(start_s) % 60:02d}"
        rows.append((clock, f"{window['covered_percent']:.0f} %", *texts))
    return aligned(rows, right=frozenset(range(len(heading))))


# ---- many recordings ---------------------------------------------------------------------------------------

_COLUMNS: Final = (
    ("MIN", "quality.span_s", 1 / 60, 1),
    ("DATA", "quality.grade", None, 0),
    ("FAULTS", "quality.artefact_percent", 1, 1),
    ("PULSE", "time_domain.mean_hr_bpm", 1, 1),
    ("SDNN", "time_domain.sdnn_ms", 1, 1),
    ("RMSSD", "time_domain.rmssd_ms", 1, 1),
    ("LF", "welch.lf_ms2", 1, 0),
    ("HF", "welch.hf_ms2", 1, 0),
    ("SAMPEN", "sample_entropy.value", 1, 2),
    ("α1", "dfa.alpha1", 1, 2),
    ("BREATHS", "breathing.breaths_per_min", 1, 1),
    ("COHERENCE", "coherence.mean", 1, 2),
)


def overview(results: Sequence[tuple[str, Json]]) -> str:
    """One line for each recording, `*` where something about it wants care."""
    rows: list[tuple[str, ...]] = [("RECORDING", *(title for title, *_ in _COLUMNS), "")]
    for name, result in zip(
        _short([name for name, _ in results]), (each for _, each in results), strict=True
    ):
        cells = [_cell(result, path, factor, digits) for _, path, factor, digits in _COLUMNS]
        rows.append((name, *cells, _MARK if result["cautions"] else ""))
    return "\n".join(aligned(rows, right=frozenset(range(1, len(_COLUMNS) + 1)) - {2}))


def _short(names: Sequence[str]) -> list[str]:
    """Without the folder that all are in."""
    folders = {str(Path(name).parent) for name in names}
    return [Path(name).name for name in names] if len(folders) == 1 else list(names)


def _cell(result: Json, path: str, factor: float | None, digits: int) -> str:
    group, figure = path.split(".")
    value = None if result[group] is None else result[group]["values"].get(figure)
    if value is None:
        return "–"
    return str(value) if factor is None else f"{value * factor:.{digits}f}"


def row(name: str, result: Json) -> Row:
    """One recording as a row: every single figure, named with its group and its unit."""
    out: Row = {"recording": name}
    for group, found in result.items():
        if _is_group(found):
            prefix = "" if group in ("quality", "time_domain") else f"{group}_"
            out |= {f"{prefix}{key}": value for key, value in found["values"].items() if key != "sentence"}
    for change in result["changes"]["values"]:
        stem = f"change_{change['measure'].lower()}"
        out |= {f"{stem}_{key}": change[key] for key in ("before", "after", "difference", "low", "high")}
    out |= {"rating_before": result["ratings"]["before"], "rating_after": result["ratings"]["after"]}
    out["cautions"] = "; ".join(f"{caution['about']}: {caution['why']}" for caution in result["cautions"])
    return out


def _is_group(found: Any) -> TypeGuard[Json]:
    return isinstance(found, Mapping) and "units" in found


def window_rows(name: str, result: Json) -> list[Row]:
    """One row for each window of a recording."""
    return [{"recording": name, **window} for window in result["windows"]]
