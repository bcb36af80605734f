"""Records `tests/fixtures/session_v6.db` anew: `python -m tests.support.record_fixture`.

A whole session through the real controller and the real writer, with a simulated heart, a person who presses
keys, and a sound device that reports every beat. Needed only when the controller is meant to decide otherwise
than it did; what an older version wrote must stay readable, so keep the old file where the schema changes.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from entrain.control.events import (
    Command,
    CommandGiven,
    EaseOff,
    Effect,
    Event,
    Mark,
    Nudge,
    OnsetPlanned,
    OnsetPlayed,
    Rate,
    SetVolume,
    Sound,
    SoundChanged,
    Tick,
)
from entrain.control.protocol import SessionConfig
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary
from entrain.control.state import SessionState
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Person
from entrain.presets import library as presets
from entrain.storage.log.store import Store

FIXTURE = Path(__file__).parents[1] / "fixtures" / "session_v6.db"
OF_SCHEMA_5 = FIXTURE.with_name("session_v5.db")  # what straps and sound said stood there in sentences
OF_SCHEMA_2 = FIXTURE.with_name("session_v2.db")  # by the rules of version 1
OF_SCHEMA_1 = FIXTURE.with_name("session_v1.db")  # written by the first version, and never again
MANY_OF_SCHEMA_2 = FIXTURE.with_name("sessions_v2.db.gz")  # eight sessions of the rules of version 1
STRAP = "sim:7"

KEYS: tuple[tuple[float, Command], ...] = (
    (0.5, Rate(6, "before")),
    (30.25, SetVolume(0.5)),
    (95.125, Mark("a door", 2.5)),
    (110.0, EaseOff()),
    (120.75, Nudge(-1.0)),
    (175.0, Rate(4, "after")),
)


def session(
    config: SessionConfig,
    heart: SimulatedHeart | None,
    keys: Sequence[tuple[float, Command]] = KEYS,
    *,
    is_heard: bool = True,
) -> Iterator[tuple[Event, SessionState, tuple[Effect, ...]]]:
    """Every event of the session, the state after it, and what came of it. `is_heard`: a device sounds it."""
    state = start(config)
    pressed = [CommandGiven(t_s, command) for t_s, command in keys]
    played: list[Event] = [SoundChanged(0.25, Sound.PLAYING, "A loudspeaker")] if is_heard else []
    tick = 0
    while state.phase.value != "ended":
        tick += 1
        beats = [] if heart is None else heart.until(float(tick), state.score)
        due = [*beats, *pressed, *played]
        now = sorted((event for event in due if event.t_s <= tick), key=lambda event: event.t_s)
        pressed = [key for key in pressed if key.t_s > tick]
        played = [event for event in played if event.t_s > tick]
        for event in [*now, Tick(float(tick))]:
            state, effects = reduce(state, event)
            yield event, state, effects
            if is_heard:
                played += [_played(each, event.t_s) for each in effects if isinstance(each, OnsetPlanned)]


def _played(planned: OnsetPlanned, now_s: float) -> OnsetPlayed:
    t_s = max(planned.t_s, now_s)
    return OnsetPlayed(t_s, planned.n, planned.t_s, planned.t_s + 0.0125, 0.001, planned.n)


def record(path: Path) -> None:
    preset = presets.load("quiet")
    config = SessionConfig(preset.preset, (STRAP,), 7)
    log = Store(path).begin(config, preset_text=preset.text, hearts=[STRAP], audio="device", voice="soft")
    state = start(config)
    for event, state, effects in session(config, SimulatedHeart(Person.draw(7), STRAP)):  # noqa: B007
        log.append(event, effects)
    log.close(summary(state, 1))


if __name__ == "__main__":
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.unlink(missing_ok=True)
    record(FIXTURE)
    sys.stdout.write(f"{FIXTURE}: {FIXTURE.stat().st_size} bytes\n")
