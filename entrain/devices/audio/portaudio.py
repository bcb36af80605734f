"""PortAudio: which device to play on, and a stream to it. Only the engine's process imports this.

Importing it raises OSError where the library is not installed.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final, Protocol

import sounddevice as _sounddevice

from entrain.remark import Remark, Topic
from entrain.synth.renderer import DEFAULT_RATE_HZ
from entrain.synth.stretch import Samples

BLOCK_FRAMES: Final = 512
# What the device buffers. The first survives a busy machine, and a mute is heard within half a second and a
# little; the other is for one with more to do than it can. Deeper would be too deep: an edit is said a second
# ahead (`entrain.score.LEAD_S`), and what is in the device's hands no edit reaches.
LATENCIES_S: Final = (0.45, 0.8)
LETTING_GO_S: Final = 1.0  # closing a stream whose server died can hang for ever

# PortAudio on Linux sees sound servers through these ALSA devices. `pulse` fails cleanly when its server goes
# away; the one named `pipewire` can hang there, so it is nobody's first choice.
_SERVERS: Final = ("pulse", "default", "pipewire")

# Of 60 or less it made a session silent: the server never asks for sound in pieces of our size.
# How much is buffered is ours to choose, so it is never let in.
_LATENCY_SETTING: Final = "PULSE_LATENCY_MSEC"

_sd: Any = _sounddevice  # it has no types


class Callback(Protocol):
    """Called by PortAudio for each block, on a thread of its own; must not wait."""

    def __call__(self, out: Samples, n_frames: int, time: Any, status: Any, /) -> None: ...


class NoDevice(Exception):
    """There is nothing to play on, or it cannot be opened; says which. None: there is no device at all."""

    def __init__(self, remark: Remark | None = None) -> None:
        super().__init__(str(remark or ""))
        self.remark = remark


@dataclass(frozen=True, slots=True)
class Buffering:
    """How a stream is asked for: its latency, in seconds or as the device has it, and its block (0: any)."""

    latency: float | str
    block_frames: int = BLOCK_FRAMES


# One after the other where nothing is ever asked for.
OTHERWISE: Final = (Buffering("high"), Buffering("high", 0), Buffering("low", 0))


def left_out_of_the_environment() -> str:
    """Take out of it what sets the server's latency in our place; `NAME=value` of it, or nothing."""
    value = os.environ.pop(_LATENCY_SETTING, "")
    return f"{_LATENCY_SETTING}={value}" if value else ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that can play, as PortAudio names it."""

    index: int
    name: str
    sample_rate_hz: int


def chosen(asked: str | None) -> Device:
    """The device called `asked`, or whose name contains it; without a name, the best there is.

    Raises:
        NoDevice: there is none.
    """
    devices: list[dict[str, Any]] = [dict(d) for d in _sd.query_devices() if d["max_output_channels"] > 0]
    if asked is None:
        wanted = [d for d in devices if d["name"] == _SERVERS[0]]
        wanted += [d for d in devices if d["index"] == _sd.default.device[1]]
        wanted += devices
        if not wanted:
            raise NoDevice
    else:
        wanted = [d for d in devices if d["name"].casefold() == asked.casefold()]
        wanted += [d for d in devices if asked.casefold() in d["name"].casefold()]
        if not wanted:
            others = ", ".join(f'"{d["name"]}"' for d in devices)
            topic = Topic.SOUND_NOT_AMONG if others else Topic.SOUND_NOT_THERE
            raise NoDevice(Remark.of(topic, asked=asked, found=others))
    device = wanted[0]
    # A sound server takes any rate and its own is 48 kHz nearly everywhere; hardware is opened at its own.
    rate_hz = DEFAULT_RATE_HZ if device["name"] in _SERVERS else round(device["default_samplerate"])
    return Device(device["index"], device["name"], rate_hz)


class OutputStream:
    """An open stream: `callback` fills its blocks, `finished` is called when it has stopped by itself."""

    def __init__(
        self, device: Device, callback: Callback, finished: Callable[[], None], buffering: Buffering
    ) -> None:
        """Open and start. Raises NoDevice where that is refused."""
        try:
            self._stream = _sd.OutputStream(
                samplerate=device.sample_rate_hz,
                blocksize=buffering.block_frames,
                device=device.index,
                channels=2,
                dtype="float32",
                latency=buffering.latency,
                callback=callback,
                finished_callback=finished,
            )
            self._stream.start()
        except _sd.PortAudioError as error:
            remark = Remark.of(Topic.SOUND_NOT_OPENED, device=device.name, cause=str(error.args[0]))
            raise NoDevice(remark) from error
        self.latency_s = float(self._stream.latency)

    def let_go(self) -> None:
        """Close, but do not wait for a stream that hangs."""
        closing = Thread(target=self._stream.close, daemon=True)
        closing.start()
        closing.join(LETTING_GO_S)
