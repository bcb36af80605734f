"""What can go wrong with Bluetooth, as remarks."""

import logging
import re
from typing import Final

from entrain.remark import Remark, Remarked, Topic
from entrain.system.host import Host

_LOG: Final = logging.getLogger(__name__)


# Nothing will work, with any strap, before somebody acts.
BLOCKING: Final = frozenset(
    {
        Topic.NO_ADAPTER,
        Topic.ADAPTER_OFF,
        Topic.NO_LOW_ENERGY,
        Topic.NO_PERMISSION,
        Topic.NO_BUS,
        Topic.NO_SERVICE,
        Topic.SERVICE_HANGS,
        Topic.SERVICE_TOO_OLD,
        Topic.NO_WSL,
        Topic.UNSUPPORTED,
    }
)


_ABOUT_A_STRAP: Final = frozenset(
    {
        *(Topic.NOT_FOUND, Topic.ANOTHER, Topic.TAKEN, Topic.GONE, Topic.RACE, Topic.NO_ANSWER),
        *(Topic.REFUSED, Topic.LINK_LOST, Topic.SILENT, Topic.MUTE, Topic.NOT_A_STRAP, Topic.PAIRING),
        Topic.PAIRING_LIKELY,
    }
)
_TELLING_THE_CAUSE: Final = frozenset({Topic.REFUSED, Topic.ADAPTER_FAILED, Topic.UNFORESEEN})
TROUBLES: Final = BLOCKING | _ABOUT_A_STRAP | _TELLING_THE_CAUSE | {Topic.NONE_FOUND, Topic.BUSY}


class BluetoothFault(Remarked):
    """Something about Bluetooth that a person can be told; `reason` is for programs."""

    def __init__(self, reason: Topic, strap: str = "", cause: str = "", host: Host | None = None) -> None:
        """`strap` is what it is called, `cause` what the system or bleak said."""
        host = host or Host.here()
        if host is Host.WSL and reason in (Topic.NO_BUS, Topic.NO_SERVICE, Topic.NO_ADAPTER):
            reason = Topic.NO_WSL
        _LOG.info("%s", reason)
        said = {
            "strap": strap if reason in _ABOUT_A_STRAP else "",
            "cause": _plain(cause) if reason in _TELLING_THE_CAUSE else "",
        }
        super().__init__(Remark.of(reason, **said, host=host.value))
        self.reason = reason
        self.cause = cause


def _plain(cause: str) -> str:
    """What an exception says, without the names that programs give to things."""
    said = _INNER_NAME.sub(lambda name: _IN_WORDS.sub(" ", name[1]).lower(), cause)
    words = _CLASS_NAME.sub("", said.replace("[", "").replace("]", ": ")).replace(": :", ":").split()
    return " ".join(words).strip(" :.")


_INNER_NAME: Final = re.compile(
    r"\b(?:org|com)\.[\w.]*?\.?(\w+)(?=[\s\]:,]|$)"
)  # org.bluez.Error.NotPermitted
_CLASS_NAME: Final = re.compile(r"\b(?:\w*Error|\w*Exception)\b")
_IN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
