"""The two protocols of the resonance assessment: their paced stages, and the session that they make.

Rates and times: Lehrer, Vaschillo & Vaschillo 2000; Shaffer & Meehan 2020 (6.5 to 4.5 breaths a minute, two
minutes each). The sliding one follows the idea of Fisher & Lehrer 2022: one slow fall through all rates.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

from entrain.app.prepare import Choices
from entrain.control.protocol import PacedStage, PhaseTimes, Preset
from entrain.control.stages import minutes_of
from entrain.presets import library as presets
from entrain.presets.library import LoadedPreset

PHASES: Final = PhaseTimes(baseline_s=60.0, match_s=0.0, silence_s=15.0)
TEXT: Final = "# The resonance assessment: it has no preset file; its stages are in the session's config.\n"

RATES_PER_MIN: Final = (6.5, 6.0, 5.5, 5.0, 4.5)
STAGE_S: Final = 120.0
REST_S: Final = 45.0
SLIDE_PER_MIN: Final = (6.75, 4.25)
SLIDE_S: Final = 960.0
PIECE_S: Final = 120.0
LEAST_BREATHS: Final = 6  # of a stretch that says anything


def five_rates(seed: int) -> tuple[PacedStage, ...]:
    """Each rate for two minutes after a rest, in an order that the seed decides."""
    rates = list(RATES_PER_MIN)
    Random(f"{seed}/order").shuffle(rates)
    return tuple(PacedStage(rate, STAGE_S, rest_s=REST_S if n else 0.0) for n, rate in enumerate(rates))


def sliding() -> tuple[PacedStage, ...]:
    """One stage of sixteen minutes that falls through all rates."""
    first, last = SLIDE_PER_MIN
    return (PacedStage(first, SLIDE_S, to_per_min=last),)


def pieces(breath_starts_s: Sequence[float], stages: tuple[PacedStage, ...]) -> list[list[float]]:
    """What is looked at as one rate: a stage, or two minutes of a slide.

    Of each the times at which its breaths begin, and at which the last one ends; where the slide goes on,
    that is where the next one's first breath begins.
    """
    if len(breath_starts_s) < LEAST_BREATHS:
        return []
    bounds = [*breath_starts_s, 2.0 * breath_starts_s[-1] - breath_starts_s[-2]]
    if all(stage.to_per_min is None for stage in stages):
        return [bounds]
    for_s = bounds[-1] - bounds[0]
    n = max(1, round(for_s / PIECE_S))
    cuts = [bisect_left(bounds, bounds[0] + k * for_s / n) for k in range(n)] + [len(bounds) - 1]
    cut = [bounds[a : b + 1] for a, b in pairwise(cuts)]
    return [piece for piece in cut if len(piece) > LEAST_BREATHS]


def minutes(*, slides: bool) -> float:
    """How long an assessment takes."""
    return minutes_of(sliding() if slides else five_rates(0), PHASES.baseline_s, PHASES.silence_s)


def choices_of(heart: str, *, slides: bool, seed: int | None = None) -> Choices:
    """What the session of an assessment is to be; the order of its rates is drawn by the seed."""
    seed = SystemRandom().randrange(2**31) if seed is None else seed
    stages = sliding() if slides else five_rates(seed)
    return Choices(hearts=(heart,), preset=_preset(stages), seed=seed, stages=stages)


def _preset(stages: tuple[PacedStage, ...]) -> LoadedPreset:
    """The desk's sound and bounds, with room for the stages."""
    desk = presets.load(presets.DEFAULT).preset
    preset: Preset = replace(
        desk,
        name="assess",
        title="Resonance assessment",
        summary="Paced breathing at several rates, to see at which one the heart swings most.",
        minutes=minutes_of(stages, PHASES.baseline_s, PHASES.silence_s),
        phases=PHASES,
        breath=replace(desk.breath, ratio=(4.0, 0.0, 6.0, 0.0)),
    )
    return LoadedPreset(preset, TEXT, sha256(TEXT.encode()).hexdigest(), Path())
