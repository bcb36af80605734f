"""What screens tell the app."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class FigureChosen(Message):
    """The person prefers this figure."""

    figure: str
