"""The voices by name. A voice is a module of that name with `build(sample_rate_hz) -> Voice`.

Importing this is cheap; NumPy comes in with the first voice that is built.
"""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Final

from entrain.errors import UsageError

if TYPE_CHECKING:
    from entrain.synth.voice import Voice

DEFAULT: Final = "soft"

CATALOGUE: Final[dict[str, str]] = {
    "soft": "a felt-soft tone, higher as you breathe in and lower as you breathe out",
    "metronome": "a small wooden click, exact and unobtrusive",
    "heartbeat": "lub-dub, low and close, like a heart at rest",
    "silence": "no sound: the guidance is on the screen only",
}


def check(name: str) -> None:
    """Raise UsageError where there is no voice called `name`."""
    if name not in CATALOGUE:
        near = get_close_matches(name, CATALOGUE, 1)
        hint = f'Did you mean "{near[0]}"? ' if near else ""
        raise UsageError(f'There is no voice "{name}".', f"{hint}The voices are {', '.join(CATALOGUE)}.")


def build(name: str, sample_rate_hz: int) -> "Voice":
    """The voice called `name`, its tables computed for this sample rate. Raises as `check` does."""
    check(name)
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    voice: Voice = module.build(sample_rate_hz)
    return voice
