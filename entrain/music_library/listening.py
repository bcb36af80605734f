"""One pass over a file of music, block by block: what is needed to find its beat and its loudness.

An hour of music leaves some tens of megabytes here, whatever its format.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from entrain.errors import InputError

Floats = NDArray[np.float32]

_WINDOW_S: Final = 0.023
_HOP_S: Final = 0.010
_FINE_S: Final = 0.002
_BLOCK_HOPS: Final = 1000
_LOWEST_HZ: Final = 40.0
_HIGHEST_HZ: Final = 10_000.0
_N_BANDS: Final = 32
_FLOOR: Final = 1e-6  # of the loudest band: 60 dB below it nothing counts as new
_GATE_BLOCK_S: Final = 0.4


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece as it was heard.

    Frame i of `onsets` is how much began at `first_onset_s + i * hop_s`; value i of `fine_db` the level, with
    high notes lifted, of the stretch of `fine_s` that begins at `i * fine_s`.
    """

    duration_s: float
    sample_rate_hz: int
    onsets: Floats
    first_onset_s: float
    hop_s: float
    fine_db: Floats
    fine_s: float
    loudness_lufs: float  # ITU-R BS.1770-4, integrated; minus infinity for silence
    peak: float


class MusicFile(soundfile.SoundFile):
    """A file that is read on from where it stands.

    After each read the library seeks to where it already is, for the sake of files that are also written; in
    an MP3 that tears holes of silence into the sound.
    """

    def seekable(self) -> bool:
        return False


def blocks(path: Path) -> Iterator[tuple[int, Floats]]:
    """(sample rate in Hz, frames (n, 2)) of a file, about ten seconds at a time; mono goes to both sides.

    Raises:
        InputError: it cannot be read as music, or a part of it cannot.
    """
    try:
        # Opened by name first: what is wrong with the path is then said in the system's own words.
        path.open("rb").close()
        with MusicFile(path) as file:
            n_frames = _BLOCK_HOPS * round(_HOP_S * file.samplerate)
            while len(frames := file.read(n_frames, dtype="float32", always_2d=True)):
                yield file.samplerate, stereo(frames)
    except OSError as error:
        raise InputError(f'"{path}" cannot be read: {error.strerror or error}.') from None
    except soundfile.LibsndfileError as error:
        why = error.error_string.rstrip(". ")
        raise InputError(
            f'"{path}" cannot be read as music: {why}.', "WAV, FLAC, OGG and MP3 files can be."
        ) from None


def stereo(frames: NDArray[Any]) -> Floats:
    """Two channels of however many: one goes to both sides, of more than two the first two are taken."""
    return np.repeat(frames, 2, axis=1) if frames.shape[1] == 1 else frames[:, :2]


def listen(path: Path) -> Heard:
    """Raises InputError as `blocks` does, and where there is no sound in it."""
    bands: list[Floats] = []
    weighted: list[Floats] = []
    fine: list[Floats] = []
    rate_hz = n_frames = 0
    peak = 0.0
    ear: _Ear | None = None
    rest = fine_rest = np.zeros((0, 2), np.float32)
    for rate_hz, frames in blocks(path):
        if ear is None:
            ear = _Ear(rate_hz)
            rest = np.zeros((ear.n_window // 2, 2), np.float32)  # frame i is centred on i hops
        n_frames += len(frames)
        peak = max(peak, float(np.abs(frames).max()))
        rest = np.concatenate([rest, frames])
        n_hops = max(0, (len(rest) - ear.n_window) // ear.hop + 1)
        in_bands, power = ear.hear(rest, n_hops)
        bands.append(in_bands)
        weighted.append(power)
        rest = rest[n_hops * ear.hop :]
        fine_rest = np.concatenate([fine_rest, frames])
        n_fine = max(0, (len(fine_rest) - 1) // ear.fine)
        fine.append(_fine_power(fine_rest[: n_fine * ear.fine + 1], ear.fine))
        fine_rest = fine_rest[n_fine * ear.fine :]
    if ear is None or not bands:
        raise InputError(f'"{path}" holds no sound.')
    hop_s = ear.hop / rate_hz
    fine_power = np.concatenate(fine)
    return Heard(
        duration_s=n_frames / rate_hz,
        sample_rate_hz=rate_hz,
        onsets=_flux(np.concatenate(bands)),
        first_onset_s=0.5 * hop_s,  # what is new in frame 1 came between the middles of 0 and 1
        hop_s=hop_s,
        fine_db=_decibels(fine_power),
        fine_s=ear.fine / rate_hz,
        loudness_lufs=_integrated(np.concatenate(weighted), hop_s),
        peak=peak,
    )


class _Ear:
    """Spectra of a fixed sample rate, summed in bands and weighted for loudness."""

    def __init__(self, rate_hz: int) -> None:
        self.hop = max(1, round(_HOP_S * rate_hz))
        self.fine = max(1, round(_FINE_S * rate_hz))
        self.n_window = 2 ** round(np.log2(_WINDOW_S * rate_hz))
        window = np.hanning(self.n_window + 1)[:-1]
        self._window = window.astype(np.float32)[None, :, None]
        hz = np.fft.rfftfreq(self.n_window, 1.0 / rate_hz)
        edges_hz = np.geomspace(_LOWEST_HZ, min(_HIGHEST_HZ, 0.45 * rate_hz), _N_BANDS + 1)
        # Where bins are wider than bands, several bands would be one: each edge is a bin of its own.
        self._edges = np.unique(np.searchsorted(hz, edges_hz))
        self._loudness = (k_weighting(hz) * 2.0 / (self.n_window * np.sum(window**2))).astype(np.float32)

    def hear(self, frames: Floats, n_hops: int) -> tuple[Floats, Floats]:
        """(power in bands (n_hops, n_bands), K-weighted mean square (n_hops,)) of windows a hop apart."""
        views = np.lib.stride_tricks.sliding_window_view(frames, self.n_window, axis=0)[:: self.hop][:n_hops]
        spectra = np.fft.rfft(views.transpose(0, 2, 1) * self._window, axis=1)
        power = (spectra.real**2 + spectra.imag**2).sum(axis=2, dtype=np.float32)
        bands = np.add.reduceat(power, self._edges, axis=1)[:, :-1]
        return bands.astype(np.float32), (power @ self._loudness).astype(np.float32)


def _flux(bands: Floats) -> Floats:
    """How much each frame has that the one before had not, in decibels, mean of the bands."""
    if len(bands) < 2:
        return np.zeros(0, np.float32)
    return np.maximum(np.diff(_decibels(bands), axis=0), 0.0).mean(axis=1)


def _decibels(power: Floats) -> Floats:
    """Levels, none lower than `_FLOOR` below the highest."""
    floor = _FLOOR * max(float(power.max(initial=0.0)), 1e-12)
    return (10.0 * np.log10(power + floor)).astype(np.float32)


def _fine_power(frames: Floats, n: int) -> Floats:
    """Mean square of the difference of neighbouring frames (which lifts what is high), `n` at a time."""
    rises = np.diff(frames.sum(axis=1))
    return (rises.reshape(-1, n) ** 2).mean(axis=1)


# ---- loudness ----------------------------------------------------------------------------------------------


def k_weighting(hz: NDArray[Any]) -> NDArray[np.float64]:
    """The power gain of BS.1770's two filters, by their coefficients at 48 kHz (Annex 1, tables 1 and 2)."""
    z = np.exp(-2j * np.pi * np.minimum(hz, 24_000.0) / 48_000.0)
    shelf = _biquad(
        z, (1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585)
    )
    high_pass = _biquad(z, (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
    return np.abs(shelf * high_pass) ** 2


def _biquad(
    z: NDArray[np.complex128], b: tuple[float, float, float], a: tuple[float, float]
) -> NDArray[np.complex128]:
    return (b[0] + b[1] * z + b[2] * z**2) / (1.0 + a[0] * z + a[1] * z**2)


def _integrated(mean_squares: Floats, hop_s: float) -> float:
    """Gated loudness of blocks of 400 ms that overlap by three quarters (BS.1770-4, 2.8)."""
    n_block = round(_GATE_BLOCK_S / hop_s)
    total = np.concatenate([[0.0], np.cumsum(mean_squares, dtype=np.float64)])
    if len(total) <= n_block:
        power = np.array([total[-1] / max(1, len(mean_squares))])
    else:
        power = (total[n_block:] - total[:-n_block])[:: n_block // 4] / n_block
    power = power[_lufs(power) > -70.0]
    if not len(power):
        return -np.inf
    power = power[_lufs(power) > _lufs(np.mean(power)) - 10.0]
    return float(_lufs(np.mean(power)))


def _lufs(power: NDArray[np.float64] | np.floating) -> NDArray[np.float64]:
    return -0.691 + 10.0 * np.log10(np.maximum(power, 1e-20))
