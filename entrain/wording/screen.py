"""A session's picture in words: every sentence and figure the session screen shows, as plain functions.

Nothing here invents: what is not known freshly is `--`, and says why.
"""

from dataclasses import dataclass
from typing import Final

from entrain.breath.estimate import InStep
from entrain.breath.pattern import BreathMoment, BreathPart
from entrain.control.events import Link, Phase, SensorState, Sound
from entrain.control.view import SessionView, SoundView, StageView, StrapView
from entrain.heart.beat import PulseSource
from entrain.heart.doubt import Doubt
from entrain.heart.pmd.control import Sensor
from entrain.person.desk_settings import PER_MINUTE
from entrain.ports import HeartChoice, HeartKind
from entrain.remark import Remark
from entrain.wording import decisions
from entrain.wording.doubts import doubt_words
from entrain.wording.remarks import advised, told
from entrain.wording.settings import breath
from entrain.wording.times import clock, span

LEADING: Final = frozenset({"glide", "step"})  # policies that go to the preset's goal
STALE_S: Final = 3.0  # a pulse older than this is not shown
LOW_BATTERY_PERCENT: Final = 15
UNKNOWN: Final = "--"

_TITLES: Final = {
    Phase.WAITING: "Waiting for your pulse",
    Phase.BASELINE: "Resting",
    Phase.MATCH: "Meeting you where you are",
    Phase.DESCEND: "Slowing gently",
    Phase.HOLD: "Staying here",
    Phase.SILENCE: "Silence",
    Phase.ENDED: "The session is over",
}

SIMULATED: Final = "simulated heart"
ENDING: Final = "Ending"
ENDING_WHY: Final = "It fades and is kept. Press u to go on after all."

_HEARTS: Final = {
    HeartKind.STRAP: "the first strap that is found",
    HeartKind.SIMULATED: "a simulated heart",
    HeartKind.TAP: "your own tapping",
    HeartKind.NONE: "no sensor",
}

_UNGUIDED: Final = {
    Phase.WAITING: "Sit comfortably",
    Phase.BASELINE: "Breathe as you like",
    Phase.SILENCE: "Breathe as you like",
    Phase.ENDED: "Done",
}

CUES: Final = {
    BreathPart.INHALE: "Breathe in",
    BreathPart.HOLD_IN: "Hold gently",
    BreathPart.EXHALE: "Breathe out",
    BreathPart.HOLD_OUT: "Rest",
}


@dataclass(frozen=True, slots=True)
class CueWords:
    """What to do now. `beat` counts from 1 to `beats`; both are 0 where nothing is counted."""

    text: str
    part: BreathPart | None = None
    beat: int = 0
    beats: int = 0

    @property
    def count(self) -> str:
        return f"{self.beat} · {self.beats}" if self.beats else ""


@dataclass(frozen=True, slots=True)
class PulseWords:
    """The pulse as shown, and a few words on where it stands; `fresh` is False when `text` is `--`."""

    text: str
    note: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """Something a person should know. `serious`: the session suffers from it."""

    text: str
    serious: bool


def heart_said(heart: HeartChoice) -> str:
    """Where the pulse is to come from."""
    return heart.name or heart.address or _HEARTS[heart.kind]


def cue(view: SessionView, moment: BreathMoment | None) -> CueWords:
    """What to do now: the breath where one is guided, otherwise what the phase asks for."""
    if view.ended is not None:
        return CueWords("Done")
    if view.paused:
        return CueWords("Paused")
    if view.phase in _UNGUIDED:
        return CueWords(_UNGUIDED[view.phase])
    if view.stage is not None and view.stage.resting:
        return CueWords("Rest, breathe as you like")
    if moment is None:
        return CueWords("Listen to the beat" if view.score is not None else "Breathe as you like")
    return CueWords(CUES[moment.part], moment.part, moment.beat_in_part + 1, moment.part_beats)


def pulse(view: SessionView, late_s: float = 0.0) -> PulseWords:
    """The pulse if it is fresh, otherwise `--` and why. `late_s` is how much older the picture itself is."""
    heart = view.heart
    if not view.straps:
        return PulseWords(UNKNOWN, "no sensor", False)
    if not any(strap.link is Link.STREAMING for strap in view.straps):
        return PulseWords(UNKNOWN, _not_streaming(view.straps), False)
    if heart.age_s is None:
        return PulseWords(UNKNOWN, "waiting for beats", False)
    if heart.doubt is not None and heart.doubt.withholds:
        return PulseWords(UNKNOWN, doubt_words(heart.doubt).note, False)
    age_s = heart.age_s + late_s
    if age_s > STALE_S:
        return PulseWords(UNKNOWN, f"nothing for {span(age_s)}", False)
    if heart.bpm is None:
        note = "not clear yet" if heart.doubt is None else doubt_words(heart.doubt).note
        return PulseWords(UNKNOWN, note, False)
    note = "" if heart.settled else "settling"
    if heart.source is PulseSource.HEART_RATE_FIELD:
        note = "rate only, no beats"
    return PulseWords(f"{heart.bpm:.0f}", note, True)


def _not_streaming(straps: tuple[StrapView, ...]) -> str:
    links = {strap.link for strap in straps}
    for link, text in (
        (Link.LOST, "strap lost"),
        (Link.SILENT, "no data"),
        (Link.BLOCKED, "no Bluetooth"),
        (Link.SEARCHING, "looking for it"),
        (Link.CONNECTING, "connecting"),
        (Link.DISCOVERING, "connecting"),
        (Link.SUBSCRIBING, "connecting"),
        (Link.FINISHED, "recording over"),
    ):
        if link in links:
            return text
    return "not connected"


def brief(view: SessionView, pulse_words: PulseWords) -> str:
    """Pulse and tempo in a few characters, for a screen too small for more."""
    tempo = UNKNOWN if view.tempo_bpm is None else f"{view.tempo_bpm:.0f}"
    return f"pulse {pulse_words.text} · tempo {tempo}"


def goal(view: SessionView) -> str:
    """Where the tempo is going to, as ` → 60`; nothing where it is there, or goes nowhere by itself."""
    if view.goal_bpm is None or view.tempo_bpm is None or view.stage is not None or view.paused:
        return ""
    if view.hold_reason is not None:
        return ""
    if view.preset.tempo.policy not in LEADING or abs(view.goal_bpm - view.tempo_bpm) < 0.5:
        return ""
    return f" → {view.goal_bpm:.0f}"


def phase_title(view: SessionView) -> str:
    """What the present phase is called."""
    if view.ended is None and view.paused:
        return "Paused"
    if view.ended is None and view.stage is not None:
        return stage_title(view.stage)
    if view.ended is None and view.hold_reason is not None and view.phase is Phase.DESCEND:
        return "Holding"
    return _TITLES[view.phase]


def stage_title(stage: StageView) -> str:
    """`Step 2 of 5: 5.5 breaths a minute`."""
    what = "rest" if stage.resting else f"{rate_said(stage)} breaths a minute"
    return f"Step {stage.number} of {stage.of}: {what}" if stage.of > 1 else sentence(what).rstrip(".")


def phase_left(view: SessionView) -> str:
    """How long the phase still lasts, or nothing where that is not a matter of time."""
    left_s = view.phase_left_s if view.stage is None else view.stage.left_s
    if view.paused or view.ended is not None or left_s is None:
        return ""
    return f"{clock(left_s)} left"


def session_left(view: SessionView) -> str:
    """How long it still lasts; empty where that is not known."""
    if view.ended is not None or view.session_left_s is None:
        return ""
    return f"{clock(view.session_left_s)} to go"


def rate_said(stage: StageView) -> str:
    """`5.5`, or `6.75 to 4.25` where it slides."""
    slides = stage.to_per_min is not None
    return f"{stage.per_min:g} to {stage.to_per_min:g}" if slides else f"{stage.per_min:g}"


def names(view: SessionView) -> decisions.Names:
    """What the people of a group are called: by pseudonym, else by the strap's own name."""
    return {strap.strap: strap.person or strap.name or strap.strap for strap in view.straps}


def reason(view: SessionView) -> str:
    """Why things are as they are, in a plain sentence."""
    if view.ended is not None:
        return decisions.sentence(view.ended, names(view))
    if view.paused:
        return "Nothing goes on while you pause."
    return decisions.sentence(view.hold_reason or view.reason, names(view))


def about(view: SessionView, strap: str | None) -> str:
    """Of a group: whom the next mark or feeling is about."""
    return f"about {'everybody' if strap is None else names(view).get(strap, strap)}"


def strap_line(strap: StrapView) -> str:
    """One strap in a line: its name and how it is."""
    name = strap.name or strap.strap
    match strap.link:
        case Link.STREAMING:
            return f"{name}{_streaming(strap)}"
        case Link.OFF:
            return f"{name}: off"
        case Link.SEARCHING:
            return f"{name}: looking for it"
        case Link.CONNECTING | Link.DISCOVERING | Link.SUBSCRIBING:
            return f"{name}: connecting"
        case Link.SILENT:
            return f"{name}: connected, no data"
        case Link.LOST:
            return f"{name}: lost"
        case Link.BLOCKED:
            return f"{name}: no Bluetooth"
        case Link.FINISHED:
            return f"{name}: at its end"


def _streaming(strap: StrapView) -> str:
    """What it streams beside the pulse."""
    streaming = [_SENSORS[each.sensor] for each in strap.streams if each.state in _STREAMS]
    return f" · {', '.join(streaming)}" if streaming else ""


_SENSORS: Final = {Sensor.ECG: "ECG", Sensor.ACC: "acc"}
_STREAMS: Final = frozenset({SensorState.STREAMING, SensorState.SHARED})


def battery(strap: StrapView) -> str:
    """What is left in the battery of a strap that is there; empty where nobody knows."""
    if strap.link is not Link.STREAMING or strap.battery_percent is None:
        return ""
    return f"battery {strap.battery_percent} %"


_STRAP_ADVICE: Final = {
    Link.SEARCHING: "Put it on and moisten its electrodes; it wakes up on the skin.",
    Link.SILENT: "Moisten the electrodes and tighten it a little.",
    Link.LOST: "Looking for it again and again; the tempo stays where it is.",
    Link.BLOCKED: "Is Bluetooth switched on? `entrain doctor` tells more.",
}


def sound_line(sound: SoundView) -> str:
    """Sound in a line: the voice and how loud, or why there is none."""
    match sound.sound:
        case Sound.OFF:
            return "sound off"
        case Sound.OPENING:
            return "sound is opening"
        case Sound.LOST:
            return "sound device lost"
        case Sound.UNAVAILABLE:
            return "no sound device"
        case Sound.PLAYING:
            return f"{sound.voice} · " + ("muted" if sound.muted else f"volume {sound.volume * 100:.0f} %")


_SOUND_ADVICE: Final = {
    Sound.LOST: "Looking for the sound device; it goes on by itself when it is back.",
}
NOTHING_TO_HEAR: Final = "No sound plays, so closed eyes would have nothing to follow."


def sound_news(sound: SoundView) -> tuple[str, bool]:
    """What is said once when there is no sound any more, or none at all; whether that is serious."""
    if sound.sound is Sound.UNAVAILABLE:
        return "No sound here: follow the picture", False
    return sound_line(sound), True


def is_heard(sound: SoundView) -> bool:
    """Is there something to follow with closed eyes?"""
    return sound.sound in (Sound.PLAYING, Sound.OPENING) and not sound.muted and sound.volume > 0.0


def advice(view: SessionView) -> Advice | None:
    """The one thing a person should know now, most serious first."""
    if view.ended is not None:
        return None
    for strap in view.straps:
        text = advised(strap.remark) or _STRAP_ADVICE.get(strap.link, "")
        if text and strap.link not in (Link.STREAMING, Link.FINISHED, Link.OFF):
            what = told(strap.remark) or strap_line(strap)
            return Advice(f"{sentence(what)} {text}", serious=strap.link is not Link.SEARCHING)
    for strap in view.straps:
        if strap.link is Link.STREAMING and strap.heart.doubt is not None:
            return _doubted(strap.heart.doubt)
    if view.log_fault is not None:
        return Advice(_both(view.log_fault), serious=True)
    if view.sound.sound in _SOUND_ADVICE:
        # A device that never was is said once.
        text = advised(view.sound.remark) or _SOUND_ADVICE[view.sound.sound]
        return Advice(f"{sentence(told(view.sound.remark))} {text}".strip(), serious=True)
    if advised(view.sound.remark) and view.sound.sound is not Sound.UNAVAILABLE:
        return Advice(_both(view.sound.remark), serious=False)
    for strap in view.straps:
        if strap.link is Link.STREAMING and advised(strap.remark):
            return Advice(advised(strap.remark), serious=False)
        if strap.battery_percent is not None and strap.battery_percent <= LOW_BATTERY_PERCENT:
            name = strap.name or strap.strap
            return Advice(f"The battery of {name} is at {strap.battery_percent} %.", serious=False)
    return _of_streams(view)


def _of_streams(view: SessionView) -> Advice | None:
    """What a stream that was asked for lacks; the pulse goes on all the same."""
    for strap in view.straps:
        for stream in strap.streams:
            if strap.link is Link.STREAMING and told(stream.remark) and advised(stream.remark):
                return Advice(_both(stream.remark), serious=False)
    return None


def _both(remark: Remark | None) -> str:
    return f"{sentence(told(remark))} {advised(remark)}".strip()


def _doubted(doubt: Doubt) -> Advice:
    said = doubt_words(doubt)
    return Advice(f"{said.sentence} {said.advice}", serious=doubt.withholds)


def in_step(view: SessionView, pulse_words: PulseWords, breath_as: str = PER_MINUTE) -> tuple[str, bool]:
    """Whether the person's breath is with the guided one, and whether that is well; empty where unknown.

    It is read from the pulse, so without a fresh one nothing is known of it.
    """
    if view.paused or not pulse_words.fresh:
        return "", True
    match view.in_step:
        case InStep.YES:
            return "in step", True
        case InStep.NO if view.own_breath_per_min is not None:
            return f"you breathe {breath(view.own_breath_per_min, breath_as)}", False
        case _:
            return "", True


def markers(n: int) -> str:
    """How many moments were marked."""
    return "" if n == 0 else "1 mark" if n == 1 else f"{n} marks"


def sentence(text: str) -> str:
    """First letter large, a full stop at the end; nothing stays nothing."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…" else text + "."
