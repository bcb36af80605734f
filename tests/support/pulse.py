"""A real PulseAudio without a sound card: private, on a null sink, its monitor recorded sample for sample."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.support.needs import needs

RATE_HZ = 48_000
SINK = "null48"
FORMAT = ("--format=float32le", f"--rate={RATE_HZ}", "--channels=2")
READY_S = 5.0
# The tests that play in real time: one process runs them all, one after the other.
IN_REAL_TIME = pytest.mark.xdist_group("in real time")


class Recording:
    """The monitor from the moment it was asked for: float32 (n_frames, 2)."""

    def __init__(self, pulse: "Pulse", path: Path, sink: str = SINK) -> None:
        self.path = path
        self._file = path.open("wb")
        self._parec = pulse.start(
            ["parec", f"--device={sink}.monitor", "--raw", "--latency-msec=20", *FORMAT],
            stdout=self._file,
        )

    def samples(self) -> np.ndarray:
        """All that has been recorded up to now."""
        raw = np.fromfile(self.path, "<f4")
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)

    def stop(self) -> np.ndarray:
        _end(self._parec)
        self._file.close()
        return self.samples()


class Pulse:
    """The server; `stop` and `start_server` make it go away and come back at the same place."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = home / "pulse.sock"
        self.environ = {
            **os.environ,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "XDG_CONFIG_HOME": str(home),
            "PULSE_SERVER": f"unix:{self.socket}",
            "PULSE_CONFIG": str(home / "daemon.conf"),
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._n_recordings = 0

    def start(self, command: list[str], **options: object) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, env=self.environ, stderr=subprocess.DEVNULL, **options)

    def start_server(self) -> None:
        native = f"--load=module-native-protocol-unix auth-anonymous=1 socket={self.socket}"
        sink = (
            f"--load=module-null-sink sink_name={SINK} rate={RATE_HZ} channels=2 format=float32le norewinds=1"
        )
        options = ["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"]
        self._server = self.start(["pulseaudio", "-n", *options, native, sink])
        until_s = time.monotonic() + READY_S
        while subprocess.run(
            ["pactl", "info"], env=self.environ, capture_output=True, check=False
        ).returncode:
            assert self._server.poll() is None, "PulseAudio ended as soon as it was started"
            assert time.monotonic() < until_s, f"PulseAudio did not answer within {READY_S} s"
            time.sleep(0.02)

    def add_sink(self, name: str, rate_hz: int = RATE_HZ, channels: int = 2) -> str:
        """One more null sink; what `remove_sink` takes."""
        module = ["module-null-sink", f"sink_name={name}", f"rate={rate_hz}", f"channels={channels}"]
        options = ["format=float32le", "norewinds=1"]
        return self.control("load-module", *module, *options)

    def remove_sink(self, module: str) -> None:
        """Unplug it: whoever plays into it loses the stream."""
        self.control("unload-module", module)

    def module_of(self, sink: str) -> str:
        """The module that holds a sink, for `remove_sink`."""
        modules = [line.split("\t") for line in self.control("list", "short", "modules").splitlines()]
        return next(fields[0] for fields in modules if f"sink_name={sink} " in fields[2] + " ")

    def streams(self) -> list[str]:
        """The numbers of what plays."""
        return [line.split("\t")[0] for line in self.control("list", "short", "sink-inputs").splitlines()]

    def control(self, *words: str) -> str:
        """What `pactl` says to this."""
        done = subprocess.run(["pactl", *words], env=self.environ, capture_output=True, check=True, text=True)
        return done.stdout.strip()

    def kill_server(self) -> None:
        assert self._server is not None
        self._server.kill()
        self._server.wait()
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        if self._server is not None:
            _end(self._server)

    @contextmanager
    def recording(self, sink: str = SINK) -> Iterator[Recording]:
        self._n_recordings += 1
        recording = Recording(self, self.home / f"monitor{self._n_recordings}.f32", sink)
        try:
            yield recording
        finally:
            recording.stop()


@contextmanager
def private_pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    """A running server that this process and its children find as theirs, and no other."""
    packages = "libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils"
    needs("pulseaudio", "pactl", "parec", packages=packages)
    home = Path(tempfile.mkdtemp(prefix="entrain-pulse-"))
    # A server whose real-time thread is not let sleep for 200 ms is killed by the system, and where a virtual
    # machine has to wait for its host, the waiting is counted.
    (home / "daemon.conf").write_text("rlimit-rttime = 5000000\n")
    pulse = Pulse(home)
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_SERVER"):
        monkeypatch.setenv(name, pulse.environ[name])
    try:
        pulse.start_server()
        yield pulse
    finally:
        pulse.stop()
        shutil.rmtree(home, ignore_errors=True)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
