"""When a strap sends: nearly all straps notify on a grid of about a second, whenever their heart beats.

The grid is followed by a small Kalman filter over (moment of the newest slot, period). An arrival that lies
on it, `k` slots after the last, tells that `k - 1` notifications are missing; one that lies off it was held
up on its way and belongs to the very next slot. Straps that notify with each beat have no grid: their
arrivals fit the chain of intervals better than any period, and they are told apart by that.
"""

from dataclasses import replace
from math import sqrt
from typing import Final

from entrain.frozen import quick

USUAL_PERIOD_S: Final = 1.0  # 0.990 s on a Polar H10
USUAL_SPREAD_S: Final = 0.03
PERIODS_S: Final = (0.2, 12.0)  # of straps that have another one, sparse ones included
JITTER_S: Final = 0.015  # SD of the radio's: a connection interval of some 50 ms
WANDER_S: Final = 2e-5  # by which a period may change from slot to slot
GATE: Final = 3.0  # an arrival farther off than so many SD was held up
NEAREST_GATE_S: Final = 0.035
LEARN: Final = 4  # notifications until the grid is believed
SMOOTH: Final = 0.15  # of the running misfits
WORST_MISFIT_S: Final = 0.06
MOST_OFF_S: Final = 0.15  # counts for the running misfit: a stall is no doubt about the grid
GIVE_UP: Final = 4  # so many in a row off the grid, and it is learnt anew
FEW_SKIPPED: Final = 1  # a slot is lost sooner than held up by just one …
MOST_HELD: Final = 3  # … and two or three are sooner held up, until the next arrival tells
BUNCHED: Final = 0.5  # of a period: nearer to its neighbour than that, it came in a burst


@quick
class SendGrid:
    """State. Moments are those at which a notification arrives that nothing holds up."""

    n: int = 0  # notifications so far
    n_fitted: int = 0  # since the grid was last learnt anew
    sent_s: float = 0.0  # of the newest slot
    period_s: float = USUAL_PERIOD_S
    var_sent: float = 0.0
    covariance: float = 0.0
    var_period: float = 0.0
    misfit_s: float = 0.0  # running mean of the distances of arrivals from the grid …
    chain_misfit_s: float = 0.0  # … and of the changes of (arrival - sum of the intervals) …
    n_chain: int = 0  # … of which there were so many
    n_off: int = 0  # arrivals in a row that lay off the grid, bursts aside
    n_skipped: int = 0  # slots that the newest arrival seemed to skip
    arrival_s: float = 0.0
    was_held: bool = False  # the newest arrival was held up
    n_stalls: int = 0  # arrivals so far that were clearly held up …
    n_lost: int = 0  # … and that were clearly lost

    @property
    def is_known(self) -> bool:
        """Has the strap's rhythm of sending been learnt, and does it still fit?"""
        return self.n_fitted >= LEARN and self._fits

    @property
    def is_unknowable(self) -> bool:
        """Enough was heard, and it is no grid."""
        return self.n >= LEARN and not self._fits

    @property
    def _fits(self) -> bool:
        by_beats = self.n_chain >= LEARN and self.chain_misfit_s <= self.misfit_s
        return self.misfit_s < WORST_MISFIT_S and not by_beats


def with_arrival(grid: SendGrid, arrival_s: float, chain_change_s: float | None) -> tuple[SendGrid, int]:
    """Fold in one notification; returns the grid and how many slots are missing before this one.

    It is -1 where a slot that was told missing comes after all: held up so long that it seemed the next.
    `chain_change_s` is the change of (arrival - sum of the intervals) since the last notification with
    intervals; None where this one has none.
    """
    if grid.n == 0:
        return _begun(grid, arrival_s), 0
    if grid.n_fitted == 1:
        grid = _with_period(grid, arrival_s - grid.arrival_s)
    if grid.n_skipped and arrival_s - grid.arrival_s < BUNCHED * grid.period_s:
        return _after_all(grid, arrival_s), -1
    k = max(1, round((arrival_s - grid.sent_s) / grid.period_s))
    off_s = arrival_s - grid.sent_s - k * grid.period_s
    var = grid.var_sent + 2 * k * grid.covariance + k * k * grid.var_period
    innovation = var + JITTER_S**2
    chain_misfit_s, n_chain = grid.chain_misfit_s, grid.n_chain
    if chain_change_s is not None:
        n_chain += 1
        chain_misfit_s += _weight(n_chain) * (min(abs(chain_change_s), grid.period_s) - chain_misfit_s)
    is_off = abs(off_s) > max(NEAREST_GATE_S, GATE * sqrt(innovation))
    is_rather_held = grid.n_stalls > grid.n_lost and not grid.was_held
    if is_off or (FEW_SKIPPED < k - 1 <= MOST_HELD and is_rather_held):
        return _held_up(grid, arrival_s, off_s, chain_misfit_s, n_chain), 0
    cross = grid.covariance + k * grid.var_period
    gain_sent, gain_period = var / innovation, cross / innovation
    return SendGrid(
        n=grid.n + 1,
        n_fitted=grid.n_fitted + 1,
        sent_s=grid.sent_s + k * grid.period_s + gain_sent * off_s,
        period_s=grid.period_s + gain_period * off_s,
        var_sent=(1.0 - gain_sent) * var,
        covariance=(1.0 - gain_sent) * cross,
        var_period=grid.var_period - gain_period * cross + WANDER_S**2,
        misfit_s=grid.misfit_s + _weight(grid.n) * (abs(off_s) - grid.misfit_s),
        chain_misfit_s=chain_misfit_s,
        n_chain=n_chain,
        n_off=0,
        n_skipped=k - 1,
        arrival_s=arrival_s,
        n_stalls=grid.n_stalls,
        n_lost=grid.n_lost + (k > 1),
    ), k - 1


def _begun(grid: SendGrid, arrival_s: float) -> SendGrid:
    """(Re)learn it from here; how well a grid has fitted so far is kept."""
    return SendGrid(
        grid.n + 1,
        1,
        sent_s=arrival_s,
        var_sent=JITTER_S**2,
        misfit_s=grid.misfit_s,
        chain_misfit_s=grid.chain_misfit_s,
        n_chain=grid.n_chain,
        arrival_s=arrival_s,
    )


def _with_period(grid: SendGrid, apart_s: float) -> SendGrid:
    """A first idea of the period: the usual one where the first two agree with it."""
    usual = abs(apart_s - USUAL_PERIOD_S) < GATE * (USUAL_SPREAD_S + JITTER_S)
    own = PERIODS_S[0] <= apart_s <= PERIODS_S[1] and not usual
    period_s, spread_s = (apart_s, 2.0 * USUAL_SPREAD_S) if own else (USUAL_PERIOD_S, USUAL_SPREAD_S)
    return replace(grid, period_s=period_s, covariance=0.0, var_period=spread_s**2)


def _after_all(grid: SendGrid, arrival_s: float) -> SendGrid:
    return SendGrid(
        n=grid.n + 1,
        n_fitted=grid.n_fitted + 1,
        sent_s=grid.sent_s - (grid.n_skipped - 1) * grid.period_s,
        period_s=grid.period_s,
        var_sent=grid.var_sent,
        covariance=grid.covariance,
        var_period=grid.var_period,
        misfit_s=grid.misfit_s,
        chain_misfit_s=grid.chain_misfit_s,
        n_chain=grid.n_chain,
        n_off=grid.n_off,
        n_skipped=grid.n_skipped - 1,
        arrival_s=arrival_s,
        n_stalls=grid.n_stalls + 1,
        n_lost=grid.n_lost - 1,
    )


def _held_up(grid: SendGrid, arrival_s: float, off_s: float, chain_misfit_s: float, n_chain: int) -> SendGrid:
    """It belongs to the slot after the last. Too many of these, and there is no such grid (any more)."""
    bunched = arrival_s - grid.arrival_s < BUNCHED * grid.period_s
    n_off = grid.n_off + (not bunched)
    if n_off >= GIVE_UP or arrival_s < grid.sent_s:
        return _begun(grid, arrival_s)
    return SendGrid(
        n=grid.n + 1,
        n_fitted=grid.n_fitted + 1,
        sent_s=grid.sent_s + grid.period_s,
        period_s=grid.period_s,
        var_sent=grid.var_sent + 2 * grid.covariance + grid.var_period,
        covariance=grid.covariance + grid.var_period,
        var_period=grid.var_period + WANDER_S**2,
        misfit_s=grid.misfit_s
        if bunched
        else grid.misfit_s + _weight(grid.n) * (min(abs(off_s), MOST_OFF_S) - grid.misfit_s),
        chain_misfit_s=chain_misfit_s,
        n_chain=n_chain,
        n_off=n_off,
        n_skipped=0,
        arrival_s=arrival_s,
        was_held=True,
        n_stalls=grid.n_stalls + (not bunched),
        n_lost=grid.n_lost,
    )


def _weight(n: int) -> float:
    return max(SMOOTH, 1.0 / n)
