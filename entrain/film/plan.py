"""What a film shows when: everything that its frames are a function of."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from entrain.drawing.palette import FigureColours
from entrain.drawing.shapes import Pose
from entrain.score import Score

CARD_S: Final = 10.0  # the card before and the card after; a chapter of a video site is no shorter
LEAST_CHAPTER_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Chapter:
    """From `start_s` of the film on, until the next one."""

    start_s: float
    title: str


@dataclass(frozen=True, slots=True)
class CardText:
    """Lines that stand over the picture at rest: the first one large."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteText:
    """A line at the bottom, from `start_s` of the film on."""

    start_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Film:
    """A film of a score. Score second 0 is film second `card_s`; the sound begins there."""

    score: Score
    sound_s: float  # how long the score sounds
    figure: str
    theme: str
    colours: FigureColours
    title: str
    before: CardText
    after: CardText
    chapters: tuple[Chapter, ...]
    width: int = 1920
    height: int = 1080
    fps: int = 30
    seed: int = 0
    is_still: bool = False  # for people whom motion disturbs
    words: tuple[NoteText, ...] = ()  # what to do, where that is wished for
    figures: tuple[NoteText, ...] = ()
    card_s: float = CARD_S
    description: str = ""
    language: str = "eng"  # ISO 639-2, as the files want it

    @property
    def length_s(self) -> float:
        """Of the whole film."""
        return self.card_s + self.sound_s + self.card_s

    @property
    def n_frames(self) -> int:
        """Of the whole film."""
        return ceil(self.length_s * self.fps - 1e-9)

    def pose(self, t_s: float) -> Pose:
        """How the figure stands at second `t_s` of the film: as the score has it at that very moment."""
        at_s = t_s - self.card_s
        presence = self.score.presence.at(at_s)
        pose = Pose.at(self.score.breath_at(at_s) if presence > 0.0 else None, presence)
        if pose.moment is None and self.score.breath is None:
            pose = replace(pose, presence=presence)  # a beat alone: the light comes and goes with the sound
        return pose.still() if self.is_still else pose


def kept(chapters: list[Chapter], end_s: float) -> tuple[Chapter, ...]:
    """Those that last long enough to be chapters; a shorter one goes with the one before it."""
    long: list[Chapter] = []
    for chapter in chapters:
        if not long or chapter.start_s - long[-1].start_s >= LEAST_CHAPTER_S:
            long.append(chapter)
    while len(long) > 1 and end_s - long[-1].start_s < LEAST_CHAPTER_S:
        long.pop()
    return tuple(long)
