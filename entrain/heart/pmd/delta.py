"""Compressed samples: one in full, then groups of differences, each group with as many bits as it needs.

A group is an octet with the bits of a difference, an octet with the number of samples, and the differences
of all channels one after the other, lowest bit first, filled up to a whole octet. They are signed (two's
complement), from sample to sample.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from entrain.errors import MalformedMeasurement

MOST_BITS: Final = 32
MOST_IN_GROUP: Final = 255

Sample = tuple[int, ...]
"""One value for each channel."""


def decoded(data: bytes, n_channels: int, bits: int) -> tuple[Sample, ...]:
    """The samples, the full one among them.

    Args:
        bits: of each channel of the sample that is given in full.
    Raises:
        MalformedMeasurement: the bytes end early, or a group has differences of no possible size.
    """
    size = (bits + 7) // 8
    at = size * n_channels
    if len(data) < at:
        raise MalformedMeasurement(f"compressed frame of {len(data)} bytes is too short: {data.hex()}")
    channels = (data[k : k + size] for k in range(0, at, size))
    sample = tuple(int.from_bytes(channel, "little", signed=True) for channel in channels)
    samples = [sample]
    while at < len(data):
        if at + 2 > len(data):
            raise MalformedMeasurement(f"compressed frame ends within a group's head: {data.hex()}")
        width, n = data[at], data[at + 1]
        end = at + 2 + (width * n * n_channels + 7) // 8
        if width > MOST_BITS or end > len(data):
            raise MalformedMeasurement(f"compressed frame has no room for {n} × {width} bits: {data.hex()}")
        packed = int.from_bytes(data[at + 2 : end], "little")
        for _ in range(n):
            steps: list[int] = []
            for _ in range(n_channels):
                steps.append(_signed(packed & ((1 << width) - 1), width))
                packed >>= width
            sample = tuple(value + step for value, step in zip(sample, steps, strict=True))
            samples.append(sample)
        at = end
    return tuple(samples)


def encoded(samples: Sequence[Sample], bits: int) -> bytes:
    """The bytes of one sample or more; the differences in as few bits as the widest of them needs.

    Raises:
        ValueError: a value does not fit into `bits`.
    """
    size = (bits + 7) // 8
    try:
        out = b"".join(value.to_bytes(size, "little", signed=True) for value in samples[0])
    except OverflowError as error:
        raise ValueError(f"{samples[0]} does not fit into {bits} bits") from error
    for first in range(0, len(samples) - 1, MOST_IN_GROUP):
        group = samples[first : first + MOST_IN_GROUP + 1]
        steps = [
            after - before for last, now in pairwise(group) for before, after in zip(last, now, strict=True)
        ]
        width = max(_width(step) for step in steps)
        packed = 0
        for index, step in enumerate(steps):
            packed |= (step & ((1 << width) - 1)) << (index * width)
        out += bytes([width, len(group) - 1]) + packed.to_bytes((width * len(steps) + 7) // 8, "little")
    return out


def _signed(value: int, width: int) -> int:
    return value - (1 << width) if width and value >> (width - 1) else value


def _width(step: int) -> int:
    """Bits of a signed number."""
    return (step if step >= 0 else ~step).bit_length() + 1
