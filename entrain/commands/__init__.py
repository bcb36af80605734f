"""One module for each command; each imports what it needs and nothing more."""

from typing import Final

# name -> (module under entrain.commands, what it does in a line)
COMMANDS: Final = {
    "run": ("run", "one session, with a strap or any other heart"),
    "demo": ("demo", "a session with a simulated heart; nothing needed"),
    "watch": ("watch", "sit with your strap for hours, silently; offer a pause where you ask for that"),
    "straps": ("straps", "look for heart-rate straps nearby"),
    "presets": ("presets", "the kinds of session there are: list, show, check"),
    "voices": ("voices", "the sounds there are: list, play"),
    "render": ("render", "a preset's sound to a file, without a heart"),
    "video": ("video", "a preset or a session as a film: picture and sound, to hand on"),
    "sessions": ("sessions", "what was recorded: list, show, replay, export, import, delete, encrypt …"),
    "person": ("person", "who practises here: list, show, export, forget, consent, note …"),
    "programme": ("programme", "weeks, not minutes: list, start, today, pause, report, calendar …"),
    "assess": ("assess", "the resonance assessment: at which breathing rate your heart swings most"),
    "study": ("study", "a controlled study, blind: check, seal, enrol, flow, unblind …"),
    "simulate": ("simulate", "many simulated people under each policy: the results"),
    "analyse": ("analyse", "what a recording says: heart-rate variability, breath, entrainment"),
    "report": ("report", "a session, or several, as a document to hand on: HTML or PDF"),
    "doctor": ("doctor", "what works here: Bluetooth, sound, terminal, storage"),
    "completion": ("completion", "completions for your shell: bash, zsh, tcsh"),
}
