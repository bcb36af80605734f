"""What a session and its sound engine say to each other, and how it crosses the pipe between them.

Down the engine's stdin: `Begin`, then `Play`, `SetGain` and `ChangeVoice` as they come, at last `Fade`. Up
its stdout: `Alive` several times a second from when the device runs, `Opened` once its clock is known,
`Sounded`, `SoundGap` and `Noticed` as they happen, `MusicSaid` and `MusicAt` where there is music, and
`Failed` where it has to give up. The end of either pipe is the end of the engine.
"""

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from entrain.remark import Remark
from entrain.score import Score
from entrain.synth.layers import Layers
from entrain.synth.music.piece import Segment

# ---- to the engine -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin:
    """`origin_s` is the session's zero on the machine's monotonic clock."""

    origin_s: float
    device: str | None  # part of a device's name; None: the best there is
    voice: str
    beat: float
    breath: float
    gain: float
    layers: Layers = Layers()


@dataclass(frozen=True, slots=True)
class Play:
    """Play this score from now on."""

    score: Score


@dataclass(frozen=True, slots=True)
class SetGain:
    """Master gain, 0 to 1."""

    gain: float


@dataclass(frozen=True, slots=True)
class Hush:
    """Take down what is in the buffers already; what comes after it is silent by its gain."""


@dataclass(frozen=True, slots=True)
class ChangeVoice:
    """Cross over to another voice."""

    voice: str


@dataclass(frozen=True, slots=True)
class Fade:
    """Fade what sounds within `fade_s`, then let the device go and end."""

    fade_s: float


ToEngine = Begin | Play | SetGain | Hush | ChangeVoice | Fade

# ---- from the engine ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alive:
    """The engine says that it lives."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Again, where a deeper buffer was needed; `gap_s` is the silence in between, as far as it was heard.

    `goes_first`: the system grants it real-time scheduling. `left_out`: the environment's setting that is not
    let in because it keeps servers from asking for sound, as `NAME=value`.
    """

    device: str
    sample_rate_hz: int
    latency_s: float
    goes_first: bool = False
    gap_s: float = 0.0
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Sounded:
    """Beat `n` was put into the stream at `frame`. Times are the session's."""

    n: int
    frame: int
    planned_t_s: float
    dac_t_s: float | None
    uncertainty_s: float | None


@dataclass(frozen=True, slots=True)
class SoundGap:
    """The device lost `gap_s`, having run dry `count` times; it was `behind_s` later than the plan.

    A device may lose time without saying so (count 0), or only drift until it is put right (gap_s 0).
    """

    gap_s: float
    count: int
    behind_s: float


@dataclass(frozen=True, slots=True)
class MusicSaid:
    """What the listener should know about the music."""

    remark: Remark


@dataclass(frozen=True, slots=True)
class MusicAt:
    """How far the music has come: what a new engine goes on from."""

    segment: Segment


class Notice(StrEnum):
    """What becomes of our sound in the system's hands."""

    AS_PLAYED = "as played"  # nothing is wrong any more
    MUTED = "muted"
    VOLUME_ZERO = "volume zero"
    TOO_LOUD = "too loud"
    TURNED_BACK = "turned back"  # another program had made the stream louder than it is played
    LONG_ON_HEADPHONES = "long on headphones"


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the engine found out about the way of its sound."""

    notice: Notice
    above_db: float = 0.0  # above what is played, where it is too loud


class EngineFault(StrEnum):
    """Why nothing sounds."""

    NO_LIBRARY = "no library"
    NO_DEVICE = "no device"
    NO_PERMISSION = "no permission"
    SERVER_GONE = "server gone"
    NO_CALLBACK = "no callback"  # it opens, and never asks for sound
    LOST = "lost"
    BROKEN = "broken"  # a fault of ours
    MUTE = "mute"  # it stopped answering
    ENDED = "ended"  # its process did


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine cannot go on.

    `remark` says more of a device than the fault does; `cause` is what a library, the system or Python said.
    """

    fault: EngineFault
    remark: Remark | None = None
    cause: str = ""


FromEngine = Alive | Opened | Sounded | SoundGap | Noticed | MusicSaid | MusicAt | Failed

# ---- the pipe ----------------------------------------------------------------------------------------------

_LENGTH: Final = struct.Struct("<I")


def packed(message: ToEngine | FromEngine) -> bytes:
    """A message as bytes for the pipe, its length first."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def read(pipe: BinaryIO) -> ToEngine | None:
    """The next message, or None at the pipe's end. Blocks."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return pickle.loads(body) if len(body) == length else None


class Unpacker:
    """Puts messages together again from whatever pieces a pipe delivers."""

    def __init__(self) -> None:
        self._rest = b""

    def messages(self, data: bytes) -> Iterator[FromEngine]:
        """All that `data` completes."""
        self._rest += data
        while len(self._rest) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._rest)
            end = _LENGTH.size + length
            if len(self._rest) < end:
                return
            body, self._rest = self._rest[_LENGTH.size : end], self._rest[end:]
            yield pickle.loads(body)
