"""Where things live: one folder of the person's own, or `ENTRAIN_HOME` where that is set."""

import os
from pathlib import Path
from typing import Final

from entrain.errors import UsageError
from entrain.system.files import PRIVATE_FOLDER

HOME_VARIABLE: Final = "ENTRAIN_HOME"


def home() -> Path:
    """The folder of everything that entrain keeps; it need not exist yet."""
    chosen = os.environ.get(HOME_VARIABLE, "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("entrain", appauthor=False)


def sessions_path() -> Path:
    """The database of sessions."""
    return home() / "sessions.db"


def own_presets_path() -> Path:
    """The folder of presets that a person made."""
    return home() / "presets"


def own_scales_path() -> Path:
    """The folder of scales that a person wrote."""
    return home() / "scales"


def own_programmes_path() -> Path:
    """The folder of programmes that a person or a practice wrote."""
    return home() / "programmes"


def practice_path() -> Path:
    """The folder of a practice's letterhead and logo."""
    return home() / "practice"


def settings_path() -> Path:
    """What the program remembers of the practice it stands in."""
    return home() / "settings.json"


def desk_settings_path() -> Path:
    """The settings that people write: how entrain looks, sounds and is steered here."""
    return home() / "settings.toml"


def own_themes_path() -> Path:
    """The folder of themes that a person made."""
    return home() / "themes"


def music_cache_path() -> Path:
    """The folder of what was found out about pieces of music; it may be emptied at any time."""
    if os.environ.get(HOME_VARIABLE, "").strip():
        return home() / "cache" / "music"
    import platformdirs

    return platformdirs.user_cache_path("entrain", appauthor=False) / "music"


def make_private_folder(path: Path) -> None:
    """Create a folder that only its owner can look into; one that exists stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def check_new(path: Path) -> None:
    """Whatever is written anew takes nobody's place, and makes no folder that was not asked for.

    Raises:
        UsageError: there is something at `path` already, or the folder that it is to be in is missing.
    """
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} exists already; nothing is overwritten.", "Choose another name.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.", "Make it first, or choose another place.")
