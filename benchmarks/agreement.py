"""This package and NeuroKit2 on the same recordings, figure by figure.

python -m benchmarks.agreement --peers VENV/bin/python     (see benchmarks/analysis.py for the environment)
"""

import argparse
import json
import subprocess
import sys

import numpy as np
from scipy.interpolate import interp1d

from benchmarks import hearts
from entrain.analysis.findings import Findings, Guidance, findings
from entrain.analysis.nonlinear import dfa
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import HF_HZ, LF_HZ, Detrend, Method, Spectrum, SpectrumSettings, spectrum

_WORKER = """
import json, sys, warnings
import numpy as np
import neurokit2 as nk
warnings.filterwarnings("ignore")
for line in sys.stdin:
    nn = np.array(json.loads(line))
    peaks = {"RRI": nn, "RRI_Time": np.cumsum(nn) / 1000}
    out = nk.hrv_time(peaks).iloc[0].to_dict() | nk.hrv_frequency(peaks, normalize=False).iloc[0].to_dict()
    lomb = nk.hrv_frequency(peaks, psd_method="lomb", normalize=False).iloc[0]
    out |= {"lomb_LF": lomb["HRV_LF"], "lomb_HF": lomb["HRV_HF"]}
    x, y = nn[:-1], nn[1:]
    out["SD1"] = np.std((x - y) / np.sqrt(2), ddof=1)
    out["SD2"] = np.std((x + y) / np.sqrt(2), ddof=1)
    out["SampEn"] = nk.entropy_sample(nn, dimension=2, tolerance=0.2 * np.std(nn, ddof=1))[0]
    sizes = np.unique(np.round(np.geomspace(4, 16, 13)).astype(int))
    out["alpha1"] = nk.fractal_dfa(nn, scale=sizes, overlap=False)[0]
    out["alpha1_overlap"] = nk.fractal_dfa(nn, scale=sizes, overlap=True)[0]
    print(json.dumps({k: float(v) for k, v in out.items() if np.isscalar(v)}))
"""


def ours(nn: np.ndarray) -> dict[str, float | None]:
    found: Findings = findings(NNSeries.of(nn), Guidance())
    time, plot, entropy = found.time_domain, found.poincare, found.sample_entropy
    welch, lomb = found.welch, found.lomb_scargle
    n = nn.size
    return {
        "HRV_SDNN": time.sdnn_ms,
        "HRV_RMSSD": time.rmssd_ms,
        "HRV_SDSD": time.sdsd_ms,
        "HRV_pNN50": time.pnn50_percent,
        "HRV_pNN50 (their divisor)": (time.pnn50_percent or 0.0) * (n - 1) / n,
        "HRV_MedianNN": time.median_nn_ms,
        "SD1": plot and plot.sd1_ms,
        "SD2": plot and plot.sd2_ms,
        "SampEn": entropy and entropy.value,
        "alpha1": dfa(nn).alpha1,
        "alpha1_overlap": dfa(nn).alpha1,
        "HRV_LF": welch and welch.lf_ms2,
        "HRV_HF": welch and welch.hf_ms2,
        "HRV_LF (their settings)": _as_they_do(nn).power_ms2(LF_HZ),
        "HRV_HF (their settings)": _as_they_do(nn).power_ms2(HF_HZ),
        "lomb_LF": lomb and lomb.lf_ms2,
        "lomb_HF": lomb and lomb.hf_ms2,
    }


def _as_they_do(nn: np.ndarray) -> Spectrum:
    """Welch nearly as NeuroKit does: quadratic interpolation at 100 Hz, windows of half the recording."""
    t_s = np.cumsum(nn) / 1000.0
    grid = np.arange(t_s[0], t_s[-1], 0.01)
    values = interp1d(t_s, nn, kind="quadratic")(grid)
    even = NNSeries.of(values, t_s=grid)
    window_s = min(2.0 / 0.001, t_s[-1] / 2.0)
    settings = SpectrumSettings(window_s=window_s, resample_hz=100.0, spline_degree=1, detrend=Detrend.MEAN)
    found = spectrum(even, Method.WELCH, settings)
    assert found is not None
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--peers", required=True, help="the Python of an environment that holds neurokit2")
    args = parser.parse_args()
    folder = hearts.recordings_folder()
    if folder is None:
        sys.exit("no recordings: name their folder in ENTRAIN_RECORDINGS")
    series = {name: nn for name, nn in hearts.recordings(folder).items() if name in hearts.REST}
    text = "\n".join(json.dumps(nn.tolist()) for nn in series.values())
    done = subprocess.run([args.peers, "-c", _WORKER], input=text, capture_output=True, text=True, check=True)
    for (name, nn), line in zip(series.items(), done.stdout.splitlines(), strict=True):
        theirs = json.loads(line)
        print(name)
        for figure, value in ours(nn).items():
            other = theirs[figure.split(" (")[0]]
            same = "–" if value is None else f"{value / other - 1.0:+.1e}"
            print(f"  {figure:28s} {value or 0.0:12.4f} {other:12.4f}  {same}")


if __name__ == "__main__":
    main()
