"""Films read back by PyAV, and held against the score they were drawn from."""

from math import cos, pi
from pathlib import Path

import av
import numpy as np
import pytest

from entrain.film.plan import Film

RATE_HZ = 48_000


def pictures(path: Path) -> np.ndarray:
    """(frames, h, w): brightness of every decoded frame, and that each lies where its number says."""
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
    rate = float(frames[1].time)
    assert [frame.time for frame in frames] == pytest.approx([n * rate for n in range(len(frames))], abs=2e-3)
    return np.stack([frame.to_ndarray()[: frame.height] for frame in frames])


def sound(path: Path) -> np.ndarray:
    """(n, 2) samples from time 0 of the film on."""
    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
    parts = [frame.to_ndarray() for frame in frames]
    packed = [part.reshape(-1, 2) if len(part) == 1 else part.T for part in parts]
    whole = np.concatenate(packed).astype(np.float64)
    if parts[0].dtype.kind == "i":
        whole /= 2.0 ** (8 * parts[0].dtype.itemsize - 1)
    first = round(float(frames[0].time) * RATE_HZ)
    return whole[-first:] if first < 0 else np.concatenate([np.zeros((first, 2)), whole])


def surface_errors_s(path: Path, film: Film) -> np.ndarray:
    """(n,) seconds by which the decoded glass of a film of 192 × 108 is early (+) or late, frame by frame.

    Frames near the turns of the breath are left out: there nothing moves, and nobody could tell a tenth of a
    second.
    """
    decoded = pictures(path)
    assert len(decoded) == film.n_frames
    column = decoded[:, :, 92:100].astype(float).mean(axis=2)
    errors_s: list[float] = []
    for number, rows in enumerate(column):
        t_s = number / film.fps - film.card_s
        moment = film.score.breath_at(t_s)
        if moment is None or film.score.presence.at(t_s) < 1.0:
            continue
        # The surface is the steepest step from dark above to light below.
        steps = np.diff(rows[6:92])
        top = int(steps.argmax())
        near = slice(max(0, top - 2), top + 3)
        weight = np.maximum(steps[near], 0.0)
        row = 6.5 + (np.arange(85)[near][: len(weight)] * weight).sum() / weight.sum()
        level = (53.5 - row) / 54
        fullness = (level / 1.6 + 0.5 - 0.05) / 0.90
        length_s = moment.part_beats * 60.0 / film.score.tempo.bpm_at(t_s)
        per_s = pi / 2 / length_s * np.sqrt(max(0.0, 1.0 - cos(pi * moment.part_fraction) ** 2))
        if per_s > 0.35:
            errors_s.append((fullness - moment.fullness) / per_s)
    return np.array(errors_s)
