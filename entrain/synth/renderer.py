"""From a score to samples, by absolute frame."""

from typing import Final

import numpy as np

from entrain.score import Score
from entrain.synth import end_gong
from entrain.synth.layers import OWN, Layers
from entrain.synth.level import limited
from entrain.synth.stretch import Samples, Stretch, Strike, presence_in, strikes_in, swells_in
from entrain.synth.voice import Grain, Voice
from entrain.synth.voices import DEFAULT, build
from entrain.synth.volume import gain_of

DEFAULT_RATE_HZ: Final = 48_000
_FULL: Final = np.float32(1.0)


def silence(n_frames: int) -> Samples:
    return np.zeros((n_frames, 2), dtype=np.float32)


class Renderer:
    """Renders scores with a voice for the beat, one for the breath, and one for the background.

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
        layers: Layers = Layers(),
    ) -> None:
        """`beat` and `breath` are the loudness of those layers, 0 to 1.

        Raises:
            UsageError: there is no such voice.
        """
        self.sample_rate_hz = sample_rate_hz
        layers.check()
        built: dict[str, Voice] = {}

        def voice_of(name: str) -> Voice:
            name = voice if name == OWN else name
            if name not in built:
                built[name] = build(name, sample_rate_hz, layers.scale)
            return built[name]

        own, breathing, ground = voice_of(OWN), voice_of(layers.breath_voice), voice_of(layers.background)
        self._strike, self._tail_frames = own.strike, own.tail_frames
        self._swell, self._bed = breathing.swell, ground.bed
        self._beat_gain = np.float32(gain_of(beat) * own.gain)
        self._breath_gain = np.float32(gain_of(breath) * breathing.gain)
        self._bed_gain = np.float32(gain_of(layers.background_volume) * ground.gain)
        self._gong = (
            None if layers.end_gong <= 0.0 else end_gong.build(sample_rate_hz, gain_of(layers.end_gong))
        )

    def render(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> Samples:
        """Frames `first_frame` and the following, float32 (n_frames, 2), every sample within ±1.

        Frame f sounds at session time `epoch_s + f / sample_rate_hz`; beat n begins on the frame nearest to
        `score.tempo.time_of_beat(n)`.
        """
        stretch = Stretch(first_frame, n_frames, self.sample_rate_hz, epoch_s)
        out = silence(n_frames)
        presence = presence_in(score.presence, stretch) if n_frames else 0.0
        if isinstance(presence, np.ndarray) or presence > 0.0:
            if self._bed is not None and self._bed_gain:
                out += self._bed(stretch) * self._bed_gain
            self._add_swells(out, score, stretch)
            self._add_strikes(out, score, stretch)
            out *= presence[:, None] if isinstance(presence, np.ndarray) else np.float32(presence)
        if self._gong is not None:
            for frame in end_gong.frames_in(score.presence, stretch, len(self._gong)):
                _add(out, (0, self._gong), frame - stretch.first_frame)
        return limited(out)

    def onsets(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> list[Strike]:
        """The beats that begin, and can be heard to begin, in these frames."""
        stretch = Stretch(first_frame, n_frames, self.sample_rate_hz, epoch_s)
        return [strike for strike in strikes_in(score, stretch) if score.presence.at(strike.t_s) > 0.0]

    def _add_strikes(self, out: Samples, score: Score, stretch: Stretch) -> None:
        if self._strike is None or not self._beat_gain:
            return
        for strike in strikes_in(score, stretch, self._tail_frames):
            for grain in self._strike(strike):
                _add(out, grain, strike.frame - stretch.first_frame, self._beat_gain)

    def _add_swells(self, out: Samples, score: Score, stretch: Stretch) -> None:
        if self._swell is None or not self._breath_gain:
            return
        for swell in swells_in(score, stretch):
            sound = self._swell(swell)
            if sound is not None:
                at = swell.first_frame - stretch.first_frame
                out[at : at + len(sound)] += sound * self._breath_gain


def _add(out: Samples, grain: Grain, onset: int, gain: np.float32 = _FULL) -> None:
    """Add what of a grain falls into `out`, its strike's onset being at index `onset`."""
    delay_frames, sound = grain
    at = onset + delay_frames
    first, end = max(at, 0), min(at + len(sound), len(out))
    if first < end:
        out[first:end] += sound[first - at : end - at] * gain
