"""A D-Bus of our own: a real dbus-daemon that stands in for the system bus while inside."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from unittest.mock import patch

from tests.support.needs import needs

VARIABLE: Final = "DBUS_SYSTEM_BUS_ADDRESS"
_CONFIGURATION: Final = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """The daemon can be stopped and started again on the same address. Use as a context manager."""

    def __init__(self, socket: Path | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="entrain-bus-"))
        self._socket = socket or self._folder / "socket"
        self._daemon: subprocess.Popen[bytes] | None = None
        self.address = f"unix:path={self._socket}"
        self._environment = patch.dict(os.environ, {VARIABLE: self.address})

    def start(self) -> None:
        needs("dbus-daemon", packages="dbus")
        self._socket.unlink(missing_ok=True)
        configuration = self._folder / "bus.conf"
        configuration.write_text(_CONFIGURATION.format(socket=self._socket))
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE,
        )
        assert self._daemon.stdout is not None
        if not self._daemon.stdout.readline():  # it prints the address once it listens
            raise RuntimeError(f"dbus-daemon did not start (exit code {self._daemon.wait()})")

    def stop(self) -> None:
        """End the daemon; its socket is gone, as on a system without D-Bus."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            assert self._daemon.stdout is not None
            self._daemon.stdout.close()
            self._daemon = None
        self._socket.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        self._environment.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._environment.stop()
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
