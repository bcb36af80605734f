"""A session in one line: for a status bar, a corner of the screen, or a terminal that is busy otherwise."""

import asyncio
from collections.abc import Callable
from typing import Final

from entrain.control.view import SessionView
from entrain.runtime import Session
from entrain.wording import screen as words
from entrain.wording.wave import swing_said

_LEVELS: Final = "▁▂▃▄▅▆▇█"
_EVERY_S: Final = 0.2
_HEART: Final = "♥"


def line_of(view: SessionView) -> str:
    """What to do now, the pulse, how far it swings, and how long it lasts; what is not known is left out."""
    score = view.score
    guided = score is not None and not view.paused and view.ended is None
    moment = score.breath_at(view.t_s) if score is not None and guided else None
    heard = score is not None and score.presence.at(view.t_s) > 0.0
    cue = words.cue(view, moment if heard else None)
    bar = "" if cue.part is None or moment is None else _LEVELS[round(moment.fullness * (len(_LEVELS) - 1))]
    pulse = words.pulse(view)
    parts = [
        f"{bar} {cue.text.lower()} {f'{cue.beat}·{cue.beats}' if cue.beats else ''}".strip(),
        f"{_HEART} {pulse.text}" if pulse.fresh else pulse.note,
        swing_said(view, pulse.fresh),
        words.session_left(view),
    ]
    advice = words.advice(view)
    if advice is not None and advice.serious:
        parts.insert(1, advice.text)
    return "  ".join(filter(None, parts))


async def show_line(
    session: Session, put: Callable[[str], None], columns: int | None, also: str = ""
) -> None:
    """Until cancelled, write the line anew whenever it changed.

    On a terminal of `columns` it stays where it is; None: each is a line of its own, for a program that shows
    the newest one. `also` is said at the end of each.
    """
    before = ""
    while True:
        line = "  ".join(filter(None, (line_of(session.view()), also)))
        # For a program that shows lines, a level that glides would be five of them a second.
        line = line.lstrip(_LEVELS).strip() if columns is None else line[: max(1, columns - 1)]
        if line != before:
            before = line
            put(f"{line}\n" if columns is None else f"\r{line}\x1b[K")
        await asyncio.sleep(_EVERY_S)
