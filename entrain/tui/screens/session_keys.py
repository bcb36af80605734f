"""The keys of the session screen: what each does, in the words of the key line and of the help."""

from dataclasses import replace
from typing import Final

from entrain.control.events import Phase
from entrain.control.view import SessionView
from entrain.reason import Code
from entrain.tui.widgets.key_line import Key

STOP: Final = Key("q", "q", "stop", "stop", "Fade and end the session; press u to go on after all.")
SKIP: Final = Key("enter", "enter", "skip_rest", "begin", "At rest: begin with the breath soon.")
PAUSE: Final = Key("p", "space", "pause", "pause", "Silence, and nothing goes on until you press it again.")
RESUME: Final = replace(PAUSE, label="go on")
EASE_OFF: Final = Key("e", "e", "ease_off", "ease off", "A little quicker and shallower again, for a while.")
_FEEL = "Dizzy, or easy: the breath comes up, or goes on."
LIGHT: Final = Key("d", "d", "feel('light-headed')", "dizzy", _FEEL)
EASY: Final = Key("y", "y", "feel('easy')", "it is easy", _FEEL)
_HOLD = "Stay at this tempo and this breath, or go on again."
HOLD: Final = Key("h", "h", "hold", "hold", _HOLD)
GO_ON: Final = Key("g", "g", "go_on", "go on", _HOLD)
_NUDGE = "The beat by one quicker, or slower within its bounds."
NUDGE_UP: Final = Key("up", "↑", "nudge(1)", "quicker", _NUDGE)
NUDGE_DOWN: Final = Key("down", "↓", "nudge(-1)", "slower", _NUDGE)
_GOAL = "The goal of the beat by one slower or quicker."
GOAL_DOWN: Final = Key("left", "←", "goal(-1)", "slower goal", _GOAL)
GOAL_UP: Final = Key("right", "→", "goal(1)", "quicker goal", _GOAL)
_BREATH = "The goal of the breath by a half slower or quicker."
BREATH_DOWN: Final = Key("left_square_bracket", "[", "goal_breath(-0.5)", "slower breath", _BREATH)
BREATH_UP: Final = Key("right_square_bracket", "]", "goal_breath(0.5)", "quicker breath", _BREATH)
VOICE: Final = Key("v", "v", "voice", "voice", "Another voice; it comes in while this one goes.")
_VOLUME = "A little louder or softer."
LOUDER: Final = Key("plus,equals_sign", "+", "louder(0.05)", "louder", _VOLUME)
SOFTER: Final = Key("minus", "-", "louder(-0.05)", "softer", _VOLUME)
MUTE: Final = Key("m", "m", "mute", "sound", "Sound off and on. The beat goes on silently.")
_MARK = "Mark this moment, with a note; w: whose, in a group."
MARK: Final = Key("n", "n", "mark", "mark", _MARK)
WHOSE: Final = Key("w", "w", "whose", "whose", _MARK)
THEME: Final = Key("t", "t", "app.theme", "light", "Dark, light or dim for the night.")
_FIGURE = "Another figure, or only the figure."
FIGURE: Final = Key("i", "i", "figure", "figure", _FIGURE)
GRAPH: Final = Key("z", "z", "graph", "graph", "Your pulse beat by beat, or the last minutes; and back.")
AWAY: Final = Key("x", "x", "step_away", "enough", "Too much just now: silence, and time. Then on, or stop.")
NO_BREATH: Final = Key(
    "b", "b", "leave_breath", "no breath", "No breath to follow from here on: the beat alone."
)
FOCUS: Final = Key("f", "f", "figure_alone", "focus", _FIGURE)
UNFOCUS: Final = replace(FOCUS, label="back")
CLOSED: Final = Key("c", "c", "eyes_closed", "eyes closed", "A dark screen; any key brings the picture back.")
HELP: Final = Key("question_mark,f1", "?", "help", "help", "This list.")
LEAVE: Final = replace(STOP, label="leave at once")
NOW: Final = replace(STOP, label="end now")
UNDO: Final = Key("u", "u", "undo", "go on after all", STOP.text)

KEYS: Final = (
    STOP, UNDO, AWAY, SKIP, PAUSE, EASE_OFF, LIGHT, EASY, HOLD, GO_ON, NUDGE_UP, NUDGE_DOWN, GOAL_DOWN,
    GOAL_UP, BREATH_DOWN, BREATH_UP, NO_BREATH, LOUDER, SOFTER, MUTE, VOICE, MARK, WHOSE, GRAPH, THEME,
    FIGURE, FOCUS, CLOSED, HELP,
)  # fmt: skip

_RESTS: Final = frozenset({Phase.WAITING, Phase.BASELINE})
_GUIDED: Final = frozenset({Phase.MATCH, Phase.DESCEND, Phase.HOLD})


def keys_now(
    view: SessionView, stopping: bool, tap: bool, focus: bool, *, ending: bool = False
) -> tuple[Key, ...]:
    """The keys that matter at this moment, the way out always first; `ending`: it can still go on."""
    if ending and view.ended is None:
        return (NOW, UNDO)
    if stopping or view.ended is not None:
        return (LEAVE,)
    if view.preset.care.locked:
        return _locked(view)
    if focus:
        return (STOP, UNFOCUS)
    pause = RESUME if view.paused else PAUSE
    if tap:
        pause = replace(pause, shown="p")
    if view.paused:
        return (STOP, pause, MARK, AWAY, HELP)
    if view.phase in _RESTS and view.stage is None:
        return (STOP, SKIP, pause, AWAY, MARK, FIGURE, FOCUS, CLOSED, HELP)
    if view.phase not in _GUIDED or view.stage is not None:  # a given rate is not steered
        return (STOP, pause, AWAY, MARK, FIGURE, FOCUS, CLOSED, HELP)
    if view.reason.code is Code.BREATH_GENTLE:
        return (STOP, pause, EASY, LIGHT, EASE_OFF, AWAY, MARK, HELP)
    hold = GO_ON if view.hold_reason is not None else HOLD
    if len(view.straps) > 1:
        return (STOP, pause, EASE_OFF, hold, AWAY, WHOSE, MARK, LIGHT, HELP)
    return (STOP, pause, EASE_OFF, hold, AWAY, MARK, LIGHT, CLOSED, HELP)


# What a lock leaves: stop (and take that back), ease off, dizzy, hold, enough, softer, this list.
LEFT_BY_A_LOCK: Final = frozenset({STOP, UNDO, EASE_OFF, LIGHT, HOLD, AWAY, SOFTER, HELP})


def _locked(view: SessionView) -> tuple[Key, ...]:
    if view.phase not in _GUIDED:
        return (STOP, AWAY, SOFTER, HELP)
    return (STOP, EASE_OFF, HOLD, AWAY, SOFTER, LIGHT, HELP)
