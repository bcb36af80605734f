"""The settings in words."""

from typing import Final

from entrain.person.desk_settings import PER_MINUTE, SECONDS
from entrain.units import S_PER_MIN

USUAL_VOLUME: Final = 0.7  # of the presets that come with entrain
THEME: Final = (
    "Dark, light, dim for the night, or one of your own in the folder “themes” beside the settings."
)
FIGURE: Final = "What grows and shrinks with the guided breath."
VOLUME: Final = "How loud a session begins. What you turn it to during one is remembered here."
REDUCED_MOTION: Final = "A still figure with words and counts; nothing moves."
UNIT: Final = "How a breath is told: breaths a minute, or seconds a breath."
BREATH_AS: Final = {PER_MINUTE: "breaths a minute", SECONDS: "seconds a breath"}
STAYS: Final = "This key stays as it is. Press another one."


def volume(value: float | None) -> str:
    """A volume, or that each session brings its own."""
    return "as each session brings it" if value is None else f"{value * 100:.0f} %"


def breath(per_min: float, breath_as: str) -> str:
    """A rate of breathing, in the unit that was chosen."""
    return f"{S_PER_MIN / per_min:.1f} s" if breath_as == SECONDS else f"{per_min:.1f}"


def wrong(n: int) -> str:
    """That something in the settings is wrong; empty where nothing is."""
    if not n:
        return ""
    return f"Settings: {n} error{'s' * (n != 1)}; press , to see. The rest is used."
