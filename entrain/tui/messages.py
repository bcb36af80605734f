"""What screens tell the app."""

from dataclasses import dataclass

from textual.message import Message

from entrain.person.desk_settings import DeskSettings
from entrain.ports import Sitter


@dataclass
class FigureChosen(Message):
    """The person prefers this figure."""

    figure: str


@dataclass
class SatDown(Message):
    """Another person sits here now; the screen is to be as they like it."""

    sitter: Sitter


@dataclass
class SettingsChanged(Message):
    """Settings are others now, and should be seen at once."""

    settings: DeskSettings
