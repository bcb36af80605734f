"""What a report looks like: colours for light and dark; the classes that use them stand in `style/`.

A line is told by its form as well as by its colour: what the person did is solid, what guided is dashed.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

LIGHT: Final[Mapping[str, str]] = {
    "paper": "#ffffff",
    "ink": "#1d2329",
    "soft": "#5b6570",
    "hair": "#d9dee3",
    "grid": "#e9ecef",
    "shade": "#eef4f6",
    "gap": "#e3e3e3",
    "heart": "#b3343c",
    "heart-faint": "#dfa3a6",
    "guide": "#1f5f8b",
    "breath": "#16775f",
    "area": "#f3dcdd",
    "notice": "#fbf1d5",
}
DARK: Final[Mapping[str, str]] = {
    "paper": "#14181c",
    "ink": "#e8ebee",
    "soft": "#a3adb7",
    "hair": "#3a434c",
    "grid": "#262d34",
    "shade": "#1b242b",
    "gap": "#30353a",
    "heart": "#f08a8f",
    "heart-faint": "#7d474a",
    "guide": "#7fb8e6",
    "breath": "#63c9ab",
    "area": "#3a2426",
    "notice": "#3a3117",
}


def page_css() -> str:
    """The whole style of an HTML page: light, or dark where the reader's system is; paper is white."""
    dark = f"@media screen and (prefers-color-scheme:dark){{{_variables(DARK)}}}\n"
    styles = "".join(style(name) for name in ("page.css", "figures.css", "print.css"))
    return f"{_variables(LIGHT)}\n{dark}{styles}"


def figure_css(font: str, colours: Mapping[str, str] = LIGHT) -> str:
    """The style of a figure that stands alone, with plain values in place of variables."""
    out = f'text {{ font-family: "{font}" }}\n{style("figures.css")}'
    for name, value in colours.items():
        out = out.replace(f"var(--{name})", value)
    return out


def style(name: str) -> str:
    """One of the files beside this module."""
    return files("entrain.report").joinpath("style", name).read_text(encoding="utf-8")


def _variables(colours: Mapping[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"
