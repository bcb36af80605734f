"""What is worth a word when it changes: a strap or the sound lost, and back again."""

from entrain.control.events import Link, Sound
from entrain.control.view import SessionView
from entrain.wording import screen as words

_TROUBLE = frozenset({Link.LOST, Link.SILENT, Link.BLOCKED})
_SOUND_TROUBLE = frozenset({Sound.LOST, Sound.UNAVAILABLE})


class Toasts:
    """Compares each picture with the one before."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}
        self._sound: Sound | None = None
        self._chosen: tuple[str, float | None, float | None] | None = None

    def news(self, view: SessionView) -> list[tuple[str, bool]]:
        """(text, serious) of each change since the last call."""
        told: list[tuple[str, bool]] = []
        for strap in view.straps:
            before = self._links.get(strap.strap)
            # What comes about while reconnecting is not worth a word each.
            if strap.link in _TROUBLE and before not in _TROUBLE:
                told.append((words.strap_line(strap), True))
                self._links[strap.strap] = strap.link
            elif strap.link is Link.STREAMING:
                if before in _TROUBLE:
                    told.append((f"{strap.name or strap.strap} is back", False))
                self._links[strap.strap] = strap.link
        sound = view.sound
        if sound.sound in _SOUND_TROUBLE and self._sound not in _SOUND_TROUBLE:
            told.append(words.sound_news(sound))
            self._sound = sound.sound
        elif sound.sound is Sound.PLAYING:
            if self._sound in _SOUND_TROUBLE:
                told.append(("The sound is back", False))
            self._sound = sound.sound
        return told + self._asked_for(view)

    def _asked_for(self, view: SessionView) -> list[tuple[str, bool]]:
        """What a person has just chosen, and may not see elsewhere."""
        chosen = (view.sound.voice, view.goal_bpm, view.goal_breath_per_min)
        before, self._chosen = self._chosen, chosen
        if before is None:
            return []
        voice, bpm, per_min = (now if now != was else None for now, was in zip(chosen, before, strict=True))
        told = [f"Voice: {voice}"] if voice else []
        if bpm and before[1] is not None:
            told.append(f"The beat goes to {bpm:.0f} a minute")
        if per_min and before[2] is not None:
            told.append(f"The breath goes to {per_min:.1f} a minute")
        return [(text, False) for text in told]
