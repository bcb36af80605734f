"""`entrain render`: the sound of a session without a heart, in a file."""

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from entrain.app.course import RenderCourse, course_of, score_of
from entrain.app.music import add_music_arguments, playlist_of, with_music
from entrain.errors import OutputError
from entrain.synth import voices

EPILOG: Final = """\
examples:
  entrain render --out calm.flac
  entrain render --music evening.mp3 --voice silence --out evening.flac
  entrain render --preset sleep --out sleep.ogg
  entrain render --from 72 --to 58 --minutes 15 --breath 6 --voice heartbeat --out heart.wav
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "The sound of a session without a heart, in a file: to keep, to carry, to compare."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="a new .wav, .flac, .ogg or .mp3; nothing is overwritten",
    )
    parser.add_argument("--preset", metavar="NAME|FILE", help="its sound, tempo and breath (default: desk)")
    parser.add_argument("--voice", metavar="NAME", help="the sound; `entrain voices list` names them")
    add_music_arguments(parser)
    parser.add_argument("--minutes", type=float, metavar="N", help="how long (default: the preset's)")
    parser.add_argument("--from", dest="from_bpm", type=float, metavar="BPM", help="tempo at the beginning")
    parser.add_argument("--to", dest="to_bpm", type=float, metavar="BPM", help="tempo at the end")
    parser.add_argument("--breath", type=float, metavar="PER_MIN", help="breaths a minute all along")


def run(args: argparse.Namespace) -> int:
    """Render, and say in a line what there is now."""
    from entrain.app.sounding import end_of, sound_to_file
    from entrain.presets import library as presets

    loaded = presets.load(args.preset or presets.DEFAULT)
    preset = replace(loaded.preset, sound=with_music(loaded.preset.sound, args.music, args.music_bpm))
    voice = args.voice or preset.sound.voice
    voices.check(voice)
    course = course_of(preset, args.minutes, args.from_bpm, args.to_bpm, args.breath)
    if args.to_bpm is not None and abs(args.to_bpm - course.to_bpm) > 0.5:
        print(
            f"A tempo glides gently: in {course.minutes:g} min it comes to {course.to_bpm:.0f},"
            f" not to {args.to_bpm:g}.",
            file=sys.stderr,
        )
    try:
        score, end_s = score_of(course, preset), end_of(course, preset)
        music = playlist_of(preset.sound, loaded.path)
        asyncio.run(sound_to_file(args.out, voice, preset.sound, score, end_s, music, _show_progress))
    except (KeyboardInterrupt, OutputError):
        args.out.unlink(missing_ok=True)  # half a session is not what was asked for
        raise
    finally:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr)
    print(f"{args.out}: {_said(course)}, voice {voice}")
    return 0


def _show_progress(t_s: float, end_s: float) -> None:
    if sys.stderr.isatty():
        done = int(30 * t_s / end_s)
        bar = "━" * done + "─" * (30 - done)
        text = f"\r{bar} {_clock(t_s)} of {_clock(end_s)}"
        print(text, end="", file=sys.stderr, flush=True)


def _clock(t_s: float) -> str:
    return f"{int(t_s) // 60}:{int(t_s) % 60:02}"


def _said(course: RenderCourse) -> str:
    tempo = f"{course.from_bpm:.0f} to {course.to_bpm:.0f} beats a minute"
    if course.breath is None:
        return f"{course.minutes:g} min, {tempo}"
    first, last = course.breath
    breath = f"{first:g} breaths a minute" if first == last else f"{first:g} to {last:g} breaths a minute"
    return f"{course.minutes:g} min, {tempo}, {breath}"
