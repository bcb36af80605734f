"""The outcome of a resonance assessment in words: one wording for the terminal's lines and for the screen."""

from typing import TYPE_CHECKING, Final

from entrain.wording.columns import aligned

if TYPE_CHECKING:
    from entrain.analysed.resonance_outcome import ResonanceOutcome
    from entrain.analysis.assessment import Assessment
    from entrain.analysis.resonance import ResonanceCriteria
    from entrain.person.record import KnownResonance

SAME_PER_MIN: Final = 0.25
SAME_RATE: Final = 0.1  # of one stage, per minute
BAR: Final = 40


def lines(looked: "ResonanceOutcome") -> list[str]:
    """All of it, for a terminal."""
    found = looked.found
    out = [title(looked), "", *table(found)]
    if found.swings:
        most = max(each.swing_bpm for each in found.swings)
        out += ["", "How far your pulse swings with each breath:"]
        for each in reversed(found.swings):
            bar = "█" * round(BAR * each.swing_bpm / most)
            size = f"{each.swing_bpm:.1f} ± {2 * each.error_bpm:.1f} bpm"
            out.append(f"  {each.pace_per_min:5.2f}/min  {bar:<{BAR}}  {size}")
    return [*out, "", *verdict(found), *compared(looked)]


def title(looked: "ResonanceOutcome") -> str:
    """What the outcome is called, and whose it is."""
    whose = f", {looked.person}" if looked.person else ""
    return f"Resonance assessment, session {looked.session}{whose}, {looked.day[:10]}"


def table(found: "Assessment") -> list[str]:
    """The six criteria at each rate, quickest first, under their heads and units."""
    criteria = sorted(found.criteria, key=lambda each: -each.pace_per_min)
    heads = ("breaths/min", "in phase", "peak to trough", "LF power", "LF peak", "smooth", "LF peaks")
    rows: list[tuple[str, ...]] = [heads, ("", "0 to 1", "bpm", "ms²", "ms²/Hz", "0 to 1", "")]
    for c in criteria:
        values = (
            (_in_phase(c, found), 2),
            (c.peak_to_trough_bpm, 1),
            (c.lf_power_ms2, 0),
            (c.lf_peak_ms2_per_hz, 0),
            (c.smoothness, 2),
            (c.n_lf_peaks, 0),
        )
        rows.append((f"{c.pace_per_min:.2f}", *("-" if x is None else f"{x:.{d}f}" for x, d in values)))
    return aligned(rows, right=frozenset(range(len(heads))))


def _in_phase(criteria: "ResonanceCriteria", found: "Assessment") -> float | None:
    """The swing's own where there is one; it is of the breaths after the settling: about the same rate."""
    swings = [each for each in found.swings if abs(each.pace_per_min - criteria.pace_per_min) < SAME_RATE]
    return swings[0].in_phase if swings else criteria.phase_synchrony


def verdict(found: "Assessment") -> list[str]:
    """What came out, and what to make of it."""
    sure = f"{found.confidence:.0%}"
    if found.resonance_per_min is not None:
        return [
            f"Your pulse swings most near {found.resonance_per_min:.2f} breaths a minute"
            f" (confidence {sure}).",
            "It moves with time: on retest it differed in two of three people. Ask again in some weeks.",
        ]
    if len(found.swings) < 4:
        return [
            "Too few of the rates could be measured to say anything.",
            "Check the strap's contact and try again.",
        ]
    return [f"No clear peak (confidence {sure}): no rate stands out from the ones beside it.", *_good(found)]


def _good(found: "Assessment") -> list[str]:
    """Which rates to use where none stands out."""
    good = found.good
    if good is None:
        return ["That is common and nothing is wrong with it. Choose the rate that feels easiest."]
    lines = [f"That is common and nothing is wrong with it. Breathe at {good.use_per_min:.1f} a minute:"]
    if good.to_per_min - good.from_per_min >= SAME_RATE:
        lines[0] = lines[0][:-1] + f", or anywhere from {good.from_per_min:.1f} to {good.to_per_min:.1f}:"
    lines.append(
        f"there your pulse swings at least nine tenths as far as at the best rate (chance {good.chance:.0%})."
    )
    if good.only_grows_downwards:
        lines.append(
            "The swing only grows towards slower rates. Slower than the slowest tried is not better by that:"
            " stay where it is easy."
        )
    return lines


def compared(looked: "ResonanceOutcome") -> list[str]:
    """With the outcome before, if there was one; or why there is nothing to keep."""
    found, before = looked.found, looked.before
    if not looked.is_real:
        return ["No sensor was on anybody, so this is nobody's own rate and is not kept."]
    if before is None:
        return []
    last = last_time(before)
    if found.resonance_per_min is None:
        return [f"{last}; that one stays kept."]
    off = found.resonance_per_min - before.per_min
    if abs(off) <= SAME_PER_MIN:
        return [f"{last}: the same within what can be measured."]
    return [f"{last}: it has moved by {off:+.2f}."]


def last_time(known: "KnownResonance") -> str:
    """What was found before; to be gone on with."""
    return f"Last time, {known.measured_utc[:10]}, it was {known.per_min:.2f} a minute"
