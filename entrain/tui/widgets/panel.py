"""The column of figures: pulse, tempo, breath, the wave or the last minutes, and how strap and sound are."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Digits

from entrain.control.events import Link, Sound
from entrain.control.view import Sample, SessionView
from entrain.person.desk_settings import PER_MINUTE
from entrain.tui.widgets.say import Part, Say
from entrain.tui.widgets.trend import TrendView
from entrain.tui.widgets.wave import WaveView
from entrain.wording import screen as words
from entrain.wording import settings as setting_words

_SHOWN_S: Final = (60.0, 300.0)  # how much of the past the plot shows, at least and at most
_BLINK_S: Final = 0.25


class SessionPanel(Vertical):
    """Figures beside the breath: pulse, guidance, straps, sound."""

    DEFAULT_CSS = """
    SessionPanel { width: 30; padding: 1 2 0 1; }
    SessionPanel Digits { height: 3; width: 1fr; color: $pulse; text-style: bold; }
    SessionPanel Digits.unknown { color: $text-disabled; }
    SessionPanel .guidance { height: 2; }
    SessionPanel WaveView { height: 1fr; max-height: 16; }
    SessionPanel TrendView { height: 1fr; max-height: 15; }
    SessionPanel TrendView, SessionPanel .legend { display: none; }
    SessionPanel.-minutes TrendView, SessionPanel.-minutes .legend { display: block; }
    SessionPanel.-minutes WaveView { display: none; }
    SessionPanel .straps { height: auto; max-height: 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._beat_t_s: float | None = None
        self._beat_seen_s = -1.0
        self._drawn_s: float | None = None

    def compose(self) -> ComposeResult:
        yield Say(classes="pulse")
        yield Digits(words.UNKNOWN, classes="unknown")
        yield Say(classes="guidance")
        yield WaveView()
        yield Say(("━ pulse", "$pulse"), "   ", ("╍ tempo", "$tempo"), classes="legend")
        yield TrendView()
        yield Say(classes="straps")
        yield Say(classes="sound")
        yield Say(classes="marks")

    def show(self, view: SessionView, pulse: words.PulseWords, now_s: float) -> None:
        """Draw a picture; `now_s` is the screen's own clock, for the blink of a new beat."""
        self._show_pulse(pulse, self._blinks(view, now_s))
        self._say("guidance", _guidance(view, pulse, self.query_one(".guidance").size.width, self._breath_as))
        self.query_one(WaveView).show(view, pulse.fresh)
        self._say("straps", _straps(view, self.size.width - 4))
        self._say("sound", _sound(view))
        marks = self.query_one(".marks", Say)
        marks.say((words.markers(view.n_markers), "$text-muted"))
        marks.display = view.n_markers > 0

    @property
    def _breath_as(self) -> str:
        app: object = self.app  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return getattr(app, "breath_as", PER_MINUTE)  # pyright: ignore[reportUnknownArgumentType]

    def turn(self) -> None:
        """From the wave to the last minutes, and back."""
        self.toggle_class("-minutes")

    def show_trend(self, samples: Sequence[Sample], t_s: float) -> None:
        """Draw the last minutes."""
        shown_s = min(max(t_s, _SHOWN_S[0]), _SHOWN_S[1])
        ago = f"{shown_s / 60:.0f} min ago" if shown_s >= 90 else "1 min ago"
        self.query_one(TrendView).show(samples, t_s - shown_s, t_s, (ago, "now"))

    def blank(self) -> None:
        """Show nothing that could be false."""
        self._show_pulse(words.PulseWords(words.UNKNOWN, "", False), False)
        self.query_one(TrendView).show((), 0.0, 1.0, ("", ""))
        self.query_one(WaveView).blank()
        for name in ("guidance", "straps", "sound", "marks"):
            self._say(name, ())

    def _show_pulse(self, pulse: words.PulseWords, blinks: bool) -> None:
        digits = self.query_one(Digits)
        if digits.value != pulse.text:
            digits.update(pulse.text)
            digits.set_class(not pulse.fresh, "unknown")
        dot = ("●", "$pulse") if blinks else ("○", "$text-disabled")
        note = f"  {pulse.note}" if pulse.note else ""
        self._say(
            "pulse", (dot, (" pulse", "$text-muted"), (note, "$text-muted" if pulse.fresh else "$warning"))
        )

    def _blinks(self, view: SessionView, now_s: float) -> bool:
        """A beat has just come; the first ones do so before a pulse can be told from them."""
        if view.last_beat_t_s != self._beat_t_s:
            self._beat_t_s, self._beat_seen_s = view.last_beat_t_s, now_s
        streams = any(strap.link is Link.STREAMING for strap in view.straps)
        return streams and self._beat_t_s is not None and 0.0 <= now_s - self._beat_seen_s < _BLINK_S

    def _say(self, name: str, parts: Sequence[Part]) -> None:
        self.query_one(f".{name}", Say).say(*parts)


def _guidance(view: SessionView, pulse: words.PulseWords, room: int, breath_as: str) -> Sequence[Part]:
    """Tempo and breath; where the tempo is going to, if there are `room` columns for that as well."""
    tempo = words.UNKNOWN if view.tempo_bpm is None else f"{view.tempo_bpm:.1f}"
    parts: list[Part] = [("tempo ", "$text-muted"), (tempo, "$tempo")]
    breath = "" if view.breath_per_min is None else setting_words.breath(view.breath_per_min, breath_as)
    goal = words.goal(view)
    if goal and len(f"tempo {tempo}{goal}  breath {breath}") <= room:
        parts.append((goal, "$text-muted"))
    if breath:
        gap = "  " if goal else "   "
        parts += [(f"{gap}breath ", "$text-muted"), (breath, "$breath-in")]
        text, well = words.in_step(view, pulse, breath_as)
        if text:
            parts += [(f"\n{text}", "$success" if well else "$warning")]
    return parts


def _straps(view: SessionView, room: int) -> Sequence[Part]:
    """A line for each; its battery on the next one where `room` columns are too few for both."""
    parts: list[Part] = []
    for strap in view.straps:
        well = strap.link is Link.STREAMING
        if parts:
            parts.append("\n")
        parts += [("● " if well else "○ ", "$success" if well else "$warning"), words.strap_line(strap)]
        battery = words.battery(strap)
        if battery:
            fits = len(words.strap_line(strap)) + len(battery) + 5 <= room
            parts += [" · " if fits else "\n  ", (battery, "$text-muted")]
    return parts or (("○ no sensor", "$text-muted"),)


def _sound(view: SessionView) -> Sequence[Part]:
    sound = view.sound
    style = "$success" if sound.sound is Sound.PLAYING and not sound.muted else "$warning"
    if sound.sound is Sound.OFF:
        style = "$text-muted"
    return (("♪ ", style), words.sound_line(sound))
