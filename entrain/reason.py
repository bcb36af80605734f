"""Why something was decided: a code and its figures, never a sentence.

What people read is made of it in `entrain.wording`, so that a word can be mended, or a language added,
without touching what a session is: the log holds these, replay compares these.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from entrain.frozen import quick


class Code(StrEnum):
    """Every reason there is. The comment names its figures."""

    # Phases.
    WAITING_FOR_PULSE = "waiting_for_pulse"
    WITHOUT_SENSOR = "without_sensor"
    BEGINS_WITHOUT_SENSOR = "begins_without_sensor"
    BEGINS = "begins"
    RESTING = "resting"
    REST_SKIPPED = "rest_skipped"
    MEETS_PULSE = "meets_pulse"
    UNLED = "unled"
    LEADS = "leads"
    ARRIVED = "arrived"
    FADES = "fades"
    STAGE = "stage"  # number, of, per_min
    STAGE_SLIDING = "stage_sliding"  # number, of, per_min, to_per_min
    STAGE_REST = "stage_rest"  # number, of
    STAGES_OVER = "stages_over"
    # Ends.
    COMPLETED = "completed"
    STOPPED = "stopped"
    RECORDING_OVER = "recording_over"
    INTERRUPTED = "interrupted"
    IMPORTED = "imported"
    PULSE_SLOW = "pulse_slow"  # below_bpm
    PULSE_JUMPED = "pulse_jumped"
    TOO_IRREGULAR = "too_irregular"
    # What was measured and begun.
    RESTING_PULSE = "resting_pulse"  # bpm
    STAGES = "stages"  # n
    BEAT_FREE = "beat_free"  # bpm
    BEAT_MET = "beat_met"  # bpm, pulse_bpm
    BREATH_BEGINS = "breath_begins"  # beats, per_min
    BREATH_LENGTH = "breath_length"  # beats, per_min
    BREATH_SHORTER = "breath_shorter"  # beats
    BREATH_BACK = "breath_back"  # beats, per_min
    BREATH_GENTLE = "breath_gentle"  # per_min
    BEAT_ABOVE = "beat_above"  # bpm, pulse_bpm
    # Holds, and why they end.
    PAUSED = "paused"
    NOT_CONNECTED = "not_connected"
    NO_FRESH_PULSE = "no_fresh_pulse"
    PULSE_UP = "pulse_up"  # above_bpm
    OUT_OF_STEP = "out_of_step"
    HELD = "held"
    EASED = "eased"
    RESUMED = "resumed"
    PULSE_BACK = "pulse_back"
    PULSE_DOWN = "pulse_down"
    IN_STEP_AGAIN = "in_step_again"
    STEP_NOT_SEEN = "step_not_seen"
    LET_GO = "let_go"
    EASING_OVER = "easing_over"
    # Policies.
    MEETING = "meeting"
    GLIDING = "gliding"  # goal_bpm
    NO_PULSE_YET = "no_pulse_yet"
    BELOW_PULSE = "below_pulse"  # percent
    ABOVE_PULSE = "above_pulse"  # percent
    LEADER_WAITS = "leader_waits"
    LEADER = "leader"
    BEFORE_STEPS = "before_steps"
    AT_STEP = "at_step"  # n, bpm
    EXHALE_GROWS = "exhale_grows"
    ENDLESS_STAYS = "endless_stays"  # bpm
    ENDLESS_SLOWS = "endless_slows"  # bpm
    FOLLOWING = "following"
    FIXED = "fixed"
    SILENT = "silent"
    YOKE_WAITS = "yoke_waits"
    YOKED = "yoked"
    # What a person asked for.
    NUDGED = "nudged"  # by_bpm
    NEW_TEMPO_GOAL = "new_tempo_goal"  # bpm
    NEW_BREATH_GOAL = "new_breath_goal"  # per_min
    EASY = "easy"
    BREATH_LEFT = "breath_left"
    STEPPED_AWAY = "stepped_away"
    LIGHT_HEADED = "light_headed"  # per_min
    # Bounds.
    LOCKED = "locked"
    SLOWEST_BREATH = "slowest_breath"  # floor_per_min
    QUICKEST = "quickest"  # ceiling_bpm
    SLOWEST = "slowest"  # floor_bpm
    NO_FURTHER_BELOW = "no_further_below"
    NOTHING_FALLS = "nothing_falls"
    BEAT_WAITS = "beat_waits"
    QUICKER_AGAIN = "quicker_again"
    # The chain of beats.
    CHAIN_BROKEN = "chain_broken"
    LINK_ENDED = "link_ended"
    PAYLOAD_MALFORMED = "payload_malformed"  # n_bytes
    FRAMES_UNREADABLE = "frames_unreadable"  # n
    # A sentence of a log from before there were codes.
    AS_TOLD = "as_told"


Figures = tuple[tuple[str, float], ...]


@quick
class Reason:
    """A code and its figures. `bound` is what cut a wish, `whose` the heart it is about where there are
    several.

    `text` is the sentence of an older log (`AS_TOLD`), and empty else.
    """

    code: Code
    figures: Figures = ()
    bound: Code | None = None
    whose: str | None = None
    text: str = ""

    @classmethod
    def of(cls, code: Code, **figures: float) -> Self:
        """A code with its figures."""
        return cls(code, tuple(figures.items()))

    @classmethod
    def of_older(cls, text: str) -> Self:
        """What a log of schema 1 or 2 says: a sentence."""
        return cls(Code.AS_TOLD, text=text)

    @property
    def values(self) -> Mapping[str, float]:
        """The figures by name."""
        return dict(self.figures)

    def __str__(self) -> str:
        """For data, not for people: `pulse_up above_bpm=4.2`; `parsed` reads it again."""
        if self.code is Code.AS_TOLD:
            return self.text
        parts = [self.code.value, *(f"{name}={value!r}" for name, value in self.figures)]
        parts += [f"bound={self.bound.value}"] if self.bound is not None else []
        parts += [f"whose={self.whose}"] if self.whose is not None else []
        return " ".join(parts)


def parsed(text: str) -> Reason:
    """The reason that `str` made `text` of; any other text is a sentence of an older log."""
    name, *parts = text.split(" ")
    try:
        code, bound, whose = Code(name), None, None
        figures: list[tuple[str, float]] = []
        for index, part in enumerate(parts):
            key, is_set, value = part.partition("=")
            if key == "whose":  # to the end: a name may have spaces
                whose = " ".join(parts[index:]).partition("=")[2]
                break
            if not is_set:
                raise ValueError(part)
            if key == "bound":
                bound = Code(value)
            else:
                figures.append((key, _number(value)))
    except ValueError:
        return Reason.of_older(text)
    return Reason(code, tuple(figures), bound, whose)


def _number(text: str) -> float:
    return int(text) if text.lstrip("-").isdigit() else float(text)
