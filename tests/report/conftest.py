"""Sessions of every sort, held once for all tests of this room."""

from dataclasses import dataclass
from random import Random

import pytest

from entrain.control.events import Mark, Rate
from entrain.devices.simulated.person import Kind
from entrain.heart.pmd.control import Sensor
from entrain.storage.imported import import_recording
from entrain.storage.log.store import Store
from tests.support.reports import record

NASTY = '<script>alert("1")</script> & #let x = 1 \\ "end" — 心臓 \x07'


@dataclass(frozen=True, slots=True)
class Held:
    """A store, and the numbers of what is in it."""

    store: Store
    usual: int  # ten minutes, marked, the strap lost
    long: int  # with four minutes of silence before and after, nothing heard
    nasty: int  # a strap that is no simulation, and notes that would be markup
    short: int
    no_sensor: int
    rate_only: int
    cut_off: int
    imported: int
    ecg: int  # streamed it

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.store.sessions())


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("held")
    store = Store(folder / "sessions.db")
    rr, chance = folder / "rest.txt", Random(3)
    rr.write_text("".join(f"{900 + chance.gauss(0, 30):.0f}\n" for _ in range(400)))
    marked = ((1.0, Rate(5, "before")), (100.0, Mark(NASTY)))
    usual = record(store)
    long = record(store, minutes=15.0, around_s=240.0, outages_per_min=0.0, is_heard=False)
    nasty = record(store, strap="ble:H10", keys=marked, rating_after=None, is_heard=False)
    store.note(nasty, NASTY)
    return Held(
        store=store,
        usual=usual,
        long=long,
        nasty=nasty,
        short=record(store, preset="quiet", minutes=2.4, keys=(), rating_after=None),
        no_sensor=record(store, kind=None),
        rate_only=record(store, kind=Kind.HEART_RATE_ONLY),
        cut_off=record(store, cut_at_s=330.0),
        imported=import_recording(store, rr).session_id,
        ecg=record(store, minutes=2.0, keys=(), outages_per_min=0.0, sensors=(Sensor.ECG,)),
    )
