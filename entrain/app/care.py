"""Care for whoever is in a session: the preset's and each person's own, the more careful of all.

What somebody never wants to hear is reached by nothing: it is taken out of the preset before the session is
made, kept out of it by the controller, and neither offered nor played as a taste.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from entrain.app import whose
from entrain.control.protocol import Preset, SoundRule
from entrain.errors import UsageError
from entrain.person.care import MUSIC, CareRule, both
from entrain.person.record import PersonRecord
from entrain.synth.voices import CATALOGUE

GONG = "gong"
SILENT = "silence"  # of voices and of backgrounds


def care_of(persons: Iterable[str]) -> CareRule:
    """Of all of them together. Never raises; of whoever is new nothing is known."""
    return reduce(both, (whose.record_of(each).care for each in persons), CareRule())


def with_care(preset: Preset, persons: Iterable[str], asked: str | None = None) -> Preset:
    """The preset as these people can be in it.

    Args:
        asked: a voice that was asked for by name.

    Raises:
        UsageError: that voice is one that is never to be heard.
    """
    care = both(preset.care, care_of(persons))
    if asked is not None:
        check(asked, care)
    return replace(preset, care=care, sound=without(preset.sound, care.banned))


def check(voice: str, care: CareRule) -> None:
    """
    Raises:
        UsageError: the voice is never to be heard.
    """
    if voice in care.banned:
        raise UsageError(
            f"{voice} is one of the sounds that are left out here.",
            f"There are {', '.join(allowed(care.banned))}.",
        )


def allowed(banned: Iterable[str]) -> tuple[str, ...]:
    """The voices that are left; silence always is."""
    out = set(banned) - {SILENT}
    return tuple(name for name in CATALOGUE if name not in out)


def without(sound: SoundRule, banned: frozenset[str]) -> SoundRule:
    """The same without what is banned: another voice in its place, silence for a background."""
    if not banned:
        return sound
    left = allowed(banned)
    voice = sound.voice if sound.voice in left else left[0]
    return replace(
        sound,
        voice=voice,
        breath_voice=sound.breath_voice if sound.breath_voice not in banned else "own",
        background=sound.background if sound.background not in banned else SILENT,
        music="" if MUSIC in banned else sound.music,
        end_gong=0.0 if GONG in banned else sound.end_gong,
    )


def never_again(person: str, voice: str) -> str:
    """Leave a voice out for somebody from now on; what is wrong where that cannot be kept, in a sentence."""

    def how(now: PersonRecord) -> PersonRecord:
        never = tuple(sorted({*now.care.never, voice}))
        return replace(now, care=replace(now.care, never=never))

    return "" if voice == SILENT else whose.keep(person, how)
