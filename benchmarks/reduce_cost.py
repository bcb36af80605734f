"""What one second of a session costs the controller, in microseconds of processor time.

`python -m benchmarks.reduce_cost [--beside CHECKOUT]`

Ten minutes of `desk` with one simulated heart that breathes along, folded in over and over, with what is
reported and without; the heart lives before the clock runs. With `--beside`, another checkout of this program
does the same by turns, in a process of its own each time, and the ratio of the quickest runs is printed.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]

N_S: Final = 600
ROUNDS: Final = 6
REPEATS: Final = 10
WITHOUT, WITH = "without reports", "with reports"

# Runs under either checkout: it uses only what both have.
FOLD: Final = """
import gc, json, sys, time
from entrain.control.events import Link, LinkChanged, Tick
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
try:
    from entrain.presets import library as presets
except ImportError:
    from entrain.storage import presets

n_s, repeats = json.load(sys.stdin)
config = SessionConfig(presets.load("desk").preset, ("strap",))
heart = SimulatedHeart(Person.draw(1, Kind.TYPICAL), "strap")
state, _ = reduce(start(config), LinkChanged(0.0, "strap", Link.STREAMING))
events = []
for t_s in range(1, n_s + 1):
    for event in (*heart.until(float(t_s), state.score), Tick(float(t_s))):
        events.append(event)
        state, _ = reduce(state, event, False)
gc.disable()
took_us = {}
for name, reports in (("without reports", False), ("with reports", True)):
    best = float("inf")
    for _ in range(repeats):
        state, _ = reduce(start(config), LinkChanged(0.0, "strap", Link.STREAMING))
        began_s = time.process_time()
        for event in events:
            state, _ = reduce(state, event, reports)
        best = min(best, time.process_time() - began_s)
    took_us[name] = 1e6 * best / n_s
print(json.dumps(took_us))
"""


def cost_us(checkout: Path) -> dict[str, float]:
    """Microseconds a second of session, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", FOLD],
        input=json.dumps((N_S, REPEATS)),
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description="What one second of a session costs the controller")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT", help="another version, by turns")
    args = parser.parse_args()
    checkouts = [ROOT] if args.beside is None else [ROOT, args.beside.resolve()]
    rounds = [[cost_us(checkout) for checkout in checkouts] for _ in range(ROUNDS)]
    for name in (WITHOUT, WITH):
        figures = [min(each[index][name] for each in rounds) for index in range(len(checkouts))]
        said = "   ".join(f"{figure:6.0f} us" for figure in figures)
        ratio = f"   ratio {figures[0] / figures[1]:.2f}" if len(figures) > 1 else ""
        print(f"{name:16} {said}{ratio}")


if __name__ == "__main__":
    main()
