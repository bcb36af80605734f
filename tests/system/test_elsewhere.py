"""A session, its figures and its documents where much is other than on a developer's Linux."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A console of 256 characters, and one of none but ASCII.
CONSOLES = {
    "windows": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    "none": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
LINES = """
import multiprocessing, os, sys
from entrain.cli import main

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    for line in sys.stdin.buffer.read().splitlines():
        code = main([os.fsdecode(word) for word in line.split(b"|")])
        assert code == 0, (line, code)
"""
SHORT = [
    "demo|--headless|--minutes|1|--speed|120|--audio|none|--person|P01",
    "sessions|export|1|--format|csv|--out|Ausgabe Ä",
    "report|1|--out|Bericht ü.html",
]
LONG = [
    *SHORT,
    "demo|--headless|--minutes|1|--speed|120|--audio|none|--person|Jürgen Groß",
    "analyse|1|2|--jobs|2|--out|alle Figuren.csv",
    "simulate|--people|4|--minutes|2|--policy|glide",
    "sessions|export|2|--format|bids|--out|Studie Ö",
    "render|--out|Klang ö.wav|--minutes|1",
    "sessions|backup|Sicherung ß.db",
    "person|list",
]


@pytest.mark.parametrize(("console", "lines"), [("windows", LONG), ("none", SHORT)])
def test_all_works_from_processes_begun_anew_in_a_narrow_console_and_an_odd_folder(
    console: str, lines: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "Ümläut und Leer"
    folder.mkdir()
    (folder / "so.py").write_text(LINES)
    done = subprocess.run(
        [sys.executable, "so.py"],
        input="\n".join(lines).encode(),
        cwd=folder,
        env={**os.environ, "ENTRAIN_HOME": str(folder / "mein Zuhause"), **CONSOLES[console]},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    assert "Traceback" not in done.stderr.decode("utf-8", "replace")
    assert {"Ausgabe Ä", "Bericht ü.html", "mein Zuhause"} <= {path.name for path in folder.iterdir()}
