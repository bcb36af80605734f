"""What people read keeps to `docs/style.md`: no forbidden word, and no second name for a thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import entrain

PACKAGE = Path(entrain.__file__).parent
ROOT = PACKAGE.parent
STYLE = (ROOT / "docs" / "style.md").read_text("utf-8")
EXEMPT = {"wording/notice.py"}  # accepted as it stands, and known by its version


def said(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def forbidden() -> list[str]:
    """The words under "Never"."""
    words = re.findall(r'"([^"]+)"', " ".join(STYLE.partition("**Never.**")[2].split()))
    assert len(words) > 8
    return words


def test_nothing_that_is_said_holds_a_forbidden_word() -> None:
    rules = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in forbidden()]
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {text}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if str(path.relative_to(PACKAGE)) not in EXEMPT
        for line, text in said(path)
        if any(rule.search(text) for rule in rules)
    ]
    assert found == []


def test_the_manual_holds_none_either() -> None:
    rules = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in forbidden()]
    pages = [ROOT / "README.md", *sorted((ROOT / "docs" / "use").glob("*.md"))]
    found = [
        f"{page.name}: {rule.pattern}"
        for page in pages
        for rule in rules
        if rule.search(page.read_text("utf-8"))
    ]
    assert found == []


def test_a_thing_has_one_name_in_what_is_said() -> None:
    """The second names of the table that are never right in another sense."""
    second = [
        re.compile(rf"\b{name}\b", re.IGNORECASE) for name in ("check up", "base pulse", "pacer breath")
    ]
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {text}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, text in said(path)
        if any(name.search(text) for name in second)
    ]
    assert found == []
