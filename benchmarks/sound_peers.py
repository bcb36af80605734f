"""An hour of beats, rendered by us and by others: python -m benchmarks.sound_peers [--minutes 60]

The tempo glides from 60 to 50 beats a minute. `entrain render` writes what a session sounds like, once for
each voice; csound and fluidsynth play the same beats from a score and a MIDI file made here, sox repeats
one click without a glide, which it has no means for. Each is a process of its own, timed by the processor
time it took, so that a busy machine makes no difference; the most memory it held is told beside that. Where
a sound is over before the next begins, its onsets are found in the file and held against the plan.

A program that is not installed is said and left out: apt install csound fluidsynth fluid-soundfont-gm sox
"""

import argparse
import os
import shutil
import struct
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from entrain.app.course import LEAD_IN_S
from entrain.synth.voices import CATALOGUE
from entrain.tempo.plan import TempoPlan
from entrain.units import S_PER_MIN

RATE_HZ: Final = 48_000
FROM_BPM, TO_BPM = 60.0, 50.0
CLICK_S: Final = 0.08
SOUNDFONTS: Final = ("/usr/share/sounds/sf2/default-GM.sf2", "/usr/share/sounds/sf2/FluidR3_GM.sf2")
PPQ: Final = 960  # MIDI ticks a quarter: at 60 a minute one is about a millisecond
BEAT_ONLY: Final = f"""\
title = "Clicks"
summary = "The beat alone."
minutes = 60
[tempo]
policy = "glide"
free_bpm = {FROM_BPM:g}
[breath]
guided = false
[sound]
voice = "metronome"
volume = 1.0
fade_in_s = 0
fade_out_s = 0
"""


def plan_of(minutes: float) -> TempoPlan:
    """The very tempo that `entrain render` makes of the same words."""
    return TempoPlan.steady(LEAD_IN_S, FROM_BPM).edited(LEAD_IN_S, TO_BPM, minutes * S_PER_MIN)


def beats_s(minutes: float) -> list[float]:
    plan, end_s = plan_of(minutes), LEAD_IN_S + minutes * S_PER_MIN
    return [plan.time_of_beat(n) for n in plan.beats_between(0.0, end_s)]


@dataclass(frozen=True, slots=True)
class Run:
    cpu_s: float
    peak_mb: float


def timed(command: list[str]) -> Run:
    """Run it to its end; raises where it fails."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    os.close(nowhere)
    _, status, used = os.wait4(pid, 0)
    assert status == 0, f"{' '.join(command[:6])} … ended with {os.waitstatus_to_exitcode(status)}"
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


# ---- the others' scores ------------------------------------------------------------------------------------


def csound_score(times_s: list[float]) -> str:
    """Three partials under an envelope, at the same sample rate; each beat is a line of the score."""
    notes = "\n".join(f"i1 {t_s:.9f} {CLICK_S}" for t_s in times_s)
    return f"""<CsoundSynthesizer>
<CsInstruments>
sr = {RATE_HZ}
ksmps = 32
nchnls = 2
0dbfs = 1
instr 1
aenv linseg 0.3, p3, 0
a1 oscili aenv, 880, -1, 0.25
a2 oscili aenv * 0.4, 2424, -1, 0.25
a3 oscili aenv * 0.2, 4752, -1, 0.25
outs a1 + a2 + a3, a1 + a2 + a3
endin
</CsInstruments>
<CsScore>
{notes}
</CsScore>
</CsoundSynthesizer>
"""


def csound_breath_score(times_s: list[float]) -> str:
    """What `soft` does, in csound's terms: five struck partials a beat; a tone that glides over each part of
    the breath, read from two tables whose mixture follows it, rippling as it rises; noise in a band."""
    notes = "\n".join(f"i1 {t_s:.9f} 1.6 {370 if n % 10 < 4 else 294}" for n, t_s in enumerate(times_s))
    parts: list[str] = []
    for n in range(0, len(times_s) - 10, 10):
        turn_s, end_s = times_s[n + 4], times_s[n + 10]
        parts.append(f"i2 {times_s[n]:.9f} {turn_s - times_s[n]:.9f} 146.83 220 2 4 8")
        parts.append(f"i2 {turn_s:.9f} {end_s - turn_s:.9f} 220 110 3 6 0")
    breaths = "\n".join(parts)
    return f"""<CsoundSynthesizer>
<CsInstruments>
sr = {RATE_HZ}
ksmps = 64
nchnls = 2
0dbfs = 1
giMellow ftgen 1, 0, 32768, 10, 1, 0.1
giOpen ftgen 2, 0, 32768, 10, 0.6, 0.28, 0.48, 0.2, 0.2, 0.08
giHollow ftgen 3, 0, 32768, 10, 1, 0.1, 0.18
giSine ftgen 4, 0, 32768, 10, 1
instr 1
aenv linseg 0, 0.012, 0.25, p3 - 0.012, 0
a1 oscili aenv, p4, 4
a2 oscili aenv * 0.35, p4 * 1.0015, 4
a3 oscili aenv * 0.22, p4 * 2.001, 4
a4 oscili aenv * 0.07, p4 * 3.003, 4
a5 oscili aenv * 0.025, p4 * 4.01, 4
outs a1 + a2 + 1.2 * a3 + 0.8 * a4 + a5, a1 + a2 + 0.8 * a3 + 1.2 * a4 + a5
endin
instr 2
kx line 0, p3, 1
kpitch line p4, p3, p5
klevel = 0.16 * sin(3.14159 * kx)
kripple oscili 0.14, p8 / p3, 4
klevel = klevel * (0.86 + kripple)
amellow oscili klevel * (1 - kx), kpitch, 1
aother oscili klevel * kx, kpitch, p6
awide oscili klevel * kx * 0.3, kpitch, p6, 0.25
anoise rand klevel * 0.05
aair butterbp anoise, 1800, 1500
outs amellow + aother + awide + aair, amellow + aother - awide + aair
endin
</CsInstruments>
<CsScore>
{notes}
{breaths}
</CsScore>
</CsoundSynthesizer>
"""


def midi_file(times_s: list[float]) -> bytes:
    """A standard MIDI file, format 0: a wood block on each beat, on the tick nearest to it."""

    def number(value: int) -> bytes:
        """A variable-length quantity: seven bits a byte, the last one without its high bit."""
        out = bytearray([value & 0x7F])
        while value := value >> 7:
            out.insert(0, 0x80 | value & 0x7F)
        return bytes(out)

    track = bytearray(b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big"))  # a quarter is a second
    track += b"\x00\xc0\x73"  # program 116: wood block
    ticks = 0
    for t_s in times_s:
        at = round(t_s * PPQ)
        for tick, event in ((at, b"\x90\x4c\x64"), (at + PPQ // 10, b"\x80\x4c\x00")):
            track += number(tick - ticks) + event
            ticks = tick
    track += b"\x00\xff\x2f\x00"
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, PPQ)
    return header + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)


def others(folder: Path, minutes: float) -> list[tuple[str, list[str] | None, Path, bool]]:
    """(what, its command or None where it is missing, the file it writes, does the tempo glide)."""
    times_s = beats_s(minutes)
    (folder / "beats.csd").write_text(csound_score(times_s))
    (folder / "beats.mid").write_bytes(midi_file(times_s))
    font = next((name for name in SOUNDFONTS if Path(name).exists()), None)
    csound = [
        "csound",
        "-d",
        "-W",
        "--sample-accurate",
        "-o",
        str(folder / "csound.wav"),
        str(folder / "beats.csd"),
    ]
    synth = ["fluidsynth", "-ni", "-R", "0", "-C", "0", "-r", str(RATE_HZ), "-T", "wav"]
    synth += ["-F", str(folder / "fluid.wav"), font or "", str(folder / "beats.mid")]
    sox = ["sox", "-D", "-n", "-r", str(RATE_HZ), "-c", "2", "-b", "16", str(folder / "sox.wav")]
    sox += ["synth", str(CLICK_S), "sine", "880", "fade", "t", "0.001", str(CLICK_S), "0.07"]
    sox += ["pad", "0", str(1.0 - CLICK_S), "repeat", str(round(minutes * S_PER_MIN) - 1)]
    return [
        ("csound", csound if shutil.which("csound") else None, folder / "csound.wav", True),
        ("fluidsynth", synth if shutil.which("fluidsynth") and font else None, folder / "fluid.wav", True),
        ("sox, no glide", sox if shutil.which("sox") else None, folder / "sox.wav", False),
    ]


# ---- what they wrote ---------------------------------------------------------------------------------------


def length_s(path: Path) -> float:
    info = soundfile.info(path)
    return info.frames / info.samplerate


def onset_frames(path: Path) -> np.ndarray:
    """Where sound begins after a tenth of a second without any, to the frame."""
    found: list[np.ndarray] = []
    at, last = 0, -RATE_HZ
    with soundfile.SoundFile(path) as file:
        for block in file.blocks(1 << 20, dtype="int16", always_2d=True):
            loud = np.flatnonzero(np.abs(block).max(axis=1) > 0) + at
            if loud.size:
                found.append(loud[np.diff(loud, prepend=last) > RATE_HZ // 10])
                last = int(loud[-1])
            at += len(block)
    return np.concatenate(found) if found else np.zeros(0, int)


def onset_errors(path: Path, times_s: list[float]) -> str:
    """How many frames onsets are off the plan's nearest, one constant delay (of the attack) taken off.

    The first one is left out: it may be faded in.
    """
    frames = onset_frames(path)[1:]
    planned = np.rint(np.array(times_s[1:]) * RATE_HZ)
    n = min(len(frames), len(planned))
    if abs(len(frames) - len(planned)) > 1 or not n:
        return f"{len(frames) + 1:,} of {len(times_s):,} onsets found"
    errors = frames[:n] - planned[:n]
    errors -= np.median(errors)
    n_off = int((errors != 0).sum())
    return f"{n + 1:,} onsets, {n_off:,} off, at most {1e3 * np.abs(errors).max() / RATE_HZ:.3f} ms"


def tell(what: str, run: Run, path: Path, remark: str = "") -> None:
    seconds = length_s(path)
    print(
        f"  {what:<26}{run.cpu_s:>8.1f} s{seconds / run.cpu_s:>8,.0f} x{run.peak_mb:>8.0f} MB"
        f"{seconds / 60:>7.1f} min  {remark}",
        flush=True,
    )
    path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="of beats (default: 60)")
    parser.add_argument("--voice-minutes", type=float, default=20.0, help="of each voice (default: 20)")
    parser.add_argument("--voices", nargs="*", metavar="NAME", help="only these (default: all)")
    args = parser.parse_args()
    render = [sys.executable, "-m", "entrain", "render"]
    tempo = ["--from", f"{FROM_BPM:g}", "--to", f"{TO_BPM:g}"]
    print(f"{args.minutes:g} min from {FROM_BPM:g} to {TO_BPM:g} beats a minute, stereo, 48 kHz, 16 bit")
    print(f"  {'':<26}{'CPU':>10}{'speed':>10}{'memory':>11}{'length':>11}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["ENTRAIN_HOME"] = name
        preset, out = folder / "clicks.toml", folder / "entrain.wav"
        preset.write_text(BEAT_ONLY)
        times_s = beats_s(args.minutes)
        run = timed(
            [*render, *tempo, "--preset", str(preset), "--minutes", f"{args.minutes:g}", "--out", str(out)]
        )
        tell("entrain, metronome alone", run, out, onset_errors(out, times_s))
        for what, command, path, glides in others(folder, args.minutes):
            if command is None:
                print(f"  {what:<26}is not installed")
                continue
            steady = [float(n) for n in range(round(args.minutes * S_PER_MIN))]
            run = timed(command)
            tell(what, run, path, onset_errors(path, times_s if glides else steady))
        print(f"\n`entrain render`, beat, breath and background: {args.voice_minutes:g} min of each voice")
        with_breath = folder / "breath.csd"
        with_breath.write_text(csound_breath_score(beats_s(args.voice_minutes)))
        theirs = ["csound", "-d", "-W", "-o", str(folder / "csound.wav"), str(with_breath)]
        if shutil.which("csound"):
            tell("csound, like soft", timed(theirs), folder / "csound.wav")
        for voice in args.voices or CATALOGUE:
            length = ["--minutes", f"{args.voice_minutes:g}", "--out", str(out)]
            tell(voice, timed([*render, *tempo, "--voice", voice, *length]), out)
        for minutes in (5.0, 20.0, 60.0):
            length = ["--minutes", f"{minutes:g}", "--out", str(out)]
            tell(f"soft, {minutes:g} min", timed([*render, *tempo, *length]), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
