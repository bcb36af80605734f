"""The keys of a session without a screen: the same ones, with the same meaning."""

from collections.abc import Callable
from typing import Final

from entrain.control import events as ev
from entrain.runtime import Session

HELP: Final = (
    "q stop, enter begin soon, space pause, e ease off, d dizzy, y it is easy, h hold, g go on, n mark,"
    " m sound, + and - volume"
)


def hearer(
    session: Session, say: Callable[[str], None], tap: Callable[[], None] | None
) -> Callable[[str], None]:
    """What to call with each key that was pressed; `tap`: where the space bar goes for a tapped pulse."""

    def heard(key: str) -> None:
        view = session.view()
        match key:
            case " " if tap is not None:
                tap()
            case " " | "p":
                session.send(ev.Resume() if view.paused else ev.Pause())
                say("go on" if view.paused else "paused")
            case "\r" | "\n":
                session.send(ev.SkipRest())
            case "q":
                session.send(ev.Stop())
            case "e":
                session.send(ev.EaseOff())
            case "d":
                session.send(ev.Feel(ev.Feeling.LIGHT_HEADED))
            case "y":
                session.send(ev.Feel(ev.Feeling.EASY))
            case "h":
                session.send(ev.HoldTempo())
            case "g":
                session.send(ev.GoOn())
            case "n":
                session.send(ev.Mark(""))
            case "m":
                session.send(ev.SetMuted(not view.sound.muted))
                say("sound on" if view.sound.muted else "sound off")
            case "+" | "=" | "-":
                volume = round(min(1.0, max(0.0, view.sound.volume + (-0.05 if key == "-" else 0.05))), 2)
                session.send(ev.SetVolume(volume))
                say(f"volume {volume * 100:.0f} %")
            case "?":
                say(HELP)
            case _:
                pass

    return heard
