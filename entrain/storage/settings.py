"""What entrain remembers of the practice it stands in. What belongs to a person is in the store.

A small JSON file beside the sessions. One that cannot be understood is set aside and said, and never stops
anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from entrain.errors import StoreError
from entrain.storage import old_settings
from entrain.storage.log import codec
from entrain.storage.places import settings_path
from entrain.storage.whole_file import replace_file


@dataclass(frozen=True, slots=True)
class Settings:
    """None and empty where nothing was chosen yet."""

    keep_days: int | None = None  # how long a session is kept; None: until somebody deletes it
    streams_left_on: tuple[str, ...] = ()  # addresses of straps whose measurement streams are ours to stop


def load(path: Path | None = None) -> tuple[Settings, str]:
    """The settings, and what was wrong with them in a sentence; empty where nothing was. Never raises."""
    path = settings_path() if path is None else path
    try:
        return codec.decode(Settings, old_settings.without(path.read_text("utf-8"))), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings in {path} cannot be read: {error.strerror or error}."
    except (UnicodeDecodeError, codec.Undecodable) as error:
        return Settings(), _set_aside(path, error)


def save(settings: Settings, path: Path | None = None) -> None:
    """Replace the settings file; it is on the disk when this returns.

    Raises:
        StoreError: it cannot be written. The file that was there is as it was.
    """
    path = settings_path() if path is None else path
    try:
        replace_file(path, old_settings.kept_beside(path, codec.encode(settings)) + "\n")
    except OSError as error:
        raise StoreError(f"The settings cannot be saved in {path}: {error.strerror or error}.") from error


def change(how: Callable[[Settings], Settings], path: Path | None = None) -> Settings:
    """Load, change and save: `change(lambda now: replace(now, keep_days=365))`.

    Raises:
        StoreError: it cannot be written.
    """
    settings = how(load(path)[0])
    save(settings, path)
    return settings


def _set_aside(path: Path, error: Exception) -> str:
    aside = path.with_name(f"{path.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    said = f"The settings in {path} could not be understood ({error})"
    try:
        path.rename(aside)
    except OSError as other:
        return f"{said}, nor set aside: {other.strerror or other}."
    return f"{said}; they are set aside as {aside.name}, and entrain begins anew."
