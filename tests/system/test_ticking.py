"""What a coarse clock does to the sound's time, and that it is not the one that is read."""

import importlib
import sys
import time
from collections.abc import Iterator
from math import floor

import pytest

from entrain.devices.audio.dacclock import DacClock, DacReading
from entrain.system import ticking

STEP_S = 1 / 64  # Windows up to Python 3.12
RATE_HZ, BLOCK, LATENCY_S = 48_000, 512, 0.15


def stepping(t_s: float) -> float:
    return floor(t_s / STEP_S) * STEP_S


def fitted_s(now_s: "list[float]") -> float:
    """Where a device whose frame 0 sounded at 0 is thought to have begun, callbacks read at these times."""
    clock = DacClock(RATE_HZ, LATENCY_S)
    for i, t_s in enumerate(now_s):
        clock.add(DacReading(i * BLOCK, t_s, LATENCY_S, False))
    return clock.zero_s()


def test_a_clock_that_steps_would_put_the_sound_half_a_step_early() -> None:
    true_s = [i * BLOCK / RATE_HZ - LATENCY_S for i in range(30 * RATE_HZ // BLOCK)]
    assert fitted_s(true_s) == pytest.approx(0.0, abs=1e-6)
    assert fitted_s([stepping(t_s) for t_s in true_s]) == pytest.approx(-STEP_S / 2, abs=0.0005)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clocks of Windows under Python 3.12: one that steps, and one that does not."""
    fine = time.perf_counter
    with monkeypatch.context() as there:
        there.setattr(time, "monotonic", lambda: stepping(fine()))
        there.setattr(sys, "platform", "win32")
        there.setattr(sys, "version_info", (3, 12, 4, "final", 0))
        importlib.reload(ticking)
        yield
    importlib.reload(ticking)


@pytest.mark.usefixtures("windows")
def test_on_windows_the_fine_clock_is_read_and_the_fit_is_right() -> None:
    begin_s, now_s = time.perf_counter(), [ticking.monotonic_s()]
    while now_s[-1] - begin_s < 0.1:
        now_s.append(ticking.monotonic_s())
    assert len(set(now_s)) > 100  # a clock that steps has seven values in that time
    off_s = [ticking.monotonic_s() - time.perf_counter() for _ in range(101)]
    shifted_s = [i * BLOCK / RATE_HZ - LATENCY_S + sorted(off_s)[50] for i in range(1000)]
    assert fitted_s(shifted_s) == pytest.approx(0.0, abs=0.0005)


@pytest.mark.parametrize(
    ("system", "python", "is_fine"),
    [
        ("win32", (3, 11), True),
        ("win32", (3, 13), False),
        ("linux", (3, 11), False),
        ("darwin", (3, 12), False),
    ],
)
def test_elsewhere_the_monotonic_clock_is_fine_enough(
    system: str, python: tuple[int, ...], is_fine: bool
) -> None:
    assert ticking.finest(system, python) is (time.perf_counter if is_fine else time.monotonic)
