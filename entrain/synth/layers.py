"""What sounds beside the beat: whose breath cues, which background, in which scale, a gong at the end,
and the listener's own music.

Plain data, so that it can be chosen in one process and rendered in another. No NumPy.
"""

from dataclasses import dataclass
from typing import Final

from entrain.synth import voices
from entrain.synth.music.piece import Playlist
from entrain.synth.scales import Scale

OWN: Final = "own"  # the voice's own cues, background or scale


@dataclass(frozen=True, slots=True)
class Layers:
    """What sounds beside the beat."""

    breath_voice: str = OWN  # the voice whose breath cues sound
    background: str = OWN  # the voice whose background sounds
    background_volume: float = 1.0  # 0 to 1
    scale: Scale | None = None  # what tuned voices play; None: each its own
    end_gong: float = 0.0  # loudness of a gong when the guidance begins to fade, 0 (none) to 1
    music: Playlist | None = None
    rest: bool = False  # before the beat a chord is heard, where no background goes on

    def check(self) -> None:
        """Raise UsageError where there is no such voice."""
        for name in (self.breath_voice, self.background):
            if name != OWN:
                voices.check(name)
