"""The one page that is handed out, whole: no other file is asked for, and nothing of anybody else's.

Its scripts and its style stand in it and are permitted by their hashes (Content Security Policy Level 3);
nothing else may run, be loaded or be sent anywhere but back to where the page came from.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from entrain.drawing.palette import PALETTES
from entrain.wording.share import PAGE

_WEB: Final = files("entrain.share") / "web"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as bytes, and the headers it goes with."""

    body: bytes
    headers: dict[str, str]


def made() -> Page:
    """The page, put together from its parts."""
    look, figure, screen = (_read(name) for name in ("look.css", "figure.js", "screen.js"))
    script = (
        f"{figure}\nconst PALETTES = {json.dumps(_palettes())};\nconst WORDS = {json.dumps(PAGE)};\n{screen}"
    )
    text = _read("page.html")
    for name, words in PAGE.items():
        text = text.replace(f"{{{name}}}", words)
    text = text.replace("/*style*/", look).replace("/*script*/", script)
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(look)}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(
        text.encode(),
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


def _palettes() -> dict[str, dict[str, tuple[str, ...]]]:
    return {name: {"in": each.inhale, "out": each.exhale} for name, each in PALETTES.items()}


def _read(name: str) -> str:
    return (_WEB / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
