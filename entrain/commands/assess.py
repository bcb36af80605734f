"""`entrain assess`: which breathing rate makes your heart swing most, if any does."""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from entrain.commands import assess_words as words
from entrain.commands import passphrase
from entrain.commands import run as run_command
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
    choices = choices_of(args.heart, slides=args.sliding, seed=args.seed)
    audio = args.audio or ("device" if args.speed == 1.0 else "none")
    person = run_command.person_named(args.person)
    choices = replace(choices, person=person, voice=args.voice, audio=audio, speed=args.speed)
    code = run_command.with_or_without_screen(choices, args)
    if code != 0:
        return code
    print(file=sys.stdout if not args.json else sys.stderr)
    return _outcome("last", keep=not args.no_keep, as_json=args.json)


def minutes(*, slides: bool) -> float:
    """How long an assessment takes."""
    return minutes_of(sliding() if slides else five_rates(0), PHASES.baseline_s, PHASES.silence_s)


def choices_of(heart: str, *, slides: bool, seed: int | None = None) -> Choices:
    """What the session of an assessment is to be; the order of its rates is drawn by the seed."""
    seed = SystemRandom().randrange(2**31) if seed is None else seed
    stages = sliding() if slides else five_rates(seed)
    return Choices(hearts=(heart,), preset=_preset(stages), seed=seed, stages=stages)


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


@dataclass(frozen=True, slots=True)
class Looked:
    """What a recorded assessment says; `before` is the outcome that was kept until then."""

    found: "Assessment"
    session: int
    day: str  # ISO 8601
    before: KnownResonance | None


def look(session: str, *, keep: bool) -> Looked:
    """Look at a recorded assessment, and keep a clear peak as the person's own where `keep` says so.

    Raises:
        UsageError: there is no such session, or it was no assessment. StoreError: it cannot be read or kept.
    """
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
    return Looked(found, number, day, before)


def _outcome(session: str, *, keep: bool, as_json: bool) -> int:
    looked = look(session, keep=keep)
    found = looked.found
    if not as_json:
        print("\n".join(words.lines(looked)))
        return 0
    said = {
        "event": "assessment",
        "session": looked.session,
        "date": looked.day,
        "resonance_per_min": found.resonance_per_min,
        "confidence": found.confidence,
        "rates": [asdict(each) for each in found.criteria],
        "swings": [asdict(each) for each in found.swings],
        "curve": found.curve,
        "before": None if looked.before is None else asdict(looked.before),
    }
    print(json.dumps(said))
    return 0
