"""What is locked is not loosened while a session runs, whatever key or program asks.

A lock holds one setting of the preset where it is: it may be made gentler, never looser. Stopping, pausing,
easing off, holding, a word that one feels dizzy, and a softer sound are never locked.

- `minutes`, `sound.music`: chosen before a session; here there is nothing to hold.
- `phases.baseline_s`: the rest is not cut short.
- `breath.goal_per_min`: no slower a breath than the preset's goal.
- `tempo.goal_bpm`: neither a slower goal nor a beat nudged down.
- `sound.voice`: the voice stays.
- `sound.volume`: no louder than the session began.

With `care.locked` all of these are, "this is easy" too, and nothing gets louder than it is. What `care` says
is never sounded is not, locked or not.
"""

from typing import Final

from entrain.control.events import (
    Feel,
    Feeling,
    LeadHeart,
    Nudge,
    ReleaseHeart,
    SetGoal,
    SetVoice,
    SetVolume,
    SkipRest,
    Steering,
)
from entrain.control.scoring import goal_bpm
from entrain.control.state import SessionState

MINUTES: Final = "minutes"
REST: Final = "phases.baseline_s"
BREATH: Final = "breath.goal_per_min"
TEMPO: Final = "tempo.goal_bpm"
VOICE: Final = "sound.voice"
VOLUME: Final = "sound.volume"
MUSIC: Final = "sound.music"
LOCKABLE: Final = (MINUTES, REST, BREATH, TEMPO, VOICE, VOLUME, MUSIC)


def is_held(state: SessionState, command: Steering) -> bool:
    """Would the command loosen what is locked, or sound what this person never wants to hear?"""
    config = state.config
    if isinstance(command, SetVoice) and command.voice in config.preset.care.banned:
        return True
    if config.preset.care.locked:
        return not _is_gentler(state, command)
    return bool(config.locked) and _lock_of(state, command) in config.locked


def _is_gentler(state: SessionState, command: Steering) -> bool:
    """All that is left where only what is gentler is: no setting, no tempo, nothing louder."""
    match command:
        case SetVolume(volume=volume):
            return volume <= state.volume
        case Feel(feeling=feeling):
            return feeling is Feeling.LIGHT_HEADED
        case SkipRest() | SetGoal() | Nudge() | SetVoice() | ReleaseHeart() | LeadHeart():
            return False
        case _:
            return True


def _lock_of(state: SessionState, command: Steering) -> str | None:
    """The setting that a command would loosen; None where it loosens nothing."""
    preset = state.config.preset
    match command:
        case SkipRest():
            return REST
        case SetGoal(breath_per_min=float(per_min)) if per_min < preset.breath.goal_per_min:
            return BREATH
        case SetGoal(tempo_bpm=float(bpm)) if bpm < goal_bpm(state):
            return TEMPO
        case Nudge(bpm=bpm) if bpm < 0.0:
            return TEMPO
        case SetVoice(voice=voice) if voice != (state.voice or preset.sound.voice):
            return VOICE
        case SetVolume(volume=volume) if volume > preset.sound.volume:
            return VOLUME
        case _:
            return None
