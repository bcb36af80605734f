"""`--music`, as it is typed, in presets, and what the log keeps of it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from entrain.cli import main
from entrain.storage.log.store import Store
from tests.support import tunes

RATE_HZ = 48_000
RUN = ("run", "--heart", "none", "--minutes", "1", "--speed", "5000", "--json", "--voice", "silence")
RENDER = ("render", "--voice", "silence", "--minutes", "0.5", "--from", "70", "--to", "69", "--breath", "6")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path / "home"))


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    true_s = tunes.beats(72.0, 60.0, from_s=0.3)
    return tunes.saved(tmp_path / "clicks.flac", tunes.clicks(true_s, 60.0, 44_100))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A preset whose sound is music alone."""
    path = tmp_path / "plain.toml"
    path.write_text('title = "Plain"\nsummary = "Music."\n[breath]\nguided = false\n[sound]\nvolume = 1.0\n')
    return path


def test_the_music_is_in_the_file_on_the_beat(tmp_path: Path, clicks: Path, plain: Path):
    out = tmp_path / "out.wav"
    words = ("render", "--voice", "silence", "--minutes", "0.5", "--from", "66", "--to", "66")
    assert main((*words, "--preset", str(plain), "--music", str(clicks), "--out", str(out))) == 0
    sound, _ = soundfile.read(out)
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.02)
    first_s = loud[np.r_[True, np.diff(loud) > RATE_HZ // 4]] / RATE_HZ
    errors_ms = [1e3 * abs((t - 1.0) * 66 / 60 - round((t - 1.0) * 66 / 60)) * 60 / 66 for t in first_s]
    assert len(first_s) > 20
    assert max(errors_ms) < 10.0


def test_a_session_keeps_which_pieces_they_were(
    tmp_path: Path, clicks: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "evening"
    folder.mkdir()
    clicks.rename(folder / "clicks.flac")
    tunes.saved(folder / "still.ogg", tunes.ambient(30.0))
    out = tmp_path / "out.flac"
    assert main((*RUN, "--music", str(folder), "--audio", f"file:{out}")) == 0
    told = capsys.readouterr().err
    assert "clicks.flac: 72 beats a minute." in told
    config = Store.open().load(1).config
    assert [piece.name for piece in config.music] == ["clicks.flac", "still.ogg"]
    assert config.music[0].bpm == pytest.approx(72.0, rel=0.01)
    assert config.music[1].bpm is None
    assert len(config.music[0].sha256) == 64
    assert config.preset.sound.music == "evening"  # not where it lies
    assert soundfile.read(out)[0].any()
    assert main(("sessions", "replay", "1")) == 0


def test_a_preset_names_music_beside_it_and_a_word_leaves_it_out(tmp_path: Path, clicks: Path, plain: Path):
    plain.write_text(plain.read_text() + f'music = "{clicks.name}"\nmusic_volume = 0.5\nmusic_bpm = 36\n')
    with_music, without = tmp_path / "a.wav", tmp_path / "b.wav"
    assert main((*RENDER[:3], "--minutes", "0.2", "--preset", str(plain), "--out", str(with_music))) == 0
    words = (*RENDER[:3], "--minutes", "0.2", "--preset", str(plain), "--music", "none")
    assert main((*words, "--out", str(without))) == 0
    assert soundfile.read(with_music)[0].any()
    assert not soundfile.read(without)[0].any()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--music", "/nowhere.mp3"), 3, "cannot be read: No such file"),
        (("--music", "."), 3, "There is no music in"),
        (("--music-bpm", "70"), 2, "there is none"),
        (("--music", "/nowhere.mp3", "--music-bpm", "1000"), 2, "must be 20 to 300"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    sentence: str,
):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for command in ((*RENDER, "--out", "x.wav"), (*RUN, "--audio", "file:x.wav")):
        assert main((*command, *words)) == code
        assert sentence in capsys.readouterr().err
