"""The result as JSON takes it: every group with its values, their units, and the settings behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from entrain.analysis import change, entrainment, nonlinear, rhythm, synchrony, wander
from entrain.analysis.breathing import (
    IN_STEP_RATE,
    IN_STEP_SHARE,
    RATE_WINDOW_S,
    SLOW_SHARE,
    STEP_WINDOW_BREATHS,
    USUAL_SHARE,
    WINDOW_BREATHS,
)
from entrain.analysis.coherence import COHERENCE_SETTINGS
from entrain.analysis.correction import CorrectionSettings
from entrain.analysis.spectrum import HF_HZ, LF_HZ, ULF_HZ, VLF_HZ, SpectrumSettings
from entrain.analysis.summary import Analysis
from entrain.analysis.time_domain import TIME_DOMAIN_SETTINGS
from entrain.wording.figures import CORRECTED
from entrain.wording.findings import cautions, sentences

Json = dict[str, Any]

SCHEMA: Final = 1

UNITS: Final = {
    # Longest first: the unit is the ending of a figure's name.
    "_ms2_per_hz": "ms²/Hz",
    "_rad_per_s": "rad/s",
    "_per_min": "1/min",
    "_percent": "%",
    "_ms2": "ms²",
    "_bpm": "beats/min",
    "_deg": "°",
    "_ms": "ms",
    "_hz": "Hz",
    "_s": "s",
}

_SPECTRUM: Final = asdict(SpectrumSettings()) | {
    "ulf_hz": ULF_HZ,
    "vlf_hz": VLF_HZ,
    "lf_hz": LF_HZ,
    "hf_hz": HF_HZ,
}

SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "quality": asdict(CorrectionSettings()) | {"method": "gaps, then Lipponen & Tarvainen 2019, amended"},
    "time_domain": TIME_DOMAIN_SETTINGS,
    "welch": _SPECTRUM,
    "lomb_scargle": _SPECTRUM | {"weights": "taper x time each beat stands for"},
    "autoregressive": _SPECTRUM | {"method": "Burg"},
    "poincare": {"sd1": "SDSD / sqrt 2", "sd2": "sqrt(2 SDNN^2 - SD1^2)", "standard_deviation": "n - 1"},
    "sample_entropy": {"m": 2, "tolerance": "0.2 SDNN", "distance": "Chebyshev", "self_matches": False},
    "dfa": {
        "alpha1_beats": nonlinear.SHORT_SCALES,
        "alpha2_beats": nonlinear.LONG_SCALES,
        "detrending": "linear",
    },
    "fragmentation": {"source": "Costa, Davis & Goldberger 2017", "short_run_intervals": rhythm.LEAST_RUN},
    "asymmetry": {"anchors_within": rhythm.LARGEST_STEP, "capacity": "Bauer 2006, T 1, s 2"},
    "multiscale_entropy": {"m": 2, "tolerance": "0.2 SDNN", "scales": rhythm.SCALES},
    "breathing": {
        "spectrum": "Lomb-Scargle",
        "window_s": RATE_WINDOW_S,
        "slow_share": SLOW_SHARE,
        "usual_share": USUAL_SHARE,
    },
    "coherence": COHERENCE_SETTINGS,
    "paced_breathing": {
        "coherence_window_breaths": WINDOW_BREATHS,
        "in_step_window_breaths": STEP_WINDOW_BREATHS,
        "in_step_rate": IN_STEP_RATE,
        "in_step_share": IN_STEP_SHARE,
    },
    "entrainment": {
        "model": "NN[n+1] ~ 8 lags + breath (3 harmonics) + sin phi + cos phi",
        "alpha": entrainment.ALPHA,
        "evidence": "all of p_regression, p_detuned, p_iaaft below alpha",
        "detuned_sounds": entrainment.DETUNED,
        "surrogates": entrainment.SURROGATES,
    },
    "synchrogram": {"window_beats": synchrony.WINDOW_BEATS, "locked_index": synchrony.LOCKED_INDEX},
    "tempo_tracking": {"pulse_smoothed_beats": 15, "in_tune_bpm": synchrony.IN_TUNE_BPM},
    "changes": {
        "interval": "moving block bootstrap of logarithms, lugsail, Student's t",
        "interval_of_pulse": "1/f of three memories, Student's t",
        "memories_s": wander.MEMORIES_S,
        "level": change.LEVEL,
        "block_s": change.BLOCK_S,
        "resamples": change.RESAMPLES,
    },
}

# Series behind a figure: too long to print, to be had from the functions themselves.
_SERIES: Final = {"coherence": ("t_s", "score", "peak_hz"), "synchrogram": ("t_s", "phase", "index")}


def as_json(analysis: Analysis) -> Json:
    """Everything, each figure with its unit and the settings behind it, as `json.dumps` takes it.

    Plain values only; figures that could not be had are null.
    """
    found, correction = analysis.findings, analysis.correction
    out: Json = {"schema": SCHEMA, "figures": CORRECTED}
    for name, settings in SETTINGS.items():
        if name == "changes":
            continue
        value = getattr(found, name)
        out[name] = None if value is None else _group(name, value, settings)
    out["changes"] = {
        "values": [_plain(asdict(c)) | {"clear": c.clear} for c in found.changes],
        "settings": _plain(SETTINGS["changes"]),
    }
    out["ratings"] = {"before": found.rating_before, "after": found.rating_after, "scale": "tension, 0 to 10"}
    out["windows"] = [_plain(asdict(window)) for window in found.windows]
    out["cautions"] = [asdict(caution) for caution in cautions(found)]
    out["corrections"] = [] if correction is None else [_plain(asdict(c)) for c in correction.changes]
    out["sentences"] = list(sentences(found))
    return out


def _group(name: str, value: Any, settings: Mapping[str, Any]) -> Json:
    values = {k: _plain(v) for k, v in asdict(value).items() if k not in (*_SERIES.get(name, ()), "formula")}
    if name == "coherence":
        values["mean"] = value.mean
        values["n_windows"] = int(value.score.size)
    units = {k: _unit(k) for k, v in values.items() if isinstance(v, float | int) and not isinstance(v, bool)}
    return {"values": values, "units": units, "settings": _plain(settings)}


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if f"_{name}".endswith(ending)), "1")


def _plain(value: Any) -> Any:
    """Plain JSON: no NumPy, no tuples, enums by their words."""
    match value:
        case Enum():
            return value.name.lower() if isinstance(value, int) else value.value
        case np.ndarray():
            return [_plain(v) for v in cast("NDArray[Any]", value)]
        case Mapping():
            return {str(k): _plain(v) for k, v in cast("Mapping[Any, Any]", value).items()}
        case list() | tuple():
            return [_plain(v) for v in cast("Sequence[Any]", value)]
        case np.generic():
            return cast("np.generic[Any]", value).item()
        case _:
            return value
