"""Rules of the house that no import contract can tell."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import entrain
import entrain.errors

ROOT = Path(entrain.__file__).parent


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def classes() -> Iterator[tuple[Path, ast.ClassDef]]:
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield path, node


def test_a_class_name_has_one_home() -> None:
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for path, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(str(path))
    assert {name: sorted(where) for name, where in homes.items() if len(where) > 1} == {}


def test_the_tree_of_errors_is_whole() -> None:
    """Every exception class of the package stands in the picture at the top of its module."""
    bases = {node.name: {ast.unparse(base) for base in node.bases} for _, node in classes()}
    errors = {"Exception", "RuntimeError", "ValueError", "OSError"}
    while more := {name for name, of in bases.items() if of & errors} - errors:
        errors |= more
    picture = entrain.errors.__doc__ or ""
    assert sorted(name for name in errors & bases.keys() if name not in picture) == []


def test_what_differs_between_systems_is_in_one_room() -> None:
    """The rest of the program does not ask where it runs, nor names what only one system has."""
    told = {"sys.platform", "os.name", "os.geteuid", "os.getuid", "os.startfile", "os.replace", "os.fsync"}
    owned = {"fcntl", "msvcrt", "winreg", "termios"}
    strays: list[str] = []
    for path, tree in modules():
        if path.parts[0] == "system":
            continue
        for node in ast.walk(tree):
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set[str]()
            if (isinstance(node, ast.Attribute) and ast.unparse(node) in told) or names & owned:
                strays.append(f"{path}:{getattr(node, 'lineno', 0)}")
    # An open file and an open descriptor are theirs to bring to the disk who hold them.
    assert {stray.partition(":")[0] for stray in strays} == {
        "storage/whole_file.py",
        "storage/encryption/convert.py",
    }
