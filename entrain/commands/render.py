"""`entrain render`: the sound of a session without a heart, in a file."""

import argparse
import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from entrain.app.layers import layers_of
from entrain.app.music import add_music_arguments, playlist_of, with_music
from entrain.breath.pattern import BreathPattern, BreathPlan
from entrain.clock import ManualClock
from entrain.control.events import Event, Sound, SoundChanged
from entrain.control.protocol import (
    HARD_BREATH_FLOOR_PER_MIN,
    HARD_FALL_BPM_PER_MIN,
    HARD_SESSION_MAX_MIN,
    HARD_TEMPO_CEILING_BPM,
    HARD_TEMPO_FLOOR_BPM,
    Preset,
)
from entrain.control.scoring import presence_from
from entrain.errors import OutputError, UsageError
from entrain.score import Score
from entrain.synth import voices
from entrain.synth.music.piece import Playlist
from entrain.tempo.plan import TempoPlan
from entrain.units import S_PER_MIN
from entrain.wording.remarks import advised, told

EPILOG: Final = """\
examples:
  entrain render --out calm.flac
  entrain render --music evening.mp3 --voice silence --out evening.flac
  entrain render --preset sleep --out sleep.ogg
  entrain render --from 72 --to 58 --minutes 15 --breath 6 --voice heartbeat --out heart.wav
"""
LEAD_IN_S: Final = 1.0
STEP_S: Final = 5.0  # of sound between two looks at the clock


@dataclass(frozen=True, slots=True)
class RenderCourse:
    """What is rendered: tempo and breath from one end to the other, as steeply as the bounds permit."""

    minutes: float
    from_bpm: float
    to_bpm: float
    breath: tuple[float, float] | None  # breaths a minute, first and last; None: no breath to follow


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
        asyncio.run(_render(args.out, voice, preset, course, playlist_of(preset.sound, loaded.path)))
    except (KeyboardInterrupt, OutputError):
        args.out.unlink(missing_ok=True)  # half a session is not what was asked for
        raise
    print(f"{args.out}: {_said(course)}, voice {voice}")
    return 0


def course_of(
    preset: Preset,
    minutes: float | None = None,
    from_bpm: float | None = None,
    to_bpm: float | None = None,
    breath_per_min: float | None = None,
) -> RenderCourse:
    """The preset's course, with what was asked for in its place.

    Without a pulse to meet, the tempo begins where the preset begins without a sensor. What would be steeper
    than the bounds ends where they permit.

    Raises:
        UsageError: what was asked for lies beyond what no preset can pass.
    """
    minutes = preset.minutes if minutes is None else minutes
    _check("minutes", minutes, 0.1, HARD_SESSION_MAX_MIN)
    rule, bounds = preset.tempo, preset.bounds
    is_fixed = rule.policy == "fixed" and rule.fixed_bpm is not None
    if from_bpm is None:
        from_bpm = rule.fixed_bpm if is_fixed and rule.fixed_bpm is not None else rule.free_bpm
    fall = bounds.fall_bpm_per_min if to_bpm is None else HARD_FALL_BPM_PER_MIN
    if to_bpm is None:
        lowest_bpm = max(bounds.tempo_floor_bpm, from_bpm * bounds.tempo_floor_fraction)
        to_bpm = from_bpm if is_fixed else max(lowest_bpm, rule.goal_bpm or 0.0)
    for bpm in (from_bpm, to_bpm):
        _check("beats a minute", bpm, HARD_TEMPO_FLOOR_BPM, HARD_TEMPO_CEILING_BPM)
    to_bpm = max(to_bpm, from_bpm - fall * minutes)
    to_bpm = min(to_bpm, from_bpm + bounds.rise_bpm_per_min * minutes)
    if breath_per_min is not None:
        _check("breaths a minute", breath_per_min, HARD_BREATH_FLOOR_PER_MIN, 30.0)
        breath = (breath_per_min, breath_per_min)
    elif preset.breath.guided:
        start = preset.breath.start_per_min
        fall = bounds.breath_fall_per_min2
        breath = (start, max(preset.breath.goal_per_min, start - fall * minutes))
    else:
        breath = None
    return RenderCourse(minutes, from_bpm, to_bpm, breath)


def score_of(course: RenderCourse, preset: Preset) -> Score:
    """The course as a score that begins after a second and is faded out when its minutes are over."""
    length_s = course.minutes * S_PER_MIN
    tempo = TempoPlan.steady(LEAD_IN_S, course.from_bpm).edited(LEAD_IN_S, course.to_bpm, length_s)
    fade_in_s = min(preset.sound.fade_in_s, length_s / 4)
    fade_out_s = min(preset.sound.fade_out_s, length_s / 4)
    # A file needs no time to settle: it begins when it is played.
    sound = replace(preset.sound, fade_in_s=fade_in_s, delay_s=0.0)
    presence = presence_from(sound, LEAD_IN_S, length_s - fade_out_s)
    presence = presence.changed(LEAD_IN_S + length_s - fade_out_s, 0.0, fade_out_s)
    return Score(tempo, None if course.breath is None else _breaths(tempo, course, preset), presence)


def _breaths(tempo: TempoPlan, course: RenderCourse, preset: Preset) -> BreathPlan:
    """Breath after breath, each of as many whole beats as bring it nearest to the course's line."""
    assert course.breath is not None
    first, last = course.breath
    length_s = course.minutes * S_PER_MIN

    def pattern_at(beat: int, most_beats: int) -> BreathPattern:
        t_s = tempo.time_of_beat(beat)
        share = min(1.0, (t_s - LEAD_IN_S) / length_s)
        wish_per_min = first + (last - first) * share
        slowest = int(tempo.bpm_at(t_s) / HARD_BREATH_FLOOR_PER_MIN)
        beats = max(2, min(round(tempo.bpm_at(t_s) / wish_per_min), slowest, most_beats))
        return BreathPattern.of_beats(beats, preset.breath.ratio)

    plan = BreathPlan.steady(pattern_at(0, most_beats=100))
    beat = 0
    while tempo.time_of_beat(beat) < LEAD_IN_S + length_s:
        beat += plan.pattern.beats
        plan = plan.changed(beat, pattern_at(beat, most_beats=plan.pattern.beats + 1))
    return plan


async def _render(
    path: Path, voice: str, preset: Preset, course: RenderCourse, music: Playlist | None
) -> None:
    from entrain.devices.audio.file import FileSound
    from entrain.synth.end_gong import LENGTH_S

    faults: list[SoundChanged] = []

    def emit(event: Event) -> None:
        if not isinstance(event, SoundChanged):
            return
        if event.sound is Sound.LOST:
            faults.append(event)
        elif event.remark is not None:
            print(f"entrain: {told(event.remark)}", file=sys.stderr)

    rule = preset.sound
    sound = FileSound(path, voice, rule.beat, rule.breath, rule.volume, layers_of(rule, music))
    running = asyncio.create_task(sound.run(emit, ManualClock()))
    end_s = LEAD_IN_S + course.minutes * S_PER_MIN
    if rule.end_gong > 0.0:
        end_s += max(0.0, LENGTH_S - rule.fade_out_s)  # let it ring
    score = score_of(course, preset)
    sound.play(score)
    try:
        t_s = 0.0
        while t_s < end_s and not faults:
            t_s = min(t_s + STEP_S, end_s)
            sound.play(score.since(t_s - 2 * S_PER_MIN))
            sound.advance(t_s)
            _show_progress(t_s, end_s)
            await asyncio.sleep(0)
    finally:
        await sound.close(0.0)
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr)
    await running
    if faults:
        raise OutputError(told(faults[0].remark), advised(faults[0].remark))


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


def _check(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise UsageError(f"{value:g} {what} cannot be rendered.", f"From {least:g} to {most:g} is possible.")
