"""The listener's own music in figures: `python -m benchmarks.music [--pictures] [--librosa FOLDER]`.

With --pieces FOLDER it looks at pieces of one's own instead (`benchmarks.real_music`).

Beats found in made pieces whose beats are known, what a change of tempo does to a sine and to chords, how
exact onsets are after half an hour, and what it costs. With --pictures it draws a stretched piece beside the
original and the change from one piece to the next into docs/pictures. --librosa names a folder in which
librosa is installed (`pip install --target FOLDER librosa`), to compare.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
import soundfile

from benchmarks import real_music
from entrain.music_library import beats, library, listening
from entrain.music_library.reading import WaitingSource, waiting_music
from entrain.score import Presence, Score
from entrain.synth.music.piece import Piece, Playlist
from entrain.synth.stretch import Samples, Stretch
from entrain.tempo.plan import TempoPlan
from tests.support import tunes

RATE_HZ: Final = 48_000
LENGTH_S: Final = 60.0
PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
INK: Final = "#2b5d66"
WITHIN_MS: Final = 70.0  # what the literature calls a beat that is found

Made = tuple[str, tunes.Floats, tunes.Floats | None]  # name, sound, its beats


def made() -> list[Made]:
    random = np.random.default_rng(5)
    pieces: list[Made] = []
    for bpm in (56.0, 64.0, 72.0, 80.0, 95.0, 110.0, 130.0):
        for name, make in (("drums", tunes.drums), ("chords", tunes.chords)):
            true_s = tunes.beats(bpm, LENGTH_S, from_s=0.4)
            pieces.append((f"{name} {bpm:.0f}", make(true_s, LENGTH_S), true_s))
    true_s = tunes.beats(80.0, LENGTH_S, to_bpm=68.0, from_s=0.3)
    pieces.append(("drums 80 to 68", tunes.drums(true_s, LENGTH_S), true_s))
    pieces.append(("chords 80 to 68", tunes.chords(true_s, LENGTH_S), true_s))
    true_s = tunes.beats(76.0, LENGTH_S, from_s=0.5)
    human = np.sort(true_s + random.normal(0.0, 0.012, len(true_s)))
    pieces.append(("chords 76, human", tunes.chords(human, LENGTH_S), human))
    noisy = tunes.drums(true_s, LENGTH_S)
    pieces.append(("drums 76, noisy", noisy + 0.05 * random.standard_normal(noisy.shape), true_s))
    pieces += [(f"rubato {seed}", tunes.rubato(LENGTH_S, seed=seed), None) for seed in (2, 7, 11)]
    pieces += [(f"ambient {seed}", tunes.ambient(LENGTH_S, seed=seed), None) for seed in (3, 8)]
    return pieces


def show_beats(folder: Path, with_librosa: bool) -> None:
    print(f"beats: share of the found within {WITHIN_MS:.0f} ms of a true one, median and largest error")
    for name, sound, true_s in made():
        path = tunes.saved(folder / "piece.wav", sound)
        began_s = process_time()
        found_s = beats.find(listening.listen(path)).beats_s
        text = f"  {name:<18}{said(found_s, true_s):<42}{LENGTH_S / (process_time() - began_s):>5.0f} x"
        if with_librosa:
            began_s = process_time()
            theirs = librosas(path)
            text += f"   librosa: {said(theirs, true_s)} {LENGTH_S / (process_time() - began_s):.0f} x"
        print(text)


def librosas(path: Path) -> np.ndarray:
    """librosa's beats, in seconds."""
    import librosa

    sound, rate_hz = librosa.load(path)
    return librosa.beat.beat_track(y=sound, sr=rate_hz, units="time", start_bpm=85.0)[1]


def said(found_s: np.ndarray, true_s: np.ndarray | None) -> str:
    if true_s is None:
        return "none, rightly" if not len(found_s) else f"{len(found_s)} beats where there are none"
    if not len(found_s):
        return "none found"
    inside = found_s[(found_s > true_s[0] - 0.2) & (found_s < true_s[-1] + 0.2)]
    errors_ms = np.array([1e3 * np.abs(true_s - t).min() for t in inside])
    octave = np.median(np.diff(found_s)) / np.median(np.diff(true_s))
    hit = np.mean(errors_ms < WITHIN_MS)
    return f"{100 * hit:.0f} %, {np.median(errors_ms):.1f} / {errors_ms.max():.1f} ms, period x{octave:.2f}"


def score(from_bpm: float, to_bpm: float, seconds: float) -> Score:
    tempo = TempoPlan.steady(0.5, from_bpm).edited(0.5, to_bpm, seconds)
    return Score(tempo, None, Presence().changed(0.0, 1.0, 0.1))


def piece_of(path: Path, true_s: np.ndarray) -> Piece:
    info = soundfile.info(path)
    lead = () if true_s[0] <= 0.0 else (2.0 * true_s[0] - true_s[1],)
    grid = (*lead, *true_s.tolist(), 2.0 * true_s[-1] - true_s[-2], 3.0 * true_s[-1] - 2.0 * true_s[-2])
    return Piece(str(path), path.name, "", info.duration, info.samplerate, 1.0, grid)


def played(
    pieces: tuple[Piece, ...], what: Score, seconds: float, block: int = 8192
) -> tuple[Samples, float]:
    """(sound, seconds of it for a second of one core)."""
    music = waiting_music(Playlist(pieces), RATE_HZ)
    assert music is not None
    out = np.zeros((round(seconds * RATE_HZ), 2), np.float32)
    began_s = process_time()
    for at in range(0, len(out), block):
        part = out[at : at + block]
        music.add(part, what, Stretch(at, len(part), RATE_HZ, 0.0))
    return out, seconds / (process_time() - began_s)


def show_stretching(folder: Path) -> None:
    print("stretching a steady tone to another tempo: everything that is not the tone, in dB; swing of level")
    t = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    true_s = tunes.beats(72.0, LENGTH_S)
    for name, partials in (
        ("110 Hz", (110.0,)),
        ("440 Hz", (440.0,)),
        ("1 kHz", (1000.0,)),
        ("a chord", (220.0, 277.2, 329.6, 440.0)),
    ):
        sound = np.sum([0.3 / len(partials) * np.sin(2 * np.pi * hz * t) for hz in partials], axis=0)
        path = tunes.saved(folder / "tone.flac", np.stack([sound, sound], axis=1), RATE_HZ)
        for bpm in (72.0, 66.0, 60.0, 55.0):
            out, _ = played((piece_of(path, true_s),), score(bpm, bpm, 1.0), 30.0)
            heard = out[10 * RATE_HZ : 28 * RATE_HZ, 0].astype(np.float64)
            power = np.abs(np.fft.rfft(heard * np.blackman(len(heard)))) ** 2
            hz = np.fft.rfftfreq(len(heard), 1 / RATE_HZ)
            own = np.any([np.abs(hz - f) < 20.0 for f in partials], axis=0)
            other_db = 10 * np.log10(power[~own].sum() / power[own].sum())
            level = np.sqrt(np.mean(heard.reshape(-1, RATE_HZ // 10) ** 2, axis=1))
            swing_db = 20 * np.log10(level.max() / level.min())
            print(
                f"  {name:<10} at {bpm / 72:.2f} of its tempo: {other_db:>7.1f} dB beyond 20 Hz,"
                f" level swings {swing_db:.1f} dB"
            )


def show_onsets(folder: Path) -> None:
    true_s = tunes.beats(72.0, 1900.0, from_s=0.25)
    path = tunes.saved(folder / "clicks.flac", tunes.clicks(true_s, 1900.0), RATE_HZ)
    (piece,) = library.pieces(path, folder / "cache", None, lambda _: None)
    what = score(72.0, 60.0, 1800.0)
    out, speed = played((piece,), what, 1800.0)
    loud = np.flatnonzero(np.abs(out[:, 0]) > 0.1 * np.abs(out).max())
    at_s = loud[np.r_[True, np.diff(loud) > RATE_HZ // 4]] / RATE_HZ
    planned = np.array([what.tempo.time_of_beat(n) for n in range(2200)])
    errors_ms = np.array([1e3 * (t - planned[np.abs(planned - t).argmin()]) for t in at_s])
    print(
        f"onsets of a click track found by listening, 72 to 60 in half an hour: {len(at_s)}, median"
        f" {np.median(errors_ms):.2f} ms, largest {np.abs(errors_ms).max():.2f} ms, in the last minute"
        f" {np.abs(errors_ms[at_s > 1740.0]).max():.2f} ms; {speed:.0f} x"
    )


def show_cost(folder: Path) -> None:
    print(
        "cost: seconds of music at 48 kHz for a second of one core, decoding included,"
        " in blocks of 512 and 8192"
    )
    true_s = tunes.beats(72.0, LENGTH_S, from_s=0.3)
    for suffix in ("wav", "flac", "ogg", "mp3"):
        for rate_hz in (48_000, 44_100):
            path = tunes.saved(folder / f"p.{suffix}", tunes.chords(true_s, LENGTH_S, rate_hz), rate_hz)
            piece = piece_of(path, true_s)
            speeds = [played((piece,), score(66.0, 60.0, 50.0), 50.0, block)[1] for block in (512, 8192)]
            source = WaitingSource(piece, RATE_HZ)
            began_s = process_time()
            for at in range(0, 50 * RATE_HZ, 24_000):
                source.read(at, 24_000)
            alone = 50.0 / (process_time() - began_s)
            print(
                f"  {suffix:<5}{rate_hz:>7} Hz{speeds[0]:>8.0f} x{speeds[1]:>8.0f} x"
                f"   decoding alone {alone:.0f} x"
            )


def draw(folder: Path) -> None:
    from matplotlib.figure import Figure
    from scipy.signal import spectrogram

    true_s = tunes.beats(72.0, 30.0, from_s=0.3)
    path = tunes.saved(
        folder / "piece.flac", 0.5 * tunes.chords(true_s, 30.0) + 0.3 * tunes.drums(true_s, 30.0)
    )
    (piece,) = library.pieces(path, folder / "cache", None, lambda _: None)
    what = score(62.0, 60.0, 60.0)
    out, _ = played((piece,), what, 22.0)
    original, rate_hz = soundfile.read(path)
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    for axis, sound, hz, title, lines in zip(
        figure.subplots(2, 1),
        (original[8 * rate_hz : 18 * rate_hz, 0], out[8 * RATE_HZ : 18 * RATE_HZ, 0]),
        (rate_hz, RATE_HZ),
        (
            "as it was made, 72 beats a minute",
            "laid on 62 beats a minute, gliding down; the lines are the score's beats",
        ),
        (true_s, np.array([what.tempo.time_of_beat(n) for n in range(25)])),
        strict=True,
    ):
        f, t, power = spectrogram(sound, hz, nperseg=2048, noverlap=1536)
        level = 10 * np.log10(power + 1e-12)
        axis.pcolormesh(
            t, f, level, vmin=level.max() - 70, vmax=level.max(), shading="gouraud", rasterized=True
        )
        axis.set(yscale="log", ylim=(80, 8000), ylabel="Hz", xlim=(0, 10))
        axis.set_title(title, fontsize=9, loc="left")
        for line in lines[(lines > 8.0) & (lines < 18.0)] - 8.0:
            axis.axvline(line, color="white", lw=0.6)
    save(figure, PICTURES / "music-slower.png")
    second_s = tunes.beats(66.0, 30.0, from_s=0.3)
    other = tunes.saved(folder / "other.flac", 0.6 * tunes.drums(second_s, 30.0))
    (next_piece,) = library.pieces(other, folder / "cache", None, lambda _: None)
    out, _ = played((piece, next_piece), what, 45.0)
    parts = out[20 * RATE_HZ : 44 * RATE_HZ].reshape(-1, 480, 2)[:, :, 0]
    figure = Figure(figsize=(8, 2.4), layout="constrained")
    axis = figure.subplots()
    axis.fill_between(20 + np.arange(len(parts)) / 100, parts.min(1), parts.max(1), color=INK, lw=0)
    axis.set(xlabel="seconds", ylabel="level", xlim=(20, 44))
    axis.set_title("from one piece to the next, both on the beat", fontsize=9, loc="left")
    save(figure, PICTURES / "music-change.png")


def save(figure: Any, path: Path) -> None:
    from PIL import Image

    image = BytesIO()
    figure.savefig(image, dpi=100)
    Image.open(image).convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--librosa", metavar="FOLDER")
    parser.add_argument("--pieces", metavar="FOLDER", type=Path)
    args = parser.parse_args()
    if args.librosa:
        sys.path.append(args.librosa)
    if args.pieces:
        real_music.show(args.pieces, librosas if args.librosa else None)
        return
    shows: tuple[Callable[[Path], None], ...] = (show_stretching, show_onsets, show_cost)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show_beats(folder, bool(args.librosa))
        for show in shows:
            show(folder)
        if args.pictures:
            draw(folder)


if __name__ == "__main__":
    main()
