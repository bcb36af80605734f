"""Real-time scheduling, asked for in processes of their own: this one keeps what it has."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.needs import needs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has to be asked")

ASK = """
import os, resource, threading
from entrain.system.priority import PRIORITY, go_first

{before}
go_on = threading.Event()
early = threading.Thread(target=go_on.wait)
early.start()
granted = go_first()
late = threading.Thread(target=go_on.wait)
late.start()

def policy(thread):
    return os.sched_getscheduler(thread.native_id) & ~os.SCHED_RESET_ON_FORK

print(granted, policy(threading.main_thread()), policy(early), policy(late))
go_on.set()
"""
FORBIDDEN = """
resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
if os.geteuid() == 0:
    os.setuid(65534)  # nobody: root may always
"""


def asked(before: str = "") -> list[str]:
    code = ASK.format(before=before)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_all_threads_of_now_go_first_and_later_ones_do_not() -> None:
    granted, *policies = asked()
    first, other = str(os.SCHED_RR), str(os.SCHED_OTHER)
    assert policies == ([first, first, other] if granted == "True" else [other, other, other])


def test_without_permission_nothing_changes() -> None:
    assert asked(FORBIDDEN) == ["False", *[str(os.SCHED_OTHER)] * 3]


def test_one_that_goes_first_and_never_rests_is_ended() -> None:
    """Or a fault of ours could take a core from everybody."""
    spin = "from entrain.system.priority import go_first\nwhile go_first(): pass"
    done = subprocess.run([sys.executable, "-c", spin], check=False, timeout=60)
    granted, *_ = asked()
    assert done.returncode in ((-signal.SIGXCPU, -signal.SIGKILL) if granted == "True" else (0,))


BUS = """<busconfig><listen>unix:path={place}/bus</listen><policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>"""
KIT = """
import asyncio, os
from dbus_fast import BusType
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, method

class Kit(ServiceInterface):
    @method()
    def MakeThreadRealtime(self, thread: "t", priority: "u"):
        os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(priority))

async def main():
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    bus.export("/org/freedesktop/RealtimeKit1", Kit("org.freedesktop.RealtimeKit1"))
    await bus.request_name("org.freedesktop.RealtimeKit1")
    print("there", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="who grants it must be root, as RealtimeKit is")
def test_who_may_not_is_helped_by_realtimekit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its call, on a real bus; who answers it here grants what it grants."""
    needs("dbus-daemon", packages="dbus")
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        (Path(place) / "bus.conf").write_text(BUS.format(place=place))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={place}/bus")
        bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={place}/bus.conf", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            text=True,
        )
        kit = None
        try:
            assert bus.stdout is not None
            assert bus.stdout.readline()
            kit = subprocess.Popen([sys.executable, "-c", KIT], stdout=subprocess.PIPE, text=True)
            assert kit.stdout is not None
            assert kit.stdout.readline() == "there\n"
            by_right = asked()
            assert by_right[0] == "True"
            first, other = str(os.SCHED_RR), str(os.SCHED_OTHER)
            # Imported before, for who runs the tests may not let others read the library.
            assert asked("import dbus_fast.aio\n" + FORBIDDEN) == ["True", first, first, other]
        finally:
            for process in (bus, kit):
                if process is not None:
                    process.kill()
                    process.wait()
