"""What is found in pieces of one's own, and how they come out: `python -m benchmarks.music --pieces FOLDER`.

For each piece: how long the listening takes, the tempo that is found and how sure it is; librosa's tempo
and the share of beats that both have, of those with the fewer beats (an octave is no difference). If there is
a NAME.beats beside the piece, the times of its true beats in seconds, both are held against those. Then half
a minute and more of it, at full volume over a loud beat, as it leaves the renderer: true peak (four times
oversampled) and loudness.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
import pyloudnorm
from scipy.signal import resample_poly

from entrain.errors import InputError
from entrain.music_library import beats, library, listening
from entrain.music_library.reading import waiting_music
from entrain.score import Presence, Score
from entrain.synth.music.piece import Piece, Playlist
from entrain.synth.renderer import Renderer
from entrain.tempo.plan import TempoPlan

RATE_HZ: Final = 48_000
WITHIN_S: Final = 0.07
RIGHT: Final = 0.8  # of the beats within that of a true one
PLAYED_S: Final = 40.0
SHORTEST_S: Final = 25.0
LOUD_BEAT: Final = "heartbeat"
BPM: Final = 62.0

Times = np.ndarray[Any, np.dtype[np.float64]]
Theirs = Callable[[Path], Times]


@dataclass(frozen=True, slots=True)
class Row:
    ours_s: Times
    theirs_s: Times | None
    true_s: Times | None
    peak_dbtp: float


def show(folder: Path, theirs: Theirs | None) -> None:
    rows = [row for path in _files(folder) if (row := _row(path, theirs)) is not None]
    with_beat = [row for row in rows if len(row.ours_s)]
    print(f"{len(rows)} pieces, a beat in {len(with_beat)}; highest true peak {_highest(rows):.1f} dBTP")
    both = [row for row in with_beat if row.theirs_s is not None]
    if both:
        alike = sum(agreement(row.ours_s, row.theirs_s) > RIGHT for row in both)
        print(f"of those with a beat {alike} have the same one as librosa says, or every second of it")
    known = [row for row in rows if row.true_s is not None]
    if known:
        print(f"of {len(known)} whose beats are known, ours are right in {_n_right(known, 'ours_s')}", end="")
        print("" if theirs is None else f", librosa's in {_n_right(known, 'theirs_s')}")


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in library.SUFFIXES)


def _row(path: Path, theirs: Theirs | None) -> Row | None:
    began_s = process_time()
    try:
        heard = listening.listen(path)
    except InputError as fault:
        print(f"  {path.name}: {fault.message}")
        return None
    if heard.duration_s < SHORTEST_S:
        return None
    found = beats.find(heard)
    took_s = process_time() - began_s
    their_s = None if theirs is None else theirs(path)
    known = path.with_suffix(".beats")
    true_s = np.loadtxt(known) if known.exists() else None
    gain = library.gain_for(heard.loudness_lufs, heard.peak)
    times_s = tuple(found.beats_s.tolist())
    piece = Piece(str(path), path.name, "", heard.duration_s, heard.sample_rate_hz, gain, times_s)
    peak_dbtp, loudness = _played(piece)
    text = f"  {path.stem[:26]:<26}{heard.duration_s:>5.0f} s {took_s:>4.1f} s  {_bpm(found.beats_s):<10}"
    text += f"alike {found.likeness:.2f}, attacks {found.attacks:.2f}"
    if their_s is not None:
        text += f"   librosa {_bpm(their_s):<10}{agreement(found.beats_s, their_s):>4.0%}"
    if true_s is not None:
        text += f"   true {_bpm(true_s)} {right(found.beats_s, true_s):.0%}"
        text += "" if their_s is None else f", librosa {right(their_s, true_s):.0%}"
    print(f"{text}   {peak_dbtp:.1f} dBTP, {loudness:.1f} LUFS", flush=True)
    return Row(found.beats_s, their_s, true_s, peak_dbtp)


def _played(piece: Piece) -> tuple[float, float]:
    score = Score(TempoPlan.steady(0.5, BPM), None, Presence().changed(0.0, 1.0, 0.1))
    renderer = Renderer(LOUD_BEAT, RATE_HZ, music=waiting_music(Playlist((piece,)), RATE_HZ))
    sound = np.concatenate(
        [renderer.render(score, at, 8192, 0.0) for at in range(0, round(PLAYED_S * RATE_HZ), 8192)]
    )
    peak = float(np.abs(resample_poly(sound, 4, 1, axis=0)).max())
    return 20.0 * np.log10(peak), pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound)


def agreement(ours_s: Times, theirs_s: Times) -> float:
    """Of the beats of whichever has fewer in the time that both span, how many the other has too."""
    if len(ours_s) < 2 or len(theirs_s) < 2:
        return 0.0
    first, last = max(ours_s[0], theirs_s[0]) - WITHIN_S, min(ours_s[-1], theirs_s[-1]) + WITHIN_S
    one, other = (t[(t >= first) & (t <= last)] for t in (ours_s, theirs_s))
    return right(*sorted((one, other), key=len))


def right(found_s: Times, true_s: Times) -> float:
    """How many of the beats found are true ones, within the time that is known."""
    inside = found_s[(found_s > true_s[0] - WITHIN_S) & (found_s < true_s[-1] + WITHIN_S)]
    if not len(inside):
        return 0.0
    return float(np.mean([np.abs(true_s - t).min() < WITHIN_S for t in inside]))


def _n_right(rows: list[Row], whose: str) -> int:
    return sum(agreement(getattr(row, whose), row.true_s) > RIGHT for row in rows if row.true_s is not None)


def _highest(rows: list[Row]) -> float:
    return max((row.peak_dbtp for row in rows), default=float("-inf"))


def _bpm(beats_s: Times) -> str:
    return "no beat" if len(beats_s) < 2 else f"{60.0 / np.median(np.diff(beats_s)):.1f} bpm"
