"""Where the files are that come with the program: in the package, or in a checkout beside it."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent


def shipped_presets_path() -> Path:
    """The folder of the presets."""
    inside = _PACKAGE / "_presets"
    return inside if inside.is_dir() else _PACKAGE.parent / "presets"


def shipped_scales_path() -> Path:
    """The folder of the scales."""
    return shipped_presets_path() / "scales"


def shipped_programmes_path() -> Path:
    """The folder of the programmes."""
    return shipped_presets_path() / "programmes"
