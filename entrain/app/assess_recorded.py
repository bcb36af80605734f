"""A recorded assessment: what it says, from the intervals and the breaths of each of its stretches."""

from entrain.analysed.resonance_outcome import ResonanceOutcome
from entrain.analysis.assessment import assess
from entrain.analysis.correction import correct
from entrain.analysis.phase import breaths_s
from entrain.analysis.series import NNSeries
from entrain.app.assess_protocol import pieces
from entrain.control.events import BeatSeen, ScoreChanged
from entrain.control.stages import spans
from entrain.errors import UsageError
from entrain.heart.beat import Beat
from entrain.person.record import KnownResonance, has_real_heart, with_resonance
from entrain.score import Score
from entrain.storage import people
from entrain.storage.log.store import Store
from entrain.storage.log.stored import StoredSession


def look(session: str, *, keep: bool) -> ResonanceOutcome:
    """Look at a recorded assessment, and keep a clear peak as its person's own where `keep` says so.

    A heart that was simulated, played back or tapped has no rate of its own, and nothing is kept of it.

    Raises:
        UsageError: there is no such session, or it was no assessment. StoreError: it cannot be read or kept.
    """
    store = Store.open()
    number = store.find(session)
    stored = store.load(number)
    found = assess(stretches(stored))
    row, is_real = stored.meta.row, has_real_heart(stored.meta.hearts)
    others = [each for each in people.load(store, row.person).resonances if each.session != row.uuid]
    day = row.started.isoformat(timespec="seconds")
    if keep and is_real and found.resonance_per_min is not None:
        now = KnownResonance(found.resonance_per_min, found.confidence, day, row.uuid)
        people.change(store, row.person, lambda known: with_resonance(known, now))
    before = others[-1] if others else None
    return ResonanceOutcome(found, number, day, before, row.person, is_real)


def stretches(stored: StoredSession) -> list[tuple[NNSeries, list[float]]]:
    """(corrected intervals, breaths beginning) of each paced stretch that took place, on the session's clock.

    Raises:
        UsageError: the session was no assessment, or nothing was measured in it.
    """
    stages, number = stored.config.stages, stored.meta.row.id
    if not stages:
        raise UsageError(f"Session {number} was no assessment.", "`entrain assess` makes one.")
    beats: list[Beat] = []
    score: Score | None = None
    last_s = 0.0
    for event, effects in stored.records:
        last_s = event.t_s
        for effect in effects:
            if isinstance(effect, BeatSeen):
                beats.append(effect.beat)
            elif isinstance(effect, ScoreChanged) and score is None:
                score = effect.score  # the whole protocol; later ones only fade
    if score is None or not beats:
        raise UsageError(
            f"In session {number} no intervals or no paced breaths were recorded.",
            "It was stopped before the first rate, or no strap was heard.",
        )
    # One heart: the first strap's.
    beats = [beat for beat in beats if beat.strap == beats[0].strap]
    breaks = {n: 0.0 for n in range(1, len(beats)) if beats[n].segment != beats[n - 1].segment}
    series = correct([beat.rr.ms for beat in beats], [beat.t_s for beat in beats], breaks).series
    out: list[tuple[NNSeries, list[float]]] = []
    for from_s, to_s in spans(stages, score.tempo.start_s):
        if to_s <= last_s:
            paced = pieces(list(breaths_s(score, from_s - 0.01, to_s)), stages)
            out += [(series.between(starts[0], starts[-1]), starts) for starts in paced]
    return out
