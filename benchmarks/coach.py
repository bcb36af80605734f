"""The coach on simulated people, by policy: python -m benchmarks.coach [--people N] [--preset NAME]

The same people under every policy. First all of them, then by kind: means with their 95 % intervals, and each
policy against the default, within people; a plus is more than the default has. Nothing is asserted here; what
simulation cannot prove is in docs/evidence/coach.md.
"""

import argparse
import time
from collections.abc import Sequence
from os import cpu_count

from entrain.cohort.crowd import Participant, Study, conduct
from entrain.cohort.statistics import Estimate, differences, estimates
from entrain.devices.simulated.person import Kind
from entrain.presets import library as presets
from entrain.tempo.policy import POLICIES, UNHEARD

KINDS = (Kind.RESPONDER, Kind.NON_RESPONDER, Kind.LAPSING)
FEWEST = 10  # of a kind, to say anything of it
COLUMNS = (
    ("in step, min", "in_step_min", 2),
    ("over-breathing, min", "overbreathing_min", 2),
    ("RSA, times", "rsa_times", 2),
    ("RMSSD, times", "rmssd_times", 2),
    ("pulse, bpm", "pulse_change_bpm", 1),
    ("held, min", "hold_min", 1),
)
AGAINST = COLUMNS[:2]
BETTER_IF = {"in_step_min": 1.0, "overbreathing_min": -1.0}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--preset", default="desk")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--policy", action="append")
    parser.add_argument("--kind", type=Kind, help="people of one kind; default: a mixed crowd")
    given = parser.parse_args()
    policies = tuple(given.policy or POLICIES)
    preset = presets.load(given.preset).preset
    began_s = time.perf_counter()
    everybody = conduct(Study(preset, policies, given.people, given.seed, given.kind))
    took_s = time.perf_counter() - began_s
    print(f"{given.people} people, preset {preset.name}, seed {given.seed}")
    print_table(given.kind or "a mixed crowd", policies, everybody)
    for kind in KINDS if given.kind is None else ():
        print_table(kind, policies, [each for each in everybody if each.kind is kind])
    n_sessions = given.people * len(policies)
    speed = n_sessions * preset.minutes * 60.0 / took_s
    print(
        f"\n{n_sessions} sessions of {preset.minutes:g} minutes in {took_s:.0f} s on {cpu_count()} cores:"
        f" {speed:,.0f} times real time."
    )


def print_table(crowd: str, policies: Sequence[str], everybody: Sequence[Participant]) -> None:
    if len(everybody) < FEWEST:
        return
    print(f"\n**{len(everybody)} people, {crowd}**\n")
    heads = [heading for heading, _, _ in COLUMNS]
    heads += [f"{heading.split(',')[0]} − {policies[0]}" for heading, _, _ in AGAINST]
    print("| policy | " + " | ".join(heads) + " |")
    print("|---" * (1 + len(heads)) + "|")
    for index, policy in enumerate(policies):
        found, than = estimates(everybody, index), differences(everybody, index, 0)
        cells = [cell(found[name], digits) for _, name, digits in COLUMNS]
        cells += ["" if index == 0 else cell(than[name], digits, "+") for _, name, digits in AGAINST]
        print(f"| {policy} | " + " | ".join(cells) + " |")

    print("\n" + verdict(policies, everybody))


def verdict(policies: Sequence[str], everybody: Sequence[Participant]) -> str:
    """Which pacing policies do better than the first by an interval that leaves out 0."""
    better: list[str] = []
    for index, policy in enumerate(policies):
        if index == 0 or policy in UNHEARD:
            continue
        than = differences(everybody, index, 0)
        for heading, name, digits in AGAINST:
            low, high = than[name].low, than[name].high
            sure = low is not None and high is not None and low * high > 0.0
            if sure and (than[name].mean or 0.0) * BETTER_IF[name] > 0.0:
                better.append(f"{policy} ({heading.split(',')[0]} {cell(than[name], digits, '+')})")
    return f"Better than {policies[0]}, of those that pace: {', '.join(better) or 'none'}."


def cell(estimate: Estimate, digits: int, sign: str = "") -> str:
    if estimate.mean is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:{sign}.{digits}f}"
    return f"{estimate.mean:{sign}.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


if __name__ == "__main__":
    main()
