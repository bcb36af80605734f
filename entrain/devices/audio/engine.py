"""The sound engine: a process of its own that holds the device, so that nothing a session does can stop it.

It reads messages from stdin and writes them to stdout (see `messages`). It ends when told to fade, when the
device is gone, or when its parent is: a lost device needs a new PortAudio, and that is a new process.

Where a device opens and then asks for nothing, it is opened otherwise before that is given up. Its buffer is
short where the machine has time for us, so that a mute is heard at once. Where it was nearly empty, or ran
dry twice within a minute, a second stream with a deeper one is opened beside the first, and one fades into
the other on the same beat; a device that cannot be opened twice is left until there is nothing to be heard.
"""

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from time import sleep
from typing import TYPE_CHECKING, BinaryIO, Final

from entrain.devices.audio import messages as msg
from entrain.devices.audio.levelwatch import LevelWatch
from entrain.devices.audio.player import PlayerWish
from entrain.remark import Remark
from entrain.score import Score
from entrain.synth.music.piece import Playlist, Segment
from entrain.synth.renderer import Renderer
from entrain.system.ticking import monotonic_s

if TYPE_CHECKING:
    from entrain.devices.audio.playing import Playing
    from entrain.devices.audio.portaudio import Buffering, Device
    from entrain.music_library.reading import AheadSource
    from entrain.synth.music.layer import Music

ROUND_S: Final = 0.05
BEYOND_S: Final = 0.25  # what a sound server may hold beside the latency it tells
ALIVE_S: Final = 0.2
BEGINS_S: Final = 2.5  # without a first callback; a server's first buffer may take over a second to begin
STALLED_S: Final = 3.0  # without a callback later
HANDOVER_S: Final = 0.4  # from one stream to the other
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
        self._last_n = -1  # the newest beat that was said
        self._alive_s = 0.0
        self._music_at: Segment | None = None
        self._left_out = ""
        self._not_before_s = (
            0.0  # of the session: a device that is there for one is not asked again and again
        )

    def run(self) -> None:
        try:
            # PortAudio is loaded here, not above: where it is missing, that is an answer, not a crash.
            from entrain.devices.audio import portaudio
        except OSError as error:
            self._say(msg.Failed(msg.EngineFault.NO_LIBRARY, cause=str(error)))
            return
        try:
            device = portaudio.chosen(self._begin.device)
            self._music = _music(self._begin.layers.music, device.sample_rate_hz)
            renderer = Renderer(
                self._voice,
                device.sample_rate_hz,
                self._begin.beat,
                self._begin.breath,
                self._begin.layers,
                self._music,
            )
            gc.freeze()  # what is loaded now stays; no collection need look at it again
            playing = self._opened(device, renderer)
            if playing is None:
                return
            self._watch = LevelWatch()
            self._serve(device, playing)
        except portaudio.NoDevice as error:
            self._say(msg.Failed(_why_not(error.remark), error.remark))

    def _opened(self, device: "Device", renderer: Renderer) -> "Playing | None":
        """A stream that asks for sound. Where one never does, another is tried; None after the last."""
        from entrain.devices.audio.playing import Playing

        for buffering in self._bufferings():
            playing = Playing(device, renderer, self._begin.origin_s, buffering)
            end_s = monotonic_s() + BEGINS_S
            while monotonic_s() < end_s and not playing.collect() and not playing.ended.is_set():
                self._say_alive()
                sleep(ROUND_S)
            if playing.has_begun or playing.ended.is_set():
                return playing
            playing.let_go()
        self._say(msg.Failed(msg.EngineFault.NO_CALLBACK))
        return None

    def _bufferings(self) -> Iterator["Buffering"]:
        from entrain.devices.audio import portaudio
        from entrain.system.priority import goes_first_or_has_time

        # A machine that has shown how busy it is gets the deeper buffer before the beat begins.
        self._depth = 0 if goes_first_or_has_time() else 1
        self._left_out = portaudio.left_out_of_the_environment()
        yield portaudio.Buffering(portaudio.LATENCIES_S[self._depth])
        self._depth = len(portaudio.LATENCIES_S) - 1
        yield from portaudio.OTHERWISE

    # ---- while it plays ----

    def _serve(self, device: "Device", playing: "Playing") -> None:
        """Play until all is over."""
        self._now, self._coming = playing, None
        self._going: tuple[Playing, float] | None = None  # what fades, and when it is let go
        fading = False
        called_s = monotonic_s()
        while not (fading and self._now.player.has_faded):
            fading = self._take_a_message() or fading
            now_s = monotonic_s()
            self._tell_of_music()
            self._tell_of_levels()
            if self._collect(fading):
                called_s = now_s
            fault = self._fault(now_s - called_s)
            if fault is not None:
                self._say(fault)
                return
            if not fading:
                self._deepen(device, now_s)
            self._say_alive()
        # What was faded last is still on its way to the loudspeaker, through the server's own buffer too.
        self._now.ended.wait(self._now.latency_s + BEYOND_S)
        self._now.let_go()

    def _take_a_message(self) -> bool:
        """Do what the session says, if it says something soon. True where it is to fade and end."""
        try:
            message = self._inbox.get(timeout=ROUND_S)
        except Empty:
            return False
        match message:
            case msg.Play(score):
                self._score = score
                for playing in self._streams():
                    playing.play(score)
            case msg.SetGain(gain):
                self._gain = gain
                if self._now.is_anchored:
                    self._now.player.wish = PlayerWish(gain)
            case msg.Hush():
                self._watch.hush(self._now.latency_s + BEYOND_S)
            case msg.ChangeVoice(voice):
                self._voice = voice
                # Making a voice takes a while, and the session must not think us dead meanwhile.
                threading.Thread(target=self._change_voice, daemon=True).start()
            case msg.Fade(fade_s):
                self._now.player.wish = PlayerWish(0.0, fade_s)
                return True
            case None:
                self._now.player.wish = PlayerWish(0.0, ORPHAN_FADE_S)
                return True
            case _:
                pass
        return False

    def _streams(self) -> "list[Playing]":
        return [self._now] if self._going is None else [self._going[0], self._now]

    def _fault(self, silent_s: float) -> msg.Failed | None:
        now = self._now
        if now.player.fault:
            return msg.Failed(msg.EngineFault.BROKEN, cause=now.player.fault)
        return msg.Failed(msg.EngineFault.LOST) if now.ended.is_set() or silent_s > STALLED_S else None

    def _collect(self, fading: bool) -> bool:
        """Take in what the callbacks left: when they were called, and what they played. False if none was."""
        was_called = self._now.collect()
        if not self._now.is_anchored and self._now.is_ready and not fading:
            self._now.anchor(self._score, self._gain)
            self._say_opened()
        gap = self._now.kept_in_line()
        if gap is not None:
            self._say(gap)
        for playing in self._streams():
            for sounded in playing.sounded():
                if sounded.n > self._last_n:
                    self._last_n = sounded.n
                    self._say(sounded)
        return was_called

    def _say_opened(self) -> None:
        now = self._now
        device, rate_hz = now.device.name, now.device.sample_rate_hz
        self._say(msg.Opened(device, rate_hz, now.latency_s, now.goes_first, left_out=self._left_out))

    # ---- a deeper buffer ----

    def _deepen(self, device: "Device", now_s: float) -> None:
        """Where the buffer is too short, go over to a stream with a deeper one, a step a look."""
        if self._going is not None:
            playing, until_s = self._going
            playing.collect()
            if now_s >= until_s:
                self._going = None
                playing.let_go()
        elif self._coming is not None:
            self._coming.collect()
            if self._coming.is_ready:
                self._hand_over(self._coming, now_s)
        elif self._now.is_anchored and self._should_be_deeper(now_s - self._begin.origin_s):
            self._open_deeper(device, now_s)

    def _should_be_deeper(self, session_s: float) -> bool:
        from entrain.devices.audio.portaudio import LATENCIES_S

        is_short = self._now.nearly_ran_dry()
        if self._depth + 1 >= len(LATENCIES_S) or session_s < self._not_before_s:
            return False
        # Music is woven by one reader only, so there two streams cannot sound at a time.
        can_overlap = self._music is None
        wanted = self._now.runs_dry_often or is_short
        return wanted and (can_overlap or self._is_quiet(session_s))

    def _open_deeper(self, device: "Device", now_s: float) -> None:
        from entrain.devices.audio import portaudio
        from entrain.devices.audio.playing import Playing

        buffering = portaudio.Buffering(portaudio.LATENCIES_S[self._depth + 1])
        try:
            self._coming = Playing(device, self._now.player.renderer, self._begin.origin_s, buffering)
        except portaudio.NoDevice:  # it is there for one only
            self._not_before_s = now_s - self._begin.origin_s + QUIET_S
            return
        self._depth += 1

    def _hand_over(self, to: "Playing", now_s: float) -> None:
        before, self._now, self._coming = self._now, to, None
        later_s = max(0.0, to.latency_s - before.latency_s)  # what it plays now is heard so much later
        to.player.renderer = before.player.renderer
        to.anchor(self._score, self._gain, HANDOVER_S)
        before.player.wish_after(PlayerWish(0.0, HANDOVER_S), later_s)
        self._going = before, now_s + later_s + HANDOVER_S + before.latency_s
        self._say_opened()

    def _is_quiet(self, session_s: float) -> bool:
        """Nothing is heard now, nor will be soon."""
        if self._score is None:
            return True
        presence, before_s = self._score.presence, session_s - self._now.latency_s
        later_s = session_s + QUIET_S
        rises = any(session_s < x.start_s + x.duration_s and x.start_s < later_s for x in presence.levels)
        return not rises and presence.at(before_s) == presence.at(later_s) == 0.0

    def _tell_of_music(self) -> None:
        music = self._music
        if music is None:
            return
        if music.newest is not None and music.newest is not self._music_at:
            self._music_at = music.newest
            self._say(msg.MusicAt(self._music_at))
        while music.said:
            self._say(msg.MusicSaid(music.said.popleft()))

    def _tell_of_levels(self) -> None:
        while self._watch.noticed:
            self._say(self._watch.noticed.popleft())

    def _change_voice(self) -> None:
        voice, begin = self._voice, self._begin
        rate_hz = self._now.device.sample_rate_hz
        renderer = Renderer(voice, rate_hz, begin.beat, begin.breath, begin.layers, self._music)
        if voice == self._voice:  # or another one was chosen since
            for playing in self._streams():
                playing.player.renderer = renderer

    def _say_alive(self) -> None:
        if monotonic_s() - self._alive_s >= ALIVE_S:
            self._alive_s = monotonic_s()
            self._say(msg.Alive())

    def _say(self, message: msg.FromEngine) -> None:
        try:
            self._answers.write(msg.packed(message))
            self._answers.flush()
        except OSError:
            pass  # nobody listens any more; the inbox will say so


def _why_not(remark: Remark | None) -> msg.EngineFault:
    if remark is not None:  # a device was there, or others than the one that was asked for
        return msg.EngineFault.NO_DEVICE
    try:
        from entrain.devices.audio.soundserver import why_not
    except (ImportError, OSError):
        return msg.EngineFault.NO_DEVICE
    return why_not()


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
            answers.write(msg.packed(msg.Failed(msg.EngineFault.BROKEN, cause=traceback.format_exc())))
            answers.flush()
    # No clean-up: PortAudio's own can hang when a server has died.
    os._exit(0)


if __name__ == "__main__":
    main()
