"""One open stream: its callback's player, its clock, and where it stands against the session's time.

The stream counts frames; `epoch_s` is the session's time of frame 0, and changes only where it must. Time
that the device lost is put right at once, in the silence that the loss was. What that leaves is made up for
little by little, a quarter of a millisecond at a time, which nobody hears. Where nothing was lost, what is
merely known better by now moves nothing: every beat keeps the one distance to its plan.
"""

import threading
from collections.abc import Iterator
from typing import Final

from entrain.devices.audio import messages as msg
from entrain.devices.audio.dacclock import JUMP_S, DacClock
from entrain.devices.audio.player import Player, PlayerWish, Take
from entrain.devices.audio.portaudio import Buffering, Device, OutputStream
from entrain.score import Score
from entrain.synth.level import ATTACK_S
from entrain.synth.renderer import Renderer
from entrain.system.priority import go_first
from entrain.system.ticking import monotonic_s

PREROLL_S: Final = 0.5  # of silence: what a sound server plays first may be lost
LOST_S: Final = 0.05  # further off than this, time was lost and the beat is put right at once
SLACK_S: Final = 0.004  # further off than this, and surely so, it is made up for …
SURE_S: Final = 10.0  # for a server that has just begun is itself not sure
STEP_S: Final = 0.00025  # … by so much a look
NEARLY_DRY: Final = 0.4  # the share of the buffer that is left when a callback comes that late
OFTEN_S: Final = 60.0  # a buffer that runs dry twice within that time is too short


class Playing:
    """Opened and started, silent until it is `anchored`. Raises NoDevice where that is refused."""

    def __init__(self, device: Device, renderer: Renderer, origin_s: float, buffering: Buffering) -> None:
        self.player = Player(renderer, origin_s, 0.0)
        self.ended = threading.Event()  # the stream stopped by itself
        self._stream = OutputStream(device, self.player.callback, self.ended.set, buffering)
        self.latency_s = self._stream.latency_s
        self.goes_first = go_first()
        self.has_begun = False  # the device has asked for sound
        self.runs_dry_often = False
        self.device = device
        self._rate_hz = device.sample_rate_hz
        self._clock = DacClock(device.sample_rate_hz, self.latency_s)
        self._epoch_s: float | None = None
        self._zero_s = 0.0
        self._frame = 0
        self._n_dry = 0
        self._last_dry_s = -OFTEN_S
        self._lowest_s = self.latency_s
        self._has_lost = False
        self._is_making_up = False

    def let_go(self) -> None:
        """Close the stream; nothing sounds from then on."""
        self._stream.let_go()

    def collect(self) -> bool:
        """Take in when the callback was called. False if it was not."""
        moments, was_called = self.player.moments, False
        while moments:
            moment = moments.popleft()
            self._clock.add(moment)
            self._n_dry += moment.ran_dry
            if 0.0 < moment.lead_s < self._lowest_s and self._clock.is_settled:
                self._lowest_s = moment.lead_s
            self._frame, was_called = moment.frame, True
        self.has_begun = self.has_begun or was_called
        return was_called

    @property
    def is_ready(self) -> bool:
        """Its time is known, and what a server may lose has gone by."""
        return self._clock.is_settled and self._frame >= PREROLL_S * self._rate_hz

    @property
    def is_anchored(self) -> bool:
        """Is it known which frame sounds when?"""
        return self._epoch_s is not None

    def anchor(self, score: Score | None, gain: float, within_s: float = ATTACK_S) -> None:
        """From now on it sounds, softly at first."""
        self._epoch_s = self._zero_s = self._clock.zero_s()
        self._n_dry = 0
        self.play(score)
        self.player.wish = PlayerWish(gain, within_s)

    def play(self, score: Score | None) -> None:
        if score is not None and self._epoch_s is not None:
            self.player.take = Take(score, self._epoch_s)

    def kept_in_line(self) -> msg.SoundGap | None:
        """Put the beat right where the device stands elsewhere than thought; what was lost, if anything."""
        if self._epoch_s is None or not self._clock.is_settled:
            return None
        zero_s = self._clock.zero_s()
        moved_s, self._zero_s = zero_s - self._zero_s, zero_s
        jump_s = JUMP_S if self._clock.known_s > SURE_S else LOST_S
        lost_s = moved_s if moved_s > jump_s or (self._n_dry and moved_s > 0.0) else 0.0
        behind_s = zero_s - self._epoch_s
        if abs(behind_s) > LOST_S:
            self._move(behind_s)
        else:
            self._make_up_for(behind_s)
            if not self._n_dry and not lost_s:
                return None
        if self._n_dry or lost_s:  # many devices run dry without saying so
            now_s = monotonic_s()
            self.runs_dry_often = now_s - self._last_dry_s < OFTEN_S
            self._last_dry_s = now_s
            self._has_lost = True
        gap = msg.SoundGap(lost_s, self._n_dry, behind_s)
        self._n_dry = 0
        return gap

    def _make_up_for(self, behind_s: float) -> None:
        is_sure = self._has_lost and self._clock.known_s > SURE_S
        if is_sure and abs(behind_s) > max(SLACK_S, self._clock.uncertainty_s()):
            self._is_making_up = True
        elif abs(behind_s) <= STEP_S:
            self._is_making_up = False
        if self._is_making_up:
            self._move(max(-STEP_S, min(STEP_S, behind_s)))

    def _move(self, by_s: float) -> None:
        assert self._epoch_s is not None
        self._epoch_s += by_s
        if self.player.take is not None:
            self.player.take = Take(self.player.take.score, self._epoch_s)

    def nearly_ran_dry(self) -> bool:
        """How little was left in the buffer since it was asked last was too little."""
        lowest_s, self._lowest_s = self._lowest_s, self.latency_s
        return lowest_s < NEARLY_DRY * self.latency_s

    def sounded(self) -> Iterator[msg.Sounded]:
        """The beats that were put into the stream since the last call, with when they are heard."""
        strikes, clock = self.player.strikes, self._clock
        while strikes:
            strike = strikes.popleft()
            dac_s = uncertainty_s = None
            if clock.is_usable and clock.is_settled:
                dac_s = clock.zero_s(strike.frame) + strike.frame / self._rate_hz
                uncertainty_s = clock.uncertainty_s()
            yield msg.Sounded(strike.n, strike.frame, strike.t_s, dac_s, uncertainty_s)
