"""From a score to samples, by absolute frame."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from entrain.score import Score
from entrain.synth import end_gong, hush
from entrain.synth.layers import OWN, Layers
from entrain.synth.level import limited
from entrain.synth.music.layer import AnyMusic
from entrain.synth.stretch import Samples, Stretch, Strike, presence_in, silence, strikes_in, swells_in
from entrain.synth.voice import Grain, Voice
from entrain.synth.voices import DEFAULT, SILENT, build
from entrain.synth.volume import db, gain_of

DEFAULT_RATE_HZ: Final = 48_000
_FULL: Final = np.float32(1.0)
# However sounds are put together, they are as loud as one voice, within a decibel. A voice's beat and breath
# are weighed against each other; another voice's breath may be the stronger one.
_BORROWED_BREATH: Final = np.float32(db(-2.0))
_STEADY_BPM: Final = 60.0  # quicker beats are as loud as these: each of them softer


@dataclass(frozen=True, slots=True)
class Layer:
    """One of background, music, breath and beat. Those with the same `voice` and `gain` sound the same."""

    voice: str
    gain: float
    add: Callable[[Samples, Score, Stretch], None]  # into samples of that stretch

    def sounds_as(self, other: "Layer") -> bool:
        """Would nobody hear the difference?"""
        return (self.voice, self.gain) == (other.voice, other.gain)


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
        music: AnyMusic | None = None,
    ) -> None:
        """`beat` and `breath` are the loudness of those layers, 0 to 1.

        `music` plays what `layers.music` names: whoever renders opens it, in the way in which it can wait.

        Raises:
            UsageError: there is no such voice.
        """
        self.sample_rate_hz = sample_rate_hz
        layers.check()
        built: dict[str, Voice] = {}

        def layer(
            name: str, volume: float, adder: Callable[[Voice, np.float32], _Adder], share: np.float32 = _FULL
        ) -> Layer:
            name = voice if name == OWN else name
            if name not in built:
                built[name] = build(name, sample_rate_hz, layers.scale)
            gain = np.float32(gain_of(volume) * built[name].gain) * share
            return Layer(name, float(gain), adder(built[name], gain))

        borrowed = _FULL if layers.breath_voice == OWN else _BORROWED_BREATH
        self._together = _FULL if layers.music is None else _beside(gain_of(layers.music.volume))
        self.layers: Final = (
            layer(layers.background, layers.background_volume, _bed),
            *(() if music is None else (Layer("music", 1.0, music.add),)),
            layer(layers.breath_voice, breath, _swells, borrowed),
            layer(OWN, beat, _strikes),
        )
        has_bed = built[self.layers[0].voice].bed is not None and layers.background_volume > 0.0
        is_silent = not layers.rest or voice == SILENT or has_bed or music is not None
        self._hush = None if is_silent else hush.build(sample_rate_hz)
        self._gong = (
            None if layers.end_gong <= 0.0 else end_gong.build(sample_rate_hz, gain_of(layers.end_gong))
        )

    def render(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> Samples:
        """Frames `first_frame` and the following, float32 (n_frames, 2), none beyond ±`level.CEILING`.

        Frame f sounds at session time `epoch_s + f / sample_rate_hz`; beat n begins on the frame nearest to
        `score.tempo.time_of_beat(n)`.
        """

        def add_all(out: Samples, stretch: Stretch) -> None:
            for layer in self.layers:
                layer.add(out, score, stretch)

        return self.finished(score, Stretch(first_frame, n_frames, self.sample_rate_hz, epoch_s), add_all)

    def finished(
        self, score: Score, stretch: Stretch, add_all: Callable[[Samples, Stretch], None]
    ) -> Samples:
        """What `add_all` sounds in a stretch, as present as the score has it, with the gong, and limited."""
        out = silence(stretch.n_frames)
        presence = presence_in(score.presence, stretch) if stretch.n_frames else 0.0
        if isinstance(presence, np.ndarray) or presence > 0.0:
            add_all(out, stretch)
            gain = presence * self._together
            if isinstance(gain, np.ndarray):
                out *= gain[:, None]
            elif gain != 1.0:
                out *= np.float32(gain)
        if self._hush is not None:
            hush.added(out, self._hush, score, stretch)
        if self._gong is not None:
            for frame in end_gong.frames_in(score.presence, stretch, len(self._gong)):
                _add(out, (0, self._gong), frame - stretch.first_frame)
        return limited(out)

    def onsets(self, score: Score, first_frame: int, n_frames: int, epoch_s: float) -> list[Strike]:
        """The beats that begin, and can be heard to begin, in these frames."""
        stretch = Stretch(first_frame, n_frames, self.sample_rate_hz, epoch_s)
        return [strike for strike in strikes_in(score, stretch) if score.presence.at(strike.t_s) > 0.0]


_Adder = Callable[[Samples, Score, Stretch], None]


def _beside(music_gain: float) -> np.float32:
    """For music and voice together, neither of which knows of the other: their powers add up."""
    return np.float32(1.0 / sqrt(1.0 + music_gain**2))


def _nothing(out: Samples, score: Score, stretch: Stretch) -> None:
    pass


def _bed(voice: Voice, gain: np.float32) -> _Adder:
    bed = voice.bed
    if bed is None or not gain:
        return _nothing

    def add(out: Samples, score: Score, stretch: Stretch) -> None:
        out += bed(stretch) * gain

    return add


def _swells(voice: Voice, gain: np.float32) -> _Adder:
    sound_of = voice.swell
    if sound_of is None or not gain:
        return _nothing

    def add(out: Samples, score: Score, stretch: Stretch) -> None:
        for swell in swells_in(score, stretch):
            sound = sound_of(swell)
            if sound is not None:
                at = swell.first_frame - stretch.first_frame
                out[at : at + len(sound)] += sound * gain

    return add


def _strikes(voice: Voice, gain: np.float32) -> _Adder:
    grains_of, tail_frames = voice.strike, voice.tail_frames
    if grains_of is None or not gain:
        return _nothing

    def add(out: Samples, score: Score, stretch: Stretch) -> None:
        for strike in strikes_in(score, stretch, tail_frames):
            even = gain if strike.bpm <= _STEADY_BPM else gain * np.float32(sqrt(_STEADY_BPM / strike.bpm))
            for grain in grains_of(strike):
                _add(out, grain, strike.frame - stretch.first_frame, even)

    return add


def _add(out: Samples, grain: Grain, onset: int, gain: np.float32 = _FULL) -> None:
    """Add what of a grain falls into `out`, its strike's onset being at index `onset`."""
    delay_frames, sound = grain
    at = onset + delay_frames
    first, end = max(at, 0), min(at + len(sound), len(out))
    if first < end:
        out[first:end] += sound[first - at : end - at] * gain
