"""Where we run, as far as it changes what we do or advise."""

import os
import platform
from enum import StrEnum
from typing import Final


class Host(StrEnum):
    """The systems this runs on, as far as they differ."""

    LINUX = "linux"
    WSL = "wsl"
    MACOS = "macos"
    WINDOWS = "windows"
    OTHER = "other"

    @classmethod
    def here(cls) -> "Host":
        """The one this runs on."""
        match platform.system():
            case "Linux" if "microsoft" in platform.release().lower():
                return cls.WSL
            case "Linux":
                return cls.LINUX
            case "Darwin":
                return cls.MACOS
            case "Windows":
                return cls.WINDOWS
            case _:
                return cls.OTHER


IS_POSIX: Final = os.name == "posix"
"""Whether files have owners and permissions, and may lose their name while they are open."""
