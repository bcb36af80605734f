"""The sentences of decisions, in English. Another language is another file with this table."""

from collections.abc import Mapping
from types import MappingProxyType

from entrain.reason import Code

# Without a capital and a full stop, for they stand in lists, after colons and on lines of their own.
REASONS: Mapping[Code, str] = MappingProxyType(
    {
        Code.WAITING_FOR_PULSE: "waiting for the first heartbeats",
        Code.WITHOUT_SENSOR: "beginning without a sensor",
        Code.BEGINS_WITHOUT_SENSOR: "no sensor: the beat begins by itself",
        Code.BEGINS: "the beat begins",
        Code.RESTING: "measuring your resting pulse and how it varies, in silence",
        Code.REST_SKIPPED: "beginning soon, as you asked; without a rest there is less to compare later",
        Code.MEETS_PULSE: "the beat meets your pulse",
        Code.UNLED: "no pulse to go by: your breath is guided by itself",
        Code.LEADS: "the beat leads, gently",
        Code.ARRIVED: "you are there: stay with this beat and this breath",
        Code.FADES: "the sound fades; stay as you are",
        Code.STAGE: "breathe with it, gently: {per_min:g} breaths a minute ({number:g} of {of:g})",
        Code.STAGE_SLIDING: (
            "breathe with it, gently: {per_min:g} to {to_per_min:g} breaths a minute ({number:g} of {of:g})"
        ),
        Code.STAGE_REST: "rest and breathe as you like ({number:g} of {of:g})",
        Code.STAGES_OVER: "that was the last one",
        Code.COMPLETED: "the session is complete",
        Code.STOPPED: "stopped, as you asked",
        Code.RECORDING_OVER: "the recording has come to its end",
        Code.INTERRUPTED: "interrupted",
        Code.IMPORTED: "imported",
        Code.PULSE_SLOW: "stopping to be careful: a pulse below {below_bpm:.0f} was measured",
        Code.PULSE_JUMPED: "stopping to be careful: your pulse changed suddenly by a quarter",
        Code.TOO_IRREGULAR: "stopping: for two minutes the strap's signal was too irregular to go by",
        Code.RESTING_PULSE: "your resting pulse is {bpm:.0f}",
        Code.STAGES: "a protocol of {n:g} paced stages",
        Code.BEAT_FREE: "no pulse to meet, so the beat begins at {bpm:.0f}",
        Code.BEAT_MET: "the beat begins at {bpm:.0f}, your pulse is {pulse_bpm:.0f}",
        Code.BREATH_BEGINS: "{beats:g} beats a breath, about {per_min:.0f} breaths a minute",
        Code.BREATH_LENGTH: (
            "{beats:g} beats a breath from the next one on, about {per_min:.1f} breaths a minute"
        ),
        Code.BREATH_BACK: (
            "back to {beats:g} beats a breath, about {per_min:.0f} a minute: let the breath come to you"
        ),
        Code.BREATH_GENTLE: (
            "staying near {per_min:.0f} breaths a minute, for I can't see how well you follow;"
            " if it is easy, say so and it goes on"
        ),
        Code.BEAT_ABOVE: (
            "the beat begins at {bpm:.0f}, a little above your pulse of {pulse_bpm:.0f}:"
            " it is there to carry your breath"
        ),
        Code.BREATH_SHORTER: "{beats:g} beats a breath again: for a minute the longer one was out of reach",
        Code.PAUSED: "paused",
        Code.NOT_CONNECTED: "staying at this tempo: the strap is not connected",
        Code.NO_FRESH_PULSE: "staying at this tempo: no fresh pulse",
        Code.PULSE_UP: "the beat waits: your pulse is {above_bpm:.0f} above where you began",
        Code.OUT_OF_STEP: "holding until your breath comes along; let it come by itself",
        Code.HELD: "holding, as you asked",
        Code.EASED: "easing off, as you asked",
        Code.RESUMED: "going on after the pause, as you asked",
        Code.PULSE_BACK: "going on: your pulse is there again",
        Code.PULSE_DOWN: "going on with the beat: your pulse is back near where you began",
        Code.IN_STEP_AGAIN: "going on: your breath is in step again",
        Code.STEP_NOT_SEEN: "going on: I can't see your breath well enough to wait for it",
        Code.LET_GO: "going on, as you asked",
        Code.EASING_OVER: "going on: the time of easing off is over",
        Code.MEETING: "meeting your pulse",
        Code.GLIDING: "slowing gently towards {goal_bpm:.0f} beats a minute",
        Code.NO_PULSE_YET: "waiting for your pulse",
        Code.BELOW_PULSE: "staying {percent:.0f}% below your pulse",
        Code.ABOVE_PULSE: "staying {percent:.0f}% above your pulse",
        Code.LEADER_WAITS: "leading by one beat until your pulse is measured again",
        Code.LEADER: "leading by one beat below your pulse",
        Code.BEFORE_STEPS: "before the first step",
        Code.AT_STEP: "step {n:g}: {bpm:.0f} beats a minute",
        Code.EXHALE_GROWS: "the beat stays; your breath out grows longer",
        Code.ENDLESS_STAYS: "staying at {bpm:.0f}, near your pulse; only the rhythm seems to slow on",
        Code.ENDLESS_SLOWS: "slowing gently to {bpm:.0f}, near your pulse",
        Code.FOLLOWING: "staying with your pulse",
        Code.FIXED: "keeping one tempo",
        Code.SILENT: "silence, as a control",
        Code.YOKE_WAITS: "the other session has not begun",
        Code.YOKED: "as in another session",
        Code.NUDGED: "{by_bpm:+.0f} a minute, as you asked",
        Code.NEW_TEMPO_GOAL: "the goal is {bpm:.0f} beats a minute now, as you asked",
        Code.NEW_BREATH_GOAL: "the goal is {per_min:.1f} breaths a minute now, as you asked",
        Code.EASY: "going on with the breath, as you find it easy",
        Code.BREATH_LEFT: "the beat alone from here on, as you asked; breathe as you like",
        Code.STEPPED_AWAY: "silence, as you asked; all waits for you",
        Code.LIGHT_HEADED: (
            "a quicker, smaller breath, for you feel dizzy; it goes no lower than {per_min:.0f} today."
            " Breathe less deeply, or just as you like"
        ),
        Code.LOCKED: "that stays as it was set for you",
        Code.SLOWEST_BREATH: "{floor_per_min:.1f} breaths a minute is the slowest it goes",
        Code.QUICKEST: "{ceiling_bpm:.0f} is the quickest it goes",
        Code.SLOWEST: "{floor_bpm:.0f} is the slowest it goes for you",
        Code.NO_FURTHER_BELOW: "no further below your pulse than that",
        Code.NOTHING_FALLS: "no fresh pulse, so nothing is lowered",
        Code.BEAT_WAITS: "the beat waits here for your pulse",
        Code.QUICKER_AGAIN: "a little quicker again: the beat had come too far below your pulse",
        Code.CHAIN_BROKEN: "the intervals do not fit the time that passed",
        Code.LINK_ENDED: "the connection ended",
        Code.FRAMES_UNREADABLE: "{n:g} frames of a sensor that could not be read",
        Code.PAYLOAD_MALFORMED: "{n_bytes:g} bytes that are no heart-rate measurement",
    }
)
OF_SOMEBODY = "{who}: {sentence}"
