"""A preset or a recorded session as a film, ready to be made."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Final

from entrain import extras
from entrain.analysis.loudness import Lift
from entrain.app.course import LEAD_IN_S, course_of, score_of
from entrain.app.music import NONE, playlist_of, with_music
from entrain.app.sounding import end_of, sound_to_file
from entrain.breath.pattern import BreathPlan
from entrain.control.events import Ended, Phase, PhaseBegan, ScoreChanged
from entrain.control.protocol import Preset, SoundRule
from entrain.drawing.palette import PALETTES
from entrain.errors import InputError, OutputError, UsageError
from entrain.film import making
from entrain.film.by_library import ByLibrary
from entrain.film.by_process import ByProcess, program
from entrain.film.encoding import Opener
from entrain.film.lettering import EXTRA, PURPOSE
from entrain.film.making import Made
from entrain.film.plan import LEAST_CHAPTER_S, CardText, Chapter, Film, NoteText, kept
from entrain.film.sound import measured
from entrain.person.record import is_made_up
from entrain.presets import library as presets
from entrain.score import Presence, Score
from entrain.storage.log.store import Store
from entrain.storage.log.stored import StoredSession
from entrain.streams import Sampler
from entrain.synth import voices
from entrain.synth.music.piece import Playlist
from entrain.tempo.plan import TempoPlan
from entrain.wording import film as words
from entrain.wording.times import span

SIZES: Final = {
    "1080p": (1920, 1080), "720p": (1280, 720), "2160p": (3840, 2160), "square": (1080, 1080),
    "portrait": (1080, 1920),
}  # fmt: skip
_CHAPTERS: Final = 12  # of breathing; more would be a list nobody reads
_LONGEST_SIDE: Final = 4096
_FPS: Final = (5, 60)


@dataclass(frozen=True, slots=True)
class FilmWish:
    """What was asked for."""

    preset: str | None = None
    session: str | None = None
    figure: str = "orb"
    theme: str = "dark"
    voice: str | None = None
    music: str | None = None
    music_bpm: float | None = None
    is_music_mine: bool = False
    minutes: float | None = None
    size: str = "1080p"
    fps: int = 30
    seed: int = 0
    has_words: bool = False
    has_figures: bool = False
    is_still: bool = False
    keeps_level: bool = False
    card_s: float = 10.0
    store: Path | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A film to be made, and what its sound is rendered from."""

    film: Film
    voice: str
    rule: SoundRule
    playlist: Playlist | None
    name: str  # for files

    @property
    def music(self) -> tuple[str, ...]:
        """The names of the pieces in it."""
        return () if self.playlist is None else tuple(piece.name for piece in self.playlist.pieces)


def ready(wish: FilmWish) -> Ready:
    """The film of a wish.

    Raises:
        UsageError: what cannot be, or music whose owner did not speak.
        InputError, PresetError, StoreError: as the preset, music or session says.
    """
    width, height = size_of(wish.size)
    if not _FPS[0] <= wish.fps <= _FPS[1]:
        raise UsageError(
            f"{wish.fps} frames a second cannot be.", f"From {_FPS[0]} to {_FPS[1]} is possible."
        )
    if wish.session is not None:
        score, sound_s, preset, voice, path, spans, figures = _of_session(wish)
        title, name = preset.title, f"session-{wish.session}-{preset.name}"
    else:
        loaded = presets.load(wish.preset or presets.DEFAULT)
        preset, path, spans, figures = loaded.preset, loaded.path, None, ()
        course = course_of(preset, wish.minutes)
        score, sound_s = score_of(course, preset), end_of(course, preset)
        voice = wish.voice or preset.sound.voice
        is_whole = course.minutes == preset.minutes  # a title may speak of its length
        title = preset.title if is_whole else f"{preset.name.capitalize()}, {course.minutes:g} min"
        name = f"{preset.name}-{course.minutes:g}min"
    voices.check(voice)
    rule = with_music(preset.sound, wish.music, wish.music_bpm)
    _check_music(rule, wish)
    playlist = playlist_of(rule, path)
    music = () if playlist is None else tuple(piece.name for piece in playlist.pieces)
    about = words.what_it_is(*_ends(score, sound_s))
    after = CardText(
        words.AFTERWARDS, (words.NOTICED, words.MADE_WITH, *words.credit(voice, wish.figure, music))
    )
    card_s = wish.card_s
    return Ready(
        Film(
            score=score, sound_s=sound_s, figure=wish.figure, theme=wish.theme, colours=PALETTES[wish.theme],
            title=title, before=CardText(title, (about, words.SAFETY, words.GENTLY)), after=after,
            chapters=_chapters(score, sound_s, card_s, spans), width=width, height=height, fps=wish.fps,
            seed=wish.seed, is_still=wish.is_still,
            words=tuple(cue_notes(score, sound_s, card_s)) if wish.has_words else (),
            figures=figures, card_s=card_s, description=f"{about} {words.SAFETY} {words.GENTLY}",
        ),
        voice, rule, playlist, f"{name}-{voice}-{wish.figure}",
    )  # fmt: skip


def size_of(text: str) -> tuple[int, int]:
    """(width, height) in pixels of a size by name, or of `WIDTHxHEIGHT`.

    Raises:
        UsageError: it is none.
    """
    if text in SIZES:
        return SIZES[text]
    width, _, height = text.partition("x")
    if width.isdecimal() and height.isdecimal() and len(text) < 12:
        sides = int(width), int(height)
        if all(48 <= side <= _LONGEST_SIDE and side % 2 == 0 for side in sides):
            return sides
    raise UsageError(
        f'"{text}" is no size of a film.',
        f"Use {', '.join(SIZES)}, or WIDTHxHEIGHT: even numbers from 48 to {_LONGEST_SIDE}.",
    )


def opener(wanted: str) -> Opener:
    """How to encode: by "library" (PyAV), by "process" (ffmpeg), or "auto", the first that is there.

    Raises:
        MissingExtra: what was asked for is not there.
    """
    if wanted == "process":
        return ByProcess
    try:
        extras.load("av", EXTRA, PURPOSE)
    except extras.MissingExtra as error:
        if wanted == "auto" and program() is not None:
            return ByProcess
        raise extras.MissingExtra(error.message, f"{error.advice}; or install ffmpeg.") from None
    return ByLibrary


def make(
    ready: Ready, path: Path, open_encoder: Opener, threads: int, *, keeps_level: bool,
    progress: Callable[[str, float, float], None],
) -> tuple[Made, Lift]:  # fmt: skip
    """Make it: the sound first, then the pictures with it. Leaves nothing half behind.

    Args:
        progress: is told ("sound" or "pictures", done, in all).

    Raises:
        UsageError: the path is taken. OutputError: it cannot be written.
    """
    making.check_free(path)
    extras.load("PIL.ImageFont", EXTRA, PURPOSE)
    film = ready.film
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}.") as folder:
            sound = Path(folder) / "sound.flac"
            try:
                asyncio.run(
                    sound_to_file(
                        sound, ready.voice, ready.rule, film.score, film.sound_s, ready.playlist,
                        lambda done, of: progress("sound", done, of), bits=24,
                    )
                )  # fmt: skip
            except OutputError as error:  # it names a file that nobody asked for, and will be gone
                raise making.no_room(path) from error
            lift = measured(sound)
            lift = replace(lift, gain_db=0.0) if keeps_level else lift
            made = making.make(
                film, sound, lift.gain_db, path, open_encoder, threads,
                lambda done, of: progress("pictures", done, of),
            )  # fmt: skip
    except OSError as error:
        raise making.unwritten(path, error) from error
    return made, lift


def said(film: Film, made: Made, lift: Lift) -> str:
    """A line about what was made."""
    peak, held = lift.peak_dbtp, lift.is_held_by_peak
    loud = words.loudness(lift.gain_db, lift.loudness_lufs, peak, is_held_by_peak=held)
    return words.made(span(film.length_s), made.encoder, loud)


def cue_notes(score: Score, sound_s: float, card_s: float) -> Iterator[NoteText]:
    """What to do at each moment in which a breath is guided and heard."""
    last = None
    for cue in score.cues_between(0.0, sound_s):
        if score.presence.at(cue.t_s) > 0.0 or score.presence.at(cue.t_s + 0.5) > 0.0:
            yield NoteText(card_s + cue.t_s, words.CUES[cue.part])
            last = card_s + cue.t_s + cue.duration_s
    if last is not None:
        yield NoteText(min(last, card_s + sound_s), "")


def _check_music(rule: SoundRule, wish: FilmWish) -> None:
    if rule.music and not wish.is_music_mine:
        raise UsageError(
            f'"{Path(rule.music).name}" is somebody\'s music, and a film is made to be handed on.',
            f"--music-is-mine says that you may; it is named in the credits. --music {NONE} leaves it out.",
        )


def _ends(score: Score, sound_s: float) -> tuple[float, float, tuple[float, float] | None]:
    """Tempo at the beginning and the end, and breaths a minute."""
    first_s, last_s = score.tempo.start_s, max(score.tempo.start_s, sound_s - 1.0)
    first, last = score.breath_rate_at(first_s), score.breath_rate_at(last_s)
    breath = None if first is None or last is None else (first, last)
    return score.tempo.bpm_at(first_s), score.tempo.bpm_at(last_s), breath


def _chapters(
    score: Score, sound_s: float, card_s: float, spans: list[tuple[float, str]] | None
) -> tuple[Chapter, ...]:
    """The card, the phases of a session or else the breaths as they grow, and what comes afterwards."""
    least_s = max(LEAST_CHAPTER_S, sound_s / _CHAPTERS)
    chapters = [Chapter(0.0, words.BEFORE)]
    inner: list[Chapter] = []
    for t_s, title in _breathing(score, sound_s) if spans is None else spans:
        start_s = card_s + max(0.0, t_s)
        if not inner:
            inner.append(Chapter(card_s, title))
        elif start_s - inner[-1].start_s >= least_s and title != inner[-1].title:
            inner.append(Chapter(start_s, title))
    while len(inner) > 1 and card_s + sound_s - inner[-1].start_s < LEAST_CHAPTER_S:
        inner.pop()
    chapters += [*inner, Chapter(card_s + sound_s, words.AFTER)]
    return kept(chapters, card_s + sound_s + card_s)


def _breathing(score: Score, sound_s: float) -> Iterator[tuple[float, str]]:
    if score.breath is None:
        for minute in range(int(sound_s // 60) + 1):
            yield minute * 60.0, words.beating(score.tempo.bpm_at(minute * 60.0 + LEAD_IN_S))
        return
    for run in score.breath.runs:
        t_s = score.tempo.time_of_beat(run.first_beat)
        if t_s < sound_s:
            yield t_s, words.breathing(score.tempo.bpm_at(t_s) / run.pattern.beats)


# ---- a session that was ----------------------------------------------------------------------------------

_OfSession = tuple[Score, float, Preset, str, Path, list[tuple[float, str]], tuple[NoteText, ...]]


def _of_session(wish: FilmWish) -> _OfSession:
    assert wish.session is not None
    if wish.minutes is not None:
        raise UsageError("A session is as long as it was; --minutes goes with --preset.")
    store = Store.given(wish.store)
    session = store.load(store.find(wish.session))
    score, phases, ended_s = _played(session)
    shift_s = score.tempo.start_s - LEAD_IN_S
    ended_s = min(ended_s, _silent_from(score.presence, ended_s) + 1.0)
    spans = [(t_s - shift_s, words.PHASES[phase]) for t_s, phase in phases if phase in words.PHASES]
    figures = tuple(_figures(session, shift_s, wish.card_s)) if wish.has_figures else ()
    voice = wish.voice or session.meta.voice
    preset = session.config.preset
    return _earlier(score, shift_s), ended_s - shift_s, preset, voice, Path(), spans, figures


def _played(session: StoredSession) -> tuple[Score, list[tuple[float, Phase]], float]:
    """The whole score as it was played, the phases with their moments, and when it ended."""
    score: Score | None = None
    phases: list[tuple[float, Phase]] = []
    ended_s = 0.0
    for effect in session.records.effects(ScoreChanged, PhaseBegan, Ended):
        ended_s = max(ended_s, effect.t_s)
        if isinstance(effect, ScoreChanged):
            score = effect.score if score is None else _joined(score, effect.score)
        elif isinstance(effect, PhaseBegan):
            phases.append((effect.t_s, effect.phase))
    if score is None:
        raise InputError(f"Session {session.meta.row.id} never had a beat, so there is no film of it.")
    return score, phases, ended_s


def _joined(score: Score, later: Score) -> Score:
    """`score` where `later` does not reach back to, then `later`."""
    breath = later.breath
    if score.breath is not None and breath is not None:
        first = breath.runs[0].first_beat
        breath = BreathPlan((*(run for run in score.breath.runs if run.first_beat < first), *breath.runs))
    levels = later.presence.levels
    begins_s = levels[0].start_s if levels else inf
    before = tuple(level for level in score.presence.levels if level.start_s < begins_s)
    return Score(score.tempo.joined(later.tempo), breath, Presence((*before, *levels)))


def _earlier(score: Score, by_s: float) -> Score:
    """The same score, everything `by_s` earlier."""
    ramps = tuple(replace(ramp, start_s=ramp.start_s - by_s) for ramp in score.tempo.ramps)
    levels = tuple(replace(level, start_s=level.start_s - by_s) for level in score.presence.levels)
    return replace(score, tempo=TempoPlan(ramps), presence=Presence(levels))


def _silent_from(presence: Presence, otherwise_s: float) -> float:
    last = presence.levels[-1] if presence.levels else None
    return otherwise_s if last is None or last.level > 0.0 else last.start_s + last.duration_s


def _figures(session: StoredSession, shift_s: float, card_s: float) -> Iterator[NoteText]:
    """The pulse and what was guided, once a second."""
    sampler = Sampler()
    pulse: float | None = None
    simulated = is_made_up(session.meta.hearts)
    said = ""
    for event, effects in session.records:
        for sample in sampler.samples(event, effects):
            if sample.stream == "pulse":
                pulse = sample.values[0] if sample.values[0] == sample.values[0] else None
            elif sample.stream == "guide" and sample.t_s >= shift_s:
                beat, breath = (value if value == value else None for value in sample.values[:2])
                text = words.figures_of(pulse, beat, breath, simulated=simulated)
                if text != said:
                    said = text
                    yield NoteText(card_s + sample.t_s - shift_s, text)
