"""What the manual shows to be run in other programs, and what it says of the environment, is so."""

import ast
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import entrain
from entrain.cli import main
from entrain.storage.settings import Settings
from tests.support.lsl import a_lab_of_its_own

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENVIRONMENT = (DOCS / "reference" / "environment.md").read_text("utf-8")
SENDER = """
import sys, time, pylsl
names = ("rr", "segment", "n", "ok")
outlet = pylsl.StreamOutlet(pylsl.StreamInfo("entrain rr test", "RR", 4, 0.0, "double64", "a test"))
print("there", flush=True)
while True:
    outlet.push_sample([812.0, 0.0, 1.0, 1.0])
    time.sleep(0.02)
"""


def of_page(name: str) -> list[str]:
    return PYTHON.findall((DOCS / name).read_text("utf-8"))


def run_in(folder: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_lines_for_pandas_read_an_exported_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))
    assert main(["demo", "--headless", "--minutes", "1", "--speed", "600", "--audio", "none"]) == 0
    assert main(["sessions", "export", "1", "--format", "csv", "--out", "session3"]) == 0
    pandas, xdf = of_page("use/analyse-elsewhere.md")
    assert re.search(r"mean\s+\d{3,4}\.", run_in(tmp_path, pandas))
    assert main(["sessions", "export", "1", "--format", "xdf", "--out", "recording.xdf"]) == 0
    said = run_in(tmp_path, xdf)
    assert len(re.findall(r"\d+\.\d+", said)) > 20


def test_the_reader_for_lsl_reads_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_lab_of_its_own(tmp_path, monkeypatch).open("a") as config:
        config.write("[log]\nlevel = -3\n")
    sender = subprocess.Popen([sys.executable, "-c", SENDER], stdout=subprocess.PIPE, text=True)
    try:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "there\n"
        (reader,) = of_page("reference/lsl.md")
        assert run_in(tmp_path, reader).count("812 ms") == 60
    finally:
        sender.kill()
        sender.wait()


def test_every_variable_that_is_read_is_in_the_reference_and_no_other() -> None:
    read: set[str] = set()
    for path in Path(entrain.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                read |= {node.value} if re.fullmatch(r"ENTRAIN_[A-Z_]+[A-Z]", node.value) else set()
            source = ast.unparse(node) if isinstance(node, ast.Call | ast.Subscript | ast.Compare) else ""
            if "environ" in source:
                read |= set(re.findall(r"'([A-Z][A-Z_]{4,})'", source))
    told = set(re.findall(r"`([A-Z][A-Z_]{4,})`", ENVIRONMENT))
    of_tests_and_scripts = {"ENTRAIN_RECORDINGS", "ENTRAIN_TESTS_WITHOUT", "PYTHON"}
    written = {"ENTRAIN_", "PULSE_PROP_OVERRIDE"}  # a beginning of names, and what we set for others
    assert sorted(read - told - written) == []
    assert sorted(told - read - of_tests_and_scripts) == []


def test_every_setting_is_in_the_reference() -> None:
    assert [each.name for each in fields(Settings) if f"| `{each.name}` |" not in ENVIRONMENT] == []


def test_everything_in_the_house_is_executable_as_the_manual_has_it() -> None:
    scripts = set(re.findall(r"`(script/[a-z]+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    scripts |= {"script/run", "script/test", "script/package", "script/lowest", "script/site", "script/lock"}
    assert [each for each in sorted(scripts) if not os.access(ROOT / each, os.X_OK)] == []
