"""Tunings and scales: which notes a tuned voice plays, read from files that anybody can write.

A scale is a TOML file and its name is the file's; `docs/use/voices.md` explains it. Those in `presets/scales`
come with entrain. No NumPy: asking which scales there are loads none.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, cast

from entrain.errors import InputError, PresetError, UsageError
from entrain.shipped import shipped_scales_path
from entrain.toml_lines import NotTOML, line_of, parsed, text_of

LOWEST_HZ, HIGHEST_HZ = 40.0, 1200.0  # below, no small loudspeaker carries it; above, it is no longer gentle
OCTAVE: Final = 2.0
CENTS: Final = 1200.0
LENGTHS: Final = range(2, 25)  # of scales and phrases

_RATIO: Final = re.compile(r"(\d{1,4})/(\d{1,4})")
_NAME: Final = re.compile(r"[^\s',]+")
_TEXTS: Final = ("title", "about", "when")
_LISTS: Final = ("rise", "fall", "drone")
_KEYS: Final = (*_TEXTS, "tonic_hz", "octave", "notes", *_LISTS)

Phrases = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Notes as (name, ratio to the tonic) within one octave; phrases and drone as frequencies in Hz."""

    name: str
    title: str
    about: str
    when: str  # the time of day it belongs to; empty: any
    tonic_hz: float
    notes: tuple[tuple[str, float], ...]
    octave: float  # ratio; gamelan and pianos stretch it
    rise: Phrases  # for breathing in, one after the other
    fall: Phrases  # for breathing out
    drone: tuple[float, ...]

    @property
    def pitches_hz(self) -> tuple[float, ...]:
        """Every pitch that a phrase asks for, ascending."""
        return tuple(sorted({hz for phrase in (*self.rise, *self.fall) for hz in phrase}))


def names(*own: Path) -> tuple[str, ...]:
    """The names of all scales: the shipped ones, and those in the folders `own`."""
    return tuple(
        sorted({path.stem for folder in (*own, shipped_scales_path()) for path in folder.glob("*.toml")})
    )


def load(name: str, *own: Path) -> Scale:
    """The scale called `name`; one in a folder of `own` takes the place of a shipped one.

    Raises:
        UsageError: there is no such scale.
        InputError: its file cannot be read. PresetError: it has faults; it tells all, each with its line.
    """
    for folder in (*own, shipped_scales_path()):
        path = folder / f"{name}.toml"
        if path.is_file():
            return read(path)
    there = names(*own)
    near = get_close_matches(name, there, 1)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    raise UsageError(f'There is no scale "{name}".', f"{hint}The scales are {', '.join(there)}.")


def read(path: Path) -> Scale:
    """The scale in a file. Raises InputError and PresetError as `load` does."""
    text = text_of(path)
    try:
        reader = _Reader(parsed(text))
    except NotTOML as error:
        # The library ends with its place: "… (at line 3, column 8)".
        raise InputError(
            f"{path} is not TOML: {error}.", 'Settings look like: tonic_hz = 146.8 or title = "…".'
        ) from None
    scale = reader.scale(path.stem)
    if reader.faults or scale is None:
        faults = tuple(f"{path.name}, line {line_of(text, key)}: {said}." for key, said in reader.faults)
        n = len(faults)
        raise PresetError(
            f"The scale {path} cannot be used: {n} thing{'s are' if n > 1 else ' is'} wrong.",
            faults,
            "Correct the file; docs/use/voices.md explains what each setting means.",
        )
    return scale


class _Reader:
    """Takes a file apart and notes what is wrong with it: (key, what about it)."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.faults: list[tuple[str, str]] = []
        self._data = data

    def scale(self, name: str) -> Scale | None:
        for key in self._data:
            if key not in _KEYS:
                near = get_close_matches(key, _KEYS, 1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                self._fault(key, f"{key} is no setting{hint}")
        title, about, when = (self._text(key) for key in _TEXTS)
        if not title:
            self._fault("title", "title is missing")
        tonic_hz = self._number("tonic_hz", None, 50.0, 500.0)
        octave = 2.0 ** (self._number("octave", CENTS, 1100.0, 1300.0) / CENTS)
        notes = self._notes(octave)
        if self.faults:
            return None  # without them no phrase can be read
        pitch = {name: tonic_hz * ratio for name, ratio in notes}
        rise, fall, drone = (self._phrases(key, pitch, octave) for key in _LISTS)
        return Scale(
            name,
            title,
            about,
            when,
            tonic_hz,
            notes,
            octave,
            rise,
            fall,
            tuple(hz for p in drone for hz in p),
        )

    def _fault(self, key: str, said: str) -> None:
        self.faults.append((key, said))

    def _text(self, key: str) -> str:
        value = self._data.get(key, "")
        if not isinstance(value, str):
            self._fault(key, f"{key} must be text in quotation marks")
            return ""
        return value.strip()

    def _number(self, key: str, default: float | None, least: float, most: float) -> float:
        value = self._data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._fault(key, f"{key} is missing" if value is None else f"{key} must be a number")
            return least
        if not least <= value <= most:
            self._fault(key, f"{key} = {value:g} is not from {least:g} to {most:g}")
        return float(value)

    def _notes(self, octave: float) -> tuple[tuple[str, float], ...]:
        table = self._data.get("notes")
        if not isinstance(table, dict) or len(cast(dict[str, Any], table)) not in LENGTHS:
            self._fault("notes", f"[notes] must hold {LENGTHS[0]} to {LENGTHS[-1]} notes below each other")
            return ()
        notes: list[tuple[str, float]] = []
        for name, interval in cast(dict[str, Any], table).items():
            key = f"notes.{name}"
            if not _NAME.fullmatch(name):
                self._fault(key, f'notes."{name}": a name has no space, comma or apostrophe in it')
            ratio = _ratio(interval)
            if ratio is None:
                self._fault(key, f'notes.{name} must be a ratio like "3/2" or cents like 701.955')
            elif not 1.0 <= ratio < octave:
                self._fault(key, f"notes.{name} is not within one octave above the tonic")
            elif notes and ratio <= notes[-1][1]:
                self._fault(key, f"notes.{name} is not higher than {notes[-1][0]} before it")
            else:
                notes.append((name, ratio))
        return tuple(notes)

    def _phrases(self, key: str, pitch: dict[str, float], octave: float) -> Phrases:
        phrases: Any = self._data.get(key, [] if key == "drone" else None)
        phrases = [phrases] if isinstance(phrases, str) else phrases
        if not isinstance(phrases, list) or not all(isinstance(p, str) for p in cast(list[Any], phrases)):
            self._fault(key, f'{key} must be phrases, each a text of note names: ["do re mi"]')
            return ()
        if key != "drone" and not phrases:
            self._fault(key, f"{key} has no phrase")
        return tuple(self._phrase(key, phrase, pitch, octave) for phrase in cast(list[str], phrases))

    def _phrase(self, key: str, phrase: str, pitch: dict[str, float], octave: float) -> tuple[float, ...]:
        words = phrase.split()
        if len(words) not in LENGTHS and key != "drone":
            self._fault(key, f'{key}: "{phrase}" has not {LENGTHS[0]} to {LENGTHS[-1]} notes')
        out: list[float] = []
        for word in words:
            name = word.rstrip("',")
            if name not in pitch:
                self._fault(key, f'{key}: there is no note "{name}"; there are {", ".join(pitch)}')
                continue
            hz = pitch[name] * octave ** (word.count("'") - word.count(","))
            if not LOWEST_HZ <= hz <= HIGHEST_HZ:
                self._fault(
                    key, f'{key}: "{word}" would be {hz:.0f} Hz, beyond {LOWEST_HZ:.0f} to {HIGHEST_HZ:.0f}'
                )
            out.append(hz)
        if key != "drone" and len(out) > 1 and (out[-1] - out[0]) * (1 if key == "rise" else -1) <= 0.0:
            way = "higher" if key == "rise" else "lower"
            self._fault(
                key, f'{key}: "{phrase}" must end {way} than it begins: that is how one hears the breath'
            )
        return tuple(out)


def _ratio(interval: object) -> float | None:
    """3/2 of "3/2", and of 701.955 cents."""
    if isinstance(interval, str) and (found := _RATIO.fullmatch(interval)) and int(found[2]):
        return int(found[1]) / int(found[2])
    if isinstance(interval, int | float) and not isinstance(interval, bool):
        return 2.0 ** (interval / CENTS)
    return None
