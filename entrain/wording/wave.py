"""What stands beside the wave of the pulse, and beside the breath under it."""

from entrain.control.view import SessionView
from entrain.heart.beat import PulseSource
from entrain.heart.wave import swing_bpm


def pulse_line(view: SessionView, fresh: bool) -> str:
    """How far the pulse swings, or what the line is; `fresh`: the pulse is known now."""
    if not view.straps:
        return "no sensor"
    if not fresh:
        return "no pulse now"
    if view.heart.source is PulseSource.HEART_RATE_FIELD:
        return "no beats from this strap"
    swing = _swing(view)
    return "your pulse, beat by beat" if swing is None else f"your pulse swings {swing:.0f}"


def swing_said(view: SessionView, fresh: bool) -> str:
    """How far the pulse swings, in two words; empty where nobody knows."""
    swing = _swing(view) if fresh else None
    return "" if swing is None else f"swings {swing:.0f}"


def _swing(view: SessionView) -> float | None:
    return swing_bpm(view.wave, view.t_s, view.breath_per_min or view.own_breath_per_min)


def breath_line(view: SessionView) -> str:
    """Which breath the lower line is."""
    if view.breath_per_min is None or view.paused:
        return ""
    return f"guided breath {view.breath_per_min:.1f}"
