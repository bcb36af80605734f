"""From a preset's or a command line's choice of music to a playlist."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from entrain.app.telling import tell
from entrain.control.protocol import ChosenPiece, SoundRule
from entrain.errors import UsageError
from entrain.presets.rules import LIMITS
from entrain.storage.places import music_cache_path
from entrain.synth.music.piece import Playlist

NONE: Final = "none"  # what leaves out a preset's music


def add_music_arguments(parser: argparse.ArgumentParser) -> None:
    """`--music` and `--music-bpm`."""
    parser.add_argument(
        "--music", metavar="FILE|FOLDER", help="your own music, which slows with the beat; none: no music"
    )
    parser.add_argument(
        "--music-bpm", type=float, metavar="BPM", help="its tempo, where what is found is wrong"
    )


def with_music(rule: SoundRule, music: str | None, bpm: float | None) -> SoundRule:
    """The rule with what was typed in its place.

    Raises:
        UsageError: a tempo without music, or one that no music has.
    """
    if music is not None:
        rule = replace(rule, music="" if music == NONE else str(Path(music).expanduser().absolute()))
    if bpm is None:
        return rule
    if not rule.music:
        raise UsageError("--music-bpm is the tempo of music, and there is none.", "Add --music FILE.")
    limit = LIMITS["sound.music_bpm"]
    if not limit.least <= bpm <= limit.most:
        raise UsageError(f"--music-bpm must be {limit.least:g} to {limit.most:g}, not {bpm:g}.")
    return replace(rule, music_bpm=bpm)


def say(text: str) -> None:
    """Tell on stderr what is being done meanwhile."""
    tell(f"entrain: {text}")


def playlist_of(rule: SoundRule, preset: Path, say: Callable[[str], None] = say) -> Playlist | None:
    """The music of a rule, listened to if that is new; None without music.

    That takes some seconds for each new piece.

    Args:
        preset: the file the rule comes from; a path in it that is not absolute begins in its folder.
        say: is told in sentences what is done. What it raises ends the listening.

    Raises:
        InputError: there is no music that can be read.
    """
    if not rule.music:
        return None
    from entrain.music_library import library

    path = preset.parent / Path(rule.music).expanduser()
    pieces = library.pieces(path, music_cache_path(), rule.music_bpm, say)
    return Playlist(pieces, rule.music_volume)


def chosen(playlist: Playlist | None) -> tuple[ChosenPiece, ...]:
    """What the log keeps of it."""
    if playlist is None:
        return ()
    return tuple(ChosenPiece(p.name, p.sha256, p.duration_s, p.bpm) for p in playlist.pieces)
