"""What a voice is: up to three layers, each a function of absolute frames and of the score.

- `strike` sounds one beat: pre-rendered grains, each some frames after the onset. It is asked again for every
  stretch a grain rings into, so for the same `Strike` it must give the same grains.
- `swell` sounds one part of a breath, or those of its frames that are wanted. Its level must be 0 at position
  0 and 1, or meet its neighbours there. None is silence.
- `bed` goes on all the time: a stretch of sound by absolute frame.

None of them knows loudness, presence or the limiter: the renderer does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from entrain.synth.stretch import Samples, Stretch, Strike, Swell

Grain = tuple[int, Samples]  # (frames after the onset, sound (n_frames, 2))


@dataclass(frozen=True, slots=True)
class Voice:
    """How a beat sounds, and what goes with it."""

    strike: Callable[[Strike], tuple[Grain, ...]] | None = None
    tail_frames: int = 0  # the longest that a strike rings, its delay included
    swell: Callable[[Swell], Samples | None] | None = None
    bed: Callable[[Stretch], Samples] | None = None
    gain: float = 1.0  # of all three: what makes the voice as loud as the others (`benchmarks/voices.py`)
