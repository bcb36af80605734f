"""A protocol of paced stages: given breathing rates for given times, with rests, in place of a policy.

The whole score is made when the beat begins and nothing is steered afterwards: no bound moves a rate that is
to be measured at. What stays is the floor of breath and tempo, the hands of the person (stop, pause, volume)
and the stops for safety. Between two stages it is silent, so the tempo may change there at once.
"""

from math import ceil, fsum
from typing import Final

from entrain.breath.pattern import BreathPattern, BreathPlan, BreathRun
from entrain.control.protocol import HARD_BREATH_FLOOR_PER_MIN, HARD_TEMPO_FLOOR_BPM, PacedStage, SoundRule
from entrain.control.view import StageView
from entrain.reason import Code, Reason
from entrain.score import Presence, Score
from entrain.tempo.plan import TempoPlan
from entrain.units import S_PER_MIN

FADE_S: Final = 2.0
REST_FADE_S: Final = 0.9  # into a rest: too short to ring the gong, which says that all is over
BELOW_PULSE: Final = 0.95  # the beat's share of the pulse that a stage comes nearest to


def length_s(stages: tuple[PacedStage, ...]) -> float:
    """From the first beat to the end of the last stage."""
    return fsum(stage.rest_s + stage.duration_s for stage in stages)


def spans(stages: tuple[PacedStage, ...], from_s: float) -> list[tuple[float, float]]:
    """(from, to) of each stage, without its rest, where the first rest begins at `from_s`."""
    out: list[tuple[float, float]] = []
    for stage in stages:
        begin_s = from_s + stage.rest_s
        from_s = begin_s + stage.duration_s
        out.append((begin_s, from_s))
    return out


def score_of(
    stages: tuple[PacedStage, ...],
    at_s: float,
    pulse_bpm: float,
    ratio: tuple[float, float, float, float],
    sound: SoundRule = SoundRule(),
) -> Score:
    """Beat and breath of all stages; at least one. They are as present as `sound` has it.

    Raises:
        ValueError: a stage is slower than any session may breathe.
    """
    tempo: TempoPlan | None = None
    runs: list[BreathRun] = []
    for stage, (begin_s, _) in zip(stages, spans(stages, at_s), strict=True):
        slowest, beats = min(stage.per_min, _end_per_min(stage)), _beats(stage, pulse_bpm)
        if slowest < HARD_BREATH_FLOOR_PER_MIN:
            raise ValueError(f"{slowest:g} breaths a minute is below {HARD_BREATH_FLOOR_PER_MIN:g}")
        bpm, to_bpm = stage.per_min * beats, _end_per_min(stage) * beats
        tempo = TempoPlan.steady(at_s, bpm) if tempo is None else tempo
        tempo = tempo.edited(begin_s, to_bpm, stage.duration_s if to_bpm != bpm else 0.0, from_bpm=bpm)
        first = ceil(tempo.phase_at(begin_s) - 1e-9)
        before = runs[-1] if runs else None
        number = (
            0
            if before is None
            else before.first_breath + 1 + (first - before.first_beat) // before.pattern.beats
        )
        runs.append(BreathRun(first, number, BreathPattern.of_beats(beats, ratio)))
    if tempo is None:
        raise ValueError("a protocol needs a stage")
    return Score(tempo, BreathPlan(tuple(runs)), _presence(stages, at_s, sound))


def now(stages: tuple[PacedStage, ...], since_s: float) -> StageView | None:
    """The stage or the rest of `since_s` after the first rest began; None after the last."""
    for number, (stage, (begin_s, end_s)) in enumerate(zip(stages, spans(stages, 0.0), strict=True), 1):
        if since_s < end_s:
            resting = since_s < begin_s
            left_s = (begin_s if resting else end_s) - since_s
            return StageView(number, len(stages), stage.per_min, stage.to_per_min, resting, left_s)
    return None


def now_reason(stages: tuple[PacedStage, ...], since_s: float) -> Reason:
    """What the person is to do, `since_s` after the first rest began: another one for each stage and rest."""
    stage = now(stages, since_s)
    if stage is None:
        return Reason(Code.STAGES_OVER)
    place = (("number", stage.number), ("of", stage.of))
    if stage.resting:
        return Reason(Code.STAGE_REST, place)
    if stage.to_per_min is None:
        return Reason(Code.STAGE, (*place, ("per_min", stage.per_min)))
    return Reason(Code.STAGE_SLIDING, (*place, ("per_min", stage.per_min), ("to_per_min", stage.to_per_min)))


def _presence(stages: tuple[PacedStage, ...], at_s: float, sound: SoundRule) -> Presence:
    """Every stage is heard, the rests are not; nothing is within `delay_s`, and all sinks to `sink_to`."""
    heard_s, over_s = at_s + sound.delay_s, at_s + length_s(stages)
    presence = Presence()

    def level_at(t_s: float) -> float:
        return 1.0 + (sound.sink_to - 1.0) * min(1.0, max(0.0, (t_s - heard_s) / (over_s - heard_s)))

    for stage, (begin_s, end_s) in zip(stages, spans(stages, at_s), strict=True):
        fade_s = min(FADE_S, stage.rest_s)  # in the rest, so that the very first breath is there
        in_s = begin_s - fade_s
        if in_s < heard_s:
            in_s, fade_s = heard_s, FADE_S
        there_s = in_s + fade_s
        if there_s >= end_s:
            continue  # a delay as long as this stage: it passes unheard
        presence = presence.changed(in_s, level_at(there_s), fade_s)
        if sound.sink_to < 1.0:
            presence = presence.changed(there_s, level_at(end_s), end_s - there_s)
        presence = presence.changed(end_s, 0.0, REST_FADE_S if end_s < over_s else FADE_S)
    return presence


def _end_per_min(stage: PacedStage) -> float:
    return stage.per_min if stage.to_per_min is None else stage.to_per_min


def _beats(stage: PacedStage, pulse_bpm: float) -> int:
    """Beats of a breath: as near the pulse as whole numbers permit, and never slower than the floor."""
    slowest, middle = min(stage.per_min, _end_per_min(stage)), 0.5 * (stage.per_min + _end_per_min(stage))
    return max(ceil(HARD_TEMPO_FLOOR_BPM / slowest), round(BELOW_PULSE * pulse_bpm / middle))


def minutes_of(stages: tuple[PacedStage, ...], baseline_s: float, silence_s: float) -> float:
    """How long a session with these stages is."""
    return (baseline_s + length_s(stages) + silence_s) / S_PER_MIN
