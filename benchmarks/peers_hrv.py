"""One panel of one library on one series, for `benchmarks.analysis`: runs in the peers' own environment.

    python peers_hrv.py LIBRARY PANEL SERIES.npy      one JSON line: seconds (best of a few), peak_mb, values

Each library is called through its own documented functions, with its own defaults, plots off. What is timed
is the call alone, after the import.
"""

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np

warnings.filterwarnings("ignore")
Values = dict[str, float]
REPEAT_WITHIN_S = 5.0


def entrain(panel: str) -> Callable[[np.ndarray], Values]:
    from entrain.analysis.nonlinear import dfa, poincare, sample_entropy
    from entrain.analysis.series import NNSeries
    from entrain.analysis.spectrum import Method, band_powers, spectrum
    from entrain.analysis.time_domain import time_domain

    def time_(nn):
        found = time_domain(nn)
        return {"sdnn": found.sdnn_ms, "rmssd": found.rmssd_ms}

    def powers(method):
        def run(nn):
            found = band_powers(spectrum(nn, method))
            return {"lf": found.lf_ms2, "hf": found.hf_ms2}

        return run

    def nonlinear(nn):
        series = NNSeries.of(nn)
        plot = poincare(series)
        dfa(series)
        return {"sd1": plot.sd1_ms, "sd2": plot.sd2_ms, "sampen": sample_entropy(series).value}

    def everything(nn):
        """Correction, all measures, coherence, breathing and 5-min windows: what `entrain analyse` does."""
        from entrain.analysis.summary import analyse

        found = analyse(nn, window_s=300.0).findings
        return {"sdnn": found.time_domain.sdnn_ms, "rmssd": found.time_domain.rmssd_ms}

    panels = {"time": time_, "welch": powers(Method.WELCH), "lomb": powers(Method.LOMB)}
    return {**panels, "nonlinear": nonlinear, "everything": everything}[panel]


def neurokit2(panel: str) -> Callable[[np.ndarray], Values]:
    import neurokit2 as nk

    def peaks(nn):
        return {"RRI": nn, "RRI_Time": np.cumsum(nn) / 1000.0}

    def time_(nn):
        found = nk.hrv_time(peaks(nn)).iloc[0]
        return {"sdnn": found["HRV_SDNN"], "rmssd": found["HRV_RMSSD"]}

    def powers(method):
        def run(nn):
            # normalize=False: as powers in ms², not as shares of the highest.
            found = nk.hrv_frequency(peaks(nn), psd_method=method, normalize=False).iloc[0]
            return {"lf": found["HRV_LF"], "hf": found["HRV_HF"]}

        return run

    def nonlinear(nn):
        # hrv_nonlinear() also does measures that nobody else here has; these are the same ones by themselves.
        x, y = nn[:-1], nn[1:]
        sd1, sd2 = np.std((x - y) / np.sqrt(2), ddof=1), np.std((x + y) / np.sqrt(2), ddof=1)
        sampen = nk.entropy_sample(nn, dimension=2, tolerance=0.2 * np.std(nn, ddof=1))[0]
        nk.fractal_dfa(nn, scale=np.arange(4, 17))
        nk.fractal_dfa(nn, scale=np.arange(16, 65, 4))
        return {"sd1": sd1, "sd2": sd2, "sampen": sampen}

    panels = {"time": time_, "welch": powers("welch"), "lomb": powers("lomb")}
    return {**panels, "nonlinear": nonlinear}[panel]


def hrvanalysis(panel: str) -> Callable[[np.ndarray], Values]:
    import hrvanalysis as hrv

    def time_(nn):
        found = hrv.get_time_domain_features(nn.tolist())
        return {"sdnn": found["sdnn"], "rmssd": found["rmssd"]}

    def powers(method):
        def run(nn):
            found = hrv.get_frequency_domain_features(nn.tolist(), method=method)
            return {"lf": found["lf"], "hf": found["hf"]}

        return run

    def nonlinear(nn):
        plot = hrv.get_poincare_plot_features(nn.tolist())
        return {"sd1": plot["sd1"], "sd2": plot["sd2"], "sampen": hrv.get_sampen(nn.tolist())["sampen"]}

    panels = {"time": time_, "welch": powers("welch"), "lomb": powers("lomb")}
    return {**panels, "nonlinear": nonlinear}[panel]


def pyhrv(panel: str) -> Callable[[np.ndarray], Values]:
    import matplotlib as mpl

    mpl.use("agg")
    import pyhrv.frequency_domain as fd
    import pyhrv.nonlinear as nl
    import pyhrv.time_domain as td

    def time_(nn):
        td.nni_parameters(nn)
        td.nn50(nn)
        return {"sdnn": td.sdnn(nn)["sdnn"], "rmssd": td.rmssd(nn)["rmssd"]}

    def powers(function, name):
        def run(nn):
            found = function(nn, show=False, mode="dev")[0][f"{name}_abs"]
            return {"lf": found[1], "hf": found[2]}

        return run

    def nonlinear(nn):
        plot = nl.poincare(nn, show=False, mode="dev")
        nl.dfa(nn, show=False, mode="dev")
        return {"sd1": plot["sd1"], "sd2": plot["sd2"], "sampen": nl.sample_entropy(nn)["sampen"]}

    panels = {"time": time_, "welch": powers(fd.welch_psd, "fft"), "lomb": powers(fd.lomb_psd, "lomb")}
    return {**panels, "nonlinear": nonlinear}[panel]


def systole(panel: str) -> Callable[[np.ndarray], Values]:
    from systole import hrv

    def table(found):
        return dict(zip(found["Metric"], found["Values"], strict=True))

    def time_(nn):
        found = table(hrv.time_domain(nn))
        return {"sdnn": found["SDNN"], "rmssd": found["RMSSD"]}

    def welch(nn):
        found = table(hrv.frequency_domain(nn))
        return {"lf": found["lf_power"], "hf": found["hf_power"]}

    def nonlinear(nn):
        sd1, sd2 = hrv.poincare(nn)  # systole has no sample entropy and no DFA
        return {"sd1": sd1, "sd2": sd2}

    return {"time": time_, "welch": welch, "nonlinear": nonlinear}[panel]


LIBRARIES = {f.__name__: f for f in (entrain, neurokit2, hrvanalysis, pyhrv, systole)}


def main(library: str, panel: str, path: str) -> None:
    nn = np.load(path)
    call = LIBRARIES[library](panel)
    best, spent = float("inf"), 0.0
    while True:
        start = time.perf_counter()
        values = call(nn)
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
        if spent > REPEAT_WITHIN_S or best * 3 + spent > REPEAT_WITHIN_S:
            break
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    numbers = {k: None if v is None else float(v) for k, v in values.items()}
    print(json.dumps({"seconds": best, "peak_mb": peak_mb, "values": numbers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
