"""What the sound server knows: why it cannot be reached, and what becomes of our sound behind our back.

PulseAudio, and PipeWire in its place, can be asked by any program of the same user. Where neither runs, as on
macOS and Windows, nothing is known and nothing is said. Only the engine's process imports this: asking a
server that hangs may hang.
"""

import os
import socket
from dataclasses import dataclass
from math import log10
from pathlib import Path
from time import sleep
from typing import Any, Final

import pulsectl as _pulsectl

from entrain.devices.audio.messages import EngineFault, Notice, Noticed

TOO_LOUD_DB: Final = 6.0  # above what is played: twice the amplitude, more than any mixer needs
_FULL: Final = 1.0
_STEPS: Final = 24  # of a fade
_NOTHING: Final = 0.001
_HEADPHONES: Final = ("headphone", "headset", "earpiece", "hands-free", "portable")

_pulse: Any = _pulsectl  # it has no types


def why_not() -> EngineFault:
    """Why there is nothing to play on, as far as the system can tell."""
    path = _socket_path()
    if path is not None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
                asked.settimeout(1.0)
                asked.connect(str(path))
        except PermissionError:
            return EngineFault.NO_PERMISSION
        except ConnectionRefusedError:
            return EngineFault.SERVER_GONE
        except OSError:
            pass
    cards = [card for card in Path("/dev/snd").glob("pcm*p") if card.exists()]
    if cards and not any(os.access(card, os.W_OK) for card in cards):
        return EngineFault.NO_PERMISSION
    return EngineFault.NO_DEVICE


def _socket_path() -> Path | None:
    """Where the server's socket should be; None where it is not one of this machine."""
    asked = os.environ.get("PULSE_SERVER", "")
    if asked.startswith("unix:"):
        return Path(asked.removeprefix("unix:"))
    if asked:
        return None
    runtime = os.environ.get("PULSE_RUNTIME_PATH")
    if runtime is None and (home := os.environ.get("XDG_RUNTIME_DIR")):
        runtime = f"{home}/pulse"
    return None if runtime is None else Path(runtime) / "native"


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a server does to our stream: `gain` is its own volume's, `sink_gain` that of what it plays on."""

    gain: float
    sink_gain: float
    is_muted: bool
    on_headphones: bool | None  # None: it does not say

    def notice(self) -> Noticed | None:
        """The one thing worth saying of it."""
        total = self.gain * self.sink_gain
        if self.is_muted:
            return Noticed(Notice.MUTED)
        if total < _NOTHING:
            return Noticed(Notice.VOLUME_ZERO)
        if 20.0 * log10(total) > TOO_LOUD_DB:
            return Noticed(Notice.TOO_LOUD, 20.0 * log10(total))
        return None


class SoundServer:
    """A connection to the server of this user, to look at the streams of one process."""

    def __init__(self, pid: int) -> None:
        """Raises OSError where there is no server."""
        self._pid = str(pid)
        self._server = _pulse.Pulse("entrain, looking", connect=False)
        try:
            self._server.connect(autospawn=False, timeout=2.0)
        except _pulse.PulseError as error:
            raise OSError(str(error)) from error

    def loudness(self) -> Loudness | None:
        """How our stream is played; None where it is not there. Raises OSError where the server is gone."""
        try:
            stream = self._stream()
            if stream is None:
                return None
            sink = self._server.sink_info(stream.sink)
            gain, sink_gain = _gain(stream.volume.value_flat), _gain(sink.volume.value_flat)
        except _pulse.PulseError as error:
            raise OSError(str(error)) from error
        return Loudness(gain, sink_gain, bool(stream.mute or sink.mute), _on_headphones(sink))

    def fade_out(self, within_s: float) -> float | None:
        """Take our stream's own volume down to nothing; what it was, for `put_back`. Raises OSError."""
        try:
            stream = self._stream()
            if stream is None or stream.mute:
                return None
            volume = float(stream.volume.value_flat)
            for left in range(_STEPS - 1, -1, -1):  # even in amplitude, for a server's volumes are cubic
                self._server.volume_set_all_chans(stream, volume * (left / _STEPS) ** (1 / 3))
                sleep(within_s / _STEPS)
        except _pulse.PulseError as error:
            raise OSError(str(error)) from error
        return volume

    def put_back(self, volume: float) -> None:
        """Our stream's own volume as it was. Raises OSError."""
        try:
            stream = self._stream()
            if stream is not None:
                self._server.volume_set_all_chans(stream, volume)
        except _pulse.PulseError as error:
            raise OSError(str(error)) from error

    def not_louder(self) -> float | None:
        """Put our stream's own volume back to what is played; how many decibels it had been above, if it was.

        It begins there. Above, another program has made it loud, and nobody with headphones on asked for it.
        """
        try:
            stream = self._stream()
            if stream is None or stream.volume.value_flat <= _FULL + 0.01:
                return None
            was_db = 20.0 * log10(_gain(stream.volume.value_flat))
            self._server.volume_set_all_chans(stream, _FULL)
        except _pulse.PulseError as error:
            raise OSError(str(error)) from error
        return was_db

    def _stream(self) -> Any:
        streams: list[Any] = self._server.sink_input_list()
        ours = [s for s in streams if s.proplist.get("application.process.id") == self._pid]
        return ours[-1] if ours else None


def _gain(volume: float) -> float:
    """A server's volumes are cubic: half of it is an eighth of the amplitude."""
    return float(volume) ** 3


def _on_headphones(sink: Any) -> bool | None:
    port = getattr(sink, "port_active", None)
    said = [
        sink.proplist.get("device.form_factor", ""),
        "" if port is None else f"{port.name} {port.description}",
    ]
    text = " ".join(said).casefold().strip()
    return any(word in text for word in _HEADPHONES) if text else None
