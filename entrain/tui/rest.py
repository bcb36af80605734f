"""The rest at the beginning, while the heart is measured: the figure goes with it."""

from math import exp
from typing import Final

from entrain.control.events import Phase
from entrain.control.view import SessionView
from entrain.drawing.shapes import Pose

_FULLNESS: Final = 0.3
_BEAT_FULLNESS: Final = 0.14  # what each beat adds …
_BEAT_FADES_S: Final = 0.3  # … and how soon that has gone
_STALE_S: Final = 3.0  # after the newest beat nothing goes with it


def pose_at_rest(view: SessionView, t_s: float) -> Pose | None:
    """A little larger with each beat; None where nobody rests, or no beat comes."""
    last_s = view.last_beat_t_s
    if view.phase is not Phase.BASELINE or view.paused or last_s is None or t_s - last_s > _STALE_S:
        return None
    beat = exp(-max(0.0, t_s - last_s) / _BEAT_FADES_S)
    return Pose(_FULLNESS + _BEAT_FULLNESS * beat, 0.5, 0.55 + 0.25 * beat)
