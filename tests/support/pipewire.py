"""A real PipeWire without a sound card or a desktop: private, with a session bus and a null sink of its own.

What speaks PulseAudio finds it by `PULSE_SERVER`, as it does on a desktop, and so does PortAudio's `pulse`.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.needs import needs
from tests.support.pulse import RATE_HZ, SINK, Pulse

READY_S = 10.0
_PARTS = ("pipewire", "wireplumber", "pipewire-pulse")


# WirePlumber ends itself where it may watch for headsets and nobody logs in: in a container, in a chroot.
# It is asked to look for no hardware at all, in the words of 0.4 and in those of 0.5.
_NO_HARDWARE = {
    "bluetooth.lua.d/80-none.lua": "bluez_monitor.enabled = false\n",
    "main.lua.d/80-none.lua": "alsa_monitor.enabled = false\n",
    "wireplumber.conf.d/80-none.conf": "wireplumber.profiles = { main = { "
    "hardware.audio = disabled, hardware.bluetooth = disabled, hardware.video-capture = disabled } }\n",
}


class PipeWire(Pulse):
    """The three programs that make it, and their bus."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.socket = home / "pulse" / "native"
        self.environ |= {
            "PULSE_SERVER": f"unix:{self.socket}",
            "XDG_STATE_HOME": str(home),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/bus",
        }
        for name, text in _NO_HARDWARE.items():
            (home / "wireplumber" / name).parent.mkdir(parents=True, exist_ok=True)
            (home / "wireplumber" / name).write_text(text)
        self._bus = self.start(
            ["dbus-daemon", "--session", "--nofork", f"--address=unix:path={home}/bus"],
            stdout=subprocess.DEVNULL,
        )
        self._parts: list[subprocess.Popen[bytes]] = []

    def start_server(self) -> None:
        until_s = time.monotonic() + READY_S
        for part, ready in zip(_PARTS, ("pipewire-0", None, "pulse/native"), strict=True):
            self._parts.append(self.start([part], stdout=subprocess.DEVNULL))
            while ready is not None and not (self.home / ready).exists():
                assert time.monotonic() < until_s, f"{part} was not ready within {READY_S} s"
                time.sleep(0.02)
        # It answers before WirePlumber has made the place where defaults are kept.
        _until(until_s, lambda: self.add_sink(SINK))
        _until(until_s, lambda: self.control("set-default-sink", SINK))

    def add_sink(self, name: str, rate_hz: int = RATE_HZ, channels: int = 2) -> str:
        module = ["module-null-sink", f"sink_name={name}", f"rate={rate_hz}", f"channels={channels}"]
        return self.control("load-module", *module)

    def kill_server(self) -> None:
        for part in self._parts:
            part.kill()
            part.wait()
        self._parts.clear()
        for left in (self.socket, self.home / "pipewire-0", self.home / "pipewire-0.lock"):
            left.unlink(missing_ok=True)

    def stop(self) -> None:
        self.kill_server()
        self._bus.kill()
        self._bus.wait()


def _until(until_s: float, ask: Callable[[], object]) -> None:
    while True:
        with suppress(subprocess.CalledProcessError):
            ask()
            return
        assert time.monotonic() < until_s, f"PipeWire did not answer within {READY_S} s"
        time.sleep(0.05)


@contextmanager
def private_pipewire(monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeWire]:
    """A running one that this process and its children find as theirs, and no other."""
    packages = "libportaudio2 libasound2-plugins pipewire pipewire-pulse wireplumber dbus pulseaudio-utils"
    needs(*_PARTS, "pactl", "parec", "dbus-daemon", packages=packages)
    home = Path(tempfile.mkdtemp(prefix="entrain-pipewire-"))
    server = PipeWire(home)
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_SERVER"):
        monkeypatch.setenv(name, server.environ[name])
    try:
        server.start_server()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
