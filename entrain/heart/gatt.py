"""The Heart Rate Measurement characteristic 0x2A37, both ways.

Source: Bluetooth GATT Specification Supplement, section 3.116 (Heart Rate Measurement): a flags octet, the
heart rate as uint8 or uint16, then optionally the energy expended (uint16, kJ) and RR intervals (uint16,
1/1024 s, oldest first). Everything is little-endian.
"""

import struct
from typing import Final, Self

from entrain.errors import MalformedMeasurement
from entrain.frozen import quick

HEART_RATE_SERVICE: Final = 0x180D
HEART_RATE_MEASUREMENT: Final = 0x2A37

_WIDE: Final = 0x01
_CONTACT_DETECTED: Final = 0x02
_CONTACT_SUPPORTED: Final = 0x04
_ENERGY: Final = 0x08
_RR: Final = 0x10
_RESERVED: Final = 0xE0


@quick
class HeartRateMeasurement:
    """One decoded notification. What the packet does not carry is `None`, never 0.

    `contact` is None where the strap does not report skin contact. `rr_ticks` is None where the packet has no
    RR field (normal at a slow pulse) and may be empty where the field is announced and carries none. `tail`
    keeps an odd trailing byte, seen on real straps, so that encoding gives back the very bytes received.
    """

    bpm: int
    rr_ticks: tuple[int, ...] | None = None
    contact: bool | None = None
    energy_kj: int | None = None
    wide: bool = False
    tail: bytes = b""
    flags_extra: int = 0

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Decode a notification's payload.

        Raises:
            MalformedMeasurement: the bytes end early, or carry more than their flags announce, so that
                whatever number came out would be invented.
        """
        if len(payload) < 2:
            raise MalformedMeasurement(
                f"heart rate payload of {len(payload)} bytes is too short: {payload.hex()}"
            )
        flags = payload[0]
        wide = bool(flags & _WIDE)
        try:
            (bpm,) = struct.unpack_from("<H" if wide else "<B", payload, 1)
            at = 3 if wide else 2
            energy_kj: int | None = None
            if flags & _ENERGY:
                (energy_kj,) = struct.unpack_from("<H", payload, at)
                at += 2
        except struct.error:
            raise MalformedMeasurement(f"heart rate payload ends early: {payload.hex()}") from None
        rr_ticks: tuple[int, ...] | None = None
        if flags & _RR:
            n_rr = (len(payload) - at) // 2
            rr_ticks = struct.unpack_from(f"<{n_rr}H", payload, at)
            at += 2 * n_rr
        tail = payload[at:]
        if len(tail) > 1:
            raise MalformedMeasurement(
                f"payload carries {len(tail)} bytes its flags do not announce: {payload.hex()}"
            )
        contact, flags_extra = None, flags & (_RESERVED | _CONTACT_DETECTED)
        # The detected bit without the supported bit means nothing, but is kept for the round trip.
        if flags & _CONTACT_SUPPORTED:
            contact, flags_extra = bool(flags & _CONTACT_DETECTED), flags & _RESERVED
        return cls(bpm, rr_ticks, contact, energy_kj, wide, bytes(tail), flags_extra)

    def __bytes__(self) -> bytes:
        """The payload this measurement came from, or a valid new one."""
        wide = self.wide or self.bpm > 0xFF
        flags = self.flags_extra | (_WIDE if wide else 0)
        if self.contact is not None:
            flags |= _CONTACT_SUPPORTED | (_CONTACT_DETECTED if self.contact else 0)
        body = struct.pack("<H" if wide else "<B", self.bpm)
        if self.energy_kj is not None:
            flags |= _ENERGY
            body += struct.pack("<H", self.energy_kj)
        if self.rr_ticks is not None:
            flags |= _RR
            body += struct.pack(f"<{len(self.rr_ticks)}H", *self.rr_ticks)
        return bytes([flags]) + body + self.tail
