"""A report for the client, the methods apart, and a practice's own head above all of them."""

import base64
import re
import struct
import zlib
from pathlib import Path

import pytest

from entrain.cli import main
from entrain.errors import InputError
from entrain.report.letterhead import read_letterhead

Typed = pytest.CaptureFixture[str]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("ENTRAIN_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def png() -> bytes:
    """A picture of one red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def practise(person: str, times: int = 1) -> None:
    heart = ["--heart", "sim:1", "--headless", "--speed", "1e6", "--minutes", "6", "--preset", "quiet"]
    for _ in range(times):
        assert main(["run", *heart, "--person", person]) == 0


def report(*words: str) -> str:
    out = Path("report.html")
    out.unlink(missing_ok=True)
    assert main(["report", *words, "--out", str(out)]) == 0
    return out.read_text("utf-8")


def test_every_report_names_whose_it_is() -> None:
    practise("P07", 2)
    practise("")
    assert "<p>P07 · Session 1 · " in report("1")
    assert "<h1>P07: 2 sessions</h1>" in report("--person", "P07")
    assert "<p>Session 3 · " in report("3")


def test_a_client_reads_what_it_was_like_and_the_methods_stand_apart() -> None:
    practise("P07", 2)
    assert main(["person", "note", "P07", "--said", "slept better", "--thought", "no <b>haste</b>"]) == 0
    whole, client, methods = (report("1", "--edition", each) for each in ("whole", "client", "methods"))
    for said in ("Methods, settings, versions", "What the program decided", "The preset as it was read"):
        assert said in whole
        assert said not in client
    assert "Before and after" in client
    assert "Methods, settings, versions" in methods
    assert "Before and after" not in methods
    assert "<h1>Methods: " in methods
    course, theirs = (report("--person", "P07", "--edition", each) for each in ("whole", "client"))
    assert "Said: slept better" in course
    assert "no &lt;b&gt;haste&lt;/b&gt;" in course
    assert "slept better" not in theirs
    assert "Methods" not in theirs
    practise("P08", 1)
    assert "slept better" not in report("1", "2", "3")  # of two people: neither's notes


def test_the_practice_s_head_stands_above_and_runs_nothing(home: Path) -> None:
    practise("P07")
    assert 'class="letterhead"' not in report("1")
    (home / "practice").mkdir()
    (home / "practice" / "letterhead.txt").write_text("A <Practice>\nMill Lane 3, Bath\n")
    (home / "practice" / "logo.svg").write_text(SVG)
    page = report("1")
    assert "<p>A &lt;Practice&gt;</p><p>Mill Lane 3, Bath</p>" in page
    (data,) = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert base64.b64decode(data).decode() == SVG
    assert "<script" not in page  # as a picture it cannot run
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", ["logo.svg", "logo.png"])
def test_as_pdf_too(home: Path, name: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    practise("P07")
    (home / "practice").mkdir()
    (home / "practice" / "letterhead.txt").write_text("A Practice")
    (home / "practice" / name).write_bytes(png() if name.endswith("png") else SVG.encode())
    assert main(["report", "1", "--edition", "client", "--out", "client.pdf"]) == 0
    text = "".join(page.extract_text() for page in pypdf.PdfReader("client.pdf").pages)
    assert "A Practice" in text
    assert "P07" in text
    assert "Methods" not in text


def test_what_is_no_letterhead_is_said(home: Path) -> None:
    folder = home / "practice"
    folder.mkdir(parents=True)
    assert read_letterhead() is None
    (folder / "letterhead.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_letterhead()
    (folder / "letterhead.txt").write_text("\n".join("abcdefg"))
    with pytest.raises(InputError, match="room for 6"):
        read_letterhead()
    (folder / "letterhead.txt").unlink()
    (folder / "logo.png").write_bytes(b"x" * 400_000)
    with pytest.raises(InputError, match="400 kB"):
        read_letterhead()
