"""Other names under which people look for what a key does."""

from typing import Final

ALSO: Final = {
    "light": "theme, dark mode",
    "sensor": "strap, heart, Bluetooth",
    "more": "presets, sessions",
    "doctor": "check, sound, Bluetooth, troubleshoot",
    "history": "past sessions, calendar, statistics",
    "who": "person, user, profile, client",
    "resonance": "assessment, best breathing rate",
    "settings": "preferences, options, keys, volume",
    "quit": "exit, leave, close",
    "stop": "quit, end, exit",
    "begin": "start, skip the rest",
    "pause": "stop for a moment",
    "dizzy": "light-headed, unwell",
    "mark": "note, comment",
    "sound": "mute, silence",
    "louder": "volume up",
    "softer": "volume down, quieter",
    "graph": "plot, wave, last minutes",
    "figure": "orb, wave, petals, bar, landscape, animation",
    "focus": "full screen, zen",
    "eyes closed": "dark screen, blank",
    "help": "keys, shortcuts",
    "voice": "instrument, sound",
    "delete": "remove",
}


def searched(label: str, key: str) -> str:
    """What stands in the palette: the words of the key, the key, and what else it is called."""
    also = ALSO.get(label, "")
    return f"{label} ({key}), {also}" if also else f"{label} ({key})"
