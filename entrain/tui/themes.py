"""The screen's colours: dark, light and a dim night theme, and one for terminals that bring their own.

Beside Textual's own names a theme sets `$breath-in`, `$breath-out`, `$pulse`, `$tempo` and `$quiet`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from entrain.drawing.palette import PALETTES, Depth, FigureColours
from entrain.person.desk_settings import OwnTheme

_NONE: Final[Mapping[str, OwnTheme]] = MappingProxyType({})
_FIELDS: Final = (
    "primary", "secondary", "accent", "warning", "error", "success", "background", "surface", "panel",
)  # fmt: skip

DARK: Final = Theme(
    name="dark",
    primary="#59bfb6",
    secondary="#918be0",
    accent="#e8c07d",
    warning="#e8b468",
    error="#e58a7b",
    success="#8fcf9f",
    foreground="#d3dbe2",
    background="#0f1318",
    surface="#151b22",
    panel="#1b232c",
    dark=True,
    variables={
        "text": "#d3dbe2",
        "text-muted": "#8695a3",
        "text-disabled": "#566370",
        "breath-in": "#7fdccf",
        "breath-out": "#aaa4f0",
        "pulse": "#f0a9a0",
        "tempo": "#7fb7d6",
        "quiet": "#5d6b78",
        "block-cursor-background": "#22343d",
        "block-cursor-foreground": "#d6fbee",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#1b232c",
        "border": "#3c6f75",
        "border-blurred": "#26313c",
    },
)

LIGHT: Final = Theme(
    name="light",
    primary="#2f8486",
    secondary="#6158b0",
    accent="#a0681a",
    warning="#8f5a0c",
    error="#a83c30",
    success="#37754a",
    foreground="#2b3237",
    background="#f8f6f1",
    surface="#f1eee6",
    panel="#e9e5db",
    dark=False,
    variables={
        "text": "#2b3237",
        "text-muted": "#626b70",
        "text-disabled": "#9aa09f",
        "breath-in": "#1f7374",
        "breath-out": "#584ea6",
        "pulse": "#a8463c",
        "tempo": "#2d6d94",
        "quiet": "#83898a",
        "block-cursor-background": "#d5e8e2",
        "block-cursor-foreground": "#123f40",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e9e5db",
        "border": "#7fb3ae",
        "border-blurred": "#d5d0c3",
    },
)

NIGHT: Final = Theme(
    name="night",
    primary="#9a5a2c",
    secondary="#83404a",
    accent="#9a5a2c",
    warning="#a8702e",
    error="#a34a3c",
    success="#7d6a34",
    foreground="#8a5f45",
    background="#000000",
    surface="#080402",
    panel="#0e0704",
    dark=True,
    variables={
        "text": "#96694c",
        "text-muted": "#6d4a35",
        "text-disabled": "#432d20",
        "breath-in": "#b06a35",
        "breath-out": "#9a4a50",
        "pulse": "#a0503f",
        "tempo": "#7d6238",
        "quiet": "#523828",
        "block-cursor-background": "#1f1007",
        "block-cursor-foreground": "#c07d4a",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#140a05",
        "border": "#4a2a16",
        "border-blurred": "#241409",
    },
)

PLAIN: Final = Theme(
    name="plain",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_blue",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    # Textual asks an ANSI theme for colours of its own; without them no screen comes up.
    variables=BUILTIN_THEMES["ansi-dark"].variables
    | {
        "breath-in": "ansi_cyan",
        "breath-out": "ansi_blue",
        "pulse": "ansi_red",
        "tempo": "ansi_cyan",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "quiet": "ansi_default 50%",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "reverse",
        "border": "ansi_cyan",
    },
)

THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT, NIGHT, PLAIN)}
CYCLE: Final = ("dark", "light", "night")

# Every colour after the first is one of the 240 that such a terminal really has: left to the nearest match, a
# soft ramp jumps between hues.
_CUBE_FIGURES: Final = {
    "dark": FigureColours(
        inhale=("#0f1318", "#1c1c1c", "#005f5f", "#008787", "#5fafaf", "#87d7d7", "#d7ffff"),
        exhale=("#0f1318", "#1c1c1c", "#444444", "#5f5f87", "#8787af", "#afafd7", "#d7d7ff"),
    ),
    "light": FigureColours(
        inhale=("#f8f6f1", "#e4e4e4", "#afd7d7", "#87afaf", "#5fafaf", "#008787", "#005f5f"),
        exhale=("#f8f6f1", "#e4e4e4", "#d7d7ff", "#afafd7", "#8787d7", "#5f5faf", "#5f5f87"),
    ),
    "night": FigureColours(
        inhale=("#000000", "#080808", "#1c1c1c", "#5f0000", "#875f00", "#af5f00", "#af875f"),
        exhale=("#000000", "#080808", "#1c1c1c", "#5f0000", "#870000", "#875f5f", "#af5f5f"),
    ),
}


def figure_colours(theme: str, depth: Depth, own: Mapping[str, OwnTheme] = _NONE) -> FigureColours:
    """The breathing figure's colours in a theme; the first of them is the theme's own background.

    Args:
        own: a person's own themes by name.
    """
    figures = _CUBE_FIGURES if depth is Depth.CUBE else PALETTES
    mine = own.get(theme)
    if mine is None:
        return figures.get(theme, figures["dark"])
    base = figures[mine.base]
    ground = dict(mine.colours).get("background")
    inhale, exhale = (
        given or theirs for given, theirs in ((mine.inhale, base.inhale), (mine.exhale, base.exhale))
    )
    if ground is None:
        return FigureColours(inhale, exhale)
    return FigureColours((ground, *inhale[1:]), (ground, *exhale[1:]))


def made(own: OwnTheme) -> Theme:
    """An own theme for Textual: its base with its own colours."""
    base = THEMES[own.base]
    colours = {name.replace("_", "-"): colour for name, colour in own.colours}
    fields = {name: colours.pop(name) for name in _FIELDS if name in colours}
    if "text" in colours:
        fields["foreground"] = colours["text"]
    return replace(base, name=own.name, variables={**base.variables, **colours}, **fields)
