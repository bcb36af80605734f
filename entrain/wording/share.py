"""The second screen's words: what stands on its pages, and what is said where it is opened."""

from typing import Final

from entrain.breath.pattern import BreathPart
from entrain.wording.screen import CUES

# Everything a page says by itself; what it is told of the session comes in words already.
PAGE: Final = {
    "title": "entrain",
    "in": CUES[BreathPart.INHALE],
    "hold_in": CUES[BreathPart.HOLD_IN],
    "out": CUES[BreathPart.EXHALE],
    "hold_out": CUES[BreathPart.HOLD_OUT],
    "connecting": "Connecting",
    "gone": "No word from the session. It is being looked for.",
    "wrong_link": "This link opens nothing any more. Ask for the new one.",
    "ended": "The session is over.",
    "stays_on": "Let this screen stay on in its settings: this page may not keep it awake.",
    "pulse": "pulse",
    "tempo": "tempo",
    "breath": "breath",
    "per_min": "a minute",
    "figure": "A circle of light that grows as you breathe in and shrinks as you breathe out",
    "look": "Look",
    "hold": "Hold",
    "go_on": "Go on",
    "ease_off": "Ease off",
    "slower": "Slower",
    "quicker": "Quicker",
    "pause": "Pause",
    "resume": "Go on",
    "skip_rest": "Begin now",
    "stop": "Stop",
    "stop_sure": "Press again to stop",
    "mark": "Mark",
    "note": "A note for this moment",
    "set": "Set",
    "tempo_goal": "Tempo goal, bpm",
    "breath_goal": "Breath goal, a minute",
    "volume": "Volume",
    "mute": "Sound off",
    "unmute": "Sound on",
    "voice": "Voice",
    "steer": "Steer",
    "course": "The last ten minutes: pulse and tempo",
}

NEEDS: Final = "A second screen"
AT_ONCE: Final = "A second screen shows a session as it happens, so --share goes with --speed 1."
_HERE_ONLY: Final = "Only this computer can open them."
_IN_THE_CLEAR: Final = (
    "Whoever has a link can open it, and everybody in this network can read along: breath, pulse and names "
    "go through it unencrypted. With a certificate of your own (--cert, --key) they do not."
)
_ENCRYPTED: Final = (
    "Whoever has a link can open it, from anywhere in this network; what is sent is encrypted."
)


def who_can_open(*, on_network: bool, secure: bool) -> str:
    """Who can see the pages, and what they can read."""
    if not on_network:
        return _HERE_ONLY
    return _ENCRYPTED if secure else _IN_THE_CLEAR


def opened(client: str, console: str, said: str, drawn: str) -> str:
    """What is said where the pages are opened: both links, who can read along, and a code for a camera."""
    code = f"\n{drawn}" if drawn else ""
    return f"For who breathes:  {client}\nFor who leads:     {console}\n{said}{code}"


BEGIN: Final = "Open them now, if you like; enter begins the session. "


def wrong_share(text: str) -> tuple[str, str]:
    """A value of --share that cannot be, and what can."""
    return (
        f"--share cannot be {text!r}.",
        "Write --share, --share lan, --share here:8080 or --share lan:8080.",
    )


def no_port(port: int, why: str) -> tuple[str, str]:
    """A port that cannot be had."""
    where = f"Port {port}" if port else "A port for the second screen"
    return f"{where} cannot be had: {why}.", "Take another one, such as --share here:8081."


def no_certificate(why: str) -> tuple[str, str]:
    """A certificate that cannot be used."""
    return (
        f"The certificate cannot be used: {why}.",
        "Both belong together, as PEM files: --cert FILE --key FILE.",
    )


KEY_ALONE: Final = "--cert and --key go together, and with --share."
