"""The manual is true of the program: links lead somewhere, options exist, nothing reaches out."""

import argparse
import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.commands import COMMANDS
from entrain.commands.completion import whole_parser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("[CS]*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(?:sh|console)?\n(.*?)^```|^((?:(?: {4}|\t).*\n)+)", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(entrain [^`]+)`")
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8"))]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def typed_on(page: Path) -> set[str]:
    """Every `entrain …` of a page, without its remark."""
    text = page.read_text("utf-8")
    lines = [line.strip() for each in BLOCK.findall(text) for line in "".join(each).splitlines()]
    lines += [" ".join(each.split()) for each in INLINE.findall(text)]
    lines = [line.removeprefix("$ ") for line in lines]
    typed = {
        re.split(r"\s+#|\s{2,}|[|>;&]", line)[0].strip() for line in lines if line.startswith("entrain ")
    }
    return typed - {"entrain"}


def options_of(words: list[str]) -> set[str]:
    """The options that a command, or its action, knows."""
    parser: argparse.ArgumentParser = whole_parser()
    known: set[str] = set()
    for word in words:
        groups = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
        if not groups or word not in groups[0].choices:
            break
        parser = groups[0].choices[word]
        known |= set(parser._option_string_actions)
    return known | {"--help", "--version"}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_option_on_a_page_is_one_of_the_program(page: Path) -> None:
    unknown = []
    for line in sorted(typed_on(page)):
        try:
            words = shlex.split(line.replace("'", ""))[1:]
        except ValueError:
            continue
        given = {word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z][\w-]+(=.*)?", word)}
        command = next(iter(words), "")
        if command.isupper():  # as in `entrain COMMAND --help`
            continue
        is_known = command in COMMANDS or command.startswith("--")
        if given and (not is_known or given - options_of(words)):
            unknown.append(line)
    assert unknown == []


def test_every_command_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"## `entrain {name}`" not in page] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example_in_any_encoding(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"entrain.commands.{COMMANDS[name][0]}")
    parser = argparse.ArgumentParser(prog=f"entrain {name}")
    module.add_arguments(parser)
    assert f"entrain {name}" in parser.format_help().partition("example")[2]
    for encoding in ("cp1252", "ascii"):
        parser.format_help().encode(encoding, "replace")
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert "usage:" in capsys.readouterr().out


@pytest.mark.parametrize("speaks", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "cp1252"}])
@pytest.mark.parametrize(
    "line", ["--help", "sessions trend", "presets show desk", "voices list", "straps --help"]
)
def test_no_language_of_the_terminal_is_a_traceback(
    speaks: dict[str, str], line: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "entrain", *line.split()],
        env={**os.environ, "ENTRAIN_HOME": str(tmp_path / "Ordner mit Ümlaut"), **speaks},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 2)


CUT_OFF = """
import sys
def no_network(event, args):
    # socket.connect and sendto of a path are D-Bus and the sound server: on this computer, no network.
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        raise SystemExit(f"reached out: {event} {args}")
    if event in ("socket.connect", "socket.sendto", "socket.bind") and not isinstance(args[1], (str, bytes)):
        raise SystemExit(f"reached out: {event} {args[1]}")
sys.addaudithook(no_network)
from entrain.cli import main
for line in sys.argv[1:]:
    code = main(line.split())
    assert code == 0, (line, code)
"""


def test_from_a_session_to_its_report_nothing_reaches_out(tmp_path: Path) -> None:
    lines = [
        "demo --headless --minutes 1 --speed 60 --seed 3",
        "sessions list",
        "sessions trend",
        "sessions replay 1",
        "sessions export 1 --format csv --out csv",
        "analyse 1",
        "report 1 --out report.html",
        "presets list",
        "voices list",
        "sessions backup backup.db",
    ]
    done = subprocess.run(
        [sys.executable, "-c", CUT_OFF, *lines],
        cwd=tmp_path,
        env={**os.environ, "ENTRAIN_HOME": str(tmp_path / "home"), "HOME": str(tmp_path / "elsewhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # Beside what was named on the line, it wrote into its own folder alone.
    assert {path.name for path in tmp_path.iterdir()} <= {
        "home",
        "elsewhere",
        "csv",
        "report.html",
        "backup.db",
    }
    strangers = [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]
    assert [path for path in strangers if "entrain" in str(path.relative_to(tmp_path))] == []
    known = re.findall(r"`([\w.…-]+)/?`", (ROOT / "docs" / "use" / "your-data.md").read_text("utf-8"))
    told = {name.partition("…")[0] for name in known} | {"sessions.db-wal", "sessions.db-shm"}
    kept = [path.name for path in (tmp_path / "home").iterdir()]
    assert [name for name in kept if not any(each and name.startswith(each) for each in told)] == []
