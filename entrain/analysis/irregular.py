"""How much of a recording is irregular, by the very rule that a live session goes by (`entrain.heart.trust`).

So what the coach would not lead by is not called good data afterwards. It is poor contact or the person's own
rhythm; which, is not said.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from entrain.analysis.series import BoolArray, FloatArray
from entrain.heart.doubt import Doubt
from entrain.heart.irregular import DIFFERENCES, JUMPS
from entrain.heart.trust import UNTRIED, neighbourless, reported
from entrain.units import MS_PER_S

RUN_IN: Final = 8  # intervals more than the rule looks back to
FEW: Final = 4  # jumps among `DIFFERENCES`: with fewer the rule cannot say it


def irregular_share(chains: Sequence[FloatArray]) -> float:
    """The share of the time (0 to 1) that is judged irregular.

    Args:
        chains: unbroken runs of raw intervals in ms, oldest first; no difference is taken across two.
    """
    trust, t_s, irregular_s = UNTRIED, 0.0, 0.0
    for chain in chains:
        was_asked = False
        for rr_s, asked in zip((chain / MS_PER_S).tolist(), _may_be_irregular(chain).tolist(), strict=True):
            t_s += rr_s
            if not asked and trust.doubt is not Doubt.IRREGULAR:
                was_asked = False
                continue
            trust = reported(trust if was_asked else neighbourless(trust), t_s, rr_s)
            was_asked = True
            irregular_s += rr_s if trust.doubt is Doubt.IRREGULAR else 0.0
    return irregular_s / t_s if t_s > 0.0 else 0.0


def _may_be_irregular(chain: FloatArray) -> BoolArray:
    """Of each interval, whether it or one soon after it ends a stretch with enough large differences.

    Only there is the rule asked: it takes a second for some hours.
    """
    if chain.size <= DIFFERENCES // 2:
        return np.ones(chain.size, np.bool_)
    large = np.abs(2.0 * np.diff(chain)) > JUMPS * (chain[1:] + chain[:-1])
    sums = np.cumsum(np.concatenate((np.zeros(DIFFERENCES + 1), large)))
    enough = (sums[DIFFERENCES:] - sums[:-DIFFERENCES] >= FEW)[: chain.size]
    reach = np.ones(DIFFERENCES + RUN_IN)
    return np.convolve(enough, reach)[DIFFERENCES + RUN_IN - 1 :][: chain.size] > 0.0
