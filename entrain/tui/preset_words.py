"""What a preset does, in a few plain lines."""

from typing import Final

from entrain.control.events import Phase
from entrain.control.forecast import RESTING_BPM, Forecast
from entrain.control.protocol import Preset
from entrain.control.state import GUIDED
from entrain.tui.words import span

POLICIES: Final = {
    "glide": "meets your pulse, then slows gently",
    "offset": "stays a fixed share away from your pulse",
    "leader": "stays a beat below your pulse",
    "step": "goes down in steps",
    "exhale": "stays; the breath out grows",
    "follow": "stays with your pulse",
    "fixed": "keeps one tempo",
    "silence": "is not heard, as a control",
    "yoked": "is that of another session",
}


def lines(preset: Preset, forecast: Forecast) -> tuple[tuple[str, str], ...]:
    """(what, in words) of each thing one would want to know."""
    return (
        ("beat", _beat(preset, forecast)),
        ("breath", _breath(preset, forecast)),
        ("sound", _sound(preset)),
        ("phases", _phases(forecast)),
    )


def _beat(preset: Preset, forecast: Forecast) -> str:
    rule = POLICIES.get(preset.tempo.policy, preset.tempo.policy)
    tempi = [sample.tempo_bpm for sample in forecast.course if sample.tempo_bpm is not None]
    if not tempi or preset.tempo.policy == "silence":
        return rule
    first, last = f"{tempi[0]:.0f}", f"{tempi[-1]:.0f}"
    course = first if first == last else f"{first} to {last}"
    return f"{rule}: {course}" + (f" with a pulse of {RESTING_BPM:.0f}" if preset.needs_heart else "")


def _breath(preset: Preset, forecast: Forecast) -> str:
    rates = [sample.breath_per_min for sample in forecast.course if sample.breath_per_min is not None]
    if not rates:
        return "as you like"
    inhale, hold_in, exhale, hold_out = preset.breath.ratio
    parts = [f"in {inhale:g}", f"hold {hold_in:g}", f"out {exhale:g}", f"hold {hold_out:g}"]
    ratio = ", ".join(part for part in parts if not part.endswith(" 0"))
    return f"{rates[0]:.1f} to {rates[-1]:.1f} a minute; {ratio}"


def _sound(preset: Preset) -> str:
    sound = preset.sound
    said = sound.voice
    if sound.background not in ("own", "silence"):
        said += f" over {sound.background}"
    if sound.end_gong > 0.0:
        said += ", a gong at the end"
    return said


def _phases(forecast: Forecast) -> str:
    spent = {"listening": 0.0, "meeting": 0.0, "leading": 0.0, "silence": 0.0}
    for phase, length_s in forecast.phases:
        spent[_name(phase)] += length_s
    # A phase that only passes by is none to mention.
    return ", ".join(f"{span(length_s)} {name}" for name, length_s in spent.items() if length_s >= 5.0)


def _name(phase: Phase) -> str:
    if phase is Phase.MATCH:
        return "meeting"
    if phase in GUIDED:
        return "leading"
    return "silence" if phase is Phase.SILENCE else "listening"
