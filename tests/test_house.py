"""Rules of the house that no import contract can tell."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
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


# ---- imports within functions ------------------------------------------------------------------------------

SCIPY = "SciPy, which a command that needs no analysis does not wait for"
BLUETOOTH = "Bluetooth, by who looks for a strap"
SOUND = "PortAudio or a sound file, by who is to sound"
STORE = "parts of the store that this action alone needs"
SCREEN = "Textual, by who draws"
EXTRA = "an extra that need not be installed"
CHOSEN = "one of several, by a name that was typed"
SIMULATED = "simulated people, by who asked for one"
QUICK = "a quick start: nobody waits for what this run does not use"
PLATFORM = "there on one system alone"

# Every import within a function, and why it is there. What stands at the top of a module needs no reason.
DEFERRED = {
    "app/analyse.py": SCIPY,
    "app/analyse_cluster.py": EXTRA,
    "app/archive.py": SCIPY,
    "app/doctor.py": QUICK,
    "app/music.py": QUICK,
    "app/prepare.py": CHOSEN,
    "app/sensors.py": BLUETOOTH,
    "app/services.py": SCIPY,
    "app/sounding.py": SOUND,
    "cli.py": CHOSEN,
    "commands/analyse.py": EXTRA,
    "commands/assess.py": SCIPY,
    "commands/completion.py": CHOSEN,
    "commands/doctor.py": STORE,
    "commands/home.py": SCREEN,
    "commands/person.py": STORE,
    "commands/render.py": SOUND,
    "commands/report.py": SCIPY,
    "commands/run.py": SCREEN,
    "commands/screen.py": BLUETOOTH,
    "commands/session_exchange.py": STORE,
    "commands/session_keep.py": STORE,
    "commands/session_show.py": STORE,
    "commands/sessions.py": STORE,
    "commands/sharing.py": EXTRA,
    "commands/simulate.py": SIMULATED,
    "commands/straps.py": BLUETOOTH,
    "commands/video.py": EXTRA,
    "devices/audio/__init__.py": SOUND,
    "devices/audio/engine.py": SOUND,
    "devices/audio/levelwatch.py": SOUND,
    "devices/ble/explain.py": PLATFORM,
    "devices/ble/radio.py": PLATFORM,
    "devices/simulated/heart.py": SIMULATED,
    "extras.py": EXTRA,
    "history/recorded.py": SCIPY,
    "recordings/arrays.py": QUICK,
    "recordings/reading.py": CHOSEN,
    "storage/export.py": CHOSEN,
    "storage/formats/edf.py": QUICK,
    "storage/formats/wfdb.py": QUICK,
    "storage/places.py": QUICK,
    "synth/voices/__init__.py": CHOSEN,
    "system/files.py": QUICK,
    "system/keyboard.py": PLATFORM,
    "system/opening.py": QUICK,
    "system/priority.py": PLATFORM,
    "system/signals.py": PLATFORM,
    "tui/app.py": QUICK,
}


def deferred() -> set[str]:
    """Modules that import within a function, or by a name that is made."""
    return {str(path) for path, tree in modules() if any(_is_deferred(node) for node in ast.walk(tree))}


def _is_deferred(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return any(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(node))
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__"))


def test_every_import_within_a_function_is_named_with_its_reason() -> None:
    assert sorted(deferred() - DEFERRED.keys()) == []
    assert sorted(DEFERRED.keys() - deferred()) == []
    assert all(DEFERRED.values())


# ---- docstrings --------------------------------------------------------------------------------------------

# What a name says by somebody else's contract: Textual calls these, and what they do stands in the keys.
HANDLER = re.compile(
    r"compose|render_line|check_action|get_line_filters|get_system_commands|notify_style_update"
    r"|on_[a-z_]+|action_[a-z_]+"
)
LEAST_DOCUMENTED = 0.95


@cache
def _documented_by_protocols() -> set[str]:
    """Methods that a protocol of ours declares and describes; who satisfies it need not say so again."""
    return {
        method.name
        for _, node in classes()
        if any("Protocol" in ast.unparse(base) for base in node.bases)
        for method in node.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(method)
    }


def _public(body: list[ast.stmt], where: str, declared: set[str] | None) -> Iterator[tuple[str, bool]]:
    """(name, has a docstring) of all that others may use; `declared` are methods, None outside of classes."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        has = ast.get_docstring(node) is not None
        if isinstance(node, ast.ClassDef):
            yield f"{where} {node.name}", has
            yield from _public(node.body, f"{where} {node.name}", _documented_by_protocols())
        elif has or declared is None or not (HANDLER.fullmatch(node.name) or node.name in declared):
            yield f"{where} {node.name}", has


def test_public_names_say_what_they_are() -> None:
    found = [each for path, tree in modules() for each in _public(tree.body, str(path), None)]
    without = [name for name, has in found if not has]
    assert len(found) > 1500
    assert 1.0 - len(without) / len(found) >= LEAST_DOCUMENTED, without
