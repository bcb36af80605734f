"""What is locked is not loosened while a session runs, whatever key or program asks.

A lock holds one setting of the preset where it is: it may be made gentler, never looser. Stopping, pausing,
easing off, holding, a word that one feels dizzy, and a softer sound are never locked.

- `minutes`, `sound.music`: chosen before a session; here there is nothing to hold.
- `phases.baseline_s`: the rest is not cut short.
- `breath.goal_per_min`: no slower a breath than the preset's goal.
- `tempo.goal_bpm`: neither a slower goal nor a beat nudged down.
- `sound.voice`: the voice stays.
- `sound.volume`: no louder than the session began.
"""

from typing import Final

from entrain.control.events import Nudge, SetGoal, SetVoice, SetVolume, SkipRest, Steering
from entrain.control.protocol import SessionConfig

MINUTES: Final = "minutes"
REST: Final = "phases.baseline_s"
BREATH: Final = "breath.goal_per_min"
TEMPO: Final = "tempo.goal_bpm"
VOICE: Final = "sound.voice"
VOLUME: Final = "sound.volume"
MUSIC: Final = "sound.music"
LOCKABLE: Final = (MINUTES, REST, BREATH, TEMPO, VOICE, VOLUME, MUSIC)


def locked_by(config: SessionConfig, command: Steering, voice: str, goal_bpm: float) -> str | None:
    """The lock that a command would loosen; None where it may be done.

    Args:
        voice: the one that sounds.
        goal_bpm: where the beat goes now.
    """
    preset, locked = config.preset, config.locked
    match command:
        case SkipRest():
            wanted = REST
        case SetGoal(breath_per_min=float(per_min)) if per_min < preset.breath.goal_per_min:
            wanted = BREATH
        case SetGoal(tempo_bpm=float(bpm)) if bpm < goal_bpm:
            wanted = TEMPO
        case Nudge(bpm=bpm) if bpm < 0.0:
            wanted = TEMPO
        case SetVoice(voice=other) if other != voice:
            wanted = VOICE
        case SetVolume(volume=volume) if volume > preset.sound.volume:
            wanted = VOLUME
        case _:
            return None
    return wanted if wanted in locked else None
