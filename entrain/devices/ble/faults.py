"""What can go wrong with Bluetooth: the reasons, each in a sentence, and what a person can do about it."""

import logging
import re
from enum import StrEnum
from typing import Final

from entrain.errors import DeviceError
from entrain.system.host import Host

_LOG: Final = logging.getLogger(__name__)


class Trouble(StrEnum):
    """Why Bluetooth does not do what it should. The first group waits for a person, the second for better
    air."""

    NO_ADAPTER = "no adapter"
    ADAPTER_OFF = "adapter off"
    NO_LOW_ENERGY = "adapter without low energy"
    NO_PERMISSION = "no permission"
    NO_BUS = "no system bus"
    NO_SERVICE = "no Bluetooth service"
    SERVICE_HANGS = "Bluetooth service does not answer"
    SERVICE_TOO_OLD = "Bluetooth service too old"
    NO_WSL = "no Bluetooth in WSL"
    UNSUPPORTED = "system not supported"

    NOT_FOUND = "strap not found"
    ANOTHER = "another of that name"
    TAKEN = "read by another heart"
    GONE = "strap forgotten"
    RACE = "link broke while set up"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    REFUSED = "refused"
    ADAPTER_FAILED = "adapter failed"
    LINK_LOST = "link lost"
    SILENT = "connected and silent"
    MUTE = "silent, and does not answer"
    NOT_A_STRAP = "no heart rate"
    PAIRING = "wants pairing"
    PAIRING_LIKELY = "may want pairing"
    UNFORESEEN = "unforeseen"

    @property
    def blocks(self) -> bool:
        """Nothing will work, with any strap, before somebody acts."""
        return self in _BLOCKING


_BLOCKING: Final = frozenset(
    {
        Trouble.NO_ADAPTER,
        Trouble.ADAPTER_OFF,
        Trouble.NO_LOW_ENERGY,
        Trouble.NO_PERMISSION,
        Trouble.NO_BUS,
        Trouble.NO_SERVICE,
        Trouble.SERVICE_HANGS,
        Trouble.SERVICE_TOO_OLD,
        Trouble.NO_WSL,
        Trouble.UNSUPPORTED,
    }
)


class BluetoothFault(DeviceError):
    """Something about Bluetooth that a person can be told; `reason` is for programs."""

    def __init__(
        self, reason: Trouble, strap: str = "the strap", cause: str = "", host: Host | None = None
    ) -> None:
        host = host or Host.here()
        if host is Host.WSL and reason in (
            Trouble.NO_BUS,
            Trouble.NO_SERVICE,
            Trouble.NO_ADAPTER,
        ):
            reason = Trouble.NO_WSL
        _LOG.info("%s", reason)
        sentence = _SENTENCE[reason].format(strap=strap, cause=_plain(cause))
        super().__init__(
            sentence[:1].upper() + sentence[1:], _HOST_ADVICE.get((reason, host), _ADVICE[reason])
        )
        self.reason = reason
        self.cause = cause


def _plain(cause: str) -> str:
    """What an exception says, without the names that programs give to things."""
    said = _INNER_NAME.sub(lambda name: _IN_WORDS.sub(" ", name[1]).lower(), cause)
    words = _CLASS_NAME.sub("", said.replace("[", "").replace("]", ": ")).replace(": :", ":").split()
    return " ".join(words).strip(" :.") or "without saying why"


_INNER_NAME: Final = re.compile(
    r"\b(?:org|com)\.[\w.]*?\.?(\w+)(?=[\s\]:,]|$)"
)  # org.bluez.Error.NotPermitted
_CLASS_NAME: Final = re.compile(r"\b(?:\w*Error|\w*Exception)\b")
_IN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

_SENTENCE: Final = {
    Trouble.NO_ADAPTER: "this computer has no Bluetooth adapter that could be used.",
    Trouble.ADAPTER_OFF: "Bluetooth is switched off.",
    Trouble.NO_LOW_ENERGY: "the Bluetooth adapter does not speak Bluetooth Low Energy.",
    Trouble.NO_PERMISSION: "this program is not allowed to use Bluetooth.",
    Trouble.NO_BUS: "the system bus that leads to Bluetooth is missing.",
    Trouble.NO_SERVICE: "the Bluetooth service is not running.",
    Trouble.SERVICE_HANGS: "the Bluetooth service does not answer.",
    Trouble.SERVICE_TOO_OLD: "the Bluetooth service is too old.",
    Trouble.NO_WSL: "Windows Subsystem for Linux has no Bluetooth.",
    Trouble.UNSUPPORTED: "Bluetooth is not supported on this system.",
    Trouble.NOT_FOUND: "no sign of {strap} so far.",
    Trouble.ANOTHER: "no sign of {strap}, but of another strap of that name.",
    Trouble.TAKEN: "{strap} is read by another heart of this session.",
    Trouble.GONE: "the system has forgotten {strap}.",
    Trouble.RACE: "the connection to {strap} broke while it was set up.",
    Trouble.BUSY: "the Bluetooth service is still busy with something else.",
    Trouble.NO_ANSWER: "{strap} did not answer in time.",
    Trouble.REFUSED: "{strap} refused ({cause}).",
    Trouble.ADAPTER_FAILED: "the Bluetooth adapter failed ({cause}).",
    Trouble.LINK_LOST: "the connection to {strap} was lost.",
    Trouble.SILENT: "{strap} is connected and sends nothing.",
    Trouble.MUTE: "no data from {strap}, and it does not answer.",
    Trouble.NOT_A_STRAP: "{strap} offers no heart rate.",
    Trouble.PAIRING: "{strap} wants to be paired first.",
    Trouble.PAIRING_LIKELY: "{strap} does not answer: it may want to be paired first.",
    Trouble.UNFORESEEN: "Bluetooth failed in a way nobody foresaw ({cause}).",
}

_ADVICE: Final = {
    Trouble.NO_ADAPTER: "Plug in a Bluetooth adapter (4.0 or newer). To look around: entrain demo",
    Trouble.ADAPTER_OFF: "Switch Bluetooth on in the settings.",
    Trouble.NO_LOW_ENERGY: "Use an adapter with Bluetooth 4.0 or newer.",
    Trouble.NO_PERMISSION: "Ask whoever looks after this computer to allow it.",
    Trouble.NO_BUS: "Start it: sudo systemctl start dbus. A container needs /run/dbus/system_bus_socket",
    Trouble.NO_SERVICE: "Start it: sudo systemctl start bluetooth. If it is missing: sudo apt install bluez",
    Trouble.SERVICE_HANGS: "If this lasts, restart it: sudo systemctl restart bluetooth",
    Trouble.SERVICE_TOO_OLD: "Update the system: BlueZ 5.55 or newer is needed.",
    Trouble.NO_WSL: "Run entrain in Windows itself, from PowerShell. To look around here: entrain demo",
    Trouble.UNSUPPORTED: "Linux, macOS and Windows are. To look around here: entrain demo",
    Trouble.NOT_FOUND: (
        "Put it on with moist electrodes, close phone or watch apps that may hold it, check its battery."
    ),
    Trouble.ANOTHER: ("It may be somebody else's. If it is yours, begin anew with it: entrain straps"),
    Trouble.TAKEN: "Give each heart a strap of its own: entrain straps shows their addresses.",
    Trouble.GONE: "Nothing to do: it is being looked for again.",
    Trouble.RACE: "Nothing to do: it is tried again. If it goes on, come closer to the computer.",
    Trouble.BUSY: "Nothing to do: it is tried again. If it goes on, switch Bluetooth off and on.",
    Trouble.NO_ANSWER: "Come closer, and close the phone or watch app that may hold it. It is tried again.",
    Trouble.REFUSED: "Another phone, watch or program may hold it: close it there. It is tried again.",
    Trouble.ADAPTER_FAILED: "It is tried again. If it goes on, switch Bluetooth off and on.",
    Trouble.LINK_LOST: "Stay within a few metres; it is being looked for.",
    Trouble.SILENT: "Moisten the electrodes and tighten the strap.",
    Trouble.MUTE: "Come closer. If it stays so, the link is made anew; then switch Bluetooth off and on.",
    Trouble.NOT_A_STRAP: "Choose another (entrain straps). Watches have to be told to broadcast heart rate.",
    Trouble.PAIRING: "Pair it in the system's Bluetooth settings; it is tried again.",
    Trouble.PAIRING_LIKELY: "Confirm the system's pairing dialogue, or pair it in the Bluetooth settings.",
    Trouble.UNFORESEEN: "It is tried again. If it goes on, please report it with this line.",
}

_HOST_ADVICE: Final = {
    (Trouble.ADAPTER_OFF, Host.LINUX): (
        "Switch it on in the settings, or: bluetoothctl power on. If that fails: rfkill unblock bluetooth"
    ),
    (Trouble.ADAPTER_OFF, Host.MACOS): "Switch it on in System Settings > Bluetooth.",
    (Trouble.ADAPTER_OFF, Host.WINDOWS): "Switch it on in Settings > Bluetooth & devices.",
    (Trouble.NO_PERMISSION, Host.LINUX): (
        "Join the group that may: sudo usermod -aG bluetooth $USER, then log in anew."
    ),
    (Trouble.NO_PERMISSION, Host.MACOS): (
        "Allow your terminal in System Settings > Privacy & Security > Bluetooth, then start it anew."
    ),
    (Trouble.NO_SERVICE, Host.MACOS): "Switch Bluetooth off and on in System Settings > Bluetooth.",
    (Trouble.NO_SERVICE, Host.WINDOWS): "Start the Bluetooth Support Service in Services.",
    # The first use makes macOS ask; until the person has answered, its service does not.
    (
        Trouble.SERVICE_HANGS,
        Host.MACOS,
    ): "If macOS asks whether your terminal may use Bluetooth, allow it.",
    (Trouble.SERVICE_HANGS, Host.WINDOWS): "If this lasts, switch Bluetooth off and on in Settings.",
    # A Mac hides the strap's own address behind a UUID of its making, so an address from elsewhere never
    # matches.
    (Trouble.NOT_FOUND, Host.MACOS): (
        "Put the strap on with moist electrodes. Close the phone or watch app that may hold it. Use the"
        " address that entrain straps shows on this Mac: another computer's does not work here."
    ),
}
