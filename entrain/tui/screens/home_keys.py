"""The keys of the home screen: what each does, in the words of the key line and of the help."""

from typing import Final

from entrain.tui.widgets.cut_off import KEYS as CUT_OFF_KEYS
from entrain.tui.widgets.key_line import Key

KEYS: Final = (
    Key("enter", "enter", "start", "start", "Start the session that is marked."),
    Key(
        "s",
        "s",
        "straps",
        "sensor",
        "Choose where your pulse comes from: a strap, a simulation, tapping, none.",
    ),
    Key("p", "p", "presets", "more", "All sessions: what each does; copy, change and share them."),
    Key("j", "j", "programme", "programme", "Today's session of the programme that is under way."),
    Key("a", "a", "assess", "resonance", "At which breathing rate your pulse swings most."),
    Key("d", "d", "doctor", "doctor", "What works here: Bluetooth, sound, terminal, storage."),
    Key("v,right", "v", "voice(1)", "voice", "The next voice."),
    Key("l", "l", "listen", "listen", "Hear the voice for some seconds; again: silence."),
    Key("minus,underscore", "-", "minutes(-1)", "shorter", "A minute shorter."),
    Key("plus,equals_sign", "+", "minutes(1)", "longer", "A minute longer."),
    Key("t", "t", "app.theme", "light", "Dark, light or dim for the night."),
    Key("h", "h", "history", "history", "Past sessions: when, how long, what changed."),
    Key("comma", ",", "app.settings", "settings", "Theme, figure, volume, keys, reduced motion."),
    Key("w", "w", "who", "who", "Who is practising: sessions are kept apart by pseudonym."),
    *CUT_OFF_KEYS,
    Key("question_mark,f1", "?", "help", "help", "This list."),
    Key("q,escape", "q", "leave", "quit", "Leave."),
)
