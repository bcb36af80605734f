"""What a sound server hears of us while all goes wrong, beside a plain C player: python -m
benchmarks.sound_stress

One private PulseAudio with a null sink for each. Into one plays a session, through PortAudio, while its own
process is kept as busy as can be: a thread of pure Python that never rests, collections over a million
objects, the interpreter held in C for 200 ms at a time; and beside it a process that burns the other core.
Into the others `paplay` plays the very sound that this session is to make, rendered to a file before. All
monitors are recorded and held against that sound, sample for sample.

A session is a pure function of its events, so what it will play is known before it begins.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import soundfile

from benchmarks.gaps import Break, Piece, breaks, pieces
from benchmarks.sound import busy_thread, collecting_garbage, held
from entrain.control.events import Effect, Event, OnsetPlayed, ScoreChanged, SoundChanged, Tick
from entrain.control.protocol import PhaseTimes, Preset, SessionConfig, SoundRule
from entrain.control.session import reduce, start
from entrain.control.state import TICK_S
from entrain.devices.audio.device import DeviceSound
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.runtime import Session
from entrain.score import Score
from entrain.synth.layers import Layers
from entrain.synth.renderer import Renderer
from entrain.wording.remarks import told
from tests.support.pulse import RATE_HZ, SINK, Pulse, private_pulse

LAYERS: Final = Layers(background="rain")  # a bed that never rests: not one frame can be lost unseen
VOICE: Final = "soft"
LATENCY_MS: Final = 200  # of the second C player; the first takes what the server gives it
AFTER_S: Final = 4.0
BURNER: Final = "while True: sum(i * i for i in range(100_000))"


# ---- what is to be played ----------------------------------------------------------------------------------


def preset_of(minutes: float) -> Preset:
    sound = SoundRule(voice=VOICE, background="rain", volume=1.0, beat=1.0, breath=1.0, fade_in_s=1.0)
    phases = PhaseTimes(60.0, 60.0, 10.0) if minutes >= 5.0 else PhaseTimes(10.0, 20.0, 10.0)
    return Preset("stress", "Stress", "", minutes=minutes, phases=phases, sound=sound)


def heart() -> SimulatedHeart:
    return SimulatedHeart(Person(seed=7))


@dataclass
class Planned:
    """All that a session wanted played, as it said it: from `from_s` on each score takes over."""

    changes: list[ScoreChanged] = field(default_factory=list[ScoreChanged])

    def note(self, _: Event, effects: tuple[Effect, ...]) -> None:
        self.changes += [effect for effect in effects if isinstance(effect, ScoreChanged)]

    def render(self, renderer: Renderer, first: int, n_frames: int, epoch_s: float) -> np.ndarray:
        """Frames as the renderer would give them with every score taken over in time."""
        out, end = [np.zeros((0, 2), np.float32)], first + n_frames
        edges = [round((change.from_s - epoch_s) * renderer.sample_rate_hz) for change in self.changes]
        while first < end:
            index = bisect_right(edges, first)
            until = min(end, edges[index]) if index < len(edges) else end
            score = self.changes[index - 1].score if index else Score(self.changes[0].score.tempo)
            out.append(renderer.render(score, first, until - first, epoch_s))
            first = until
        return np.concatenate(out)


def plan(config: SessionConfig) -> tuple[Planned, float]:
    """What the session will play, and for how long: the same decisions, without waiting for them."""
    planned, state, simulated, tick = Planned(), start(config), heart(), 0
    while state.phase.value != "ended":
        tick += 1
        for event in (*simulated.until(tick * TICK_S, state.score), Tick(tick * TICK_S)):
            state, effects = reduce(state, event)
            planned.note(event, effects)
    return planned, tick * TICK_S


def write(planned: Planned, length_s: float, path: Path) -> None:
    renderer = Renderer(VOICE, RATE_HZ, layers=LAYERS)
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, "FLOAT") as file:
        for first in range(0, round(length_s * RATE_HZ), 1 << 16):
            file.write(planned.render(renderer, first, 1 << 16, 0.0))


# ---- playing it --------------------------------------------------------------------------------------------


@contextmanager
def burning():
    """The other cores under load."""
    burners = [
        subprocess.Popen([sys.executable, "-c", BURNER]) for _ in range(max(1, (os.cpu_count() or 2) - 1))
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


class CPlayer:
    """`paplay` of a file into its own sink."""

    def __init__(self, pulse: Pulse, sink: str, path: Path, latency_ms: int | None) -> None:
        latency = [] if latency_ms is None else [f"--latency-msec={latency_ms}"]
        self._player = subprocess.Popen(
            ["paplay", "--verbose", f"--device={sink}", *latency, str(path)],
            env=pulse.environ,
            stderr=(pulse.home / f"{sink}.log").open("wb"),
        )
        self._log = pulse.home / f"{sink}.log"

    def stop(self) -> int:
        """How often it ran dry, as it says itself."""
        self._player.kill()
        self._player.wait()
        return self._log.read_text(errors="replace").count("underrun")


@dataclass(frozen=True, slots=True)
class Ours:
    planned: Planned
    events: list[Event]

    def of_sound(self) -> list[SoundChanged]:
        return [event for event in self.events if isinstance(event, SoundChanged)]

    def onsets(self) -> list[OnsetPlayed]:
        return [event for event in self.events if isinstance(event, OnsetPlayed)]


async def session(config: SessionConfig) -> Ours:
    """The session itself, with everything that can keep its process busy."""
    ours = Ours(Planned(), [])

    def observe(event: Event, effects: tuple[Effect, ...]) -> None:
        ours.planned.note(event, effects)
        if isinstance(event, OnsetPlayed | SoundChanged):
            ours.events.append(event)

    running = Session(config, DeviceSound(VOICE, layers=LAYERS), virtual=[heart()])
    running.observers.append(observe)
    with busy_thread(), collecting_garbage(), held():
        await running.run()
    return ours


# ---- comparing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchors:
    """For which frames of our stream which time was frame 0's; it changes where the beat is put right."""

    frames: list[int]
    epochs_s: list[float]

    def at(self, frame: int) -> tuple[float, int | None]:
        """(seconds of frame 0, frame at which that ends)."""
        index = max(0, bisect_right(self.frames, frame) - 1)
        later = self.frames[index + 1 :]
        return self.epochs_s[index], later[0] if later else None


def anchors(onsets: list[OnsetPlayed]) -> Anchors:
    """An onset stands on the frame nearest to its time: thousands of them leave the zero little room."""
    found = Anchors([], [])
    low, high = np.inf, -np.inf
    for onset in onsets:
        zero, half = onset.planned_t_s * RATE_HZ - onset.frame, 0.5001
        if zero - half > high or zero + half < low or not found.frames:
            found.frames.append(onset.frame if found.frames else 0)
            found.epochs_s.append(0.0)
            low, high = zero - half, zero + half
        low, high = max(low, zero - half), min(high, zero + half)
        found.epochs_s[-1] = (low + high) / 2 / RATE_HZ
    return found


def streams(onsets: list[OnsetPlayed]) -> list[list[OnsetPlayed]]:
    """A stream that was opened again counts its frames from nought."""
    out: list[list[OnsetPlayed]] = []
    for onset in onsets:
        if not out or onset.frame < out[-1][-1].frame:
            out.append([])
        out[-1].append(onset)
    return out


def ours_found(ours: Ours, heard: np.ndarray) -> list[Piece]:
    """The pieces of all our streams, their signal in frames of the session."""
    out: list[Piece] = []
    at = begin_of(heard)
    for onsets in streams(ours.onsets()):
        anchored = anchors(onsets)
        sound, zero = StreamSound(ours.planned, anchored), round(anchored.epochs_s[0] * RATE_HZ)
        found = pieces(heard, sound, at, onsets[0].frame, onsets[-1].frame + RATE_HZ // 2)
        out += [replace(piece, signal=piece.signal + zero) for piece in found]
        at = out[-1].end if out else at
    return out


class StreamSound:
    """What our player put into its stream, by the stream's own frames."""

    def __init__(self, planned: Planned, found: Anchors) -> None:
        self._planned, self._anchors = planned, found
        self._renderer = Renderer(VOICE, RATE_HZ, layers=LAYERS)

    def __call__(self, first: int, n_frames: int) -> np.ndarray:
        out, end = [np.zeros((0, 2), np.float32)], first + n_frames
        while first < end:
            epoch_s, until = self._anchors.at(first)
            until = end if until is None else min(end, until)
            out.append(self._planned.render(self._renderer, first, until - first, epoch_s))
            first = until
        return np.concatenate(out)


class FileSound:
    def __init__(self, path: Path) -> None:
        self._file = soundfile.SoundFile(path)

    def __call__(self, first: int, n_frames: int) -> np.ndarray:
        self._file.seek(min(first, self._file.frames))
        return self._file.read(n_frames, "float32", always_2d=True, fill_value=0.0)


def heard_in(path: Path) -> np.ndarray:
    return np.memmap(path, "<f4", "r").reshape(-1, 2)


def onset_errors_s(onset_frames: np.ndarray, times_s: np.ndarray, found: list[Piece]) -> np.ndarray:
    """How late each onset was against the first ones', as recorded; those that were not heard left out."""
    late = []
    for piece in found:
        n = piece.end - piece.at
        inside = (onset_frames >= piece.signal) & (onset_frames < piece.signal + n)
        late.append((onset_frames[inside] + piece.offset) / RATE_HZ - times_s[inside])
    every = np.concatenate(late)
    return every - np.median(every[:20])


def tell(name: str, heard: np.ndarray, found: list[Piece], xruns: int, errors_s: np.ndarray) -> None:
    """A gap is silence, or a shift of what follows. Else it was sound, but not what was planned then: an edit
    that came too late is blended in, and where the beat is put right, one beat is between two plans."""
    gaps: list[Break] = []
    others: list[Break] = []
    for each in breaks(found):
        sounded = heard[each.at : each.at + each.alien].any(axis=1).all()
        (others if sounded and each.alien == each.lost else gaps).append(each)
    n_frames = sum(piece.end - piece.at for piece in found)
    silent, late = sum(b.alien for b in gaps), sum(b.alien for b in others)
    lost, twice = sum(max(0, b.lost) for b in gaps), sum(max(0, -b.lost) for b in gaps)
    print(
        f"  {name:<26}{len(gaps):>5}{1e3 * silent / RATE_HZ:>11.0f}{1e3 * lost / RATE_HZ:>9.0f}"
        f"{1e3 * twice / RATE_HZ:>8.0f}{1e3 * late / RATE_HZ:>12.0f}{xruns:>7}{len(errors_s):>8,}"
        f"{1e3 * np.abs(errors_s).max():>10.2f}{n_frames:>14,}"
    )
    for each in gaps:
        print(f"      at {each.at / RATE_HZ:.1f} s: a gap of {each.alien} frames, {each.lost} not heard")
    for each in others:
        print(f"      at {each.at / RATE_HZ:.1f} s: {each.alien} frames of another plan")


def yardstick(file: FileSound, first: int) -> str:
    """Are breaks found? A copy with three made by hand: silence put in, a piece left out, a piece twice."""
    sound = file(first, 12 * RATE_HZ)
    a, b, c = 100_000, 250_001, 400_003
    broken = np.concatenate(
        [sound[:a], np.zeros((777, 2), np.float32), sound[a:b], sound[b + 500 : c], sound[c - 64 :]]
    )
    found = breaks(pieces(broken, lambda at, n: file(first + at, n), 0, 0, 11 * RATE_HZ))
    made = [Break(a, 777, 0), Break(b + 777, 0, 500), Break(c + 277, 0, -64)]
    return "finds three breaks made by hand, to the frame" if found == made else f"IS WRONG: {found}"


# ---- one run -----------------------------------------------------------------------------------------------


def run(minutes: float) -> int:
    config = SessionConfig(preset_of(minutes), (heart().strap,))
    planned, length_s = plan(config)
    players = {"theirs": None, "theirs-same": LATENCY_MS}
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "session.wav"
        write(planned, length_s, file)
        expected = FileSound(file)
        print(f"the yardstick {yardstick(expected, round((planned.changes[0].from_s + 5.0) * RATE_HZ))}")
        pulse = stack.enter_context(private_pulse(patch))
        for sink in players:
            pulse.add_sink(sink)
        patch.setenv("PULSE_SINK", SINK)
        recordings = {sink: stack.enter_context(pulse.recording(sink)) for sink in (SINK, *players)}
        time.sleep(0.5)
        with burning():
            c_players = {sink: CPlayer(pulse, sink, file, ms) for sink, ms in players.items()}
            for player in c_players.values():
                stack.callback(player.stop)
            ours = asyncio.run(session(config))
            time.sleep(AFTER_S)
            xruns = {sink: player.stop() for sink, player in c_players.items()}
        for recording in recordings.values():
            recording.stop()
        compare(ours, planned, expected, recordings, xruns, length_s)
    return 0


def compare(ours: Ours, planned: Planned, expected: FileSound, recordings, xruns, length_s: float) -> None:
    same = [replace(c, t_s=0.0) for c in ours.planned.changes] == [
        replace(c, t_s=0.0) for c in planned.changes
    ]
    print(
        f"the session decided {'the same as' if same else 'OTHERWISE than'} planned: "
        f"{len(planned.changes)} scores in {length_s / 60:.1f} min\n"
    )
    print(
        f"  {'player':<26}{'gaps':>5}{'silent ms':>11}{'lost ms':>9}{'twice':>8}{'other plan':>12}"
        f"{'xruns':>7}{'onsets':>8}{'worst ms':>10}{'exact frames':>14}"
    )
    gaps = [event for event in ours.of_sound() if event.gap_s > 0.0]
    times_s = np.array([onset.planned_t_s for onset in ours.onsets()])
    file_frames = np.array([round(t_s * RATE_HZ) for t_s in times_s])
    heard = heard_in(recordings[SINK].path)
    found = ours_found(ours, heard)
    tell("entrain", heard, found, len(gaps), onset_errors_s(file_frames, times_s, found))
    for said in ours.of_sound():
        print(f"      the session's log at {said.t_s:.1f} s: {said.sound.value}, {told(said.remark)}")
    for sink in xruns:
        heard = heard_in(recordings[sink].path)
        found = pieces(heard, expected, begin_of(heard), int(file_frames[0]), int(file_frames[-1]))
        name = "paplay" if sink == "theirs" else f"paplay, {LATENCY_MS} ms"
        tell(name, heard, found, xruns[sink], onset_errors_s(file_frames, times_s, found))


def begin_of(heard: np.ndarray) -> int:
    """Where sound begins in a recording."""
    return int(np.flatnonzero(heard[: 120 * RATE_HZ].any(axis=1))[0])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="of playing (default: 30)")
    return run(parser.parse_args().minutes)


if __name__ == "__main__":
    sys.exit(main())
