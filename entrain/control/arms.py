"""The same session under another policy: the one way in which an arm is made.

A comparison in simulation, the replay of a session under another policy, a study and a yoked control all mean
the same by "the same policy", because all of them call this.

- What belongs to a policy alone goes with it: a fixed tempo is no other policy's.
- `follow` begins at the pulse, for it never leads.
- `exhale` lets the breath grow by its way out alone.
- Everything else (phases, bounds, sound, breath) stays as it is.

An arm of a study is one of `ArmKind`: the session as it is, or with one part of it taken away or changed.
"""

from dataclasses import replace
from enum import StrEnum

from entrain.control.protocol import Preset


class ArmKind(StrEnum):
    """What one can compare."""

    CLOSED_LOOP = "closed loop"  # the preset as it is
    AT_PULSE = "tempo = pulse"  # the beat stays at the pulse and never leads
    FIXED = "fixed"  # one tempo throughout
    QUICKER = "quicker"  # the beat stays above the pulse
    BEAT_ALONE = "beat without guide"  # no breath is guided
    GUIDE_ALONE = "guide without beat"  # the breath is guided, and the beat is not to be heard
    QUIET = "sitting quietly"  # nothing sounds and nothing is guided


def under_policy(preset: Preset, policy: str) -> Preset:
    """The preset under `policy`, with what belongs to that policy."""
    tempo, breath = replace(preset.tempo, policy=policy), preset.breath
    if policy != "fixed":
        tempo = replace(tempo, fixed_bpm=None)
    if policy == "follow":
        tempo = replace(tempo, start_fraction=0.0)
    if policy == "exhale":
        breath = replace(breath, lengthen="out")
    return replace(preset, tempo=tempo, breath=breath)


def as_arm(
    preset: Preset, kind: ArmKind, *, fixed_bpm: float | None = None, above_fraction: float = 0.0
) -> Preset:
    """The preset as an arm of a study.

    Args:
        fixed_bpm: for `FIXED`; None: the tempo with which the beat begins.
        above_fraction: for `QUICKER`: so much of the pulse above it.
    """
    match kind:
        case ArmKind.CLOSED_LOOP:
            return preset
        case ArmKind.AT_PULSE:
            return under_policy(preset, "follow")
        case ArmKind.FIXED:
            fixed = under_policy(preset, "fixed")
            return replace(fixed, tempo=replace(fixed.tempo, fixed_bpm=fixed_bpm))
        case ArmKind.QUICKER:
            above = under_policy(preset, "offset")
            tempo = replace(above.tempo, offset_fraction=above_fraction, start_fraction=above_fraction)
            return replace(above, tempo=tempo)
        case ArmKind.BEAT_ALONE:
            return replace(
                preset, breath=replace(preset.breath, guided=False), sound=replace(preset.sound, breath=0.0)
            )
        case ArmKind.GUIDE_ALONE:
            return replace(preset, sound=replace(preset.sound, beat=0.0))
        case ArmKind.QUIET:
            return under_policy(preset, "silence")
