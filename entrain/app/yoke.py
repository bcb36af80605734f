"""The tempo of a recorded session, for another one to be yoked to."""

from typing import Final

from entrain.control.events import Phase, PhaseBegan, ScoreChanged, Tick
from entrain.errors import UsageError
from entrain.score import Score
from entrain.storage.log.store import Store

_OVER: Final = frozenset({Phase.SILENCE, Phase.ENDED})


def tempo_of(number: str) -> tuple[tuple[float, float], ...]:
    """(seconds since its beat began, bpm) of a session in the store, once a second while it was guided.

    Raises:
        UsageError: it never had a beat. StoreError: there is no such session.
    """
    store = Store.open()
    score: Score | None = None
    begun_s, is_over = 0.0, False
    tempo: list[tuple[float, float]] = []
    for event, effects in store.load(store.find(number)).records:
        for effect in effects:
            if isinstance(effect, ScoreChanged):
                begun_s = effect.from_s if score is None else begun_s
                score = effect.score
            is_over = is_over or (isinstance(effect, PhaseBegan) and effect.phase in _OVER)
        if isinstance(event, Tick) and score is not None and event.t_s >= begun_s and not is_over:
            tempo.append((event.t_s - begun_s, score.tempo.bpm_at(event.t_s)))
    if not tempo:
        raise UsageError(
            f"Session {number} never had a beat, so there is no tempo to be yoked to.",
            "`entrain sessions list` shows the others.",
        )
    return tuple(tempo)
