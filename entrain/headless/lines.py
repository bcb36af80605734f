"""What happens in a session as lines: JSON, plain, or plain and terse.

With JSON, one object a line as described in `docs/reference/headless.md`; otherwise a line for each change
and each breath. The terse ones, for a screen reader, have no clock and say a pulse only where it changed.
"""

import heapq
from collections.abc import Callable
from typing import Any

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
)
from entrain.foreign import json_text
from entrain.heart.beat import PulseSource
from entrain.heart.doubt import Doubt
from entrain.reason import Reason
from entrain.remark import Remark
from entrain.wording.decisions import said
from entrain.wording.doubts import BELIEVED, doubt_words
from entrain.wording.remarks import advised, told
from entrain.wording.times import clock

_WORDS = {
    BreathPart.INHALE: "breathe in",
    BreathPart.HOLD_IN: "hold",
    BreathPart.EXHALE: "breathe out",
    BreathPart.HOLD_OUT: "rest",
}
_ON_THE_WAY = {Link.CONNECTING.value, Link.DISCOVERING.value, Link.SUBSCRIBING.value}
PULSE_EVERY_S = 15.0
NEWS_BPM = 2.0


class Lines:
    """Turns events and effects into lines. Lines about the near future wait until they are due."""

    def __init__(self, put: Callable[[str], None], *, json_lines: bool, terse: bool = False) -> None:
        """`put` takes a line with its end."""
        self._put = put
        self._json = json_lines
        self._terse = terse
        self._pulse_said: float | None = None
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
            case LinkChanged(t_s=t_s, strap=strap, link=link, remark=remark):
                return [entry(t_s, "strap", strap=strap, state=link.value, **_told(remark))]
            case SensorChanged(t_s=t_s, strap=strap, sensor=sensor, state=state, remark=remark):
                line = {"strap": strap, "sensor": sensor.value, "state": state.value}
                return [entry(t_s, "sensor", **line, **_told(remark))]
            case SoundChanged(t_s=t_s, sound=sound, device=device, remark=remark):
                self._playing = sound is Sound.PLAYING
                state = sound.value
                return [entry(t_s, "sound", state=state, device=device, **_told(remark))]
            case OnsetPlayed(t_s=t_s, n=n, planned_t_s=planned_t_s, dac_t_s=dac_t_s):
                return [entry(t_s, "onset", n=n, planned_t_s=planned_t_s, dac_t_s=dac_t_s)]
            case CommandGiven(t_s=t_s, command=command, author=author):
                note = command.note if isinstance(command, Mark) else ""
                name = type(command).__name__.lower()
                return [entry(t_s, "command", command=name, author=author, note=note)]
            case LogChanged(t_s=t_s, remark=remark):
                return [entry(t_s, "log", state="ok" if remark is None else "fault", **_told(remark))]
            case _:
                return []

    def _of_effect(self, effect: Effect) -> list[dict[str, Any]]:
        match effect:
            case BeatSeen(t_s=t_s, beat=beat):
                quality = beat.verdict.value
                return [
                    entry(t_s, "beat", beat_t_s=beat.t_s, rr_ms=beat.rr.ms, strap=beat.strap, quality=quality)
                ]
            case PulseMeasured(t_s=t_s, bpm=bpm, age_s=age_s, source=source):
                return [entry(t_s, "pulse", bpm=bpm, age_s=age_s, source=source.value)]
            case HeartMeasured(t_s=t_s, strap=strap, bpm=bpm, age_s=age_s, source=source):
                return [entry(t_s, "heart", strap=strap, bpm=bpm, age_s=age_s, source=source.value)]
            case BreathMeasured(t_s=t_s, strap=strap, rate_per_min=rate, rsa_ms=rsa_ms, in_step=in_step):
                return [entry(t_s, "breathing", strap=strap, bpm=rate, rsa_ms=rsa_ms, in_step=in_step.value)]
            case PhaseBegan(t_s=t_s, phase=phase, reason=reason):
                return [entry(t_s, "phase", name=phase.value, **_why(reason))]
            case Decided(t_s=t_s, what="tempo_bpm", after=after, reason=reason, author=author):
                return [entry(t_s, "tempo", bpm=after, **_why(reason), author=author.value)]
            case Decided(t_s=t_s, what=what, after=after, reason=reason, author=author):
                return [entry(t_s, "decision", what=what, after=after, **_why(reason), author=author.value)]
            case OnsetPlanned(t_s=t_s, n=n) if not self._playing:
                return [entry(t_s, "onset", n=n, planned_t_s=t_s, dac_t_s=None)]
            case BreathCued(t_s=t_s, part=part, beats=beats, breath_per_min=bpm):
                return [entry(t_s, "breath", part=part.value, bpm=bpm, beats=beats)]
            case HeartDoubted(t_s=t_s, strap=strap, doubt=None):
                return [entry(t_s, "doubt", strap=strap, doubt=None, detail=BELIEVED, advice="")]
            case HeartDoubted(t_s=t_s, strap=strap, doubt=Doubt() as doubt):
                why = doubt_words(doubt)
                line = {"strap": strap, "doubt": doubt.value, "detail": why.sentence, "advice": why.advice}
                return [entry(t_s, "doubt", **line)]
            case SegmentBegan(t_s=t_s, strap=strap, reason=reason):
                return [entry(t_s, "segment", strap=strap, **_why(reason))]
            case _:
                return []

    def _say(self, line: dict[str, Any]) -> None:
        if self._json:
            self._put(json_text(line, allow_nan=False) + "\n")
            return
        text = self._plain(line)
        if text:
            self._put(f"{text}\n" if self._terse else f"{clock(line['t_s'])}  {text}\n")

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
                return f"{word} {line['beats']}" if self._terse else f"{word}, {line['beats']} beats"
            case "sound" if line["state"] == Sound.OFF.value:
                return ""
            case "strap" if self._terse and line["state"] in _ON_THE_WAY:
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
                if self._terse and _is_about(line["bpm"], self._pulse_said):
                    return ""
                self._pulse_said = line["bpm"]
                rate_only = line["source"] == PulseSource.HEART_RATE_FIELD.value
                label = " (heart rate only: this strap sends no beats)" if rate_only else ""
                return "pulse --" if line["bpm"] is None else f"pulse {line['bpm']:.0f}{label}"
            case "command" if line["command"] == "mark":
                return f"marked {line['note']}".rstrip()
            case _:
                return ""


def entry(t_s: float, event: str, **fields: object) -> dict[str, Any]:
    return {"t_s": t_s, "event": event, **fields}


def _why(reason: Reason) -> dict[str, object]:
    """A reason in words and in figures."""
    return {
        "reason": said(reason),
        "code": reason.code.value,
        "figures": reason.values,
        "whose": reason.whose,
    }


def _told(remark: Remark | None) -> dict[str, object]:
    """A remark in words and in values; all empty where nothing is remarked."""
    return {
        "detail": told(remark),
        "advice": advised(remark),
        "code": None if remark is None else remark.topic.value,
        "values": {} if remark is None else remark.values,
    }


def _is_about(bpm: float | None, before: float | None) -> bool:
    """Is it no news for somebody to whom each line is read aloud?"""
    return bpm is None if before is None else bpm is not None and abs(bpm - before) < NEWS_BPM
