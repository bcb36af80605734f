"""The median, on plain floats: `statistics` is an order of magnitude slower to import and to call."""

from collections.abc import Collection


def median(values: Collection[float]) -> float:
    """The middle of `values`, or the mean of the two middle ones; at least one value."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else 0.5 * (ordered[middle - 1] + ordered[middle])
