"""The codec of 0x2A37: real payloads as straps sent them, every combination both ways, garbage refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.errors import MalformedMeasurement
from entrain.heart.gatt import HeartRateMeasurement

# Bytes quoted in public threads (Polar H7: cal-id/Polar-H7-Pi, Stack Overflow; Polar H10: Stack Overflow
# 67024800, dvmarinoff/Auuki#192; others: WebBluetoothCG/web-bluetooth#493, movisens/SmartGattLib).
REAL = [
    ("063c", 60, None),
    ("163c1104", 60, (1041,)),
    ("163cf503", 60, (1013,)),
    ("164d1603", 77, (790,)),
    ("164e1b031203", 78, (795, 786)),
    ("164f0203", 79, (770,)),
    ("164e0f03", 78, (783,)),
    ("103b5304", 59, (1107,)),
    ("104372038a03", 67, (882, 906)),
    ("10449203", 68, (914,)),
    ("103c8c04", 60, (1164,)),
    ("0040", 64, None),
    ("103eb103de", 62, (945,)),
    ("1039230435", 57, (1059,)),
    ("103dcf03ef", 61, (975,)),
    ("16485401ec02", 72, (340, 748)),
]
VENDOR = "020103460400"  # ikinloop Z3518A: a format of its own on the standard characteristic


@pytest.mark.parametrize(("payload", "bpm", "rr_ticks"), REAL)
def test_real_payloads_decode_as_listed(payload: str, bpm: int, rr_ticks: tuple[int, ...] | None) -> None:
    measured = HeartRateMeasurement.from_bytes(bytes.fromhex(payload))
    assert (measured.bpm, measured.rr_ticks) == (bpm, rr_ticks)
    assert bytes(measured).hex() == payload


def test_a_vendors_own_format_gives_no_heart_rate() -> None:
    with pytest.raises(MalformedMeasurement, match="do not announce"):
        HeartRateMeasurement.from_bytes(bytes.fromhex(VENDOR))


def test_contact_counts_only_where_it_is_supported() -> None:
    assert HeartRateMeasurement.from_bytes(b"\x02\x40").contact is None
    assert HeartRateMeasurement.from_bytes(b"\x04\x40").contact is False
    assert HeartRateMeasurement.from_bytes(b"\x06\x40").contact is True


measurements = st.builds(
    HeartRateMeasurement,
    bpm=st.integers(0, 0xFFFF),
    rr_ticks=st.none() | st.lists(st.integers(0, 0xFFFF), max_size=9).map(tuple),
    contact=st.none() | st.booleans(),
    energy_kj=st.none() | st.integers(0, 0xFFFF),
)


@given(measurements)
def test_encoding_and_decoding_are_inverse(measured: HeartRateMeasurement) -> None:
    again = HeartRateMeasurement.from_bytes(bytes(measured))
    fields = ("bpm", "rr_ticks", "contact", "energy_kj")
    assert [getattr(again, f) for f in fields] == [getattr(measured, f) for f in fields]


@given(st.binary(max_size=24))
def test_any_bytes_either_round_trip_or_are_refused(payload: bytes) -> None:
    try:
        measured = HeartRateMeasurement.from_bytes(payload)
    except MalformedMeasurement:
        return
    assert bytes(measured) == payload


@given(measurements, st.integers(0, 30))
def test_a_cut_payload_never_invents_a_field(measured: HeartRateMeasurement, keep: int) -> None:
    payload = bytes(measured)[:keep]
    try:
        cut = HeartRateMeasurement.from_bytes(payload)
    except MalformedMeasurement:
        return
    assert cut.bpm == measured.bpm
    assert cut.energy_kj == measured.energy_kj
    assert (cut.rr_ticks or ()) == (measured.rr_ticks or ())[: len(cut.rr_ticks or ())]
