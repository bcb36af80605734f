"""What is said by whoever sits with a heart all day: little."""

from collections.abc import Callable

from entrain.heart.variation import LEAST_USUAL_MIN, Offer, Variation

Told = Callable[[Offer], None]


def begins(offers: bool) -> str:
    """What happens now."""
    what = "A pause is offered when your pulse varies less than usual" if offers else "Nothing will be said"
    return f"Watching; nothing is kept. {what}. Ctrl-C ends it."


def offer(offer: Offer) -> str:
    """An offer, never an alarm."""
    return (
        f"Three quiet minutes? Your pulse varies less than usual: {offer.rmssd_ms:.0f} ms, usually"
        f" {offer.usual_ms:.0f}. If you like: entrain run --preset quiet"
    )


def ended(seen: Variation) -> str:
    """How it was."""
    n, usual_ms = len(seen.minutes), seen.usual_ms
    if usual_ms is None:
        return f"{n} minutes could be measured; what is usual for you takes {LEAST_USUAL_MIN} and more."
    return f"{n} minutes measured; your pulse usually varied by {usual_ms:.0f} ms from beat to beat (RMSSD)."
