"""Being served first: the system's real-time scheduling for all threads of the engine.

A block passes through several threads on its way. On a machine that many programs keep busy, a thread of
ordinary priority was seen to wait for its turn for half a second at a time. Linux serves a thread with a
real-time policy before all of them, where the user is permitted to ask for it (`ulimit -r`); where not,
RealtimeKit, which most desktops have, may give it on our behalf. macOS and Windows treat threads of sound so
by themselves.
"""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

PRIORITY: Final = 5  # of 1 to 99: low among those who go first
LONGEST_RUN_US: Final = 2_000_000  # an engine that never rests for so long is broken, and the system ends it
_KIT_LONGEST_RUN_US: Final = 200_000  # what RealtimeKit asks for at most
_KIT: Final = "org.freedesktop.RealtimeKit1"
_SYSTEM_BUS: Final = Path("/run/dbus/system_bus_socket")
_PATIENCE_S: Final = 2.0
_HAS_TIME: Final = 0.75  # of the machine's cores are busy at most


def go_first() -> bool:
    """Ask it for every thread that there is now; threads begun later are ordinary ones. Was it granted?"""
    if sys.platform != "linux":
        return False
    threads = [int(thread.name) for thread in Path("/proc/self/task").iterdir()]
    return _go_first_by_right(threads) or _go_first_by_kit(threads)


def goes_first_or_has_time() -> bool:
    """Whether a short buffer will do: asked before any sound, so that none has to be opened again."""
    if sys.platform in ("win32", "darwin") or go_first():
        return True
    return os.getloadavg()[0] < _HAS_TIME * (os.cpu_count() or 1)


def _go_first_by_right(threads: list[int]) -> bool:
    policy, priority = os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY)
    try:
        _limit_runs(LONGEST_RUN_US)
        os.sched_setscheduler(0, policy, priority)
    except (OSError, ValueError):
        return False
    for thread in threads:
        with suppress(OSError):  # it has ended meanwhile
            os.sched_setscheduler(thread, policy, priority)
    return True


def _limit_runs(longest_us: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
    if hard != resource.RLIM_INFINITY:
        longest_us = min(longest_us, hard)
    resource.setrlimit(resource.RLIMIT_RTTIME, (longest_us, longest_us))


def _go_first_by_kit(threads: list[int]) -> bool:
    if not os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") and not _SYSTEM_BUS.exists():
        return False
    try:
        _limit_runs(_KIT_LONGEST_RUN_US)
        return asyncio.run(asyncio.wait_for(_asked_of_kit(threads), _PATIENCE_S))
    except Exception:  # no bus, no kit, no policy: of a convenience that is missing nobody need hear
        return False


async def _asked_of_kit(threads: list[int]) -> bool:
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio import MessageBus

    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    try:
        granted = False
        for thread in threads:
            call = Message(
                destination=_KIT,
                path="/org/freedesktop/RealtimeKit1",
                interface=_KIT,
                member="MakeThreadRealtime",
                signature="tu",
                body=[thread, PRIORITY],
            )
            reply = await bus.call(call)
            granted = reply.message_type is MessageType.METHOD_RETURN
            if not granted:
                return False
        return granted
    finally:
        bus.disconnect()
