"""What others wrote reaches no terminal as it is: planted in every field, looked for on every surface."""

import json
import os
import pty
import re
import select
import shutil
import sqlite3
import subprocess
import sys
import termios
import time
import unicodedata
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from entrain.cli import main
from entrain.control.events import CommandGiven, Link, LinkChanged, Mark, Sound, SoundChanged, StrapDescribed
from entrain.foreign import INSTEAD, all_clean, clean, json_text, many_lines, one_line
from entrain.reason import Reason
from entrain.remark import Remark, Topic
from entrain.storage.log.store import Store
from tests.support.sessions import CONFIG, RECORDS, SUMMARY

PLANTED = {
    "OSC": "\x1b]0;PWNED\x07",
    "OSC by ST": "\x1b]8;;http://x\x1b\\link",
    "CSI": "\x1b[2J\x1b[H",
    "C1": "\x9b2J\x9d0;PWNED\x9c",
    "BEL": "\x07",
    "backspace": "abc\x08\x08",
    "bidi": "\u202egnp.exe\u2066x\u2069\u200f",
    "no width": "a\u200bb\ufeff\u2060",
    "lines": "one\ntwo\r\nthree\u2028four\x85",
    "half": "\ud800",
    "NUL": "\x00",
}
ALL = "Z" + "".join(PLANTED.values()) + "Z"
LONG = "A" * 200_000


def is_harmless(text: str) -> bool:
    """No control characters but tab and line's end, and none of what turns or hides others."""
    return all(
        each in "\t\n\u200c\u200d" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for each in text
    )


@pytest.mark.parametrize("what", PLANTED)
def test_nothing_that_a_terminal_obeys_is_left(what: str) -> None:
    text = f"before {PLANTED[what]} after"
    for cleaned in (clean(text), one_line(text), many_lines(text)):
        assert is_harmless(cleaned)
        assert cleaned.startswith("before ")
        assert cleaned.endswith(" after")
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    "text", ["Jörg’s straps — 日本 Ω½", "یک\u200cخانه", "👩\u200d🔬", "tab\tand\nline", "", "~ ¡ÿ"]
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_a_sequence_is_one_sign_and_what_never_ends_takes_one_line_at_most() -> None:
    assert clean("a\x1b]0;title\x07b\x1b[31mc") == f"a{INSTEAD}b{INSTEAD}c"
    assert clean("a\x1b]0;never ended\nthe next line") == f"a{INSTEAD}\nthe next line"
    assert len(one_line(LONG)) == 200
    assert len(many_lines(LONG)) == 20_000


def test_json_is_cleaned_to_its_leaves() -> None:
    value = {ALL: [ALL, {"x": (ALL, 1, None, 2.5)}]}
    assert is_harmless(json_text(value))
    assert all(map(is_harmless, next(iter(all_clean(value)))))
    assert json.loads(json_text({"a": "b\nc"})) == {"a": "b\nc"}


# ---- every surface -----------------------------------------------------------------------------------------


@pytest.fixture(params=[ALL, LONG], ids=["planted", "long"])
def hostile(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store, a folder of presets and files whose every text is hostile."""
    text = str(request.param).replace("\ud800", "").replace("\x00", "")
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, text)
    return text


def fill(home: Path, text: str) -> None:
    config = replace(
        CONFIG, preset=replace(CONFIG.preset, name=text, title=text, summary=text), straps=(text,)
    )
    beats = [
        (of_strap(event, text), tuple(of_strap(each, text) for each in effects)) for event, effects in RECORDS
    ]
    store = Store(home / "sessions.db")
    hearts = [f"lsl:{text}"]
    with store.begin(config, preset_text=text, hearts=hearts, audio=f"device:{text}", voice=text) as log:
        for event, effects in beats:
            log.append(event, effects)
        log.append(LinkChanged(601.0, text, Link.LOST, Remark.as_told(text, text)), ())
        log.append(StrapDescribed(601.0, text, name=text, manufacturer=text, model=text, firmware=text), ())
        log.append(
            SoundChanged(601.0, Sound.UNAVAILABLE, text, Remark.of(Topic.REFUSED, strap=text, cause=text)), ()
        )
        log.append(CommandGiven(601.0, Mark(text)), ())
        log.close(replace(SUMMARY, reason=Reason.of_older(text)))
    store.note(1, text)
    connection = sqlite3.connect(store.path)
    connection.execute("UPDATE session SET person = ?, platform = ?, entrain_version = '0.1.0'", (text, text))
    connection.commit()
    connection.close()
    (home / "presets").mkdir()
    shipped = Path(__file__).parents[1] / "presets" / "desk.toml"
    title = f"title = {json.dumps(text)}"
    own = re.sub(r"(?m)^title = .*$", lambda _: title, shipped.read_text())
    (home / "presets" / "own.toml").write_text(own)
    name = text.replace("/", "").replace("\n", "")[:60]
    (home / "presets" / f"{name}.toml").write_text(shipped.read_text())
    (home / f"{name}.txt").write_text("\n".join(["800", "810", "790"] * 100))
    (home / f"{name}.csv").write_text(f"{name},x\n1,2\n")
    cell = '"' + text.replace('"', "'").replace("\n", " ") + '"'
    ms = [str(800 + 7 * n % 40) for n in range(200)]
    for file, heading, rows in (
        ("unused.csv", f"rr,{cell}", [f"{each},x" for each in ms]),
        ("called.csv", f'"rr ms {cell[1:]}', ms),
        ("times.csv", f'rr,"time {cell[1:]}', [f"{each},x" for each in ms]),
        ("owners.csv", "rr,person", [f"{each},{n % 2}{cell[1:-1][:40]}" for n, each in enumerate(ms)]),
        ("cells.csv", "rr,x", [*(f"{each},y" for each in ms), f"{cell},y"]),
    ):
        (home / file).write_text("\n".join((heading, *rows)), "utf-8")
    values = [int(each) for each in ms]
    (home / "keys.json").write_text(json.dumps({f"rr {text}": values, text: values}))
    (home / "units.json").write_text(json.dumps({"rr": values, "unit": text, text: text}))


def of_strap(message: object, text: str) -> object:
    if hasattr(message, "beat"):
        return replace(message, beat=replace(message.beat, strap=text))  # pyright: ignore
    return replace(message, strap=text) if hasattr(message, "strap") else message  # pyright: ignore


SHELL = (
    *("sessions list", "sessions list --json", "sessions show 1 --why", "sessions show 1 --json"),
    *("sessions trend", "sessions trend --json", "sessions replay 1", "sessions replay 1 --json"),
    *("sessions person", "sessions note 1", "presets list", "presets list --json", "presets show own"),
    *("presets check own", "run --preset own --headless --heart none", "doctor"),
)


def test_the_shell_and_json(hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(path) for path in tmp_path.glob("*.[tc]*"))
    typed = [line.split() for line in SHELL]
    files += [str(path) for path in tmp_path.glob("*s.json") if path.name != "settings.json"]
    typed += [
        ["analyse", *files],
        ["sessions", "import", *files],
        ["sessions", "list"],
        ["sessions", "show", "2"],
    ]
    typed += [["analyse", each, "--json"] for each in files]
    typed += [
        ["sessions", "show", hostile[:300]],
        ["run", "--preset", hostile[:300]],
        ["render", "--voice", hostile[:300]],
    ]
    for words in typed:
        code = main(words)
        said = "".join(capsys.readouterr())
        assert code in (0, 1, 2, 3, 4), words
        assert is_harmless(said), (words, said[:2000])
        assert "Traceback" not in said
        longest = max(map(len, said.splitlines() or [""]))
        assert longest < 25_000 or "--json" in words or words == ["presets", "show", "own"], (words, longest)


def test_reports(hostile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "1", "--out", "report.html"]) == 0
    assert is_harmless((tmp_path / "report.html").read_text("utf-8"))
    if hostile[0] == "Z":
        assert main(["report", "1", "--out", "report.pdf"]) == 0
        text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages)
        assert "\x1b" not in text
        assert "\u202e" not in text
    capsys.readouterr()


def test_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app on a terminal of its own, through the history to the session and the presets."""
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    (tmp_path / "settings.json").write_text('{"notice_accepted_utc": "2026-01-01T00:00:00+00:00"}')
    fill(tmp_path, ALL.replace("\ud800", "").replace("\x00", ""))
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    running = subprocess.Popen(
        [sys.executable, "-m", "entrain"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    seen = b""
    try:
        for keys in (b"", b"h", b"\r", b"\x1b", b"\x1b", b"p", b"\x1b[B", b"\x1b[B"):
            os.write(ours, keys)
            seen += _quiet(ours)
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    assert b"entrain" in seen
    assert b"0;PWNED" in seen or INSTEAD.encode() in seen, "the planted text was on the screen"
    for planted in (
        b"\x1b]0;PWNED",
        b"\x1b]8;;http://x",
        b"\xc2\x9b2J",
        b"\xe2\x80\xae",
        b"\xc2\x9d",
        b"\x07\x07",
    ):
        assert planted not in seen, planted


def _quiet(terminal: int, quiet_s: float = 0.8, most_s: float = 8.0) -> bytes:
    """All that the app writes until it has been quiet for a while."""
    seen, until_s = b"", time.monotonic() + most_s
    while time.monotonic() < until_s:
        ready, _, _ = select.select([terminal], [], [], quiet_s if seen else 4.0)
        if not ready:
            break
        seen += os.read(terminal, 65536)
    return seen


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that obeys: its title stays what it was, and what stood on its screen."""
    fill(tmp_path, ALL.replace("\ud800", "").replace("\x00", ""))
    server = f"entrain-foreign-{os.getpid()}"

    def tmux(*words: str) -> str:
        done = subprocess.run(["tmux", "-L", server, *words], capture_output=True, text=True, check=True)
        return done.stdout

    shown = "sessions show 1 --why; sessions list; presets list; sessions person; sessions note 1"
    root = Path(__file__).parents[1]
    commands = [f"{sys.executable} -m entrain {each.strip()}" for each in shown.split(";")]
    script = "\n".join((f"export ENTRAIN_HOME={tmp_path} PYTHONPATH={root}", "echo FIRST", *commands))
    (tmp_path / "script.sh").write_text(f"{script}\necho LAST\nsleep 30\n")
    try:
        tmux("new-session", "-d", "-x", "120", "-y", "200", f"sh {tmp_path}/script.sh")
        give_up_s = time.monotonic() + 30.0
        while "LAST" not in (screen := tmux("capture-pane", "-p")) and time.monotonic() < give_up_s:
            time.sleep(0.2)
        title = tmux("display-message", "-p", "#{pane_title}")
    finally:
        subprocess.run(["tmux", "-L", server, "kill-server"], capture_output=True, check=False)
    assert "FIRST" in screen, "nothing cleared the screen"
    assert "LAST" in screen
    assert "PWNED" not in title
    assert "Traceback" not in screen
