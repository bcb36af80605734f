"""What is said at the end of a session without a screen."""

from dataclasses import asdict
from typing import TextIO

from entrain.control.view import Summary
from entrain.foreign import json_text
from entrain.headless.lines import entry
from entrain.wording.decisions import sentence
from entrain.wording.figures import LEAST_JUDGED_S, LIVE, LIVE_MEANS
from entrain.wording.group import EACH_BY_ITSELF, heart_lines
from entrain.wording.summary import MADE_UP
from entrain.wording.times import clock


def say_summary(summary: Summary, out: TextIO, json_lines: bool, *, simulated: bool = False) -> None:
    """The last line, or lines, of a headless run; `simulated`: nobody was measured, and that is said."""
    if json_lines:
        line = entry(summary.duration_s, "summary", figures=LIVE, simulated=simulated, **asdict(summary))
        print(json_text(line, allow_nan=False), file=out, flush=True)
        return
    blank, how, *figures = summary_lines(summary)
    for text in (blank, how, *((MADE_UP,) if simulated else ()), *figures):
        print(text, file=out, flush=True)


def summary_lines(summary: Summary) -> list[str]:
    """The summary in plain sentences, for a terminal."""
    lines = ["", f"{sentence(summary.reason).rstrip('.')} after {clock(summary.duration_s)}."]
    if summary.hearts:
        lines += [EACH_BY_ITSELF, *(f"  {line}." for line in heart_lines(summary))]
    elif summary.baseline_bpm is not None and summary.end_bpm is not None:
        first, last = summary.baseline_bpm, summary.end_bpm
        change = f"({last - first:+.1f})"
        lines.append(f"Your pulse was {first:.0f} at first and {last:.0f} in the last minute {change}.")
    elif summary.n_beats:
        lines.append("There was too little data to compare the beginning with the end.")
    if summary.lowest_tempo_bpm is not None:
        text = f"The beat went down to {summary.lowest_tempo_bpm:.0f} a minute"
        if summary.slowest_breath_per_min is not None:
            text += f", the breath to {summary.slowest_breath_per_min:.1f} a minute"
        lines.append(f"{text}.")
    if summary.judged_s >= LEAST_JUDGED_S and not summary.hearts:
        in_step, judged = summary.in_step_s / 60.0, summary.judged_s / 60.0
        lines.append(f"Your breath was in step for {in_step:.1f} of {judged:.1f} measurable minutes.")
    elif summary.n_beats and not summary.hearts:
        lines.append("Your heart did not show clearly enough whether your breath was in step.")
    if summary.n_beats:
        share = 100.0 * summary.n_artefacts / summary.n_beats
        text = f"{summary.n_beats} beats, {share:.1f} % set aside as artefacts"
        if summary.n_outages:
            times = "once" if summary.n_outages == 1 else f"{summary.n_outages} times"
            text += f"; the strap was lost {times}, for {summary.outage_s:.0f} s in all"
        lines.append(f"{text}.")
    if summary.n_beats and not summary.hearts:
        lines.append(LIVE_MEANS)
    if summary.session_id is not None:
        lines.append(f"Kept as session {summary.session_id}: entrain sessions show {summary.session_id}")
    return lines
