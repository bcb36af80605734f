"""What can be scripted to happen at a call of `FakeBluez`."""

from dataclasses import dataclass


class Refuse(Exception):
    """Answer with a D-Bus error; a bare name is one of BlueZ's."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name, text)
        self.name = name if "." in name else f"org.bluez.Error.{name}"
        self.text = text


class Hang:
    """Never answer."""


class Race:
    """Connect: services are said to be resolved, and the link never to be connected (seen with bluetoothd
    5.66)."""


@dataclass(frozen=True)
class Delay:
    """Answer, but later."""

    seconds: float


Step = Refuse | Hang | Race | Delay
