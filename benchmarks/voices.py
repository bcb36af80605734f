"""Every voice measured and drawn: python -m benchmarks.voices [--pictures]

Prints loudness (ITU-R BS.1770), true peak, the time to build and the speed of each voice on one core. With
--pictures it also draws waveform and spectrogram of one breath into docs/pictures/voices, and writes each
voice's own text into docs/use/voices.md. Needs pyloudnorm, SciPy, and Matplotlib for the pictures.
"""

import argparse
import inspect
import re
from importlib import import_module
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
import pyloudnorm
from scipy.signal import resample_poly, spectrogram

from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.score import Presence, Score
from entrain.synth import scales, voices
from entrain.synth.renderer import Renderer
from entrain.synth.voices.endless import CYCLE_BEATS
from entrain.tempo.plan import TempoPlan

RATE_HZ: Final = 48_000
PATTERN: Final = BreathPattern(4, 6)
LENGTH_S: Final = 60
BLOCK: Final = 65_536
DEVICE_BLOCK: Final = 512
DOCS: Final = Path(__file__).parents[1] / "docs"
PICTURES: Final = DOCS / "pictures" / "voices"
SECTION: Final = re.compile(r"(<!-- voices -->\n).*(<!-- end of voices -->)", re.DOTALL)
SCALES: Final = re.compile(r"(<!-- scales -->\n).*(<!-- end of scales -->)", re.DOTALL)
SOUNDING: Final = [name for name in voices.CATALOGUE if name != "silence"]
INK: Final = "#2b5d66"


def score() -> Score:
    return Score(TempoPlan.steady(0.0, 60.0), BreathPlan.steady(PATTERN), Presence().changed(-1.0, 1.0, 0.0))


def measured(name: str) -> str:
    began_s = process_time()
    renderer = Renderer(name, RATE_HZ)
    build_s = process_time() - began_s
    length = LENGTH_S * RATE_HZ
    began_s = process_time()
    blocks = [renderer.render(score(), at, BLOCK, 0.0) for at in range(0, length, BLOCK)]
    whole_s = process_time() - began_s
    sound = np.concatenate(blocks)
    began_s = process_time()
    for at in range(0, 10 * RATE_HZ, DEVICE_BLOCK):
        renderer.render(score(), at, DEVICE_BLOCK, 0.0)
    small_s = process_time() - began_s
    loudness = pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound.astype(float))
    peak = 20.0 * np.log10(np.abs(resample_poly(sound[: 20 * RATE_HZ], 4, 1, axis=0)).max())
    return (
        f"{name:<12}{loudness:>8.1f} LUFS{peak:>8.1f} dBTP{build_s:>8.2f} s"
        f"{LENGTH_S / whole_s:>8.0f} x{10 / small_s:>8.0f} x"
    )


def draw(name: str) -> None:
    """Waveform above, spectrogram below, of one breath of 10 s, the turn marked."""
    sound = Renderer(name, RATE_HZ).render(score(), 0, 20 * RATE_HZ, 0.0)[10 * RATE_HZ :, 0]
    figure, (above, below) = axes()
    t_s = np.arange(len(sound)) / RATE_HZ
    pieces = sound[: len(sound) // 480 * 480].reshape(-1, 480)
    above.fill_between(t_s[::480], pieces.min(1), pieces.max(1), color=INK, lw=0)
    above.set(ylim=(-0.6, 0.6), ylabel="level")
    for axis in (above, below):
        axis.axvline(PATTERN.inhale, color="#c8793f", lw=1)
    above.set_title(f"{name}: in for 4 beats, out for 6", fontsize=9, loc="left")
    heat(below, *spectrogram(sound, RATE_HZ, nperseg=4096, noverlap=3072, mode="psd"), highest=4000.0)
    below.set(ylabel="Hz", yscale="log", ylim=(50.0, 4000.0), xlabel="seconds")
    save(figure, PICTURES / f"{name}.png")


def draw_endless() -> None:
    """The spectrogram of the rhythm itself: how often a second something sounds, over three cycles."""
    length_s = 3 * CYCLE_BEATS
    sound = Renderer("endless", RATE_HZ, breath=0.0).render(score(), 0, length_s * RATE_HZ, 0.0)[:, 0]
    # The knocks' band only; the pulse under it lies lower.
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / RATE_HZ) < 350.0] = 0.0
    level = np.abs(np.fft.irfft(spectrum)).reshape(-1, 480).max(1)
    onsets = np.maximum(np.diff(level, prepend=0.0), 0.0)
    figure, (above, below) = axes()
    t_s = np.arange(len(onsets)) / 100.0
    above.plot(t_s, onsets, color=INK, lw=0.6)
    above.set(ylabel="onsets")
    above.set_title("endless: each line of rhythm slows, the whole stays", fontsize=9, loc="left")
    hz, at_s, power = spectrogram(onsets, 100.0, nperseg=600, noverlap=590, nfft=4096, mode="psd")
    heat(below, hz * 60.0, at_s, power, highest=300.0, range_db=26.0)
    below.axhline(60.0, color="#c8793f", lw=1)
    below.set(ylabel="a minute", yscale="log", ylim=(30.0, 260.0), xlabel="seconds")
    below.set_yticks([30, 60, 120, 240], ["30", "60", "120", "240"])
    below.minorticks_off()
    for axis in (above, below):
        axis.set_xlim(3.0, length_s - 3.0)
        for cycle in range(1, 3):
            axis.axvline(cycle * CYCLE_BEATS, color="#999999", lw=0.6, ls=":")
    save(figure, PICTURES / "endless-rhythm.png")


def axes() -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    mpl.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    return pyplot.subplots(
        2, 1, figsize=(7.2, 3.0), sharex=True, height_ratios=(1, 2), layout="constrained", dpi=90
    )


def heat(axis: Any, hz: Any, t_s: Any, power: Any, highest: float, range_db: float = 60.0) -> None:
    level = 10.0 * np.log10(power + 1e-14)
    shown = hz <= highest
    top = level[shown].max()
    axis.pcolormesh(
        t_s, hz[shown], level[shown], vmin=top - range_db, vmax=top, cmap="magma", rasterized=True
    )


def save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    pyplot.close(figure)
    Image.open(buffer).convert("RGB").quantize(48, dither=Image.Dither.NONE).save(path, optimize=True)


def text_of(name: str) -> str:
    """A voice's part of the page: its line, its own text, its pictures."""
    module = import_module(f"entrain.synth.voices.{name.replace('-', '_')}")
    picture = f"![waveform and spectrogram of {name}](../pictures/voices/{name}.png)\n"
    if name == "endless":
        picture += "\n![the rhythm of endless](../pictures/voices/endless-rhythm.png)\n"
    return f"### `{name}`\n\n{inspect.getdoc(module)}\n\n{picture}\n"


def scale_row(name: str) -> str:
    scale = scales.load(name)
    steps = ", ".join(f"{note} {1200 * np.log2(ratio):.0f}" for note, ratio in scale.notes)
    return f"| `{name}` | {scale.title} | {scale.when or 'any'} | {steps} | {scale.about} |\n"


def write_page() -> None:
    page = DOCS / "use" / "voices.md"
    text = page.read_text(encoding="utf-8")
    sections = "\n" + "".join(map(text_of, SOUNDING))
    rows = "".join(map(scale_row, scales.names()))
    rows = f"\n| scale | | its hour | notes, in cents above the tonic | |\n|---|---|---|---|---|\n{rows}\n"
    text = SECTION.sub(lambda found: found[1] + sections + found[2], text)
    text = SCALES.sub(lambda found: found[1] + rows + found[2], text)
    page.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", action="store_true", help="draw them, and write the page")
    args = parser.parse_args()
    if args.pictures:
        for name in SOUNDING:
            draw(name)
        draw_endless()
        write_page()
        return
    print(f"{'voice':<12}{'loudness':>13}{'true peak':>13}{'build':>10}{'speed':>10}{'of 512':>10}")
    for name in SOUNDING:
        print(measured(name))


if __name__ == "__main__":
    main()
