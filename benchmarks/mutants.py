"""Which faults the tests of a room would not notice: mutants of its code, one at a time.

`python -m benchmarks.mutants --room control --sample 150`

Each mutant changes one number, one comparison or one `and`/`or` of `entrain/ROOM/`, in memory only; the
tests of that room are run against it, the quickest first, in a child of a process that has all libraries
loaded and nothing of ours. A mutant that fails a test is caught, so is one that takes more than three
times the processor time of the unchanged code, and one that passes them all survives. Some survivors
change nothing that can be seen (an index beyond a list's end, `<` for `<=` between measured numbers), so
a score of 100 % is not to be had. Properties draw the same examples for every mutant, so that a score
comes out again.

Our own, for mutmut changes what is inside functions only, and the rules of these rooms are constants of their
modules.
"""

import argparse
import ast
import json
import os
import random
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from math import inf, sqrt
from pathlib import Path
from time import monotonic
from types import CodeType
from typing import Final

import hypothesis
import numpy
import pytest
import scipy.signal

from entrain.units import S_PER_MIN

ROOT: Final = Path(__file__).parents[1]
TESTS: Final = {
    "control": ("tests/control", "tests/storage/test_fixture.py", "tests/test_as_recorded.py"),
    "heart": ("tests/heart", "tests/test_as_recorded.py"),
    "tempo": ("tests/tempo", "tests/test_as_recorded.py"),
    "breath": ("tests/breath", "tests/test_as_recorded.py"),
}
TIMES_AS_LONG: Final = 3.0
LONGEST_S: Final = 900.0  # by the wall's clock, for what waits for ever
LOADED: Final = (hypothesis, numpy, pytest, scipy.signal)  # once, for all children
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

    def finder(self) -> "Changed":
        """What makes the import of this file find the mutant."""
        source = (ROOT / self.path).read_bytes()
        changed = source[: self.begin] + f"({self.after})".encode() + source[self.end :]
        name = self.path.removesuffix(".py").replace("/", ".")
        return Changed(name, ROOT / self.path, changed)

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


@dataclass(frozen=True, slots=True)
class Changed(MetaPathFinder):
    """Finds one module in its changed form, and no other."""

    name: str
    path: Path
    source: bytes

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = _ChangedLoader(fullname, str(self.path))
        loader.source = self.source
        return spec_from_file_location(fullname, self.path, loader=loader)


class _ChangedLoader(SourceFileLoader):
    source: bytes

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec")


class _Order:
    """A plugin: the same examples each time, none made smaller; the quickest test first."""

    def __init__(self, took_s: dict[str, float]) -> None:
        self.took_s, self.takes_s = took_s, dict[str, float]()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", phases=phases, derandomize=True, database=None)
        hypothesis.settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.took_s.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.takes_s[report.nodeid] = self.takes_s.get(report.nodeid, 0.0) + report.duration


def passes(
    mutant: Mutant | None,
    tests: Sequence[str],
    took_s: dict[str, float],
    cpu_s: float,
    times: Path | None = None,
) -> bool:
    """Do the tests pass with this mutant (None: unchanged), within `cpu_s`? In a child process."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return status == 0
    try:
        os.setpgid(0, 0)
        signal.alarm(round(LONGEST_S))
        if cpu_s < inf:
            resource.setrlimit(resource.RLIMIT_CPU, (round(cpu_s), round(cpu_s) + 1))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.chdir(ROOT)
        if mutant is not None:
            sys.meta_path.insert(0, mutant.finder())
        order = _Order(took_s)
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", *tests], plugins=[order])
        if times is not None:
            times.write_text(json.dumps(order.takes_s))
        os._exit(int(code))
    finally:
        os._exit(1)


def interval(caught: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (1927)."""
    z, share = 1.96, caught / n
    middle, half = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


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
    for name in [name for name in sys.modules if name.partition(".")[0] == "entrain"]:
        del sys.modules[name]  # each child loads them anew, one of them changed
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(args.jobs) as pool:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        times, began_s = Path(folder, "times.json"), monotonic()
        before_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        if not passes(None, tests, {}, inf, times):
            sys.exit("The tests fail without any mutant: mend them first.")
        cpu_s = 5.0 + TIMES_AS_LONG * (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before_s)
        took_s = json.loads(times.read_text())

        def lived(mutant: Mutant) -> bool | None:
            if monotonic() - began_s > S_PER_MIN * args.minutes:
                return None
            return passes(mutant, tests, took_s, cpu_s)

        survivors, n_caught = list[Mutant](), 0
        for mutant, has_lived in zip(chosen, pool.map(lived, chosen), strict=True):
            if has_lived is not None:
                print("survived" if has_lived else "caught  ", mutant, flush=True)
                survivors += [mutant] * has_lived
                n_caught += not has_lived
    n = n_caught + len(survivors)
    low, high = interval(n_caught, n)
    print(
        f"{args.room}: {n_caught} of {n} caught ({low:.0%} to {high:.0%}), drawn from {len(every)}", end=" "
    )
    print(f"(seed {args.seed}); survivors:")
    print(*survivors, sep="\n")


if __name__ == "__main__":
    main()
