"""Replay: the same decisions, or the first that is not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from entrain.control.events import Author, Decided, Effect, Event, Tick
from entrain.control.protocol import SessionConfig
from entrain.errors import StoreError
from entrain.reason import Reason
from entrain.storage.log.store import Store
from entrain.storage.log.verify import replay
from tests.support.sessions import CONFIG


def start(config: SessionConfig) -> float:
    return float(config.seed)


def reduce(total: float, event: Event) -> tuple[float, tuple[Effect, ...]]:
    """A controller that adds up: what it says depends on all that came before, to the last bit."""
    total += event.t_s / 3
    return total, tuple(
        Decided(
            event.t_s, "total", Author.POLICY, None, total, Reason.of_older("so it is"), (("n", float(n)),)
        )
        for n in range(int(event.t_s) % 3)
    )


def recorded(store: Store, n_events: int = 30) -> int:
    log = store.begin(CONFIG, preset_text="")
    state = start(CONFIG)
    for n in range(n_events):
        event = Tick(n * 0.7)
        state, effects = reduce(state, event)
        log.append(event, effects)
    log.close()
    assert log.session_id is not None
    return log.session_id


def test_the_same_controller_says_the_same(store: Store) -> None:
    result = replay(store.load(recorded(store)), start, reduce)
    assert result.is_identical
    assert (result.n_events, result.n_missing) == (30, 0)
    assert result.n_effects == sum(int(n * 0.7) % 3 for n in range(30))


def test_another_start_is_found_out(store: Store) -> None:
    result = replay(store.load(recorded(store)), lambda config: config.seed + 1e-15, reduce)
    assert result.difference is not None
    assert not result.is_identical
    assert result.difference.n_event == 2  # the first with an effect
    assert "Event 2 (Tick at 1.400 s)" in str(result.difference)


@pytest.mark.parametrize(
    "change",
    [
        lambda effects: effects[:-1],
        lambda effects: (*effects, *effects[-1:]),
        lambda effects: tuple(replace(effect, before=-0.0) for effect in effects),
        lambda effects: tuple(replace(effect, after=effect.after * (1 + 2**-52)) for effect in effects),
        lambda effects: tuple(
            replace(effect, inputs=(("n", int(effect.inputs[0][1])),)) for effect in effects
        ),
    ],
)
def test_the_smallest_difference_is_found(
    store: Store, change: Callable[[tuple[Effect, ...]], tuple[Effect, ...]]
) -> None:
    def changed(state: float, event: Event) -> tuple[float, tuple[Effect, ...]]:
        state, effects = reduce(state, event)
        return state, change(effects) if event.t_s > 15 else effects

    result = replay(store.load(recorded(store)), start, changed)
    assert result.difference is not None
    assert result.difference.n_event == 23  # the first after 15 s that has an effect
    assert result.difference.stored != result.difference.replayed
    assert "then: " in str(result.difference)


def test_a_record_that_is_missing_is_counted(store: Store) -> None:
    log = store.begin(CONFIG, preset_text="")
    log.append(Tick(0.1), ())
    log.append(Tick(float("nan")), ())
    log.append(Tick(0.3), ())
    with pytest.raises(StoreError):
        log.close()
    result = replay(store.load(1), start, reduce)
    assert (result.n_missing, result.difference, result.is_identical) == (1, None, False)
