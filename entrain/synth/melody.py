"""Which note of a scale falls on which beat: phrases that climb with the breath in and come down with it
out.
"""

from typing import Final

from entrain.breath.pattern import BreathPart
from entrain.synth.scales import Scale
from entrain.synth.stretch import Strike

_FREE_BEATS: Final = 4  # without a breath to follow, phrases of so many beats take turns


def note_hz(scale: Scale, beat: Strike) -> float:
    """The pitch of this beat. However many beats a part has, its phrase is played from first note to last."""
    moment = beat.breath
    if moment is None:
        turn, within = divmod(beat.n, _FREE_BEATS)
        phrases = scale.fall if turn % 2 else scale.rise
        return _at(phrases[turn // 2 % len(phrases)], within, _FREE_BEATS)
    is_rising = moment.part in (BreathPart.INHALE, BreathPart.HOLD_IN)
    phrases = scale.rise if is_rising else scale.fall
    phrase = phrases[moment.breath % len(phrases)]
    if moment.part in (BreathPart.HOLD_IN, BreathPart.HOLD_OUT):
        return phrase[-1]  # a hold stays where its breath arrived
    return _at(phrase, moment.beat_in_part, moment.part_beats)


def _at(phrase: tuple[float, ...], beat: int, beats: int) -> float:
    return phrase[round(beat * (len(phrase) - 1) / max(1, beats - 1))]
