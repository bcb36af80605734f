"""From a score to samples, by absolute frame."""

from typing import Final

import numpy as np

from entrain.score import Score
from entrain.synth.level import limited
from entrain.synth.stretch import Samples, Stretch, Strike, presence_in, strikes_in, swells_in
from entrain.synth.voices import DEFAULT, build
from entrain.synth.volume import gain_of

DEFAULT_RATE_HZ: Final = 48_000


def silence(n_frames: int) -> Samples:
    return np.zeros((n_frames, 2), dtype=np.float32)


class Renderer:
    """Renders scores with one voice.

    The same frames come out however the stream is cut into blocks. They also come out the same while the
    score is being edited, as long as an edit changes nothing before the frames already rendered: a score's
    commit rule (`entrain.score.LEAD_S`) sees to that.
    """

    def __init__(
        self,
        voice: str = DEFAULT,
        sample_rate_hz: int = DEFAULT_RATE_HZ,
        beat: float = 1.0,
        breath: float = 1.0,
    ) -> None:
        """`beat` and `breath` are the loudness of those layers, 0 to 1.

        Raises:
            UsageError: there is no such voice.
        """
        self.sample_rate_hz = sample_rate_hz
        self._voice = build(voice, sample_rate_hz)
        self._beat_gain = np.float32(gain_of(beat))
        self._breath_gain = np.float32(gain_of(breath))

    def render(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> Samples:
        """Frames `first_frame` and the following, float32 (n_frames, 2), every sample within ±1.

        Frame f sounds at session time `epoch_s + f / sample_rate_hz`; beat n begins on the frame nearest to
        `score.tempo.time_of_beat(n)`.
        """
        stretch = Stretch(first_frame, n_frames, self.sample_rate_hz, epoch_s)
        out = silence(n_frames)
        presence = presence_in(score.presence, stretch) if n_frames else 0.0
        if not isinstance(presence, np.ndarray) and presence == 0.0:
            return out
        if self._voice.bed is not None:
            out += self._voice.bed(stretch)
        self._add_swells(out, score, stretch)
        self._add_strikes(out, score, stretch)
        out *= presence[:, None] if isinstance(presence, np.ndarray) else np.float32(presence)
        return limited(out)

    def onsets(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> list[Strike]:
        """The beats that begin, and can be heard to begin, in these frames."""
        stretch = Stretch(first_frame, n_frames, self.sample_rate_hz, epoch_s)
        return [strike for strike in strikes_in(score, stretch) if score.presence.at(strike.t_s) > 0.0]

    def _add_strikes(self, out: Samples, score: Score, stretch: Stretch) -> None:
        if self._voice.strike is None or not self._beat_gain:
            return
        for strike in strikes_in(score, stretch, self._voice.tail_frames):
            for delay_frames, grain in self._voice.strike(strike):
                at = strike.frame + delay_frames - stretch.first_frame
                first, end = max(at, 0), min(at + len(grain), stretch.n_frames)
                if first < end:
                    out[first:end] += grain[first - at : end - at] * self._beat_gain

    def _add_swells(self, out: Samples, score: Score, stretch: Stretch) -> None:
        if self._voice.swell is None or not self._breath_gain:
            return
        for swell in swells_in(score, stretch):
            sound = self._voice.swell(swell)
            if sound is not None:
                at = swell.first_frame - stretch.first_frame
                out[at : at + len(sound)] += sound * self._breath_gain
