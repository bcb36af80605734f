"""Slow breathing is come down to over days, not on the first one.

Of 16 untrained people 37.5 % blew off too much carbon dioxide on their first day at 6 breaths a minute (PLoS
ONE 2019, 14(6): e0218550), and RESPeRATE's manual has people come below 10 over weeks. How many sessions a
step takes is our own judgement.
"""

from dataclasses import replace
from typing import Final

from entrain.control.protocol import Preset

FIRST_GOAL_PER_MIN: Final = 9.0
SESSIONS_A_STEP: Final = 3
STEP_PER_MIN: Final = 1.0


def goal_per_min(preset: Preset, n_earlier: int) -> float:
    """Where the breath ends in a session that has so many completed ones before it."""
    stepped = FIRST_GOAL_PER_MIN - STEP_PER_MIN * (n_earlier // SESSIONS_A_STEP)
    return max(preset.breath.goal_per_min, stepped)


def today(preset: Preset, n_earlier: int) -> Preset:
    """The preset as it is meant today, where it steps down over days; else as it is."""
    goal = goal_per_min(preset, n_earlier)
    if not preset.breath.over_days or goal <= preset.breath.goal_per_min:
        return preset
    summary = f"{preset.summary} Session {n_earlier + 1}: to {goal:g} breaths a minute and no further."
    return replace(preset, summary=summary, breath=replace(preset.breath, goal_per_min=goal))
