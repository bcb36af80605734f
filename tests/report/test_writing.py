"""Reports as files: private, never over another, PDF where Typst is there and a sentence where it is not."""

import stat
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from entrain.errors import InputError, UsageError
from entrain.extras import MissingExtra, install_line
from entrain.report.writing import write
from tests.report.conftest import Held


@pytest.fixture(scope="module")
def usual_pdf(held: Held, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(held.store, held.usual, tmp_path_factory.mktemp("pdf") / "usual.pdf")


def text_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_a_usual_session_takes_two_pages(usual_pdf: Path) -> None:
    reader = PdfReader(usual_pdf)
    assert len(reader.pages) <= 2
    assert {tuple(map(round, page.mediabox[2:])) for page in reader.pages} == {(595, 842)}


def test_a_pdf_says_what_the_page_says(held: Held, usual_pdf: Path) -> None:
    text = text_of(usual_pdf)
    meta = held.store.load(held.usual).meta
    order = (
        "Nobody was measured",
        "Your pulse w",  # "was", or "went from … to …"
        "Before and after",
        "The session",
        "The heart’s variability",
        "Breath and beat",
        "How good the data is",
        "What the program decided",
        "Coherence score",
        "Methods, settings, versions",
        meta.entrain_version,
    )
    places = [text.replace("'", "’").find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_a_pdf_is_tagged_and_carries_its_preset(held: Held, usual_pdf: Path) -> None:
    reader = PdfReader(usual_pdf)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.attachments["desk.toml"][0].decode() == held.store.load(held.usual).meta.preset_text


def test_a_pdf_is_the_same_each_time(held: Held, usual_pdf: Path, tmp_path: Path) -> None:
    assert write(held.store, held.usual, tmp_path / "again.pdf").read_bytes() == usual_pdf.read_bytes()


def test_what_was_noted_is_no_markup_of_a_pdf(held: Held, tmp_path: Path) -> None:
    path = write(held.store, held.nasty, tmp_path / "nasty.pdf")  # with signs that few fonts have
    text = text_of(path)
    assert '<script>alert("1")</script> & #let x = 1' in text.replace("”", '"').replace("“", '"')


@pytest.mark.parametrize("which", ["short", "no_sensor", "imported", "cut_off"])
def test_every_sort_of_session_makes_a_pdf(held: Held, tmp_path: Path, which: str) -> None:
    path = write(held.store, getattr(held, which), tmp_path / "out.pdf")
    assert len(PdfReader(path).pages) <= 2


def test_without_typst_it_is_told_what_to_install(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra, match="A report as PDF needs typst, which is not installed") as caught:
        write(held.store, held.short, tmp_path / "out.pdf")
    assert caught.value.advice == f"Install it with: {install_line('report')}"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.html", "out.pdf"])
def test_a_report_is_private_and_never_goes_over_another_file(held: Held, tmp_path: Path, name: str) -> None:
    path = write(held.store, held.short, tmp_path / name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        write(held.store, held.usual, path)
    assert path.read_bytes() == content


def test_what_cannot_be_written_is_told(held: Held, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no kind of report"):
        write(held.store, held.short, tmp_path / "out.docx")
    with pytest.raises(UsageError, match="no session 999"):
        write(held.store, 999, tmp_path / "out.html")
    with pytest.raises(InputError, match="no beats of a strap 'other'"):
        write(held.store, held.usual, tmp_path / "out.html", strap="other")
    with pytest.raises(UsageError, match="There is no folder"):
        write(held.store, held.short, tmp_path / "nowhere" / "out.html")
    assert not list(tmp_path.iterdir())
