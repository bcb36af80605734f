"""Files and folders of music, what is remembered of them, and what is said where there is none."""

from pathlib import Path

import pytest

from entrain.errors import InputError
from entrain.music_library import library
from tests.support import tunes


def drums(path: Path, bpm: float = 72.0, seconds: float = 15.0) -> Path:
    return tunes.saved(path, tunes.drums(tunes.beats(bpm, seconds, from_s=0.2), seconds))


def test_what_was_found_is_remembered_by_content_and_not_by_name(tmp_path: Path):
    said: list[str] = []
    first = library.pieces(drums(tmp_path / "one.wav"), tmp_path / "cache", None, said.append)
    assert said == ["Looking for the beat of one.wav …", "one.wav: 72 beats a minute."]
    (tmp_path / "one.wav").rename(tmp_path / "two.wav")
    again = library.pieces(tmp_path / "two.wav", tmp_path / "cache", None, said.append)
    assert len(said) == 2
    assert again[0].beats_s == first[0].beats_s
    assert again[0].sha256 == first[0].sha256
    (kept,) = (tmp_path / "cache").iterdir()
    assert "one" not in kept.read_text()
    # What is not what it should be is found anew.
    kept.write_text('{"version": 1}')
    assert library.pieces(tmp_path / "two.wav", tmp_path / "cache", None, said.append) == again
    assert len(said) == 4


def test_a_given_tempo_is_remembered_apart(tmp_path: Path):
    path = drums(tmp_path / "one.wav")
    (as_found,) = library.pieces(path, tmp_path / "cache", None, lambda _: None)
    (as_told,) = library.pieces(path, tmp_path / "cache", 36.0, lambda _: None)
    assert as_found.bpm == pytest.approx(72.0, rel=0.01)
    assert as_told.bpm == pytest.approx(36.0, rel=0.01)


def test_a_folder_is_a_playlist_and_what_cannot_be_read_is_left_out(tmp_path: Path):
    said: list[str] = []
    (tmp_path / "sub").mkdir()
    drums(tmp_path / "b.flac")
    tunes.saved(tmp_path / "A.ogg", tunes.ambient(30.0))
    drums(tmp_path / "sub" / "c.mp3")
    (tmp_path / "bad.mp3").write_bytes(b"nothing")
    (tmp_path / "cover.jpg").write_bytes(b"nothing")
    found = library.pieces(tmp_path, tmp_path / "cache", None, said.append)
    assert [piece.name for piece in found] == ["A.ogg", "b.flac", "c.mp3"]
    assert [piece.has_beat for piece in found] == [False, True, True]
    assert any("bad.mp3" in text and text.endswith("It is left out.") for text in said)
    assert "A.ogg: no steady beat is found in it, so it plays at its own speed." in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file"),
        (b"nothing", "cannot be read as music"),
        (b"", "cannot be read as music"),
        ("silence", "holds nothing but silence"),
        ("short", "music needs at least 4 s"),
        ("empty", "holds no sound"),
    ],
)
def test_each_fault_is_a_sentence(tmp_path: Path, content: bytes | str | None, sentence: str):
    path = tmp_path / "a.wav"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "silence":
        tunes.saved(path, 0.0 * tunes.ambient(10.0))
    elif content == "short":
        tunes.saved(path, tunes.ambient(2.0))
    elif content == "empty":
        tunes.saved(path, tunes.ambient(1.0)[:0])
    with pytest.raises(InputError, match=sentence):
        library.pieces(path, tmp_path / "cache", None, lambda _: None)


def test_a_folder_without_music_is_said(tmp_path: Path):
    with pytest.raises(InputError, match="There is no music in"):
        library.pieces(tmp_path, tmp_path / "cache", None, lambda _: None)
