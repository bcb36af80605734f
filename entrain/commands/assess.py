"""`entrain assess`: which breathing rate makes your heart swing most, if any does."""

import argparse
import json
import sys
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from entrain.commands import passphrase
from entrain.commands import run as run_command
from entrain.commands.aligned import aligned
from entrain.commands.assess_protocol import five_rates, sliding
from entrain.commands.setup import Choices
from entrain.control.protocol import PacedStage, PhaseTimes, Preset
from entrain.control.stages import minutes_of
from entrain.errors import UsageError
from entrain.storage import presets, settings
from entrain.storage.presets import LoadedPreset
from entrain.storage.settings import KnownResonance
from entrain.storage.store import Store

if TYPE_CHECKING:
    from entrain.analysis.assessment import Assessment

PHASES: Final = PhaseTimes(baseline_s=60.0, match_s=0.0, silence_s=15.0)
TEXT: Final = "# The resonance assessment: it has no preset file; its stages are in the session's config.\n"
SAME_PER_MIN: Final = 0.25
BAR: Final = 40
EPILOG: Final = """\
You breathe with the cue, gently and not deeply, at 6.5, 6, 5.5, 5 and 4.5 breaths a minute, two minutes each
in an order drawn by lot, and rest between. Stop any time, and stop if you get dizzy. The outcome can be the
goal of a preset: goal_per_min = "own resonance". "No clear peak" is an outcome too: then 6 is as good as any.

examples:
  entrain assess
  entrain assess --sliding
  entrain assess --heart sim:7 --speed 60 --headless
  entrain assess --session 12          look again at one that was recorded
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "The resonance assessment: which breathing rate makes your heart swing most."
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--heart", metavar="HEART", default="ble", help="as for `entrain run`")
    parser.add_argument("--sliding", action="store_true", help="one slow fall through all rates, 16 minutes")
    parser.add_argument("--session", metavar="ID", help="show the outcome of a recorded assessment")
    parser.add_argument("--no-keep", action="store_true", help="do not keep the outcome as your own")
    run_command.add_session_arguments(parser)
    parser.set_defaults(voice=None)


def run(args: argparse.Namespace) -> int:
    if args.session is not None:
        passphrase.unlock_store(args)
        return _outcome(args.session, keep=False, as_json=args.json)
    if args.minutes is not None:
        raise UsageError("The length of an assessment is given by its stages.", "Leave out --minutes.")
    if args.heart == "none":
        raise UsageError("An assessment without a heart has nothing to assess.", "Wear a strap.")
    seed = SystemRandom().randrange(2**31) if args.seed is None else args.seed
    stages = sliding() if args.sliding else five_rates(seed)
    choices = Choices(
        hearts=(args.heart,),
        preset=_preset(stages),
        voice=args.voice,
        audio=args.audio or ("device" if args.speed == 1.0 else "none"),
        speed=args.speed,
        seed=seed,
        stages=stages,
        person=run_command.person_named(args.person),
    )
    code = run_command.with_or_without_screen(choices, args)
    if code != 0:
        return code
    print(file=sys.stdout if not args.json else sys.stderr)
    return _outcome("last", keep=not args.no_keep, as_json=args.json)


def _preset(stages: tuple[PacedStage, ...]) -> LoadedPreset:
    """The desk's sound and bounds, with room for the stages."""
    desk = presets.load(presets.DEFAULT).preset
    preset: Preset = replace(
        desk,
        name="assess",
        title="Resonance assessment",
        summary="Paced breathing at several rates, to see at which one the heart swings most.",
        minutes=minutes_of(stages, PHASES.baseline_s, PHASES.silence_s),
        phases=PHASES,
        breath=replace(desk.breath, ratio=(4.0, 0.0, 6.0, 0.0)),
    )
    return LoadedPreset(preset, TEXT, sha256(TEXT.encode()).hexdigest(), Path())


# ---- the outcome -------------------------------------------------------------------------------------------


def _outcome(session: str, *, keep: bool, as_json: bool) -> int:
    from entrain.analysis.assessment import assess
    from entrain.commands.assess_recorded import stretches

    store = Store.open()
    number = store.find(session)
    stored = store.load(number)
    found = assess(stretches(stored))
    before = settings.load()[0].resonance
    day = stored.meta.row.started.isoformat(timespec="seconds")
    if keep and found.resonance_per_min is not None:
        now = KnownResonance(found.resonance_per_min, found.confidence, day, number)
        settings.change(lambda known: replace(known, resonance=now))
    if as_json:
        said = {
            "event": "assessment",
            "session": number,
            "date": day,
            "resonance_per_min": found.resonance_per_min,
            "confidence": found.confidence,
            "rates": [asdict(each) for each in found.criteria],
            "swings": [asdict(each) for each in found.swings],
            "curve": found.curve,
            "before": None if before is None else asdict(before),
        }
        print(json.dumps(said))
        return 0
    print("\n".join(_lines(found, number, day, before)))
    return 0


def _lines(found: "Assessment", number: int, day: str, before: KnownResonance | None) -> list[str]:
    criteria = sorted(found.criteria, key=lambda each: -each.pace_per_min)
    heads = ("breaths/min", "in phase", "peak to trough", "LF power", "LF peak", "smooth", "LF peaks")
    steady = {each.pace_per_min: each.in_phase for each in found.swings}
    rows: list[tuple[str, ...]] = [heads, ("", "0 to 1", "bpm", "ms²", "ms²/Hz", "0 to 1", "")]
    for c in criteria:
        values = (
            (steady.get(c.pace_per_min, c.phase_synchrony), 2),
            (c.peak_to_trough_bpm, 1),
            (c.lf_power_ms2, 0),
            (c.lf_peak_ms2_per_hz, 0),
            (c.smoothness, 2),
            (c.n_lf_peaks, 0),
        )
        rows.append((f"{c.pace_per_min:.2f}", *("-" if x is None else f"{x:.{d}f}" for x, d in values)))
    lines = [f"Resonance assessment, session {number}, {day[:10]}", ""]
    lines += aligned(rows, right=frozenset(range(len(heads))))
    if found.swings:
        most = max(each.swing_bpm for each in found.swings)
        lines += ["", "How far your pulse swings with each breath:"]
        for each in reversed(found.swings):
            bar = "█" * round(BAR * each.swing_bpm / most)
            size = f"{each.swing_bpm:.1f} ± {2 * each.error_bpm:.1f} bpm"
            lines.append(f"  {each.pace_per_min:5.2f}/min  {bar:<{BAR}}  {size}")
    return [*lines, "", *_verdict(found), *_retest(found, before, number)]


def _verdict(found: "Assessment") -> list[str]:
    sure = f"{found.confidence:.0%}"
    if found.resonance_per_min is not None:
        return [
            f"Your pulse swings most near {found.resonance_per_min:.2f} breaths a minute"
            f" (confidence {sure}).",
            "It moves with time: on retest it differed in two of three people. Ask again in some weeks.",
        ]
    if len(found.swings) < 4:
        return [
            "Too few of the rates could be measured to say anything.",
            "Check the strap's contact and try again.",
        ]
    return [
        f"No clear peak (confidence {sure}): no rate stands out from the ones beside it.",
        "That is common and nothing is wrong with it. Choose the rate that feels easiest; 6 is a good one.",
    ]


def _retest(found: "Assessment", before: KnownResonance | None, number: int) -> list[str]:
    if before is None or before.session == number:
        return []
    last = f"Last time, {before.measured_utc[:10]}, it was {before.per_min:.2f} a minute"
    if found.resonance_per_min is None:
        return [f"{last}; that one stays kept."]
    off = found.resonance_per_min - before.per_min
    if abs(off) <= SAME_PER_MIN:
        return [f"{last}: the same within what can be measured."]
    return [f"{last}: it has moved by {off:+.2f}."]
