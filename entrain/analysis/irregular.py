"""How much of a recording is irregular, by the very rule that a live session goes by (`entrain.heart.trust`).

So what the coach would not lead by is not called good data afterwards. It is poor contact or the person's own
rhythm; which, is not said.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from entrain.analysis.series import FloatArray
from entrain.heart.doubt import Doubt
from entrain.heart.irregular import DIFFERENCES, JUMPS
from entrain.heart.trust import UNTRIED, neighbourless, reported
from entrain.units import MS_PER_S

FEW: Final = 4  # jumps among `DIFFERENCES`: with fewer the rule cannot say it


def irregular_share(chains: Sequence[FloatArray]) -> float:
    """The share of the time (0 to 1) that is judged irregular.

    Args:
        chains: unbroken runs of raw intervals in ms, oldest first; no difference is taken across two.
    """
    if not _may_be_irregular(chains):
        return 0.0
    trust, t_s, irregular_s = UNTRIED, 0.0, 0.0
    for chain in chains:
        trust = neighbourless(trust)
        for rr_s in (chain / MS_PER_S).tolist():
            t_s += rr_s
            trust = reported(trust, t_s, rr_s)
            irregular_s += rr_s if trust.doubt is Doubt.IRREGULAR else 0.0
    return irregular_s / t_s if t_s > 0.0 else 0.0


def _may_be_irregular(chains: Sequence[FloatArray]) -> bool:
    """Whether enough differences are large anywhere; the rule itself takes a second for some hours."""
    sizes = [np.abs(2.0 * np.diff(chain) / (chain[1:] + chain[:-1])) for chain in chains if chain.size > 1]
    if not sizes:
        return False
    n_large = np.append(0, np.cumsum(np.concatenate(sizes) > JUMPS))
    width = min(DIFFERENCES, n_large.size - 1)
    return bool((n_large[width:] - n_large[:-width]).max() >= FEW)
