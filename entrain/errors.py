"""Every exception this package raises on purpose.

    EntrainError                 something a person can be told in a sentence (exit 1)
    ├── UsageError               the command line asks for something that cannot be (exit 2)
    ├── InputError               a file or payload is not what it should be (exit 3)
    │   ├── MalformedMeasurement bytes of a strap that are not what their characteristic promises
    │   ├── PresetError          a preset or a scale with faults; carries all of them
    │   └── Undecodable          in storage/log/codec.py: a text that is not the message it should be
    ├── DeviceError              a strap or a sound device is missing or lost for good (exit 4)
    │   └── Remarked             in remark.py: a device's fault without words; who shows it makes them
    │       └── BluetoothFault   in devices/ble/faults.py: what is wrong with Bluetooth; carries its reason
    ├── OutputError              a file that was asked for cannot be written (exit 1)
    ├── StoreError               the session store cannot be read or written (exit 1)
    │   ├── UnusableStore        in storage/log/database.py: it will not become usable by waiting
    │   │   ├── NewerStore       in storage/log/database.py: a newer entrain wrote it
    │   │   └── DamagedStore     in storage/log/database.py: SQLite cannot go through it any more
    │   └── Locked               in storage/encryption/cipher.py: it needs a passphrase, or another one
    ├── MissingExtra             in extras.py: a library of an extra is not there or does not work (exit 1)
    └── ClusterFault             in app/analyse_cluster.py: the scheduler is not there or was lost (exit 1)

Five more never leave their rooms and are told as one of these: `Unreadable` in music_library/reading.py
(music that no decoder takes), `NotTOML` in toml_lines.py, `Refused` in study/standing.py (what a study's log
does not permit), `NoDevice` in devices/audio/portaudio.py and `NotUnderstood` in share/orders.py (a message
no page of ours sends). A test holds this tree against the code.

`advice` says what to do next. A front end prints `message` and `advice`, never a traceback.
"""

from typing import ClassVar


class EntrainError(Exception):
    """Base of all; `exit_code` is what a command ends with when nothing handles it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(EntrainError):
    """What was asked for does not exist or does not go together. Exit code 2."""

    exit_code: ClassVar[int] = 2


class InputError(EntrainError):
    """A file cannot be read as what it should be. Exit code 3."""

    exit_code: ClassVar[int] = 3


class MalformedMeasurement(InputError):
    """Bytes that are no Heart Rate Measurement."""


class PresetError(InputError):
    """A preset or a scale that cannot be used; `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, message: str, faults: tuple[str, ...] = (), advice: str = "") -> None:
        super().__init__(message, advice)
        self.faults = faults


class DeviceError(EntrainError):
    """A device is missing, or was lost for good. Exit code 4."""

    exit_code: ClassVar[int] = 4


class OutputError(EntrainError):
    """A file cannot be written. Exit code 1."""


class StoreError(EntrainError):
    """The session store cannot be read or written. Exit code 1.

    `topic` and `values` are what the log of a session says of it in place of the sentence (`entrain.remark`).
    """

    def __init__(self, message: str, advice: str = "", topic: str = "", **values: float | str) -> None:
        super().__init__(message, advice)
        self.topic = topic
        self.values = values
