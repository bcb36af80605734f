"""The callback that fills the device's blocks, and all that it owns.

Other threads only leave wishes: a take, a gain, a voice. The callback takes them up at the edge of a block,
so no lock is needed and nothing can click. A new voice comes in as `entrain.synth.cast` has it. A new take
is blended in over one block: where old and new agree, as a score's commit rule promises, that changes no
bit; where an edit comes too late, it is heard as a blend.
"""

import traceback
from collections import deque
from dataclasses import dataclass
from time import time as wall_clock
from typing import Any, Final

import numpy as np

from entrain.devices.audio.dacclock import DacReading
from entrain.score import Score
from entrain.synth.cast import Cast
from entrain.synth.level import Glide, glide_s
from entrain.synth.renderer import Renderer
from entrain.synth.stretch import Samples, Strike, silence
from entrain.system.ticking import monotonic_s

_LONGEST_AGE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Take:
    """A score, and the session time at which the stream's frame 0 sounds."""

    score: Score
    epoch_s: float


@dataclass(frozen=True, slots=True)
class PlayerWish:
    """How loud, and within which time."""

    gain: float
    within_s: float | None = None  # None: as long as such a change takes


class Player:
    """Fills block after block; what it did is left in `moments` and `strikes` for others to collect."""

    def __init__(self, renderer: Renderer, origin_s: float, gain: float) -> None:
        self.take: Take | None = None
        self.wish = PlayerWish(gain)
        self.renderer = renderer
        self.moments: deque[DacReading] = deque()
        self.strikes: deque[Strike] = deque()
        self.fault = ""  # the traceback of what went wrong in the callback
        self._cast: Cast = Cast(renderer)
        self._origin_s = origin_s
        self._frame = 0
        self._playing: Take | None = None
        self._granted: PlayerWish = self.wish
        self._glide = Glide.at(gain)
        self._later: tuple[int, PlayerWish] | None = None

    def callback(self, out: Samples, n_frames: int, time: Any, status: Any) -> None:
        """What sounddevice calls: `time` and `status` are its CallbackTimeInfo and CallbackFlags."""
        now_s = monotonic_s() - self._origin_s
        try:
            lead_s = time.outputBufferDacTime - time.currentTime if time.outputBufferDacTime > 0.0 else 0.0
            asked_s = now_s - _age_s(time.currentTime)
            self.moments.append(DacReading(self._frame, asked_s, lead_s, bool(status.output_underflow)))
            out[:] = self.next_block(n_frames)
        except Exception:
            out.fill(0.0)
            self.fault = traceback.format_exc()

    def next_block(self, n_frames: int) -> Samples:
        """The stream's next frames, float32 (n_frames, 2)."""
        if self._later is not None and self._later[0] <= self._frame:
            self.wish, self._later = self._later[1], None
        take, wish, frame = self.take, self.wish, self._frame
        if self.renderer is not self._cast.last:
            self._cast = self._cast.changed(self.renderer, frame)
        if wish is not self._granted:
            within_s = wish.within_s
            if within_s is None:
                within_s = glide_s(self._glide.gain_at(frame), wish.gain)
            n_glide = max(1, round(within_s * self.renderer.sample_rate_hz))
            self._glide, self._granted = self._glide.to(wish.gain, frame, n_glide), wish
        sound = self._rendered(take, n_frames)
        if take is not self._playing:
            sound = _blended(self._rendered(self._playing, n_frames), sound)
            self._playing = take
        if take is not None:
            strikes = self._cast.onsets(take.score, frame, n_frames, take.epoch_s)
            self.strikes.extend(s for s in strikes if self._glide.gain_at(s.frame) > 0.0)
        self._frame += n_frames
        return self._glide.applied(sound, frame)

    def wish_after(self, wish: PlayerWish, wait_s: float) -> None:
        """A wish that is to be granted with the first block that is filled so much later."""
        self._later = self._frame + round(wait_s * self.renderer.sample_rate_hz), wish

    @property
    def has_faded(self) -> bool:
        """The last wish was silence, and it has been granted in full."""
        done = self.wish is self._granted and self._glide.is_over(self._frame)
        return done and self.wish.gain == 0.0

    def _rendered(self, take: Take | None, n_frames: int) -> Samples:
        if take is None:
            return silence(n_frames)
        return self._cast.render(take.score, self._frame, n_frames, take.epoch_s)


def _age_s(current_s: float) -> float:
    """How long ago the host looked at its clock; 0 where it is none of the two that hosts go by.

    What a callback is told was measured before Python could look at any clock, on a busy machine by tens of
    milliseconds. PulseAudio's plugin goes by the wall clock, others by the monotonic one.
    """
    for now_s in (wall_clock(), monotonic_s()):
        if 0.0 <= now_s - current_s < _LONGEST_AGE_S:
            return now_s - current_s
    return 0.0


def _blended(before: Samples, after: Samples) -> Samples:
    """From one to the other in equal steps; where they are equal, exactly that."""
    blend = after - before
    blend *= (np.arange(len(after), dtype=np.float32) / len(after))[:, None]
    blend += before
    return blend
