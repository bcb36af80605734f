"""The advice for a missing library names this environment and a package that is ours."""

import sys
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from entrain import extras

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_advice_names_the_package_and_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert extras.DISTRIBUTION == PROJECT["name"] != "entrain"
    monkeypatch.setattr(sys, "executable", "/home/Jörg M/.venv/bin/python")
    with pytest.raises(extras.MissingExtra) as caught:
        extras.load("no_such_library", "report", "A PDF")
    line = '"/home/Jörg M/.venv/bin/python" -m pip install "entrain-coach[report]"'
    assert caught.value.advice == f"Install it with: {line}"


def test_where_there_is_no_pip_uv_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", nothing)
    assert extras.install_line("lsl") == f'uv pip install --python {sys.executable} "entrain-coach[lsl]"'
