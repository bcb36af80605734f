"""A film as it is typed, and as others read it: decoded again, by PyAV and by ffprobe."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from entrain.app.film import FilmWish, cue_notes, ready
from entrain.cli import main
from entrain.drawing.scenes import SCENES
from entrain.film.captions import captions_of, srt, vtt
from entrain.film.frames import Frames
from tests.support.films import RATE_HZ, pictures, sound, surface_errors_s
from tests.support.needs import needs

SMALL = ["--size", "192x108", "--fps", "10", "--minutes", "0.4", "--voice", "metronome"]
LENGTH_S = 10.0 + 1.0 + 24.0 + 10.0


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The sound of `entrain render`."""
    out = tmp_path_factory.mktemp("render") / "sound.wav"
    assert main(["render", "--minutes", "0.4", "--voice", "metronome", "--out", str(out)]) == 0
    return soundfile.read(out)[0]


@pytest.fixture(scope="module")
def lossless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of a glass that fills, its sound without loss and as loud as it was rendered."""
    out = tmp_path_factory.mktemp("film") / "film.mkv"
    assert main(["video", *SMALL, "--figure", "bar", "--keep-level", "--out", str(out)]) == 0
    return out


def test_the_sound_is_that_of_render_sample_for_sample(lossless: Path, rendered: np.ndarray):
    heard = sound(lossless)[10 * RATE_HZ :]
    assert np.abs(heard[: len(rendered)] - rendered).max() <= 2.1 / 32_768  # the dither of sixteen bits
    assert not sound(lossless)[: 10 * RATE_HZ].any()
    assert not heard[len(rendered) :].any()


def test_the_figure_stands_where_the_score_is_in_every_frame(lossless: Path):
    film = ready(FilmWish(figure="bar", minutes=0.4, voice="metronome", size="192x108", fps=10)).film
    errors_s = surface_errors_s(lossless, film)
    assert len(errors_s) > 60
    assert np.median(np.abs(errors_s)) < 0.02
    assert np.abs(errors_s).max() < 0.05  # half a frame


def test_another_program_reads_title_chapters_language_and_length(lossless: Path):
    needs("ffprobe", packages="ffmpeg")
    words = [
        "ffprobe",
        "-v",
        "error",
        "-of",
        "json",
        "-show_format",
        "-show_streams",
        "-show_chapters",
        str(lossless),
    ]
    told: dict[str, Any] = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    assert told["format"]["tags"]["title"] == "Desk, 0.4 min"
    assert float(told["format"]["duration"]) == pytest.approx(LENGTH_S, abs=0.03)
    assert [stream["tags"]["language"] for stream in told["streams"]] == ["eng", "eng"]
    chapters = [(float(each["start_time"]), each["tags"]["title"]) for each in told["chapters"]]
    assert chapters[0] == (0.0, "Before you begin")
    assert chapters[-1] == (35.0, "Afterwards")
    assert len(chapters) >= 3
    assert "Not a medical device" in json.dumps(told["format"]["tags"])


@pytest.mark.parametrize(
    ("encoder", "ending"), [("library", ".webm"), ("library", ".mp4"), ("process", ".mp4")]
)
def test_a_lossy_film_keeps_the_sound_within_a_millisecond(
    tmp_path: Path, rendered: np.ndarray, encoder: str, ending: str
):
    if encoder == "process":
        needs("ffmpeg", packages="ffmpeg")
    out = tmp_path / f"film{ending}"
    words = ["video", *SMALL, "--size", "96x54", "--fps", "5", "--encoder", encoder, "--keep-level"]
    assert main([*words, "--out", str(out)]) == 0
    assert [each.name for each in tmp_path.iterdir()] == [out.name]
    first = 11 * RATE_HZ
    heard, true = sound(out)[first : first + 5 * RATE_HZ, 0], rendered[RATE_HZ : 6 * RATE_HZ, 0]
    lags = range(-120, 121)
    likeness = [float(np.dot(heard, np.roll(true, lag))) for lag in lags]
    assert abs(lags[int(np.argmax(likeness))]) <= RATE_HZ // 1000


def test_the_same_film_has_the_same_frames_and_another_seed_others():
    def first(seed: int) -> bytes:
        film = ready(FilmWish(figure="ink", minutes=0.4, size="192x108", seed=seed)).film
        frames = Frames(film)
        frames.at(700)
        return frames.at(500).bytes()

    assert first(1) == first(1)
    assert first(1) != first(2)


@pytest.mark.parametrize(
    ("figure", "theme"), [*((figure, "dark") for figure in SCENES), ("orb", "light"), ("ink", "light")]
)
def test_nothing_flashes(figure: str, theme: str):
    """WCAG 2.3.1: no more than three flashes a second, a flash being two opposite changes of relative
    luminance by a tenth where the darker is below 0.8. Judged for each of 64 parts of the picture."""
    wish = FilmWish(figure=figure, theme=theme, minutes=0.4, size="160x88", fps=12, has_words=True)
    film = ready(wish).film
    frames = Frames(film)
    parts: list[np.ndarray] = []
    for number in range(7 * 12, 20 * 12):
        luminance = np.clip((frames.at(number).y.astype(np.float32) - 16) / 219, 0.0, 1.0) ** 2.4
        parts.append(luminance.reshape(8, 11, 8, 20).mean(axis=(1, 3)).ravel())
    for series in np.stack(parts).T:
        turns = swings(series)
        for at in turns:
            assert sum(at <= other < at + 12 for other in turns) <= 6  # three flashes are six changes


def test_a_decoded_film_flashes_as_little(lossless: Path):
    decoded = np.clip((pictures(lossless).astype(np.float32) - 16) / 219, 0.0, 1.0) ** 2.4
    parts = decoded.reshape(len(decoded), 9, 12, 8, 24).mean(axis=(2, 4)).reshape(len(decoded), -1)
    for series in parts.T:
        turns = swings(series)
        assert all(sum(at <= other < at + 10 for other in turns) <= 6 for at in turns)


def swings(series: np.ndarray) -> list[int]:
    """The frames in which a change of a tenth against the direction before is complete."""
    found: list[int] = []
    extreme, way = float(series[0]), 0
    for at, value in enumerate(series):
        change = float(value) - extreme
        if abs(change) >= 0.1 and min(value, extreme) < 0.8 and np.sign(change) != way:
            found.append(at)
            way, extreme = int(np.sign(change)), float(value)
        elif way * change > 0:
            extreme = float(value)
    return found


def test_the_judge_of_flashes_sees_a_flash():
    assert len(swings(np.array([0.1, 0.5] * 5))) == 9
    assert swings(np.linspace(0.1, 0.15, 50)) == []


def test_reduced_motion_moves_nothing():
    film = ready(FilmWish(figure="landscape", minutes=0.4, size="96x54", is_still=True)).film
    poses = {round(film.pose(t / 10).fullness, 6) for t in range(140, 240)}
    assert len(poses) == 1


def test_nothing_is_overwritten_and_what_cannot_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "film.webm"
    out.write_text("mine")
    assert main(["video", *SMALL, "--out", str(out)]) == 2
    assert out.read_text() == "mine"
    assert main(["video", *SMALL, "--out", str(tmp_path / "film.avi")]) == 2
    assert main(["video", *SMALL, "--size", "77x33", "--out", str(tmp_path / "a.webm")]) == 2
    assert main(["video", *SMALL, "--music", __file__, "--out", str(tmp_path / "a.webm")]) == 2
    said = capsys.readouterr().err
    for part in ("exists already", "no film format", "no size of a film", "--music-is-mine"):
        assert part in said
    assert [each.name for each in tmp_path.iterdir()] == ["film.webm"]


def test_a_disk_that_fills_up_leaves_no_half_a_film(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (20_000, 350_000):  # the sound does not fit, and the film does not
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            words = ["video", *SMALL, "--voice", "ocean", "--out", str(tmp_path / "a.mkv")]
            assert main(words) == 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        said = capsys.readouterr().err
        assert f'"{tmp_path / "a.mkv"}" cannot be written' in said
        assert "Nothing of it was kept." in said
        assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing_half(tmp_path: Path):
    words = [
        sys.executable,
        "-m",
        "entrain",
        "video",
        *SMALL,
        "--minutes",
        "20",
        "--out",
        str(tmp_path / "a.webm"),
    ]
    process = subprocess.Popen(words, env={**os.environ}, stderr=subprocess.PIPE)
    while not [each for each in tmp_path.iterdir() if "making" in each.name]:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == b""
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_a_folder_to_publish_has_all_that_belongs_to_a_film(tmp_path: Path):
    folder = tmp_path / "film"
    assert main(["video", *SMALL, "--size", "96x54", "--fps", "5", "--publish", str(folder)]) == 0
    told = json.loads((folder / "metadata.json").read_text("utf-8"))
    assert {told["file"], told["thumbnail"], *told["captions"]["en"]} < {
        each.name for each in folder.iterdir()
    }
    assert told["loudness_lufs"] <= -13.9
    assert told["peak_dbtp"] <= -0.9
    assert max(told["loudness_lufs"] + 14.0, told["peak_dbtp"] + 1.0) == pytest.approx(0.0, abs=0.02)
    with Image.open(folder / "thumbnail.jpg") as image:
        assert image.size == (1280, 720)
    assert (folder / "thumbnail.jpg").stat().st_size < 2_000_000
    assert "0:00 Before you begin" in (folder / "description.txt").read_text("utf-8")
    assert "MIT" in (folder / "CREDITS.txt").read_text("utf-8")
    assert "http" not in (folder / "index.html").read_text("utf-8")


def test_captions_say_what_to_do_when_the_score_does():
    film = ready(FilmWish(minutes=0.4)).film
    captions = list(captions_of(film, cue_notes(film.score, film.sound_s, film.card_s)))
    cues = list(film.score.cues_between(0.0, film.sound_s))
    assert captions[1][0] == pytest.approx(film.card_s + cues[0].t_s)
    assert captions[1][2] == "breathe in"
    assert all(before[1] <= after[0] + 1e-9 for before, after in pairwise(captions))
    assert vtt(captions).startswith("WEBVTT\n\n00:00:00.000 --> 00:00:10.000\n")
    assert srt(captions).startswith("1\n00:00:00,000 --> 00:00:10,000\n")


def test_a_series_goes_on_where_it_was_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    series, folder = tmp_path / "series.toml", tmp_path / "films"
    series.write_text(
        'presets = ["desk"]\nvoices = ["soft", "ocean"]\nminutes = [0.1]\nsize = "96x54"\nfps = 5\n'
    )
    words = ["video", "--series", str(series), "--publish", str(folder)]
    assert main(words) == 0
    made = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in made] == ["01-desk-0.1min-soft-orb", "02-desk-0.1min-ocean-orb"]
    before = {each: each.stat().st_mtime_ns for each in folder.rglob("*.webm")}
    assert len(before) == 2
    assert main(words) == 0
    assert "there already" in capsys.readouterr().out
    assert {each: each.stat().st_mtime_ns for each in folder.rglob("*.webm")} == before
    assert len(json.loads((folder / "series.json").read_text("utf-8"))) == 2
    series.write_text('voices = ["nobody"]\ncolour = "red"\n')
    assert main(words) == 3
    assert "nobody" in (said := capsys.readouterr().err)
    assert "colour" in said


def test_a_sessions_film_shows_nobodys_figures_unless_asked():
    assert (
        main(["run", "--heart", "sim", "--audio", "none", "--minutes", "2", "--speed", "600", "--headless"])
        == 0
    )
    wish = partial(FilmWish, session="last", size="96x54")
    plain, shown = ready(wish()).film, ready(wish(has_figures=True)).film
    assert plain.figures == ()
    assert any("pulse" in note.text for note in shown.figures)
    assert plain.score.breath is not None
    assert plain.score.tempo.start_s == pytest.approx(1.0)
    assert plain.chapters[0].title == "Before you begin"
    assert plain.sound_s > 30.0
