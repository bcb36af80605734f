"""A session worth reporting, in virtual time: marks, ratings, a strap that is lost, beats that sounded."""

from collections.abc import Sequence
from dataclasses import replace

from entrain.control.events import Command, CommandGiven, Mark, Rate
from entrain.control.protocol import PhaseTimes, SessionConfig, with_minutes
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.heart.pmd.control import Sensor
from entrain.presets import library as presets
from entrain.storage.log.store import Store
from tests.support.record_fixture import session

KEYS: tuple[tuple[float, Command], ...] = (
    (0.5, Rate(6, "before")),
    (190.0, Mark("the door bell", 2.5)),
    (402.0, Mark("shoulders let go", 1.0)),
)


def record(
    store: Store,
    *,
    seed: int = 11,
    kind: Kind | None = Kind.RESPONDER,
    preset: str = "desk",
    minutes: float | None = None,
    around_s: float | None = None,
    outages_per_min: float = 0.25,
    strap: str = "",
    keys: Sequence[tuple[float, Command]] = KEYS,
    rating_after: int | None = 3,
    is_heard: bool = True,
    cut_at_s: float | None = None,
    sensors: Sequence[Sensor] = (),
) -> int:
    """Hold a session through the real controller and the real log; its number.

    Args:
        kind: of person; None: no sensor.
        around_s: length of the baseline and of the silence, in place of the preset's.
        strap: as it was asked for; left out: what it is. The heart is simulated whatever it says.
        cut_at_s: here the program ends without a word.
    """
    found = presets.load(preset)
    held = replace(found.preset, needs_heart=kind is not None)
    if around_s is not None:
        held = replace(held, phases=PhaseTimes(around_s, held.phases.match_s, around_s))
    if minutes is not None:
        held = with_minutes(held, minutes)
    strap = strap or f"sim:{seed}"
    straps = () if kind is None else (strap,)
    heart = None
    if kind is not None:
        person = Person.draw(seed, kind)
        person = replace(person, strap=replace(person.strap, outages_per_min=outages_per_min))
        heart = SimulatedHeart(person, strap, sensors=sensors)
    config = SessionConfig(held, straps, seed)
    audio, voice = "device" if is_heard else "none", held.sound.voice
    log = store.begin(config, preset_text=found.text, hearts=straps, audio=audio, voice=voice)
    state = start(config)
    for event, state, effects in session(config, heart, keys, is_heard=is_heard):  # noqa: B007
        log.append(event, effects)
        if cut_at_s is not None and event.t_s >= cut_at_s:
            log.close()
            break
    if cut_at_s is None and rating_after is not None:
        rating = CommandGiven(state.t_s, Rate(rating_after, "after"))
        state, effects = reduce(state, rating)
        log.append(rating, effects)
    if cut_at_s is None:
        log.close(summary(state))
    assert log.session_id is not None
    return log.session_id
