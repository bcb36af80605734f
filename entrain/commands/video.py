"""`entrain video`: a film of a session: its picture drawn from the score, its sound that of `render`."""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from entrain.app.music import add_music_arguments
from entrain.drawing.palette import PALETTES
from entrain.drawing.scenes import SCENES
from entrain.errors import UsageError
from entrain.wording.times import span

if TYPE_CHECKING:
    from entrain.app.film import FilmWish
    from entrain.app.film_series import FilmOutcome

DESCRIPTION: Final = """\
A film of a session, to hand on: the picture drawn from the score, the sound as `entrain render` makes it,
chapters, and a card before and after that say what it is. Needs the extra "video"; with Pillow alone, the
system's ffmpeg will do."""
EPILOG: Final = """\
examples:
  entrain video --preset desk --out desk.webm
  entrain video --preset sleep --figure landscape --theme night --minutes 20 --out sleep.mp4
  entrain video --session last --figure ink --out evening.mkv
  entrain video --preset desk --figure petals --words --publish desk-film
  entrain video --series series.toml --publish films

WebM holds VP9 and Opus, Matroska VP9 and FLAC (the sound without loss), MP4 H.264 or AV1 and AAC, where there
is an encoder for it. A session's film shows nobody's figures unless --figures is given.
"""
ENCODERS: Final = ("auto", "library", "process")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--preset", metavar="NAME|FILE", help="its sound, tempo and breath (default: desk)")
    what.add_argument("--session", metavar="ID", help="a session as it was played: its number, or last")
    what.add_argument("--series", type=Path, metavar="FILE.toml", help="many films, as that file says")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a new .webm, .mp4 or .mkv")
    parser.add_argument(
        "--publish",
        type=Path,
        metavar="DIR",
        help="a new folder: film, thumbnail, captions, description, credits; of a series, all of them",
    )
    parser.add_argument("--figure", choices=tuple(SCENES), default="orb", help="what breathes (default: orb)")
    parser.add_argument(
        "--theme", choices=tuple(PALETTES), default="dark", help="the colours (default: dark)"
    )
    parser.add_argument("--voice", metavar="NAME", help="the sound; `entrain voices list` names them")
    add_music_arguments(parser)
    parser.add_argument(
        "--music-is-mine", action="store_true", help="you may hand that music on; it is named in the credits"
    )
    parser.add_argument("--minutes", type=float, metavar="N", help="how long (default: the preset's)")
    parser.add_argument(
        "--size",
        default="1080p",
        metavar="SIZE",
        help="1080p, 720p, 2160p, square, portrait, or WIDTHxHEIGHT (default: 1080p)",
    )
    parser.add_argument("--fps", type=int, default=30, metavar="N", help="frames a second (default: 30)")
    parser.add_argument("--words", action="store_true", help="the words to breathe by, in the picture")
    parser.add_argument("--figures", action="store_true", help="with --session: pulse, beat and breath in it")
    parser.add_argument("--still", action="store_true", help="reduced motion: only the colour breathes")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="other hills and water (default: 0)")
    parser.add_argument(
        "--keep-level", action="store_true", help="as loud as `entrain render`, not as video sites want it"
    )
    parser.add_argument(
        "--encoder",
        choices=ENCODERS,
        default="auto",
        help="PyAV, or ffmpeg as a process (default: as there is)",
    )
    parser.add_argument(
        "--format",
        choices=("webm", "mp4", "mkv"),
        default="webm",
        help="of films in --publish (default: webm)",
    )
    parser.add_argument(
        "--threads", type=int, metavar="N", help="at work at a time (default: as many as cores)"
    )
    parser.add_argument("--made-from", help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, metavar="FILE", help="another store than your own")


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    if (args.out is None) == (args.publish is None):
        raise UsageError(
            "Name a film with --out, or a folder with --publish.", "entrain video --out desk.webm"
        )
    if args.figures and args.session is None:
        raise UsageError("--figures are those of a session; a preset has none.", "Add --session ID.")
    if args.series is not None:
        return _series(args)
    from entrain.app import film
    from entrain.app.publish import publish

    open_encoder = film.opener(args.encoder)
    n_threads = args.threads or _cores()
    bar = _Bar()
    try:
        ready = film.ready(_wish(args))
        if args.publish is not None:
            path = args.publish
            told = publish(
                ready,
                path,
                open_encoder,
                n_threads,
                keeps_level=args.keep_level,
                ending=f".{args.format}",
                made_from=None if args.made_from is None else json.loads(args.made_from),
                progress=bar.show,
            )
        else:
            path = args.out
            made, lift = film.make(
                ready, path, open_encoder, n_threads, keeps_level=args.keep_level, progress=bar.show
            )
            told = film.said(ready.film, made, lift)
    finally:
        bar.clear()
    print(f"{path}: {told}")
    return 0


def _wish(args: argparse.Namespace) -> "FilmWish":
    from entrain.app.film import FilmWish

    return FilmWish(
        preset=args.preset,
        session=args.session,
        figure=args.figure,
        theme=args.theme,
        voice=args.voice,
        music=args.music,
        music_bpm=args.music_bpm,
        is_music_mine=args.music_is_mine,
        minutes=args.minutes,
        size=args.size,
        fps=args.fps,
        seed=args.seed,
        has_words=args.words,
        has_figures=args.figures,
        is_still=args.still,
        store=args.store,
    )


def _series(args: argparse.Namespace) -> int:
    """All films of a file, and a table of what there is then."""
    if args.publish is None:
        raise UsageError("A series is a folder of films.", "Name it with --publish DIR.")
    from entrain.app import film
    from entrain.app.film_series import jobs_of, make_all

    jobs = jobs_of(args.series)
    film.opener(args.encoder)  # what is missing is said once, not by each
    extra = ["--encoder", args.encoder, *(["--keep-level"] if args.keep_level else [])]
    done: list[str] = []

    def told(outcome: "FilmOutcome") -> None:
        done.append(outcome.job.folder)
        print(f"[{len(done)} of {len(jobs)}] {outcome.said}", file=sys.stderr)

    outcomes = make_all(jobs, args.publish, args.threads or _cores(), extra, told)
    width = max(len(each.job.folder) for each in outcomes)
    for each in outcomes:
        print(f"{each.job.folder:<{width}}  {each.said.rpartition(': ')[2] if each.is_there else each.said}")
    return 0 if all(each.is_there for each in outcomes) else 1


def _cores() -> int:
    """As many as there are for this program."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Bar:
    """How far it has come and how long it will take, on a terminal."""

    EVERY_S = 0.25

    def __init__(self) -> None:
        self._stage, self._began_s, self._shown_s = "", 0.0, 0.0

    def show(self, stage: str, done: float, of: float) -> None:
        """`done` of `of` of this stage; a line at most four times a second."""
        if not sys.stderr.isatty():
            return
        now_s = time.monotonic()
        if stage != self._stage:
            self._stage, self._began_s = stage, now_s
        if now_s - self._shown_s < self.EVERY_S:
            return
        self._shown_s = now_s
        n = int(30 * done / of)
        left_s = (now_s - self._began_s) * (of - done) / max(done, 1e-9)
        text = f"\r{'━' * n}{'─' * (30 - n)} {stage} {100 * done / of:.0f} %, {span(left_s)} left"
        print(f"{text}\x1b[K", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr)
