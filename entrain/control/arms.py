"""The same session under another policy: the one way in which an arm is made.

A comparison in simulation, the replay of a session under another policy, a study and a yoked control all mean
the same by "the same policy", because all of them call this.

- What belongs to a policy alone goes with it: a fixed tempo is no other policy's.
- `follow` begins at the pulse, for it never leads.
- `exhale` lets the breath grow by its way out alone.
- Everything else (phases, bounds, sound, breath) stays as it is.
"""

from dataclasses import replace

from entrain.control.protocol import Preset


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
