"""The coach on simulated people, by kind and policy: python -m benchmarks.coach [--people N] [--preset NAME]

First the means of each policy with their 95 % intervals, then each against the default, within people: a plus
is more than the default has. Nothing is asserted here; what simulation cannot prove is in docs/coach.md.
"""

import argparse
import time
from collections.abc import Sequence

from entrain.cohort.crowd import Participant, Study, conduct
from entrain.cohort.statistics import Estimate, differences, estimates
from entrain.devices.simulated.person import Kind
from entrain.storage import presets
from entrain.tempo.policy import POLICIES

KINDS = (None, Kind.RESPONDER, Kind.NON_RESPONDER, Kind.LAPSING)
COLUMNS = (
    ("in step, min", "in_step_min", 2),
    ("over-breathing, min", "overbreathing_min", 2),
    ("RSA, times", "rsa_times", 2),
    ("RMSSD, times", "rmssd_times", 2),
    ("pulse, bpm", "pulse_change_bpm", 1),
    ("held, min", "hold_min", 1),
)
AGAINST = COLUMNS[:2]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--preset", default="desk")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--policy", action="append")
    parser.add_argument("--kind", action="append", type=Kind)
    given = parser.parse_args()
    policies = tuple(given.policy or POLICIES)
    preset = presets.load(given.preset).preset
    began_s, n_sessions = time.perf_counter(), 0
    for kind in given.kind or KINDS:
        study = Study(preset, policies, given.people, given.seed, kind)
        everybody = conduct(study)
        n_sessions += given.people * len(policies)
        print(f"\n### {given.people} people, {kind or 'a mixed crowd'}, {preset.name}, seed {given.seed}\n")
        print_table(policies, everybody)
    took_s = time.perf_counter() - began_s
    speed = n_sessions * preset.minutes * 60.0 / took_s
    print(f"\n{n_sessions} sessions in {took_s:.0f} s: {speed:,.0f} times real time.")


def print_table(policies: Sequence[str], everybody: Sequence[Participant]) -> None:
    heads = [heading for heading, _, _ in COLUMNS]
    heads += [f"{heading.split(',')[0]} − {policies[0]}" for heading, _, _ in AGAINST]
    print("| policy | " + " | ".join(heads) + " |")
    print("|---" * (1 + len(heads)) + "|")
    for index, policy in enumerate(policies):
        found, than = estimates(everybody, index), differences(everybody, index, 0)
        cells = [cell(found[name], digits) for _, name, digits in COLUMNS]
        cells += ["" if index == 0 else cell(than[name], digits, "+") for _, name, digits in AGAINST]
        print(f"| {policy} | " + " | ".join(cells) + " |")


def cell(estimate: Estimate, digits: int, sign: str = "") -> str:
    if estimate.mean is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:{sign}.{digits}f}"
    return f"{estimate.mean:{sign}.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


if __name__ == "__main__":
    main()
