"""The frames of a film, each a pure function of the film and its number."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

import numpy as np

from entrain.drawing.frame import Canvas, Planes, blend, yuv
from entrain.drawing.palette import from_oklab, parse, stops_at
from entrain.drawing.scenes import scene
from entrain.film.lettering import mask_of, wrapped
from entrain.film.plan import CardText, Film, NoteText

_FADE_S: Final = 1.2  # of the letters of a card, and of the picture behind them
_BRIGHTEST: Final = np.array([1.0])
_CARD_SHADE: Final = 0.34  # how light the picture stays behind a card
_WORD_FADE_S: Final = 0.4


class Frames:
    """Draws a film's frames in any order. A frame's planes are overwritten by the next one's."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._canvas = Canvas(film.width, film.height, film.colours)
        self._scene = scene(film.figure, film.seed, on_paper=film.theme == "light")
        self._unit = min(film.width, film.height)
        brightest = from_oklab(stops_at(film.colours, 0.5, _BRIGHTEST))[0]
        self._ink = yuv((int(brightest[0]), int(brightest[1]), int(brightest[2])))
        self._ground = yuv(parse(film.colours.inhale[0]))

    def __iter__(self) -> Iterator[Planes]:
        return (self.at(number) for number in range(self._film.n_frames))

    def at(self, number: int) -> Planes:
        """Frame `number`, which is shown at `number / fps` seconds of the film."""
        film, t_s = self._film, number / self._film.fps
        over_s = film.length_s - film.card_s
        shown = max(_card_share(t_s, 0.0, film.card_s), _card_share(t_s, over_s, film.length_s + _FADE_S))
        shade = 1.0 - (1.0 - _CARD_SHADE) * shown
        drawn_s = 0.0 if film.is_still else t_s
        planes = self._canvas.frame(self._scene, film.pose(t_s), drawn_s, shade)
        if shown > 0.0:
            self._lay_card(planes, film.before if t_s < film.card_s else film.after, shown)
        self._lay_note(planes, film.words, t_s, 0.058, 0.855, _WORD_FADE_S)
        self._lay_note(planes, film.figures, t_s, 0.030, 0.045, 0.0)
        return planes

    def lay_title(self, planes: Planes, text: str) -> None:
        """The title at the bottom, as a thumbnail has it."""
        size = self._unit * 90 // 1000
        lines = wrapped(text, size, self._film.width * 9 // 10)
        top = self._film.height - (len(lines) * size * 3 // 2) - self._unit // 20
        for number, line in enumerate(lines):
            self._lay(planes, line, size, top + number * size * 3 // 2, 1.0)

    def _lay_card(self, planes: Planes, card: CardText, share: float) -> None:
        film, unit = self._film, self._unit
        width = min(film.width * 86 // 100, unit * 150 // 100)
        rows = [(line, unit * 82 // 1000) for line in wrapped(card.title, unit * 82 // 1000, width)]
        for paragraph in card.lines:
            rows.append(("", unit * 20 // 1000))
            rows += [(line, unit * 36 // 1000) for line in wrapped(paragraph, unit * 36 // 1000, width)]
        y = (film.height - sum(size * 3 // 2 for _, size in rows)) // 2
        for text, size in rows:
            if text:
                self._lay(planes, text, max(6, size), y, share)
            y += size * 3 // 2

    def _lay_note(
        self,
        planes: Planes,
        notes: tuple[NoteText, ...],
        t_s: float,
        size: float,
        height: float,
        fade_s: float,
    ) -> None:
        index = bisect_right(notes, t_s, key=lambda note: note.start_s) - 1
        if index < 0 or not notes[index].text:
            return
        end_s = notes[index + 1].start_s if index + 1 < len(notes) else self._film.length_s
        share = 0.85
        if fade_s:
            share *= max(0.0, min(1.0, (t_s - notes[index].start_s) / fade_s, (end_s - t_s) / fade_s))
        size_px = max(8, round(self._unit * size))
        self._lay(planes, notes[index].text, size_px, round(self._film.height * height), share)

    def _lay(self, planes: Planes, text: str, size: int, top: int, share: float) -> None:
        """One line, in the middle, over a thin shadow of the ground, so that it reads on any picture."""
        mask = mask_of(text, size)[: self._film.height, : self._film.width]
        left = (self._film.width - mask.shape[1]) // 4 * 2
        top = max(0, min(top // 2 * 2, self._film.height - mask.shape[0]))
        if top + mask.shape[0] + 2 <= self._film.height and left + mask.shape[1] + 2 <= self._film.width:
            blend(planes, mask, left + 2, top + 2, self._ground, 0.7 * share)
        blend(planes, mask, left, top, self._ink, share)


def _card_share(t_s: float, start_s: float, end_s: float) -> float:
    """How much of a card is there: it comes, stays, and goes before its end."""
    if not start_s <= t_s < end_s:
        return 0.0
    fade_s = min(_FADE_S, (end_s - start_s) / 3)
    share = max(0.0, min(1.0, (t_s - start_s) / fade_s, (end_s - t_s) / fade_s))
    return share * share * (3.0 - 2.0 * share)
