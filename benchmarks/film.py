"""What a film costs: python -m benchmarks.film [--minutes 0.5] [--rounds 1] [--size 1080p] [FIGURE...]

`entrain video` makes each figure at 30 frames a second, a process of its own; a moviepy script draws the same
ball of light as fields of NumPy, from the same score with the same sound; its ffmpeg encodes it with the
same codecs. All run in turn. Told are the length of the film by the time it took (above 1: faster than it
plays), the processor's time for a second of film, and the most memory held. `--memory` makes one figure at 1
and at 4 minutes instead, to show that memory does not grow with the length.

moviepy is not a part of entrain: python -m pip install moviepy
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FIGURES: Final = ("orb", "wave", "petals", "bar", "landscape", "ink")
CARDS_S: Final = 20.0  # before and after, which are still
FPS: Final = 30
SIZES: Final = {"1080p": (1920, 1080), "720p": (1280, 720)}

# What somebody who knows moviepy would write. It asks our score where the breath is and draws the rest.
PEER: Final = """\
import sys, numpy as np
from moviepy import AudioFileClip, VideoClip
from entrain.app.course import course_of, score_of
from entrain.drawing.shapes import Pose
from entrain.presets import library
minutes, width, height = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sound, out = sys.argv[4:6]
preset = library.load("desk").preset
score = score_of(course_of(preset, minutes), preset)
half = min(width, height) / 2
x = ((np.arange(width) - width / 2) / half).astype(np.float32)[None, :]
y = ((height / 2 - np.arange(height)) / half).astype(np.float32)[:, None]
distance = np.sqrt(x * x + y * y)
stops = np.array([[15, 19, 24], [18, 51, 60], [29, 111, 122], [89, 191, 182], [214, 251, 238]], np.float32)
at = np.linspace(0, 4, 1024)
table = np.stack([np.interp(at, range(5), stops[:, c]) for c in range(3)], 1).astype(np.uint8)

def frame(t):
    moment = score.breath_at(t)
    pose = Pose.at(moment, score.presence.at(t) if moment else 0.0)
    radius = 0.24 + 0.50 * pose.fullness
    height_ = np.sqrt(1 - np.minimum(distance / radius, 1) ** 2)
    lit = 0.5 + 0.36 * height_ + 0.14 * (y - x) / radius * height_
    inside = np.clip((radius - distance) * half + 0.5, 0, 1)
    glow = 0.34 * np.exp(-np.maximum(distance - radius, 0) / (0.10 + 0.14 * pose.fullness))
    light = inside * lit + (1 - inside) * glow
    return table[np.clip(light * 1023, 0, 1023).astype(np.int16)]

audio = AudioFileClip(sound)
clip = VideoClip(frame, duration=audio.duration).with_audio(audio)
clip.write_videofile(out, fps=30, codec="libvpx-vp9", audio_codec="libopus", audio_fps=48000, threads=2,
    temp_audiofile=out + ".opus",
    logger=None,
    ffmpeg_params=["-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-b:v", "0", "-crf", "32"])
"""


@dataclass(frozen=True, slots=True)
class Cost:
    wall_s: float
    cpu_s: float
    peak_mb: float


def cost_of(words: list[str]) -> Cost:
    """A process with its children, by the operating system."""
    from_s = time.monotonic()
    pid = os.fork()
    if pid == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.execv(sys.executable, [sys.executable, *words])
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words[:6])} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.monotonic() - from_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ours(figure: str, minutes: float, size: str, out: Path) -> Cost:
    words = ["-m", "entrain", "video", "--preset", "desk", "--figure", figure, "--minutes", f"{minutes:g}"]
    return cost_of([*words, "--size", size, "--out", str(out)])


def theirs(minutes: float, size: str, folder: Path) -> Cost:
    sound, script = folder / "sound.wav", folder / "peer.py"
    rendered = [
        "-m",
        "entrain",
        "render",
        "--preset",
        "desk",
        "--minutes",
        f"{minutes:g}",
        "--out",
        str(sound),
    ]
    subprocess.run([sys.executable, *rendered], check=True, capture_output=True)
    script.write_text(PEER)
    width, height = SIZES[size]
    return cost_of(
        [str(script), f"{minutes:g}", str(width), str(height), str(sound), str(folder / "peer.webm")]
    )


def row(name: str, cost: Cost, film_s: float) -> str:
    return (
        f"{name:<12} {film_s / cost.wall_s:>8.2f} x {cost.cpu_s / film_s:>12.2f} s {cost.peak_mb:>10.0f} MB"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description="What a film costs.")
    asked.add_argument("figures", metavar="FIGURE", nargs="*", default=FIGURES)
    asked.add_argument("--minutes", type=float, default=0.5)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--size", default="1080p", choices=SIZES)
    asked.add_argument("--memory", action="store_true")
    args = asked.parse_args()
    print(f"{'':<12} {'as it plays':>10} {'processor/s':>14} {'memory':>12}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.memory:
            for minutes in (1.0, 4.0):
                cost = ours(args.figures[0], minutes, args.size, folder / f"{minutes:g}.webm")
                print(row(f"{minutes:g} min", cost, minutes * 60 + CARDS_S), flush=True)
            return
        for n in range(args.rounds):
            for figure in args.figures:
                cost = ours(figure, args.minutes, args.size, folder / f"{figure}{n}.webm")
                print(row(figure, cost, args.minutes * 60 + CARDS_S), flush=True)
            if importlib.util.find_spec("moviepy") is None:
                print("moviepy is not installed: python -m pip install moviepy")
            else:
                # Ours have two cards of ten seconds, which cost little; this one is the breath alone.
                print(
                    row("moviepy, orb", theirs(args.minutes, args.size, folder), args.minutes * 60),
                    flush=True,
                )
            for path in folder.iterdir():
                path.unlink()


if __name__ == "__main__":
    main()
