"""Sound out: a device through an engine in a process of its own, a file, or nothing."""

from pathlib import Path

from entrain.devices.ports import SoundOutput
from entrain.errors import UsageError
from entrain.synth.layers import Layers
from entrain.synth.voices import DEFAULT

FORMS = "device, device:NAME, none or file:OUT.wav (.flac, .ogg, .mp3)"


def open_sound(
    spec: str,
    voice: str = DEFAULT,
    *,
    beat: float = 1.0,
    breath: float = 1.0,
    volume: float = 1.0,
    layers: Layers = Layers(),
) -> SoundOutput:
    """The sound output that `--audio SPEC` asks for.

    Args:
        spec: one of `FORMS`.
        beat, breath: loudness of those layers, 0 to 1.
        volume: master volume to begin with, 0 to 1.
        layers: what sounds beside the beat.

    Raises:
        UsageError: `spec` is none of the forms, there is no such voice, or the file cannot be written.
    """
    kind, _, name = spec.partition(":")
    match kind:
        case "device":
            from entrain.devices.audio.device import DeviceSound

            return DeviceSound(voice, beat, breath, volume, device=name or None, layers=layers)
        case "file" if name:
            from entrain.devices.audio.file import FileSound

            return FileSound(Path(name), voice, beat, breath, volume, layers)
        case "none" if not name:
            from entrain.devices.audio.none import NoSound

            return NoSound()
        case _:
            raise UsageError(f'"{spec}" is no place for sound to go.', f"Use {FORMS}.")
