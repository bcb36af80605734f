"""The listener's own music: on the beat, at its pitch, without clicks, the same however it is cut."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from entrain.remark import Remark, Topic
from entrain.score import Presence, Score
from entrain.synth.music import bend
from entrain.synth.music.layer import Music
from entrain.synth.music.piece import Piece, Playlist
from entrain.synth.music.programme import LEAST_SPEED, MOST_SPEED, ratio_for
from entrain.synth.stretch import Samples, Stretch
from entrain.tempo.plan import TempoPlan
from tests.support import tunes
from tests.synth.scores import edited_live

RATE_HZ = 48_000
BROKEN = Remark.of(Topic.MUSIC_SHORT, piece="breaks")


class Held:
    """A source that holds a whole piece."""

    fault: Remark | None = None
    sound_end: int | None = None
    sounds: dict[str, Samples] = {}  # noqa: RUF012

    def __init__(self, piece: Piece, sample_rate_hz: int) -> None:
        self.rate_hz = float(sample_rate_hz)
        self._sound = self.sounds[piece.name]

    def expect(self, frame: int) -> None:
        pass

    def read(self, first: int, n_frames: int) -> Samples:
        out = np.zeros((n_frames, 2), np.float32)
        a, b = max(0, first), min(len(self._sound), first + n_frames)
        if a < b:
            out[a - first : b - first] = self._sound[a:b]
        return out


def piece(
    name: str, sound: tunes.Floats, beats_s: tunes.Floats | None = None, rate_hz: int = RATE_HZ
) -> Piece:
    Held.sounds[name] = sound.astype(np.float32)
    duration_s = len(sound) / rate_hz
    grid: tuple[float, ...] = ()
    if beats_s is not None:
        gap_s, last_s = beats_s[1] - beats_s[0], beats_s[-1] - beats_s[-2]
        n_after = int(np.ceil((duration_s - beats_s[-1]) / last_s))
        after = beats_s[-1] + last_s * np.arange(1, n_after + 1)
        grid = (*(() if beats_s[0] <= 0.0 else (beats_s[0] - gap_s,)), *beats_s.tolist(), *after.tolist())
    return Piece(name, name, "", duration_s, rate_hz, 1.0, grid)


def glide(from_bpm: float, to_bpm: float, seconds: float, start_s: float = 0.5) -> Score:
    tempo = TempoPlan.steady(start_s, from_bpm).edited(start_s, to_bpm, seconds)
    return Score(tempo, None, Presence().changed(start_s - 0.4, 1.0, 0.1))


def played(
    pieces: tuple[Piece, ...],
    score: Score,
    seconds: float,
    rate_hz: int = RATE_HZ,
    music: Music[Held] | None = None,
) -> Samples:
    music = music or Music(Playlist(pieces), rate_hz, Held)
    out = np.zeros((round(seconds * rate_hz), 2), np.float32)
    for at in range(0, len(out), 4096):
        block = out[at : at + 4096]
        music.add(block, score, Stretch(at, len(block), rate_hz, 0.0))
    return out


def onsets_s(sound: Samples, rate_hz: int = RATE_HZ, apart_s: float = 0.25) -> list[float]:
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.1 * np.abs(sound).max())
    first = loud[np.r_[True, np.diff(loud) > apart_s * rate_hz]]
    return (first / rate_hz).tolist()


# ---- on the beat -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("from_bpm", "to_bpm", "piece_bpm", "every"),
    [(70.0, 62.0, 72.0, 1.0), (64.0, 60.0, 124.0, 0.5), (70.0, 66.0, 36.0, 2.0), (66.0, 64.0, 95.0, 2 / 3)],
)
def test_every_beat_of_the_piece_falls_on_the_beat(
    from_bpm: float, to_bpm: float, piece_bpm: float, every: float
):
    beats_s = tunes.beats(piece_bpm, 70.0, from_s=0.2)
    clicks = piece("clicks", tunes.clicks(beats_s, 70.0), beats_s)
    score = glide(from_bpm, to_bpm, 50.0)
    heard = onsets_s(played((clicks,), score, 40.0))
    planned = [score.tempo.time_of_beat(n * every) for n in range(300)]
    errors_ms = [1e3 * min(abs(t - p) for p in planned) for t in heard]
    assert len(heard) > 15
    assert max(errors_ms) < 2.0


def test_nothing_drifts_in_half_an_hour():
    beats_s = tunes.beats(72.0, 200.0, from_s=0.2)
    clicks = piece("clicks", tunes.clicks(beats_s, 200.0, 8000), beats_s, 8000)
    score = glide(72.0, 60.0, 1800.0)
    music = Music(Playlist((clicks,)), 8000, Held)
    first = 1790 * 8000
    music.add(np.zeros((0, 2), np.float32), score, Stretch(first - 160_000, 0, 8000, 0.0))
    end = np.zeros((10 * 8000, 2), np.float32)
    music.add(end, score, Stretch(first, len(end), 8000, 0.0))
    planned = [score.tempo.time_of_beat(n) for n in range(2200)]
    errors_ms = [1e3 * min(abs(1790.0 + t - p) for p in planned) for t in onsets_s(end, 8000)]
    assert len(errors_ms) >= 8
    assert max(errors_ms) < 2.0


def test_a_piece_whose_own_tempo_drifts_is_made_even():
    beats_s = tunes.beats(80.0, 60.0, to_bpm=66.0, from_s=0.3)
    heard = onsets_s(
        played((piece("drift", tunes.clicks(beats_s, 60.0), beats_s),), glide(68.0, 68.0, 1.0), 45.0)
    )
    gaps_ms = 1e3 * np.diff(heard)
    assert np.abs(gaps_ms - 60_000 / 68.0).max() < 3.0


@given(st.floats(20.0, 300.0), st.floats(50.0, 120.0))
def test_no_piece_is_bent_beyond_the_bounds(piece_bpm: float, bpm: float):
    ratio = ratio_for(piece_bpm, bpm)
    if ratio is not None:
        assert LEAST_SPEED <= ratio * bpm / piece_bpm <= MOST_SPEED
    else:
        assert not 0.45 <= piece_bpm / bpm <= 2.6


# ---- the same sound ----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=6, phases=(Phase.explicit, Phase.generate))  # to shrink takes minutes
@given(edited_live(), st.lists(st.integers(200, 4000), min_size=8, max_size=20))
def test_however_it_is_cut_and_edited_it_is_the_same(
    said: tuple[list[tuple[float, Score]], Score], cuts: list[int]
):
    """In blocks, each with the score of its moment; and whole, with the last score."""
    rate_hz, edits, last = 8000, *said
    beats_s = tunes.beats(80.0, 7.0, from_s=0.2)
    if "cut" not in Held.sounds:
        Held.sounds["cut"] = tunes.chords(beats_s, 7.0, rate_hz).astype(np.float32)
        Held.sounds["plain"] = tunes.ambient(6.0, rate_hz).astype(np.float32)
    pieces = (
        piece("cut", Held.sounds["cut"], beats_s, rate_hz),
        piece("plain", Held.sounds["plain"], None, rate_hz),
    )
    n = 9 * rate_hz
    whole = np.zeros((n, 2), np.float32)
    Music(Playlist(pieces), rate_hz, Held).add(whole, last, Stretch(0, n, rate_hz, 0.0))
    apart, music, at = np.zeros((n, 2), np.float32), Music(Playlist(pieces), rate_hz, Held), 0
    while at < n:
        for cut in (1, *cuts):
            block = apart[at : at + cut]
            score = [s for t_s, s in edits if t_s <= at / rate_hz][-1]
            if len(block):
                music.add(block, score.since(at / rate_hz - 30.0), Stretch(at, len(block), rate_hz, 0.0))
            at += cut
    np.testing.assert_array_equal(apart, whole)


def test_at_its_own_tempo_it_is_the_piece_itself():
    beats_s = tunes.beats(60.0, 20.0)
    sound = tunes.chords(beats_s, 20.0, RATE_HZ)
    out = played((piece("chords", sound, beats_s),), glide(60.0, 60.0, 1.0, start_s=1.0), 15.0)
    np.testing.assert_allclose(out[6 * RATE_HZ :], sound[5 * RATE_HZ : 14 * RATE_HZ], atol=1e-5)


@pytest.mark.parametrize("hz", [110.0, 440.0, 1000.0])
def test_the_pitch_stays(hz: float):
    t = np.arange(40 * RATE_HZ) / RATE_HZ
    sine = np.repeat(0.3 * np.sin(2 * np.pi * hz * t)[:, None], 2, axis=1)
    out = played((piece("sine", sine, tunes.beats(72.0, 40.0)),), glide(60.0, 60.0, 1.0), 30.0)
    spectrum = np.abs(np.fft.rfft(out[8 * RATE_HZ : 28 * RATE_HZ, 0] * np.hanning(20 * RATE_HZ)))
    assert abs(np.argmax(spectrum) / 20.0 - hz) < 1.0
    level = np.sqrt(np.mean(out[8 * RATE_HZ :, 0].reshape(-1, RATE_HZ // 20) ** 2, axis=1))
    assert 20 * np.log10(level.max() / level.min()) < 3.0  # as loud all along
    assert (
        np.abs(np.diff(out[:, 0])).max() < 1.6 * 0.3 * 2 * np.pi * hz / RATE_HZ
    )  # no step that a sine has not


@pytest.mark.parametrize("hz", [110.0, 440.0, 1000.0])
@pytest.mark.parametrize("bpm", [66.0, 60.0, 55.0])
def test_a_long_note_shows_no_joints(hz: float, bpm: float):
    t = np.arange(40 * RATE_HZ) / RATE_HZ
    sine = np.repeat(0.3 * np.sin(2 * np.pi * hz * t)[:, None], 2, axis=1)
    out = played((piece("sine", sine, tunes.beats(72.0, 40.0)),), glide(bpm, bpm, 1.0), 28.0)
    heard = out[8 * RATE_HZ :, 0].astype(np.float64)
    power = np.abs(np.fft.rfft(heard * np.blackman(len(heard)))) ** 2
    own = np.abs(np.fft.rfftfreq(len(heard), 1 / RATE_HZ) - hz) < 20.0
    assert 10 * np.log10(power[~own].sum() / power[own].sum()) < -40.0


@given(
    st.integers(-400, 400),
    st.integers(1, 2000),
    st.integers(1, 3000),
    st.sampled_from([60.0, 1000.0, 8000.0]),
)
def test_what_slides_is_the_same_sound_at_other_places(by: int, n_rise: int, n_frames: int, hz: float):
    def wave(at: np.ndarray) -> np.ndarray:
        return np.sin(2 * np.pi * hz * at[:, None] / RATE_HZ + np.array([0.0, 1.0]))

    first = 400 + bend.MARGIN_FRAMES
    sound = wave(np.arange(2 * first + n_frames)).astype(np.float32)
    at = np.arange(n_frames)
    expected = wave(first + at + by * np.minimum(at / n_rise, 1.0))
    np.testing.assert_allclose(bend.slid(sound, first, n_rise, n_frames, by), expected, atol=0.01)


# ---- one after the other -----------------------------------------------------------------------------------


def tone(hz: float, seconds: float) -> tunes.Floats:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.repeat(0.3 * np.sin(2 * np.pi * hz * t)[:, None], 2, axis=1)


def share(sound: Samples, hz: float, at_s: float) -> float:
    """The amplitude of a tone within a second."""
    cut = sound[round(at_s * RATE_HZ) : round((at_s + 1) * RATE_HZ), 0]
    wave = np.exp(-2j * np.pi * hz * np.arange(len(cut)) / RATE_HZ)
    return float(2 * np.abs(cut @ wave) / len(cut))


def test_pieces_follow_each_other_in_a_crossfade_and_then_begin_again():
    low, high = piece("low", tone(220.0, 20.0)), piece("high", tone(660.0, 20.0))
    out = played((low, high), glide(60.0, 60.0, 1.0), 55.0)
    assert share(out, 220.0, 8.0) == pytest.approx(0.3, abs=0.01)
    assert share(out, 660.0, 24.0) == pytest.approx(0.3, abs=0.01)
    assert share(out, 220.0, 24.0) < 0.003
    assert share(out, 220.0, 42.0) == pytest.approx(0.3, abs=0.01)  # round again
    change_s = [t for t in range(8, 24) if share(out, 220.0, t) > 0.02 and share(out, 660.0, t) > 0.02]
    assert 3 <= len(change_s) <= 6
    for t in change_s:
        assert np.hypot(share(out, 220.0, t), share(out, 660.0, t)) == pytest.approx(0.3, abs=0.03)
    steps = np.abs(np.diff(out[RATE_HZ:, 0])).max()
    assert steps < 0.3 * 2 * np.pi * (220 + 660) / RATE_HZ


def test_after_a_pause_it_goes_on_where_it_was():
    beats_s = tunes.beats(60.0, 60.0)
    t = np.arange(60 * RATE_HZ) / RATE_HZ
    sweep = np.repeat(0.3 * np.sin(2 * np.pi * (200 * t + 5 * t**2))[:, None], 2, axis=1)  # 200 + 10 t Hz
    score = glide(60.0, 60.0, 1.0, start_s=1.0)
    score = replace(score, presence=score.presence.changed(20.0, 0.0, 1.0).changed(40.0, 1.0, 1.0))
    music = Music(Playlist((piece("sweep", sweep, beats_s),)), RATE_HZ, Held)
    played((), score, 45.0, music=music)
    before, after = music._programme.segments  # pyright: ignore[reportPrivateUsage]
    assert before.from_s == 0.0
    assert 19.0 <= after.from_s <= 21.0
    assert 40.0 <= after.began_s <= 41.0


def test_without_a_beat_it_plays_untouched():
    sound = tunes.ambient(20.0, RATE_HZ)
    out = played((piece("ambient", sound),), glide(70.0, 60.0, 10.0, start_s=1.0), 14.0)
    np.testing.assert_allclose(out[7 * RATE_HZ :], sound[6 * RATE_HZ : 13 * RATE_HZ], atol=1e-6)


def test_a_piece_that_comes_to_be_bent_too_far_is_laid_anew():
    beats_s = tunes.beats(80.0, 120.0)
    music = Music(Playlist((piece("chords", tunes.chords(beats_s, 120.0, 8000), beats_s, 8000),)), 8000, Held)
    played((), glide(80.0, 52.0, 60.0), 60.0, 8000, music)
    ratios = [s.ratio for s in music._programme.segments]  # pyright: ignore[reportPrivateUsage]
    assert ratios == [1.0, 1.5]
    for before, after in pairwise(music._programme.segments):  # pyright: ignore[reportPrivateUsage]
        assert after.from_s > before.from_s


def test_what_breaks_fades_out_and_is_said_and_the_next_piece_comes():
    class Breaking(Held):
        def __init__(self, piece: Piece, sample_rate_hz: int) -> None:
            super().__init__(piece, sample_rate_hz)
            if piece.name == "breaks":
                self.fault, self.sound_end = BROKEN, 12 * RATE_HZ

    pieces = (piece("breaks", tone(220.0, 30.0)), piece("good", tone(660.0, 30.0)))
    music = Music(Playlist(pieces), RATE_HZ, Breaking)
    out = played((), glide(60.0, 60.0, 1.0), 20.0, music=music)
    assert list(music.said) == [BROKEN]
    assert share(out, 660.0, 10.0) == pytest.approx(0.3, abs=0.01)
    alone = Music(Playlist(pieces[:1]), RATE_HZ, Breaking)
    out = played((), glide(60.0, 60.0, 1.0), 20.0, music=alone)
    assert not out[13 * RATE_HZ :].any()


def test_a_new_engine_goes_on_with_the_piece_that_was_playing():
    beats_s = tunes.beats(70.0, 30.0)
    pieces = tuple(piece(n, tunes.chords(beats_s, 30.0, 8000), beats_s, 8000) for n in ("one", "two"))
    score = glide(66.0, 62.0, 60.0)
    music = Music(Playlist(pieces), 8000, Held)
    whole = played((), score, 50.0, 8000, music)
    assert music.newest is not None
    again = Music(Playlist(pieces, start=music.newest), 8000, Held)
    out = np.zeros((5 * 8000, 2), np.float32)
    again.add(out, score.since(44.0), Stretch(45 * 8000, len(out), 8000, 0.0))
    np.testing.assert_array_equal(out, whole[45 * 8000 :])
