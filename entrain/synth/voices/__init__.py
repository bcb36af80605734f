"""The voices by name. A voice is a module of that name with `build(sample_rate_hz) -> Voice`.

A tuned one names its scale in `SCALE` and is built with one: `build(sample_rate_hz, scale) -> Voice`.

Importing this is cheap; NumPy comes in with the first voice that is built.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Final

from entrain.errors import UsageError
from entrain.synth import scales

if TYPE_CHECKING:
    from entrain.synth.voice import Voice

DEFAULT: Final = "soft"
SILENT: Final = "silence"

CATALOGUE: Final[dict[str, str]] = {
    "soft": "a felt-soft tone, higher as you breathe in and lower as you breathe out",
    "metronome": "a small wooden click, exact and unobtrusive",
    "heartbeat": "lub-dub, low and close, like a heart at rest",
    "frame-drum": "two frame drums: one calls as you breathe in, one answers",
    "bowl": "a singing bowl, struck as each breath turns",
    "kalimba": "a thumb piano that climbs and comes down with your breath",
    "raga": "a tanpura, and a string slowly up and down a raga",
    "gong": "after the Javanese gamelan: sixteen beats from gong to gong",
    "ocean": "waves that come in and draw back as you breathe",
    "rain": "steady rain, a drop on every beat, wind that is your breath",
    "night": "a summer night: crickets far off, a wooden note, a flute",
    "breath": "air that rises and falls, and a quiet pulse under it",
    "endless": "a rhythm that seems to slow for ever, around a beat that stays",
    "silence": "no sound: the guidance is on the screen only",
}

# Those that go on all the time, and so can lie under another voice.
BACKGROUNDS: Final[dict[str, str]] = {
    "ocean": "the sea, some way off",
    "rain": "steady rain",
    "night": "a summer night",
    "raga": "the tanpura's drone",
}


def check(name: str) -> None:
    """Raise UsageError where there is no voice called `name`."""
    if name not in CATALOGUE:
        near = get_close_matches(name, CATALOGUE, 1)
        hint = f'Did you mean "{near[0]}"? ' if near else ""
        raise UsageError(f'There is no voice "{name}".', f"{hint}The voices are {', '.join(CATALOGUE)}.")


def build(name: str, sample_rate_hz: int, scale: scales.Scale | None = None) -> "Voice":
    """The voice called `name`, its tables computed for this sample rate.

    Args:
        scale: what a tuned voice plays, in place of its own; the others have no use for one.

    Raises:
        UsageError: as `check` does.
    """
    check(name)
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    own: str | None = getattr(module, "SCALE", None)
    voice: Voice = (
        module.build(sample_rate_hz)
        if own is None
        else module.build(sample_rate_hz, scale or scales.load(own))
    )
    return voice
