"""How exact a long film is: python -m benchmarks.film_exact [MINUTES]

A film of a glass that fills, small, without loss in its sound, is made twice and decoded again. Every frame's
surface is read from its pixels and held against the score, the sound against `entrain render` by its samples.
Of a film with Opus the lag is found by correlation. Nothing is asserted here.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from entrain.app.film import FilmWish, make, opener, ready
from entrain.cli import main as entrain
from tests.support.films import RATE_HZ, sound, surface_errors_s

FPS = 10


def lag_samples(heard: np.ndarray, wanted: np.ndarray) -> float:
    """By which lag, in samples, a piece of the sound in its middle is heard."""
    n, at = 1 << 17, len(wanted) // 2
    near = 2400
    piece = wanted[at : at + n].mean(axis=1)
    part = heard[at - near : at + n + near].mean(axis=1)
    size = 1 << 19
    product = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(piece, size)))[: 2 * near]
    return float(product.argmax() - near)


def main() -> None:
    asked = argparse.ArgumentParser(description="How exact a long film is.")
    asked.add_argument("minutes", metavar="MINUTES", type=float, nargs="?", default=10.0)
    minutes = asked.parse_args().minutes
    wish = FilmWish("desk", figure="bar", minutes=minutes, voice="metronome", size="192x108", fps=FPS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        render = ["render", "--preset", "desk", "--voice", "metronome", "--minutes", f"{minutes:g}"]
        entrain([*render, "--out", str(folder / "sound.wav")])
        wanted = soundfile.read(folder / "sound.wav", always_2d=True)[0]
        hashes = set[str]()
        for n, ending in enumerate((".mkv", ".mkv", ".webm")):
            path = folder / f"{n}{ending}"
            film = ready(wish)
            made, _ = make(film, path, opener("auto"), 2, keeps_level=True, progress=lambda *_: None)
            hashes.add(made.sha256)
            heard = sound(path)[round(film.film.card_s * RATE_HZ) :]
            print(f"{ending}: lag of the sound {lag_samples(heard, wanted):+.0f} samples")
            if n == 0:
                off = np.abs(heard[: len(wanted)] - wanted).max() * 32_768
                errors_ms = np.abs(surface_errors_s(path, film.film)) * 1000
                print(f"largest difference from `entrain render`: {off:.2f} steps of sixteen bits")
                middle_ms, largest_ms = np.median(errors_ms), errors_ms.max()
                print(f"surface against the score: median {middle_ms:.1f} ms, largest {largest_ms:.1f} ms,")
                print(f"half a frame is {500 / FPS:.0f} ms, {len(errors_ms)} frames were judged")
        print(f"frames of the same film: {'the same' if len(hashes) == 1 else 'NOT the same'}")


if __name__ == "__main__":
    main()
