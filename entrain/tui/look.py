"""How a person likes the screen, and what their terminal can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from entrain.drawing.palette import Depth


@dataclass(frozen=True, slots=True)
class Look:
    """`theme` is dark, light or night, `figure` orb, wave, petals or bar. `depth` None finds out."""

    theme: str = "dark"
    figure: str = "orb"
    reduced_motion: bool = False
    depth: Depth | None = None


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
