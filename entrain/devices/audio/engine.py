"""The sound engine: a process of its own that holds the device, so that nothing a session does can stop it.

It reads messages from stdin and writes them to stdout (see `messages`). It ends when told to fade, when the
device is gone, or when its parent is: a lost device needs a new PortAudio, and that is a new process.

The device's buffer is short at first, so that a mute is heard at once. Where the machine is too busy for
that, the stream is opened again with a deeper one: while nothing is to be heard as soon as the buffer was
nearly empty, otherwise when it has run dry twice within a minute.
"""

import gc
import os
import signal
import sys
import threading
import traceback
from dataclasses import replace
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import TYPE_CHECKING, BinaryIO, Final

from entrain.devices.audio import messages as msg
from entrain.devices.audio.dacclock import JUMP_S, DacClock
from entrain.devices.audio.player import Player, PlayerWish, Take
from entrain.devices.audio.priority import go_first
from entrain.score import Score
from entrain.synth.music.piece import Playlist, Segment
from entrain.synth.renderer import Renderer

if TYPE_CHECKING:
    from entrain.music_library.reading import AheadSource
    from entrain.synth.music.layer import Music

PREROLL_S: Final = 0.5  # of silence: what a sound server plays first may be lost
ROUND_S: Final = 0.05
BEYOND_S: Final = 0.25  # what a sound server may hold beside the latency it tells
ALIVE_S: Final = 0.2
STALLED_S: Final = 3.0  # without a callback; a server's first buffer may take over a second to begin
REANCHOR_S: Final = 0.05  # further off than this, the beat is put right again …
REANCHOR_SHARE: Final = 0.25  # … or than this of the buffer: the deeper it is, the less is its time known
JUMP_SHARE: Final = 0.1  # and so with what counts as lost time
NEARLY_DRY: Final = 0.4  # the share of the buffer that is left when a callback comes that late
OFTEN_S: Final = 60.0  # a buffer that runs dry twice within that time is too short
QUIET_S: Final = 2.0  # nothing to be heard for so long: time enough to open a stream again
ORPHAN_FADE_S: Final = 0.05
ORPHAN_S: Final = 3.0  # what an engine may outlive its parent by, whatever hangs

Inbox = SimpleQueue[msg.ToEngine | None]


class Engine:
    """One device from its opening to its end."""

    def __init__(self, begin: msg.Begin, inbox: Inbox, answers: BinaryIO) -> None:
        self._begin = begin
        self._inbox = inbox
        self._answers = answers
        self._voice, self._gain = begin.voice, begin.gain
        self._score: Score | None = None
        self._cut_short_s: float | None = None  # when a stream was given up while it was heard

    def run(self) -> None:
        try:
            # PortAudio is loaded here, not above: where it is missing, that is an answer, not a crash.
            from entrain.devices.audio import portaudio
        except OSError as error:
            self._say(msg.Failed(msg.EngineFault.NO_LIBRARY, str(error)))
            return
        try:
            device = portaudio.chosen(self._begin.device)
            self._rate_hz = device.sample_rate_hz
            self._music = _music(self._begin.layers.music, self._rate_hz)
            renderer = self._renderer()
            gc.freeze()  # what is loaded now stays; no collection need look at it again
            for latency_s in portaudio.LATENCIES_S:
                self._player = Player(renderer, self._begin.origin_s, self._gain)
                self._ended = threading.Event()  # the stream stopped by itself
                stream = portaudio.OutputStream(device, self._player.callback, self._ended.set, latency_s)
                self._opening = msg.Opened(
                    device.name, device.sample_rate_hz, stream.latency_s, goes_first=go_first()
                )
                self._clock = DacClock(device.sample_rate_hz, stream.latency_s)
                self._can_be_deeper = latency_s < portaudio.LATENCIES_S[-1]
                try:
                    if not self._serve():
                        return
                finally:
                    stream.let_go()
                renderer = self._player.renderer
        except portaudio.NoDevice as error:
            self._say(msg.Failed(msg.EngineFault.NO_DEVICE, str(error)))

    # ---- while it plays ----

    def _serve(self) -> bool:
        """Play until all is over; True where it should go on with a deeper buffer."""
        self._epoch_s: float | None = None
        self._zero_s = 0.0
        self._n_dry = 0
        self._lowest_s = self._opening.latency_s  # how little was left in the buffer since it was looked at
        self._music_at: Segment | None = None
        fading = False
        alive_s = heard_s = monotonic()
        while not (fading and self._player.has_faded):
            try:
                match self._inbox.get(timeout=ROUND_S):
                    case msg.Play(score):
                        self._score = score
                        self._set_take()
                    case msg.SetGain(gain) if not fading:
                        self._gain, self._player.wish = gain, PlayerWish(gain)
                    case msg.ChangeVoice(voice):
                        self._voice = voice
                        # Making a voice takes a while, and the session must not think us dead meanwhile.
                        threading.Thread(target=self._change_voice, daemon=True).start()
                    case msg.Fade(fade_s):
                        fading = True
                        self._player.wish = PlayerWish(0.0, fade_s)
                    case None:
                        fading = True
                        self._player.wish = PlayerWish(0.0, ORPHAN_FADE_S)
                    case _:
                        pass
            except Empty:
                pass
            now_s = monotonic()
            self._tell_of_music()
            if self._collect():
                heard_s = now_s
            if self._player.fault:
                self._say(msg.Failed(msg.EngineFault.BROKEN, self._player.fault))
                return False
            if self._ended.is_set() or now_s - heard_s > STALLED_S:
                self._say(msg.Failed(msg.EngineFault.LOST))
                return False
            if not fading and self._should_be_deeper(now_s - self._begin.origin_s):
                self._cut_short_s = None if self._is_quiet(now_s - self._begin.origin_s) else now_s
                return True
            if now_s - alive_s >= ALIVE_S:
                alive_s = now_s
                self._say(msg.Alive())
        # What was faded last is still on its way to the loudspeaker, through the server's own buffer too.
        self._ended.wait(self._opening.latency_s + BEYOND_S)
        return False

    def _should_be_deeper(self, now_s: float) -> bool:
        if self._epoch_s is None or not self._can_be_deeper:
            return False
        lowest_s, self._lowest_s = self._lowest_s, self._opening.latency_s
        is_short = lowest_s < NEARLY_DRY * self._opening.latency_s
        return self._runs_dry_often or (is_short and self._is_quiet(now_s))

    def _is_quiet(self, now_s: float) -> bool:
        """Nothing is heard now, nor will be soon."""
        if self._score is None:
            return True
        presence = self._score.presence
        rises = any(now_s < x.start_s + x.duration_s and x.start_s < now_s + QUIET_S for x in presence.levels)
        return (
            not rises and presence.at(now_s - self._opening.latency_s) == presence.at(now_s + QUIET_S) == 0.0
        )

    def _collect(self) -> bool:
        """Take in what the callback left: when it was called, and what it played. False if it was not."""
        player, clock = self._player, self._clock
        frame = -1
        while player.moments:
            moment = player.moments.popleft()
            clock.add(moment)
            self._n_dry += moment.ran_dry
            if 0.0 < moment.lead_s < self._lowest_s and clock.is_settled:
                self._lowest_s = moment.lead_s
            frame = moment.frame
        if clock.is_settled:
            self._keep_in_line(frame)
        while player.strikes:
            strike = player.strikes.popleft()
            dac_s = uncertainty_s = None
            if clock.is_usable and clock.is_settled:
                dac_s = clock.zero_s() + strike.frame / self._rate_hz
                uncertainty_s = clock.uncertainty_s()
            self._say(msg.Sounded(strike.n, strike.frame, strike.t_s, dac_s, uncertainty_s))
        return frame >= 0

    def _tell_of_music(self) -> None:
        music = self._music
        if music is None:
            return
        if music.newest is not None and music.newest is not self._music_at:
            self._music_at = music.newest
            self._say(msg.MusicAt(self._music_at))
        while music.said:
            self._say(msg.MusicSaid(music.said.popleft()))

    def _keep_in_line(self, frame: int) -> None:
        """Anchor the stream to the session; anchor it again where the device has fallen behind for good."""
        zero_s = self._clock.zero_s()
        if self._epoch_s is None:
            if frame >= PREROLL_S * self._rate_hz:
                self._epoch_s = self._zero_s = zero_s
                self._n_dry = 0
                self._runs_dry_often, self._last_dry_s = False, -OFTEN_S
                self._set_take()
                gap_s = 0.0 if self._cut_short_s is None else monotonic() - self._cut_short_s
                self._say(replace(self._opening, gap_s=gap_s))
            return
        # A clock drifts by microseconds between two looks; what moves by more has lost time, said or not.
        moved_s, self._zero_s = zero_s - self._zero_s, zero_s
        jump_s = max(JUMP_S, JUMP_SHARE * self._opening.latency_s)
        lost_s = moved_s if moved_s > jump_s or (self._n_dry and moved_s > 0.0) else 0.0
        behind_s = zero_s - self._epoch_s
        if abs(behind_s) > max(REANCHOR_S, REANCHOR_SHARE * self._opening.latency_s):
            self._epoch_s = zero_s
            self._set_take()
        elif not self._n_dry and not lost_s:
            return
        if self._n_dry or lost_s:  # many devices run dry without saying so
            now_s = monotonic()
            self._runs_dry_often = now_s - self._last_dry_s < OFTEN_S
            self._last_dry_s = now_s
        self._say(msg.SoundGap(lost_s, self._n_dry, behind_s))
        self._n_dry = 0

    def _renderer(self) -> Renderer:
        begin = self._begin
        return Renderer(self._voice, self._rate_hz, begin.beat, begin.breath, begin.layers, self._music)

    def _change_voice(self) -> None:
        voice = self._voice
        renderer = self._renderer()
        if voice == self._voice:  # or another one was chosen since
            self._player.renderer = renderer

    def _set_take(self) -> None:
        if self._score is not None and self._epoch_s is not None:
            self._player.take = Take(self._score, self._epoch_s)

    def _say(self, message: msg.FromEngine) -> None:
        try:
            self._answers.write(msg.packed(message))
            self._answers.flush()
        except OSError:
            pass  # nobody listens any more; the inbox will say so


def _music(playlist: Playlist | None, sample_rate_hz: int) -> "Music[AheadSource] | None":
    if playlist is None:
        return None
    # Imported where there is music: it brings the library that decodes.
    from entrain.music_library.reading import music_ahead

    return music_ahead(playlist, sample_rate_hz)


def _listen(pipe: BinaryIO, inbox: Inbox) -> None:
    while (message := msg.read(pipe)) is not None:
        inbox.put(message)
    inbox.put(None)
    sleep(ORPHAN_S)
    os._exit(1)


def main() -> None:
    """Run one engine between stdin and stdout."""
    # A Ctrl-C in the terminal is the session's to answer, with a fade.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    # What C libraries print, and a dying sound server makes them print megabytes, must reach nobody's screen.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    inbox: Inbox = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    begin = inbox.get()
    if isinstance(begin, msg.Begin):
        try:
            Engine(begin, inbox, answers).run()
        except Exception:
            answers.write(msg.packed(msg.Failed(msg.EngineFault.BROKEN, traceback.format_exc())))
            answers.flush()
    # No clean-up: PortAudio's own can hang when a server has died.
    os._exit(0)


if __name__ == "__main__":
    main()
