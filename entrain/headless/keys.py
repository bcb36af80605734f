"""The keys of a session without a screen: the same ones, with the same meaning."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from entrain.control import events as ev
from entrain.runtime import Session
from entrain.wording import away
from entrain.wording.screen import about

_NONE: Final[Mapping[str, str]] = MappingProxyType({})

# name, as settings call it -> the key, and what it is called here
_NAMED: Final = {
    "begin": ("\n", "begin soon"),
    "pause": ("p", "pause"),
    "ease_off": ("e", "ease off"),
    "dizzy": ("d", "dizzy"),
    "it_is_easy": ("y", "it is easy"),
    "hold": ("h", "hold"),
    "go_on": ("g", "go on"),
    "mark": ("n", "mark"),
    "whose": ("w", "whose it is, in a group"),
    "enough": ("x", "enough"),
    "no_breath": ("b", "no breath"),
    "sound": ("m", "sound"),
    "louder": ("+", "louder"),
    "softer": ("-", "softer"),
}
_SHOWN: Final = {"\n": "enter", "p": "space"}


def help_line(own: Mapping[str, str]) -> str:
    """Every key; `own` (name -> key) are those that somebody gave another key."""
    named = (f"{own.get(name, _SHOWN.get(key, key))} {said}" for name, (key, said) in _NAMED.items())
    return ", ".join(("q stop", *named))


def hearer(
    session: Session,
    say: Callable[[str], None],
    tap: Callable[[], None] | None,
    own: Mapping[str, str] = _NONE,
) -> Callable[[str], None]:
    """What to call with each key that was pressed; `tap`: where the space bar goes for a tapped pulse.

    Args:
        own: name -> key, where somebody gave another key.
    """
    usual = {key: _NAMED[name][0] for name, key in own.items() if name in _NAMED}
    given_up = {_NAMED[name][0] for name in own if name in _NAMED} - {"p"}  # the space bar always pauses

    whose: str | None = None  # of a group: the heart of whom the next mark or feeling is about; None: of all

    def heard(key: str) -> None:
        nonlocal whose
        view = session.view()
        match usual.get(key, "" if key in given_up else key):
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
                session.send(ev.Feel(ev.Feeling.LIGHT_HEADED, whose))
            case "y":
                session.send(ev.Feel(ev.Feeling.EASY, whose))
            case "h":
                session.send(ev.HoldTempo())
            case "g":
                session.send(ev.GoOn())
            case "x":
                session.send(ev.StepAway())
                say(f"{away.TITLE} p goes on, q stops.")
            case "b":
                session.send(ev.LeaveBreath())
            case "n":
                session.send(ev.Mark("", strap=whose))
            case "w" if len(view.straps) > 1:
                whose = view.heart_after(whose)
                say(about(view, whose))
            case "m":
                session.send(ev.SetMuted(not view.sound.muted))
                say("sound on" if view.sound.muted else "sound off")
            case "+" | "=" | "-":
                by = -0.05 if usual.get(key, key) == "-" else 0.05
                volume = round(min(1.0, max(0.0, view.sound.volume + by)), 2)
                session.send(ev.SetVolume(volume))
                say(f"volume {volume * 100:.0f} %")
            case "?":
                say(help_line(own))
            case _:
                pass

    return heard
