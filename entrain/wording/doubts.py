"""Why a heart is not, or not wholly, believed: what is said, and what can be done. Never a diagnosis."""

from dataclasses import dataclass
from typing import Final

from entrain.heart.doubt import Doubt


@dataclass(frozen=True, slots=True)
class DoubtWords:
    """`note` stands in place of the pulse, in a few characters."""

    note: str
    sentence: str
    advice: str


BELIEVED: Final = "The strap's data makes sense again."

_WORDS: Final = {
    Doubt.UNREADABLE: DoubtWords(
        "unreadable",
        "The strap sends something that cannot be read as a heart rate.",
        "Take it off and put it on again; if that does not help, update its firmware.",
    ),
    Doubt.NO_CONTACT: DoubtWords(
        "no skin contact",
        "The strap says that it does not touch the skin.",
        "Moisten the electrodes and tighten the strap a little.",
    ),
    Doubt.NO_RATE: DoubtWords(
        "no heart rate yet",
        "The strap is connected and finds no heart rate (it sends 0).",
        "Wait a moment. If it stays so, moisten the electrodes or move the sensor a little.",
    ),
    Doubt.DOUBLED: DoubtWords(
        "sent twice",
        "The strap's messages arrive twice; each is counted once.",
        "Close other programs that read the strap, if there are any.",
    ),
    Doubt.JUNK: DoubtWords(
        "junk left out",
        "The strap sends intervals that no heart makes; they are left out.",
        "Nothing to do. An update of its firmware may end it.",
    ),
    Doubt.TOO_MANY: DoubtWords(
        "rate only",
        "More intervals come than fit into the time: the strap's own heart rate is used.",
        "Switch it off and on. If it stays so, it cannot measure variability.",
    ),
    Doubt.MILLISECONDS: DoubtWords(
        "rate only",
        "The strap's intervals are in a wrong unit: its own heart rate is used.",
        "Update its firmware; until then they are 2.4 % too short.",
    ),
    Doubt.CONTRADICTS: DoubtWords(
        "contradictory",
        "The strap's heart rate and its intervals contradict each other, so neither is used.",
        "Moisten the electrodes, or move the sensor a little.",
    ),
    Doubt.FROZEN: DoubtWords(
        "unchanging",
        "The strap has said the very same for a while, so it is not used.",
        "Is it on the skin? With a pacemaker this can be how your heart beats; I cannot tell.",
    ),
    Doubt.LEAPING: DoubtWords(
        "leaping",
        "The heart rate leaps about, so it is not used.",
        "Is the sensor on the skin? Tighten it a little.",
    ),
    Doubt.IRREGULAR: DoubtWords(
        "irregular",
        "Irregular: poor contact or your own rhythm; I cannot guide by it.",
        "Moisten the electrodes and sit still. Your breath is guided by itself meanwhile.",
    ),
    Doubt.SPARSE: DoubtWords(
        "sends seldom",
        "The strap sends only now and then.",
        "Come closer to the computer, and check the strap's battery.",
    ),
}


def doubt_words(doubt: Doubt) -> DoubtWords:
    """What a doubt says, and what to do about it."""
    return _WORDS[doubt]
