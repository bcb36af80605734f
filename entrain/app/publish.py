"""A film as a folder that another tool, or a person, can take as it is. No account, no network."""

import hashlib
import html
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any, Final

from entrain import __version__, extras
from entrain.analysis.loudness import Lift
from entrain.app import film as films
from entrain.errors import UsageError
from entrain.film import making
from entrain.film.captions import captions_of, srt, vtt
from entrain.film.encoding import Opener
from entrain.film.frames import Frames
from entrain.film.lettering import EXTRA, PURPOSE
from entrain.film.making import Made
from entrain.film.plan import CardText, Film
from entrain.wording import film as words
from entrain.wording.times import clock

LANGUAGE: Final = "en"
METADATA: Final = "metadata.json"
_THUMBNAIL: Final = (1280, 720)
_MOST_BYTES: Final = 2_000_000


def publish(
    ready: films.Ready, folder: Path, open_encoder: Opener, threads: int, *, keeps_level: bool,
    ending: str = ".webm", made_from: dict[str, Any] | None = None,
    progress: Callable[[str, float, float], None],
) -> str:  # fmt: skip
    """Make the film and all that lies beside it in a new folder; a line about it. Leaves nothing half behind.

    Raises:
        UsageError: the folder is there already. OutputError: it cannot be written.
    """
    if folder.exists():
        raise UsageError(f'"{folder}" exists already; nothing is overwritten.', "Choose another name.")
    half = folder.with_name(f".{folder.name}.making")
    try:
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        path = half / f"{ready.name}{ending}"
        made, lift = films.make(
            ready, path, open_encoder, threads, keeps_level=keeps_level, progress=progress
        )
        _write_beside(ready, path, made, lift, made_from)
        half.rename(folder)
    except OSError as error:
        raise making.unwritten(folder, error) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return films.said(ready.film, made, lift)


def _write_beside(
    ready: films.Ready, path: Path, made: Made, lift: Lift, made_from: dict[str, Any] | None
) -> None:
    film, folder = ready.film, path.parent
    captions = tuple(captions_of(film, films.cue_notes(film.score, film.sound_s, film.card_s)))
    credits_ = words.credit(ready.voice, film.figure, ready.music)
    chapters = tuple((clock(each.start_s), each.title) for each in film.chapters)
    about = film.before.lines[0]
    texts = {
        f"captions.{LANGUAGE}.srt": srt(captions),
        f"captions.{LANGUAGE}.vtt": vtt(captions),
        "description.txt": words.described(about, chapters, credits_),
        "CREDITS.txt": "\n".join(credits_) + "\n\n" + words.YOURS,
        "index.html": _page(film, path.name, about, credits_),
        METADATA: _json(_metadata(ready, path, made, lift, made_from)),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    _thumbnail(film, folder / "thumbnail.jpg")


def _metadata(
    ready: films.Ready, path: Path, made: Made, lift: Lift, made_from: dict[str, Any] | None
) -> dict[str, Any]:
    film = ready.film
    return {
        "title": film.title,
        "description": film.before.lines[0],
        "safety": f"{words.SAFETY} {words.GENTLY}",
        "tags": [*words.TAGS],
        "language": LANGUAGE,
        "duration_s": round(film.length_s, 3),
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": _sha256(path),
        "frames_sha256": made.sha256,
        "encoder": made.encoder,
        "width": film.width,
        "height": film.height,
        "fps": film.fps,
        "chapters": [{"start_s": round(each.start_s, 3), "title": each.title} for each in film.chapters],
        "captions": {LANGUAGE: [f"captions.{LANGUAGE}.srt", f"captions.{LANGUAGE}.vtt"]},
        "thumbnail": "thumbnail.jpg",
        "loudness_lufs": _known(lift.loudness_lufs + lift.gain_db),
        "peak_dbtp": _known(lift.peak_dbtp + lift.gain_db),
        "gain_db": round(lift.gain_db, 2),
        "voice": ready.voice,
        "figure": film.figure,
        "theme": film.theme,
        "seed": film.seed,
        "music": [*ready.music],
        "made_by": f"entrain {__version__}",
        "made_from": made_from or {},
    }


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _known(value: float) -> float | None:
    return round(value, 2) if isfinite(value) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _thumbnail(film: Film, path: Path) -> None:
    """The figure with the lungs as full as they get, and the title; as large as its size of file permits."""
    width, height = _THUMBNAIL
    middle_s = film.sound_s / 2
    fullest_s = max(
        (middle_s + step / 4 for step in range(80)), key=lambda t_s: film.pose(film.card_s + t_s).fullness
    )
    still = replace(
        film, width=width, height=height, figures=(), words=(), card_s=1.0, fps=1000,
        before=CardText("", ()), after=CardText("", ()),
    )  # fmt: skip
    frames = Frames(still)
    planes = frames.at(round((fullest_s + 1.0) * 1000))
    frames.lay_title(planes, film.title)
    image = extras.load("PIL.Image", EXTRA, PURPOSE).fromarray(planes.rgb())
    for quality in (94, 85, 70):
        image.save(path, quality=quality)
        if path.stat().st_size < _MOST_BYTES:
            return


def _page(film: Film, name: str, about: str, credits_: tuple[str, ...]) -> str:
    """A page that plays it, and loads nothing from elsewhere."""
    rows = "\n".join(
        f'<li><a href="#" data-s="{each.start_s:g}">{clock(each.start_s)}</a> {html.escape(each.title)}</li>'
        for each in film.chapters
    )
    ground, ink, accent = film.colours.inhale[0], film.colours.inhale[-1], film.colours.inhale[-2]
    return f"""<!doctype html>
<html lang="{LANGUAGE}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{html.escape(film.title)}</title>
<style>
body {{ margin: 0 auto; padding: 2rem 1rem; max-width: 60rem; background: {ground}; color: {ink};
  font: 1.05rem/1.6 system-ui, sans-serif; }}
video {{ width: 100%; height: auto; aspect-ratio: {film.width} / {film.height}; max-height: 80vh;
  border-radius: .6rem; background: {ground}; }}
a {{ color: {accent}; }} ol {{ list-style: none; padding: 0; }} small {{ opacity: .8; }}
</style>
<h1>{html.escape(film.title)}</h1>
<video controls preload="metadata" poster="thumbnail.jpg" width="{film.width}" height="{film.height}">
<source src="{html.escape(name)}">
<track kind="captions" srclang="{LANGUAGE}" label="English" src="captions.{LANGUAGE}.vtt">
</video>
<p>{html.escape(about)}</p>
<p>{html.escape(words.SAFETY)} {html.escape(words.GENTLY)}</p>
<ol>
{rows}
</ol>
<p><small>{"<br>".join(map(html.escape, (*credits_, words.MADE_WITH)))}</small></p>
<script>
const video = document.querySelector("video");
for (const link of document.querySelectorAll("[data-s]"))
  link.onclick = (event) => {{ event.preventDefault(); video.currentTime = +link.dataset.s; video.play(); }};
</script>
</html>
"""
