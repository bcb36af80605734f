"""What a preset does, in a few plain lines."""

from typing import Final

from entrain.control.protocol import Preset
from entrain.person.desk_settings import SECONDS
from entrain.tempo.policy import UNHEARD
from entrain.whatif.forecast import Forecast
from entrain.wording.settings import breath

POLICIES: Final = {
    "glide": "slows gently",
    "offset": "a fixed share from your pulse",
    "leader": "a beat below your pulse",
    "step": "goes down in steps",
    "endless": "never seems to stop slowing",
    "exhale": "stays",
    "follow": "stays with your pulse",
    "fixed": "keeps one tempo",
    "silence": "not heard, as a control",
    "yoked": "as in another session",
}


def today(goal_per_min: float) -> str:
    """Where the breath of a session goes to today, of a preset that comes down over days."""
    return f"today to {goal_per_min:.1f} a minute"


def lines(preset: Preset, forecast: Forecast) -> tuple[tuple[str, str], ...]:
    """(what, in words) of each thing one would want to know."""
    return (
        ("beat", _beat(preset, forecast)),
        ("breath", _breath(preset, forecast)),
        ("sound", _sound(preset)),
    )


def _beat(preset: Preset, forecast: Forecast) -> str:
    rule = POLICIES.get(preset.tempo.policy, preset.tempo.policy)
    tempi = [sample.tempo_bpm for sample in forecast.course if sample.tempo_bpm is not None]
    if not tempi or preset.tempo.policy in UNHEARD:
        return rule
    first, last = f"{tempi[0]:.1f}", f"{tempi[-1]:.1f}"
    return f"{rule}, {first}" + ("" if first == last else f" → {last}")


def _breath(preset: Preset, forecast: Forecast) -> str:
    rates = [sample.breath_per_min for sample in forecast.course if sample.breath_per_min is not None]
    if not rates:
        return "as you like"
    return f"{rates[0]:.1f} → {rates[-1]:.1f} a minute; {shape(preset.breath.ratio)}"


def shape(ratio: tuple[float, float, float, float]) -> str:
    """In, hold, out, hold, without what is not there."""
    inhale, hold_in, exhale, hold_out = ratio
    parts = [f"in {inhale:g}", f"hold {hold_in:g}", f"out {exhale:g}", f"hold {hold_out:g}"]
    return ", ".join(part for part in parts if not part.endswith(" 0"))


def aim(per_min: float, breath_as: str) -> str:
    """Where the breath goes to, in the unit that was chosen."""
    if breath_as == SECONDS:
        return f"a breath in {breath(per_min, SECONDS)}"
    return f"{per_min:g} breaths a minute"


UNGUIDED: Final = "not guided"
NO_BREATH: Final = "This session guides no breath; that is changed under advanced (a)."


def _sound(preset: Preset) -> str:
    sound = preset.sound
    said = sound.voice
    if sound.background not in ("own", "silence"):
        said += f" over {sound.background}"
    if sound.end_gong > 0.0:
        said += ", a gong at the end"
    return said
