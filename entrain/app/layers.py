"""From a preset's settings to the layers that sound."""

from entrain.control.protocol import SoundRule
from entrain.storage.places import own_scales_path
from entrain.synth import scales
from entrain.synth.layers import OWN, Layers
from entrain.synth.music.piece import Playlist


def layers_of(rule: SoundRule, music: Playlist | None = None) -> Layers:
    """Raises UsageError or InputError: there is no such scale, or its file has faults."""
    return Layers(
        breath_voice=rule.breath_voice,
        background=rule.background,
        background_volume=rule.background_volume,
        scale=scale_of(rule.scale),
        end_gong=rule.end_gong,
        music=music,
        rest=rule.rest > 0.0,
    )


def scale_of(name: str) -> scales.Scale | None:
    """The scale called `name`, None for each voice's own. Raises as `layers_of` does."""
    return None if name == OWN else scales.load(name, own_scales_path())
