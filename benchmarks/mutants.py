"""Which faults the tests of a room would not notice: mutants of its code, one at a time.

`python -m benchmarks.mutants --room control --sample 40`

Each mutant changes one number, one comparison or one `and`/`or` of `entrain/ROOM/`, in a copy of the whole
repository in a temporary folder; the tests of that room are run against it. A mutant that fails a test is
caught, so is one that takes more than three times as long as the unchanged code, and one that passes them all
survives. Some survivors change nothing that can be seen (an index beyond a list's end, `<` for `<=` between
measured numbers), so a score of 100 % is not to be had.

Our own, for mutmut changes what is inside functions only, and the rules of these rooms are constants of their
modules.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from math import inf
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from entrain.units import S_PER_MIN

ROOT: Final = Path(__file__).parents[1]
TESTS: Final = {
    "control": ("tests/control",),
    "heart": ("tests/heart",),
    "tempo": ("tests/tempo", "tests/control"),
    "breath": ("tests/breath",),
}
LEFT_BEHIND: Final = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
TIMES_AS_LONG: Final = 3.0
OTHER: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A stretch of one file, in bytes, and what stands there instead."""

    path: str
    line: int
    begin: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.before}  ->  {self.after}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of one file, in no order."""
    source = path.read_bytes()
    starts = [0]
    for row in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    for node in ast.walk(ast.parse(source)):
        for other in _others(node):
            assert isinstance(node, ast.expr)
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            before = " ".join(source[begin:end].decode().split())
            yield Mutant(str(path.relative_to(ROOT)), node.lineno, begin, end, before, ast.unparse(other))


def _others(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1 if isinstance(value, int) or value == 0.0 else 2.0 * value)
        case ast.Compare():
            for index, comparison in enumerate(node.ops):
                other = deepcopy(node)
                other.ops[index] = OTHER[type(comparison)]()
                yield other
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case _:
            return


def passes(copy: Path, tests: tuple[str, ...], limit_s: float | None = None) -> bool:
    """Do the tests pass in this copy, in time?"""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survives(mutant: Mutant, copy: Path, tests: tuple[str, ...], limit_s: float) -> bool:
    path = copy / mutant.path
    source = path.read_bytes()
    path.write_bytes(source[: mutant.begin] + f"({mutant.after})".encode() + source[mutant.end :])
    try:
        return passes(copy, tests, limit_s)
    finally:
        path.write_bytes(source)


def main() -> None:
    parser = argparse.ArgumentParser(description="Which faults the tests of a room would not notice")
    parser.add_argument("--room", choices=TESTS, default="control")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="FILE", help="these of its files, as holds.py"
    )
    parser.add_argument("--tests", nargs="+", help="in place of all of the room's")
    parser.add_argument("--sample", type=int, default=40, metavar="N", help="how many mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=inf, help="begin with no mutant later than that")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    paths = sorted((ROOT / "entrain" / args.room).rglob("*.py"))
    every = [m for path in paths if not args.only or path.name in args.only for m in mutants_of(path)]
    chosen = random.Random(args.seed).sample(every, min(args.sample or len(every), len(every)))
    tests = tuple(args.tests or TESTS[args.room])
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(args.jobs) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for n in range(args.jobs):
            copies.put(Path(shutil.copytree(ROOT, Path(folder, str(n)), ignore=LEFT_BEHIND)))
        copy = copies.get()
        began_s = time.monotonic()
        if not passes(copy, tests):
            sys.exit("The tests fail without any mutant: mend them first.")
        limit_s = 10.0 + TIMES_AS_LONG * (time.monotonic() - began_s)
        copies.put(copy)

        def lived(mutant: Mutant) -> bool | None:
            if time.monotonic() - began_s > S_PER_MIN * args.minutes:
                return None
            copy = copies.get()
            try:
                return survives(mutant, copy, tests, limit_s)
            finally:
                copies.put(copy)

        survivors, n_caught = list[Mutant](), 0
        for mutant, has_lived in zip(chosen, pool.map(lived, chosen), strict=True):
            if has_lived is not None:
                print("survived" if has_lived else "caught  ", mutant, flush=True)
                survivors += [mutant] * has_lived
                n_caught += not has_lived
    n = n_caught + len(survivors)
    print(f"{args.room}: {n_caught} of {n} caught, drawn from {len(every)} (seed {args.seed}); survivors:")
    print(*survivors, sep="\n")


if __name__ == "__main__":
    main()
