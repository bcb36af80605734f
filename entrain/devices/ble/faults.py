"""What can go wrong with Bluetooth: the reasons, each in a sentence, and what a person can do about it."""

import platform
from enum import Enum, StrEnum
from typing import Final

from entrain.errors import DeviceError


class Host(Enum):
    """Where we run, as far as advice differs."""

    LINUX = "linux"
    WSL = "wsl"
    MACOS = "macos"
    WINDOWS = "windows"
    OTHER = "other"

    @classmethod
    def here(cls) -> "Host":
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


class Reason(StrEnum):
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
    GONE = "strap forgotten"
    RACE = "link broke while set up"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    REFUSED = "refused"
    ADAPTER_FAILED = "adapter failed"
    LINK_LOST = "link lost"
    SILENT = "connected and silent"
    NOT_A_STRAP = "no heart rate"
    PAIRING = "wants pairing"
    UNFORESEEN = "unforeseen"

    @property
    def blocks(self) -> bool:
        """Nothing will work, with any strap, before somebody acts."""
        return self in _BLOCKING


_BLOCKING: Final = frozenset(
    {
        Reason.NO_ADAPTER,
        Reason.ADAPTER_OFF,
        Reason.NO_LOW_ENERGY,
        Reason.NO_PERMISSION,
        Reason.NO_BUS,
        Reason.NO_SERVICE,
        Reason.SERVICE_HANGS,
        Reason.SERVICE_TOO_OLD,
        Reason.NO_WSL,
        Reason.UNSUPPORTED,
    }
)


class BluetoothFault(DeviceError):
    """Something about Bluetooth that a person can be told; `reason` is for programs."""

    def __init__(
        self, reason: Reason, strap: str = "the strap", cause: str = "", host: Host | None = None
    ) -> None:
        host = host or Host.here()
        if host is Host.WSL and reason in (Reason.NO_BUS, Reason.NO_SERVICE, Reason.NO_ADAPTER):
            reason = Reason.NO_WSL
        sentence = _SENTENCE[reason].format(strap=strap, cause=cause)
        super().__init__(
            sentence[:1].upper() + sentence[1:], _HOST_ADVICE.get((reason, host), _ADVICE[reason])
        )
        self.reason = reason
        self.cause = cause


_SENTENCE: Final = {
    Reason.NO_ADAPTER: "this computer has no Bluetooth adapter that could be used.",
    Reason.ADAPTER_OFF: "Bluetooth is switched off.",
    Reason.NO_LOW_ENERGY: "the Bluetooth adapter does not speak Bluetooth Low Energy.",
    Reason.NO_PERMISSION: "this program is not allowed to use Bluetooth.",
    Reason.NO_BUS: "the system bus, through which programs reach Bluetooth, is not there.",
    Reason.NO_SERVICE: "the Bluetooth service is not running.",
    Reason.SERVICE_HANGS: "the Bluetooth service does not answer.",
    Reason.SERVICE_TOO_OLD: "the Bluetooth service is too old.",
    Reason.NO_WSL: "Windows Subsystem for Linux has no Bluetooth.",
    Reason.UNSUPPORTED: "Bluetooth is not supported on this system.",
    Reason.NOT_FOUND: "no sign of {strap} so far.",
    Reason.GONE: "the system has forgotten {strap}.",
    Reason.RACE: "the connection to {strap} broke while it was set up.",
    Reason.BUSY: "the Bluetooth service is still busy with something else.",
    Reason.NO_ANSWER: "{strap} did not answer in time.",
    Reason.REFUSED: "{strap} refused ({cause}).",
    Reason.ADAPTER_FAILED: "the Bluetooth adapter failed ({cause}).",
    Reason.LINK_LOST: "the connection to {strap} was lost.",
    Reason.SILENT: "{strap} is connected and sends nothing.",
    Reason.NOT_A_STRAP: "{strap} offers no heart rate.",
    Reason.PAIRING: "{strap} wants to be paired first.",
    Reason.UNFORESEEN: "Bluetooth failed in a way nobody foresaw ({cause}).",
}

_ADVICE: Final = {
    Reason.NO_ADAPTER: "Plug in a Bluetooth adapter (4.0 or newer). To look around without one: entrain demo",
    Reason.ADAPTER_OFF: "Switch Bluetooth on in the settings.",
    Reason.NO_LOW_ENERGY: "Use an adapter with Bluetooth 4.0 or newer.",
    Reason.NO_PERMISSION: "Ask whoever looks after this computer to allow it.",
    Reason.NO_BUS: "Start it: sudo systemctl start dbus. In a container, mount /run/dbus/system_bus_socket",
    Reason.NO_SERVICE: "Start it: sudo systemctl start bluetooth. If it is missing: sudo apt install bluez",
    Reason.SERVICE_HANGS: "If this lasts, restart it: sudo systemctl restart bluetooth",
    Reason.SERVICE_TOO_OLD: "Update the system: BlueZ 5.55 or newer is needed.",
    Reason.NO_WSL: "Run entrain in Windows itself, from PowerShell. To look around here: entrain demo",
    Reason.UNSUPPORTED: "Linux, macOS and Windows are. To look around here: entrain demo",
    Reason.NOT_FOUND: (
        "Put the strap on with moist electrodes: most wake up only on the skin. Close the phone or watch app"
        " that may hold it. Check its battery."
    ),
    Reason.GONE: "Nothing to do: it is being looked for again.",
    Reason.RACE: "Nothing to do: it is tried again. If it goes on, come closer to the computer.",
    Reason.BUSY: "Nothing to do: it is tried again. If it goes on, switch Bluetooth off and on.",
    Reason.NO_ANSWER: "Come closer, and close the phone or watch app that may hold it. It is tried again.",
    Reason.REFUSED: "Another phone, watch or program may hold it: close it there. It is tried again.",
    Reason.ADAPTER_FAILED: "It is tried again. If it goes on, switch Bluetooth off and on.",
    Reason.LINK_LOST: "Stay within a few metres; it is being looked for.",
    Reason.SILENT: "Moisten the electrodes and tighten the strap.",
    Reason.NOT_A_STRAP: "Choose another (entrain straps). Watches have to be told to broadcast heart rate.",
    Reason.PAIRING: "Pair it in the system's Bluetooth settings.",
    Reason.UNFORESEEN: "It is tried again. If it goes on, please report it with this line.",
}

_HOST_ADVICE: Final = {
    (Reason.ADAPTER_OFF, Host.LINUX): (
        "Switch it on in the settings, or: bluetoothctl power on. If that fails: rfkill unblock bluetooth"
    ),
    (Reason.ADAPTER_OFF, Host.MACOS): "Switch it on in System Settings > Bluetooth.",
    (Reason.ADAPTER_OFF, Host.WINDOWS): "Switch it on in Settings > Bluetooth & devices.",
    (Reason.NO_PERMISSION, Host.LINUX): (
        "Join the group that may: sudo usermod -aG bluetooth $USER, then log in anew."
    ),
    (Reason.NO_PERMISSION, Host.MACOS): (
        "Allow your terminal in System Settings > Privacy & Security > Bluetooth, then start it anew."
    ),
    (Reason.NO_SERVICE, Host.MACOS): "Switch Bluetooth off and on in System Settings > Bluetooth.",
    (Reason.NO_SERVICE, Host.WINDOWS): "Start the Bluetooth Support Service in Services.",
    # The first use makes macOS ask; until the person has answered, its service does not.
    (Reason.SERVICE_HANGS, Host.MACOS): "If macOS asks whether your terminal may use Bluetooth, allow it.",
    (Reason.SERVICE_HANGS, Host.WINDOWS): "If this lasts, switch Bluetooth off and on in Settings.",
    # A Mac hides the strap's own address behind a UUID of its making, so an address from elsewhere never
    # matches.
    (Reason.NOT_FOUND, Host.MACOS): (
        "Put the strap on with moist electrodes. Close the phone or watch app that may hold it. Use the"
        " address that entrain straps shows on this Mac: another computer's does not work here."
    ),
}
