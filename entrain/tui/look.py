"""How a person likes the screen, and what their terminal can show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from entrain.drawing.palette import Depth
from entrain.drawing.shapes import FIGURES
from entrain.ports import Sitter


@dataclass(frozen=True, slots=True)
class Look:
    """`theme` is dark, light, night or an own one, `figure` one of `FIGURES`. `depth` None finds out."""

    theme: str = "dark"
    figure: str = "orb"
    reduced_motion: bool = False
    depth: Depth | None = None


def look_of(sitter: Sitter, otherwise: Look) -> Look:
    """The screen as this person likes it; a figure of a later version is not one to be drawn."""
    figure = sitter.figure if sitter.figure in FIGURES else None
    return replace(otherwise, theme=sitter.theme or "dark", figure=figure or "orb")


def depth_of(environ: Mapping[str, str], color_system: str | None) -> Depth:
    """The terminal's depth, from the environment and what Rich made of it. NO_COLOR (no-color.org) wins."""
    if environ.get("NO_COLOR"):
        return Depth.NONE
    match color_system:
        case "truecolor":
            return Depth.TRUE
        case "256":
            return Depth.CUBE
        case None:
            return Depth.NONE
        case _:
            return Depth.SIXTEEN
