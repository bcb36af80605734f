"""`entrain simulate`: what each policy does for many simulated people."""

import argparse
import os
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from entrain.control.protocol import HARD_SESSION_MAX_MIN, with_minutes
from entrain.errors import UsageError
from entrain.foreign import json_text
from entrain.presets import library as presets
from entrain.tempo.policy import POLICIES
from entrain.wording.columns import aligned

if TYPE_CHECKING:
    from entrain.cohort.statistics import Estimate

DESCRIPTION: Final = "Many simulated people under each policy: the results, with 95 % intervals."
EPILOG: Final = """\
The controller is the one of a real session; hearts and breaths are simulated, which docs/evidence/coach.md
judges.

examples:
  entrain simulate
  entrain simulate --people 200 --policy glide --policy silence
  entrain simulate --kind non-responder --preset resonance --json
"""
MOST_PEOPLE: Final = 100_000

# title -> (heading, measure, digits); two tables, so that each fits a terminal
TABLES: Final = (
    (
        "Breath",
        (
            ("in step, min", "in_step_min", 1),
            ("seen so, min", "seen_in_step_min", 1),
            ("RSA, times", "rsa_times", 2),
            ("RMSSD, times", "rmssd_times", 2),
            ("over-breathing, min", "overbreathing_min", 2),
        ),
    ),
    (
        "Pulse and session",
        (
            ("pulse, bpm", "pulse_change_bpm", 1),
            ("after, bpm", "pulse_after_bpm", 1),
            ("at a bound, min", "bounded_min", 1),
            ("holds", "holds", 1),
            ("held, min", "hold_min", 1),
            ("ended early", "ended_early", 3),
        ),
    ),
)
NOTES: Final = """\
RSA, RMSSD, pulse: the last two guided minutes against their own baseline; after: the last minute of silence.
Over-breathing: PetCO2 below 30 mmHg in the model. In brackets: 95 % bootstrap intervals over people."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--people", type=int, default=20, metavar="N", help="how many (default: 20)")
    parser.add_argument(
        "--policy",
        action="append",
        metavar="NAME",
        help=f"repeatable; default: all of {', '.join(POLICIES)}",
    )
    parser.add_argument("--kind", metavar="KIND", help="people of one kind; default: a mixed crowd")
    parser.add_argument("--preset", metavar="NAME|FILE", help="what kind of session (default: desk)")
    parser.add_argument("--minutes", type=float, metavar="N", help="length of each session")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed, the same people")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    from entrain.cohort.crowd import Participant, Study, conduct
    from entrain.cohort.statistics import estimates
    from entrain.devices.simulated.person import Kind

    policies: tuple[str, ...] = tuple(dict.fromkeys(args.policy or POLICIES))
    for name in policies:
        if name not in POLICIES:
            raise UsageError(f"There is no policy {name!r}.", f"There are: {', '.join(POLICIES)}.")
    kinds = [kind.value for kind in Kind]
    if args.kind is not None and args.kind not in kinds:
        raise UsageError(f"There is no kind of person {args.kind!r}.", f"There are: {', '.join(kinds)}.")
    if not 1 <= args.people <= MOST_PEOPLE:
        raise UsageError(f"--people is a number from 1 to {MOST_PEOPLE:,}, not {args.people}.")
    preset = presets.load(args.preset or presets.DEFAULT).preset
    if args.minutes is not None:
        if not 1.0 <= args.minutes <= HARD_SESSION_MAX_MIN:
            raise UsageError(
                f"A session lasts 1 to {HARD_SESSION_MAX_MIN:.0f} minutes, not {args.minutes:g}."
            )
        preset = with_minutes(preset, args.minutes)
    study = Study(preset, policies, args.people, args.seed, None if args.kind is None else Kind(args.kind))

    progress = _Progress() if sys.stderr.isatty() else None
    everybody: list[Participant] = conduct(study, progress)
    if progress is not None:
        progress.clear()
    found = {policy: estimates(everybody, index) for index, policy in enumerate(policies)}
    counts = {kind: sum(each.kind.value == kind for each in everybody) for kind in kinds}
    if args.json:
        said = {
            "preset": preset.name,
            "minutes": preset.minutes,
            "seed": args.seed,
            "people": args.people,
            "kinds": {kind: n for kind, n in counts.items() if n},
            "policies": {
                policy: {measure: asdict(estimate) for measure, estimate in row.items()}
                for policy, row in found.items()
            },
        }
        print(json_text(said))
        return 0
    crowd = ", ".join(f"{n} {kind}" for kind, n in counts.items() if n)
    print(f"{preset.title}, {preset.minutes:g} minutes, {args.people} people ({crowd}), seed {args.seed}")
    for title, columns in TABLES:
        rows = [(title, *(heading for heading, _, _ in columns))]
        for policy, row in found.items():
            rows.append((policy, *(_cell(row[measure], digits) for _, measure, digits in columns)))
        print("\n" + "\n".join(aligned(rows)))
    print("\n" + NOTES)
    return 0


def _cell(estimate: "Estimate", digits: int) -> str:
    if estimate.mean is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:.{digits}f}"
    return f"{estimate.mean:.{digits}f} ({estimate.low:.{digits}f}..{estimate.high:.{digits}f})"


class _Progress:
    """A line on the terminal that is renewed: how many people are done and how long the rest will take."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()

    def __call__(self, n: int, people: int) -> None:
        left_s = (time.monotonic() - self._began_s) / n * (people - n)
        left = f"{left_s / 60:.0f} min" if left_s >= 90 else f"{left_s:.0f} s"
        self._say(f"{n} of {people} people, {left} to go, {os.cpu_count()} cores")

    def clear(self) -> None:
        self._say("")

    def _say(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
