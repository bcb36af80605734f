"""Pieces of music made for tests, whose beats are known."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def beats(bpm: float, seconds: float, to_bpm: float | None = None, from_s: float = 0.0) -> Floats:
    """Beat times in seconds of a tempo that goes evenly from one to another."""
    to_bpm = bpm if to_bpm is None else to_bpm
    times = [from_s]
    while (t := times[-1]) < seconds:
        times.append(t + 60.0 / (bpm + (to_bpm - bpm) * t / seconds))
    return np.array(times[:-1])


def clicks(at_s: Floats, seconds: float, rate_hz: int = 48_000) -> Floats:
    """Short clicks of 1.5 kHz: (n, 2)."""
    t = np.arange(round(0.02 * rate_hz)) / rate_hz
    click = np.sin(2 * np.pi * 1500 * t) * np.exp(-t / 0.003)
    return _laid([(s, 0.8 * click) for s in at_s], seconds, rate_hz)


def drums(at_s: Floats, seconds: float, rate_hz: int = 44_100, seed: int = 1) -> Floats:
    """Kick and snare in turn, a hat between: (n, 2)."""
    random = np.random.default_rng(seed)
    t = np.arange(round(0.25 * rate_hz)) / rate_hz
    kick = 0.8 * np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.09)
    snare = 0.4 * random.standard_normal(len(t)) * np.exp(-t / 0.05)
    hat = 0.12 * np.diff(random.standard_normal(len(t) + 1)) * np.exp(-t / 0.015)
    half_s = np.diff(at_s, append=2 * at_s[-1] - at_s[-2]) / 2
    events = [(s, (kick, snare)[i % 2]) for i, s in enumerate(at_s)]
    events += [(s, hat) for s in at_s] + [(s + h, hat) for s, h in zip(at_s, half_s, strict=True)]
    return _laid(events, seconds, rate_hz)


def chords(at_s: Floats, seconds: float, rate_hz: int = 44_100) -> Floats:
    """A plucked note on every beat over a chord on every fourth, like a quiet piano: (n, 2)."""
    roots = (220.0, 174.6, 130.8, 196.0)
    events: list[tuple[float, Floats]] = []
    for i, s in enumerate(at_s):
        root = roots[i // 4 % 4]
        events.append((s, 0.25 * _note(root * (2, 2.5, 3, 2.5)[i % 4], 1.2, rate_hz)))
        if i % 4 == 0:
            events += [(s, 0.15 * _note(root * k, 3.0, rate_hz)) for k in (1.0, 1.25, 1.5)]
    return _laid(events, seconds, rate_hz)


def threes(at_s: Floats, seconds: float, rate_hz: int = 44_100) -> Floats:
    """Chords on the first, fourth and seventh quaver of a bar, over a soft bass on every beat: (n, 2)."""
    quaver_s = np.diff(at_s, append=2 * at_s[-1] - at_s[-2]) / 2
    events = [(s, 0.12 * _note(65.4, 0.3, rate_hz)) for s in at_s]
    for i, (s, q) in enumerate(zip(at_s, quaver_s, strict=True)):
        root = (220.0, 174.6, 196.0, 164.8)[i // 4 % 4]
        for after in ((0.0,), (q,), (), (0.0,))[i % 4]:
            events += [(s + after, 0.2 * _note(root * k, 0.5, rate_hz)) for k in (1.0, 1.25, 1.5)]
    return _laid(events, seconds, rate_hz)


def rubato(seconds: float, rate_hz: int = 44_100, seed: int = 2) -> Floats:
    """Notes whenever they please."""
    random = np.random.default_rng(seed)
    at_s = np.cumsum(random.lognormal(-0.5, 0.55, int(4 * seconds)))
    pitches = 220.0 * 2.0 ** (random.integers(0, 13, len(at_s)) / 12)
    return _laid(
        [(s, 0.3 * _note(hz, 1.5, rate_hz)) for s, hz in zip(at_s, pitches, strict=True) if s < seconds],
        seconds,
        rate_hz,
    )


def ambient(seconds: float, rate_hz: int = 44_100, seed: int = 3) -> Floats:
    """Slow swells of tones and a little noise: no beat at all."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz

    def side() -> Floats:
        sound = 0.004 * random.standard_normal(len(t))
        for hz in (110.0, 164.8, 220.3, 277.2, 329.6):
            swell = 1 + np.sin(2 * np.pi * random.uniform(0.02, 0.11) * t + random.uniform(0, 6))
            sound += 0.06 * swell * np.sin(2 * np.pi * hz * t)
        return sound

    return np.stack([side(), side()], axis=1)


def saved(path: Path, sound: Floats, rate_hz: int = 44_100) -> Path:
    with soundfile.SoundFile(path, "w", rate_hz, sound.shape[1] if sound.ndim > 1 else 1) as file:
        for at in range(0, len(sound), 8192):  # libsndfile encodes Vorbis on the stack: small pieces
            file.write(sound[at : at + 8192])
    return path


def _note(hz: float, length_s: float, rate_hz: int) -> Floats:
    t = np.arange(round(length_s * rate_hz)) / rate_hz
    tone = np.sum([np.sin(2 * np.pi * hz * k * t) / k**2 for k in range(1, 6)], axis=0)
    shape = (
        np.minimum(t / 0.008, 1.0) * np.exp(-t / (0.3 * length_s)) * np.minimum((length_s - t) / 0.02, 1.0)
    )
    return np.asarray(tone * shape)


def _laid(events: list[tuple[float, Floats]], seconds: float, rate_hz: int) -> Floats:
    out = np.zeros((round(seconds * rate_hz), 2))
    for s, sound in events:
        at = round(s * rate_hz)
        if 0 <= at < len(out):
            n = min(len(sound), len(out) - at)
            out[at : at + n] += sound[:n, None]
    return out
