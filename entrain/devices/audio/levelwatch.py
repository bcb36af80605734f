"""Watches over the ears: is our sound muted or made louder in the system's hands, or long on headphones?

And it is quiet at once where that is asked for: what is in the buffers already would sound for half a second
still, so the server's own volume is taken down until they have run out, and put back when they hold silence.

A thread of its own, for asking a server may take as long as the server likes.
"""

import os
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from entrain.devices.audio.messages import Notice, Noticed
from entrain.system.ticking import monotonic_s

if TYPE_CHECKING:
    from entrain.devices.audio.soundserver import SoundServer

EVERY_S: Final = 1.0
AGAIN_S: Final = 10.0  # until a server that did not answer is asked again
HUSH_FADE_S: Final = 0.1  # no click, and soon enough
LONG_ON_HEADPHONES_S: Final = 3600.0


class LevelWatch:
    """What it notices is left in `noticed`, each state once, for others to take."""

    def __init__(self) -> None:
        self.noticed: deque[Noticed] = deque()
        self._last = Notice.AS_PLAYED
        self._since_s: float | None = None  # when headphones were first seen
        self._hush_s = 0.0
        self._over, self._wake = threading.Event(), threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """End the watch; its thread ends soon after."""
        self._over.set()
        self._wake.set()

    def hush(self, for_s: float) -> None:
        """Be quiet now, for as long as what is on its way takes; what follows is silent by itself."""
        self._hush_s = for_s
        self._wake.set()

    def _run(self) -> None:
        try:
            from entrain.devices.audio.soundserver import SoundServer
        except (ImportError, OSError):  # no libpulse: then there is no such server either
            return
        while not self._over.is_set():
            with suppress(OSError):
                server = SoundServer(os.getpid())
                while not self._over.is_set():
                    self._wake.wait(EVERY_S)
                    self._wake.clear()
                    self._turn(server)
            self._over.wait(AGAIN_S)

    def _turn(self, server: "SoundServer") -> None:
        hush_s, self._hush_s = self._hush_s, 0.0
        if not hush_s:
            self._look(server)
            return
        before = server.fade_out(HUSH_FADE_S)
        self._over.wait(hush_s)
        if before is not None:
            server.put_back(before)

    def _look(self, server: "SoundServer") -> None:
        was_db = server.not_louder()
        if was_db is not None:
            self.noticed.append(Noticed(Notice.TURNED_BACK, was_db))
        loudness = server.loudness()
        if loudness is None:
            return
        found = loudness.notice() or Noticed(Notice.AS_PLAYED)
        if found.notice is not self._last:
            self._last = found.notice
            self.noticed.append(found)
        self._listen_long(loudness.on_headphones is True and found.notice is not Notice.MUTED)

    def _listen_long(self, on_headphones: bool) -> None:
        if not on_headphones:
            self._since_s = None
        elif self._since_s is None:
            self._since_s = monotonic_s()
        elif monotonic_s() - self._since_s >= LONG_ON_HEADPHONES_S:
            self._since_s = monotonic_s()
            self.noticed.append(Noticed(Notice.LONG_ON_HEADPHONES))
