"""Captions beside a film: SubRip and WebVTT (W3C, WebVTT: The Web Video Text Tracks Format)."""

from collections.abc import Iterable, Iterator

from entrain.film.plan import Film, NoteText

Caption = tuple[float, float, str]  # from, to, text


def captions_of(film: Film, cues: Iterable[NoteText]) -> Iterator[Caption]:
    """What the cards say, and between them what to do, each until the next."""
    yield 0.0, film.card_s, "\n".join((film.before.title, *film.before.lines))
    notes = tuple(cues)
    ends = [note.start_s for note in notes[1:]] + [film.card_s + film.sound_s]
    for note, end_s in zip(notes, ends, strict=True):
        if note.text and end_s > note.start_s:
            yield note.start_s, end_s, note.text
    yield film.card_s + film.sound_s, film.length_s, film.after.title


def srt(captions: Iterable[Caption]) -> str:
    """As SubRip has it."""
    blocks = (
        f"{number}\n{_clock(start_s, ',')} --> {_clock(end_s, ',')}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(captions, 1)
    )
    return "\n".join(blocks)


def vtt(captions: Iterable[Caption]) -> str:
    """As WebVTT has it."""
    blocks = (
        f"{_clock(start_s, '.')} --> {_clock(end_s, '.')}\n{_escaped(text)}\n"
        for start_s, end_s, text in captions
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _clock(t_s: float, point: str) -> str:
    ms = round(t_s * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
