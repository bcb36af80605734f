"""Real-time scheduling, asked for in processes of their own: this one keeps what it has."""

import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has to be asked")

ASK = """
import os, resource, threading
from entrain.devices.audio.priority import PRIORITY, go_first

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
    spin = "from entrain.devices.audio.priority import go_first\nwhile go_first(): pass"
    done = subprocess.run([sys.executable, "-c", spin], check=False, timeout=60)
    granted, *_ = asked()
    assert done.returncode in ((-signal.SIGXCPU, -signal.SIGKILL) if granted == "True" else (0,))
