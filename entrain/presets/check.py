"""What is wrong with a preset file: everything at once, each fault with its line and what to write instead.

The dataclasses of `entrain.control.protocol` say which settings there are; `rules` says how far they may go.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from entrain.control.group import RULES_OF_GROUP
from entrain.control.protocol import Preset
from entrain.heart.pmd.control import Sensor
from entrain.person.care import MUSIC
from entrain.presets.reader import (
    MOST_FAULTS,
    Complaint,
    PresetFault,
    Reader,
    Schema,
    StandIn,
    syntax_fault,
)
from entrain.presets.rules import LIMITS, RULES
from entrain.storage import places
from entrain.synth import scales
from entrain.synth.layers import OWN
from entrain.synth.voices import BACKGROUNDS, CATALOGUE
from entrain.tempo.policy import POLICIES
from entrain.toml_lines import NotTOML, line_of, parsed

SCHEMA: Final = Schema(
    root=Preset,
    choices={
        "sensors": lambda: tuple(Sensor),
        "tempo.policy": lambda: POLICIES,
        "group.rule": lambda: RULES_OF_GROUP,
        "breath.lengthen": lambda: ("both", "out"),
        "sound.voice": lambda: CATALOGUE,
        "sound.breath_voice": lambda: (OWN, *CATALOGUE),
        "sound.background": lambda: (OWN, "silence", *BACKGROUNDS),
        "care.never": lambda: (*dict.fromkeys((*CATALOGUE, *BACKGROUNDS)), MUSIC),
        "sound.scale": lambda: (OWN, *scales.names(places.own_scales_path())),
    },
    limits=LIMITS,
    example="entrain presets show desk",
    called={"care.never": "sound that can be left out"},
)
OWN_RESONANCE: Final = "own resonance"  # what `breath.goal_per_min` may be in place of a number
OWN_RESONANCE_KEY: Final = "breath.goal_per_min"


def checked(
    text: str, file: str, name: str, own_resonance_per_min: float | None = None
) -> tuple[Preset | None, tuple[PresetFault, ...]]:
    """The preset that `text` describes, or None and everything that is wrong with it.

    Args:
        file: what a fault calls the file.
        name: the preset's name, where the text gives none.
        own_resonance_per_min: what "own resonance" stands for; None: no assessment has found one yet.
    """
    try:
        data = parsed(text)
    except NotTOML as error:
        return None, (syntax_fault(str(error), text, file),)
    preset, complaints = checked_data({"name": name, **data}, own_resonance_per_min)
    faults = [
        PresetFault(file, line_of(text, *keys), keys[0], problem, suggestion)
        for keys, problem, suggestion in complaints[:MOST_FAULTS]
    ]
    return (None if faults else preset), tuple(sorted(faults, key=lambda fault: fault.line))


def checked_data(
    data: Mapping[str, Any], own_resonance_per_min: float | None
) -> tuple[Preset, tuple[Complaint, ...]]:
    """The same of a table that was read already; what is wrong in it has its default."""
    advice = "Run `entrain assess`, or give a number."
    reader = Reader(SCHEMA, StandIn(OWN_RESONANCE_KEY, OWN_RESONANCE, own_resonance_per_min, advice))
    preset = cast(Preset, reader.table(Preset, data, ""))
    _check_rules(reader, preset)
    return preset, tuple(reader.complaints)


def _check_rules(reader: Reader, preset: Preset) -> None:
    """What does not fit together, of the settings that are right in themselves."""
    faulty = {keys[0] for keys, _, _ in reader.complaints}
    for rule in RULES:
        said = rule.broken_by(preset)
        if said and not any(key in faulty or key.partition(".")[0] in faulty for key in rule.keys):
            reader.complaints.append((rule.keys, *said))
