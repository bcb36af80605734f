"""A session without a screen: lines on stdout, signals in.

With `json_lines`, one JSON object a line as described in `docs/reference/headless.md`; otherwise a plain line
for each change and each breath, fit for a screen reader or a log.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TextIO

from entrain.breath.pattern import BreathPart
from entrain.control.events import (
    BeatSeen,
    BreathCued,
    BreathMeasured,
    CommandGiven,
    Decided,
    Effect,
    Event,
    HeartDoubted,
    HeartMeasured,
    Link,
    LinkChanged,
    LogChanged,
    Mark,
    OnsetPlanned,
    OnsetPlayed,
    PhaseBegan,
    PulseMeasured,
    SegmentBegan,
    SensorChanged,
    Sound,
    SoundChanged,
    Stop,
)
from entrain.control.view import Summary
from entrain.errors import DeviceError
from entrain.foreign import json_text
from entrain.heart.beat import PulseSource
from entrain.heart.doubt import Doubt
from entrain.reason import Reason
from entrain.runtime import Session
from entrain.system.signals import ending_by_signal
from entrain.wording.decisions import said, sentence
from entrain.wording.doubts import BELIEVED, doubt_words
from entrain.wording.figures import LEAST_JUDGED_S, LIVE, LIVE_MEANS
from entrain.wording.group import EACH_BY_ITSELF, heart_lines
from entrain.wording.times import clock

_WORDS = {
    BreathPart.INHALE: "breathe in",
    BreathPart.HOLD_IN: "hold",
    BreathPart.EXHALE: "breathe out",
    BreathPart.HOLD_OUT: "rest",
}
PULSE_EVERY_S = 15.0
BLOCKED_S = 5.0  # that Bluetooth has to come up


class Lines:
    """Turns events and effects into lines. Lines about the near future wait until they are due."""

    def __init__(self, out: TextIO, json_lines: bool, unheard: Callable[[], None] = lambda: None) -> None:
        """`unheard` is called once where nobody takes the lines any more: a closed pipe, a full disk."""
        self._out = out
        self._unheard = unheard
        self._is_heard = True
        self._json = json_lines
        self._waiting: list[tuple[float, int, dict[str, Any]]] = []
        self._count = 0
        self._playing = False
        self._pulse_said_s = -PULSE_EVERY_S

    def observe(self, event: Event, effects: tuple[Effect, ...]) -> None:
        for line in self._of_event(event):
            self._say(line)
        for effect in effects:
            for line in self._of_effect(effect):
                self._count += 1
                heapq.heappush(self._waiting, (line["t_s"], self._count, line))
        self._release(event.t_s)

    def finish(self) -> None:
        """Say what was still waiting to be due."""
        self._release(float("inf"))

    def _release(self, until_s: float) -> None:
        while self._waiting and self._waiting[0][0] <= until_s:
            self._say(heapq.heappop(self._waiting)[2])

    def _of_event(self, event: Event) -> list[dict[str, Any]]:
        match event:
            case LinkChanged(t_s=t_s, strap=strap, link=link, detail=detail, advice=advice):
                return [_line(t_s, "strap", strap=strap, state=link.value, detail=detail, advice=advice)]
            case SensorChanged(t_s=t_s, strap=strap, sensor=sensor, state=state) as told:
                line = {"strap": strap, "sensor": sensor.value, "state": state.value}
                return [_line(t_s, "sensor", **line, detail=told.detail, advice=told.advice)]
            case SoundChanged(t_s=t_s, sound=sound, device=device, detail=detail, advice=advice):
                self._playing = sound is Sound.PLAYING
                state = sound.value
                return [_line(t_s, "sound", state=state, device=device, detail=detail, advice=advice)]
            case OnsetPlayed(t_s=t_s, n=n, planned_t_s=planned_t_s, dac_t_s=dac_t_s):
                return [_line(t_s, "onset", n=n, planned_t_s=planned_t_s, dac_t_s=dac_t_s)]
            case CommandGiven(t_s=t_s, command=command, author=author):
                note = command.note if isinstance(command, Mark) else ""
                name = type(command).__name__.lower()
                return [_line(t_s, "command", command=name, author=author, note=note)]
            case LogChanged(t_s=t_s, fault=fault, advice=advice):
                return [_line(t_s, "log", state="fault" if fault else "ok", detail=fault, advice=advice)]
            case _:
                return []

    def _of_effect(self, effect: Effect) -> list[dict[str, Any]]:
        match effect:
            case BeatSeen(t_s=t_s, beat=beat):
                quality = beat.verdict.value
                return [
                    _line(t_s, "beat", beat_t_s=beat.t_s, rr_ms=beat.rr.ms, strap=beat.strap, quality=quality)
                ]
            case PulseMeasured(t_s=t_s, bpm=bpm, age_s=age_s, source=source):
                return [_line(t_s, "pulse", bpm=bpm, age_s=age_s, source=source.value)]
            case HeartMeasured(t_s=t_s, strap=strap, bpm=bpm, age_s=age_s, source=source):
                return [_line(t_s, "heart", strap=strap, bpm=bpm, age_s=age_s, source=source.value)]
            case BreathMeasured(t_s=t_s, strap=strap, rate_per_min=rate, rsa_ms=rsa_ms, in_step=in_step):
                return [_line(t_s, "breathing", strap=strap, bpm=rate, rsa_ms=rsa_ms, in_step=in_step.value)]
            case PhaseBegan(t_s=t_s, phase=phase, reason=reason):
                return [_line(t_s, "phase", name=phase.value, **_why(reason))]
            case Decided(t_s=t_s, what="tempo_bpm", after=after, reason=reason, author=author):
                return [_line(t_s, "tempo", bpm=after, **_why(reason), author=author.value)]
            case Decided(t_s=t_s, what=what, after=after, reason=reason, author=author):
                return [_line(t_s, "decision", what=what, after=after, **_why(reason), author=author.value)]
            case OnsetPlanned(t_s=t_s, n=n) if not self._playing:
                return [_line(t_s, "onset", n=n, planned_t_s=t_s, dac_t_s=None)]
            case BreathCued(t_s=t_s, part=part, beats=beats, breath_per_min=bpm):
                return [_line(t_s, "breath", part=part.value, bpm=bpm, beats=beats)]
            case HeartDoubted(t_s=t_s, strap=strap, doubt=None):
                return [_line(t_s, "doubt", strap=strap, doubt=None, detail=BELIEVED, advice="")]
            case HeartDoubted(t_s=t_s, strap=strap, doubt=Doubt() as doubt):
                told = doubt_words(doubt)
                line = {"strap": strap, "doubt": doubt.value, "detail": told.sentence, "advice": told.advice}
                return [_line(t_s, "doubt", **line)]
            case SegmentBegan(t_s=t_s, strap=strap, reason=reason):
                return [_line(t_s, "segment", strap=strap, **_why(reason))]
            case _:
                return []

    def _say(self, line: dict[str, Any]) -> None:
        if self._json:
            self._write(json_text(line, allow_nan=False))
            return
        text = self._plain(line)
        if text:
            self._write(f"{clock(line['t_s'])}  {text}")

    def _write(self, text: str) -> None:
        if not self._is_heard:
            return
        try:
            print(text, file=self._out, flush=True)
        except OSError:
            self._is_heard = False
            self._unheard()

    def _plain(self, line: dict[str, Any]) -> str:
        match line["event"]:
            case "decision" if line["what"] == "stop":
                return ""  # the end says it as well
            case "phase" | "decision":
                return line["reason"]
            case "tempo":
                return f"beat {line['bpm']:.0f} a minute: {line['reason']}"
            case "breath":
                word = _WORDS[BreathPart(line["part"])]
                return f"{word}, {line['beats']} beats"
            case "sound" if line["state"] == Sound.OFF.value:
                return ""
            case "strap" | "sound" | "log":
                what = line["event"]
                parts = [f"{what} {line['state']}", line["detail"], line["advice"]]
                return ". ".join(part.rstrip(".") for part in parts if part)
            case "doubt" | "sensor":
                return f"{line['detail']} {line['advice']}".rstrip()
            case "segment":
                return f"beats interrupted: {line['reason']}"
            case "pulse" if line["t_s"] - self._pulse_said_s >= PULSE_EVERY_S:
                self._pulse_said_s = line["t_s"]
                rate_only = line["source"] == PulseSource.HEART_RATE_FIELD.value
                label = " (heart rate only: this strap sends no beats)" if rate_only else ""
                return "pulse --" if line["bpm"] is None else f"pulse {line['bpm']:.0f}{label}"
            case "command" if line["command"] == "mark":
                return f"marked {line['note']}".rstrip()
            case _:
                return ""


class Missing:
    """Watches for a device that was asked for by name and is not here: without a screen nobody can help it.

    A sound device by another name would be another device. Hearts that all stay blocked, by a missing adapter
    or permission, are given some seconds in which Bluetooth may still come up.
    """

    def __init__(self, straps: Sequence[str], end: Callable[[], None], *, named_sound: bool) -> None:
        self.fault: DeviceError | None = None
        self._straps = frozenset(straps)
        self._end = end
        self._named_sound = named_sound
        self._blocked: dict[str, LinkChanged] = {}  # by strap, since when

    def observe(self, event: Event, effects: tuple[Effect, ...]) -> None:
        del effects
        match event:
            case SoundChanged(sound=Sound.UNAVAILABLE, detail=detail, advice=advice) if self._named_sound:
                self._is_missing(DeviceError(detail, advice))
            case SoundChanged(sound=Sound.PLAYING):
                self._named_sound = False  # it is there; should it go away, it is waited for
            case LinkChanged(strap=strap, link=Link.BLOCKED):
                self._blocked.setdefault(strap, event)
            case LinkChanged(strap=strap, link=link) if link not in (Link.SEARCHING, Link.OFF):
                self._blocked.pop(strap, None)
            case _:
                pass
        if self._straps and self._blocked.keys() >= self._straps:
            last = max(self._blocked.values(), key=lambda each: each.t_s)
            if event.t_s - last.t_s >= BLOCKED_S:
                self._is_missing(DeviceError(last.detail, last.advice))

    def _is_missing(self, fault: DeviceError) -> None:
        if self.fault is None:
            self.fault = fault
            self._end()


async def run_headless(
    session: Session, out: TextIO, json_lines: bool, *, named_sound: bool = False
) -> tuple[Summary, bool, DeviceError | None]:
    """Run `session` to its end, telling what happens; a signal to end and a closed pipe stop it cleanly.

    Args:
        named_sound: a sound device was asked for by its name.
    Returns: the summary, whether a signal ended it, and the device for want of which it was ended. The caller
        says the summary once the log is closed.
    """
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        session.send(Stop(), "interrupt")

    lines = Lines(out, json_lines, lambda: None if session.ended else interrupt())
    missing = Missing(session.straps, lambda: session.send(Stop(), "interrupt"), named_sound=named_sound)
    session.observers += [lines.observe, missing.observe]
    with ending_by_signal(interrupt):
        summary = await session.run()
    lines.finish()
    return summary, interrupted, missing.fault


def say_summary(summary: Summary, out: TextIO, json_lines: bool) -> None:
    """The last line, or lines, of a headless run."""
    if json_lines:
        line = _line(summary.duration_s, "summary", figures=LIVE, **asdict(summary))
        print(json_text(line, allow_nan=False), file=out, flush=True)
        return
    for text in summary_lines(summary):
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


def _line(t_s: float, event: str, **fields: object) -> dict[str, Any]:
    return {"t_s": t_s, "event": event, **fields}


def _why(reason: Reason) -> dict[str, object]:
    """A reason in words and in figures."""
    return {
        "reason": said(reason),
        "code": reason.code.value,
        "figures": reason.values,
        "whose": reason.whose,
    }
