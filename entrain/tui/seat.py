"""Somebody else sits down: their strap, preset and voice, and nothing that was the other's."""

from collections.abc import Sequence
from dataclasses import replace

from entrain.control.protocol import Preset
from entrain.errors import EntrainError
from entrain.ports import HeartChoice, HeartKind, PresetShelf, Rooms, SessionChoice, Sitter


def seat(
    rooms: Rooms, presets: Sequence[Preset], choice: SessionChoice, person: str
) -> tuple[SessionChoice, Sitter | None]:
    """What is chosen now that `person` sits here, and what else is known of them.

    `presets` are those there were; the shelf tells what they are for this person.
    """
    if rooms.desk is None:
        return replace(choice, person=person), None
    sitter = rooms.desk.sit_down(person)
    if person == choice.person:
        return choice, sitter
    now = presets if rooms.shelf is None else offered(rooms.shelf, presets)
    preset = next((each for each in now if each.name == (sitter.preset or choice.preset.name)), now[0])
    heart = choice.heart if choice.heart.kind is not HeartKind.STRAP else HeartChoice(HeartKind.STRAP)
    return (
        SessionChoice(
            heart=sitter.heart or heart,
            preset=preset,
            voice=sitter.voice if sitter.voice and sitter.voice not in sitter.never else preset.sound.voice,
            minutes=preset.minutes,
            person=person,
        ),
        sitter,
    )


def offered(shelf: PresetShelf, otherwise: Sequence[Preset]) -> Sequence[Preset]:
    """The presets that can be run, as they are now; those from before where nobody can look."""
    try:
        found = [each.preset for each in shelf.everything() if each.preset is not None]
    except EntrainError:
        return otherwise
    return found or otherwise
