"""The codec of the measurement streams: the public document's examples, a real frame, both ways, garbage."""

import math
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.errors import MalformedMeasurement
from entrain.heart.pmd import delta
from entrain.heart.pmd.control import (
    PREFERRED,
    Answer,
    Operation,
    Request,
    Response,
    Sensor,
    Setting,
    Settings,
    chosen,
    features,
    features_bytes,
)
from entrain.heart.pmd.frames import SensorFrame

RATES, BITS, RANGE = Setting.RATE_HZ, Setting.RESOLUTION_BITS, Setting.RANGE_G

# From "Polar Measurement Data Specification for 3rd Party".
H10_ACC = ((RATES, (25, 50, 100, 200)), (BITS, (16,)), (RANGE, (2, 4, 8)))
RESPONSES = [
    (
        "F0 01 02 00 00 00 04 19 00 32 00 64 00 C8 00 01 01 10 00 02 03 02 00 04 00 08 00",
        Response(Operation.SETTINGS, Sensor.ACC, Answer.SUCCESS, H10_ACC),
    ),
    (
        "F0 01 02 00 00 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03",
        Response(
            Operation.SETTINGS,
            Sensor.ACC,
            Answer.SUCCESS,
            ((RATES, (52,)), (BITS, (16,)), (RANGE, (8,)), (Setting.CHANNELS, (3,))),
        ),
    ),
    (
        "F0 01 00 00 00 00 01 82 00 01 01 0E 00",
        Response(Operation.SETTINGS, Sensor.ECG, Answer.SUCCESS, ((RATES, (130,)), (BITS, (14,)))),
    ),
    ("F0 02 02 00 00 01", Response(Operation.START, Sensor.ACC, Answer.SUCCESS, tail=b"\x01")),
    ("F0 03 02 00 00", Response(Operation.STOP, Sensor.ACC, Answer.SUCCESS)),
    ("F0 02 02 06 00", Response(Operation.START, Sensor.ACC, Answer.ALREADY_IN_STATE)),
]
# A whole frame of a Verity Sense on a moving arm, quoted in the maker's public issue 443.
REAL = (
    "0200416FC41245930A81EE021FFE82FF080A10DA20D6A30BD9CBE7D6F6C4E6F1E1F3E0151AFE281BF8372C252013"
    "19110A2FED4FC07EF4E9BB6E800DC82FB03E14D1AFB07F16C4CC20873403541"
    "28BFF8D00C142FBE6D3DFB5E191532FBEF9ED43B03EFDDB9B903DF50360"
    "5F7BFAD9DFAE000B2464704012CCCFBF04E4C533B038084180EFC212EC178146FDFE5BB001F3D1D76F81FFCD7B0FC2013660"
    "7F43D35F3F3F78CB06484EFF000EFC820551AB55E34A2D1D0C5FBDE858734DBDEBA06751020CC47041CA267FA0028919FE3F5F"
    "74E72244203F1566B0524D055CA41FBEE96800"
)


def given_bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


@pytest.mark.parametrize(("text", "response"), RESPONSES)
def test_the_documents_answers(text: str, response: Response) -> None:
    assert Response.from_bytes(given_bytes(text)) == response
    assert bytes(response) == given_bytes(text)


def test_the_documents_factor() -> None:
    response = Response.from_bytes(given_bytes("F0 02 02 00 00 05 01 40 DA 7F 39"))
    assert response.factor == pytest.approx(0.000244, rel=1e-7)
    assert Response.from_bytes(given_bytes("F0 02 02 00 00")).factor is None


def test_the_documents_requests() -> None:
    verity: Settings = ((RATES, (52,)), (BITS, (16,)), (RANGE, (8,)), (Setting.CHANNELS, (3,)))
    start = Request(Operation.START, Sensor.ACC, verity)
    assert bytes(start) == given_bytes("02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03")
    assert bytes(Request(Operation.STOP, Sensor.ACC)) == given_bytes("03 02")
    assert bytes(Request(Operation.SETTINGS, Sensor.ECG)) == given_bytes("01 00")


def test_the_documents_features() -> None:
    verity = given_bytes("0F 6E 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00")
    assert features(verity) == {Sensor.ACC}
    assert features(given_bytes("0f 05 00")) == {Sensor.ECG, Sensor.ACC}
    assert features(features_bytes(frozenset(Sensor))) == frozenset(Sensor)
    with pytest.raises(MalformedMeasurement):
        features(b"")


def test_the_documents_frames() -> None:
    plain = SensorFrame.from_bytes(
        given_bytes("02 EA 54 A2 42 8B 45 52 08 01 45 FF E4 FF B5 03 45 FF E4 FF B8 03")
    )
    # The document prints -184 for 45 FF, which is -187.
    assert plain == SensorFrame(Sensor.ACC, 599618164814402794, 1, ((-187, -28, 949), (-187, -28, 952)))
    packed = SensorFrame.from_bytes(
        given_bytes("02 64 6C 76 C4 3C C6 7F 07 80 D0 FF 65 01 E4 0F 08 02 FC 07 FF 0C 13 F2")
    )
    assert packed.samples == ((-48, 357, 4068), (-52, 364, 4067), (-40, 383, 4053))
    assert packed.last_ns == 540368444604181604


def test_a_real_frame_is_read_to_its_last_byte() -> None:
    frame = SensorFrame.from_bytes(bytes.fromhex(REAL))
    assert (frame.sensor, frame.frame_type, len(frame.samples)) == (Sensor.ACC, 0x81, 58)
    # A moving arm: gravity, give or take, and no jump from sample to sample.
    assert all(500 < math.dist(sample, (0, 0, 0)) < 1500 for sample in frame.samples)
    assert max(math.dist(a, b) for a, b in pairwise(frame.samples)) < 700
    assert SensorFrame.from_bytes(bytes(frame)) == frame
    with pytest.raises(MalformedMeasurement):
        SensorFrame.from_bytes(bytes.fromhex(REAL)[:20])


def test_what_is_chosen_is_offered() -> None:
    assert chosen(H10_ACC, PREFERRED[Sensor.ACC]) == ((RATES, (25,)), (BITS, (16,)), (RANGE, (2,)))
    verity: Settings = ((RATES, (52,)), (RANGE, (8,)), (Setting.CHANNELS, (3,)), (Setting.FACTOR, (1,)))
    assert chosen(verity, PREFERRED[Sensor.ACC]) == ((RATES, (52,)), (RANGE, (8,)), (Setting.CHANNELS, (3,)))


# ---- properties --------------------------------------------------------------------------------------------

_most = {Setting.CHANNELS: 0xFF, Setting.RANGE_MILLIUNIT: 2**32 - 1, Setting.FACTOR: 2**32 - 1}
settings = st.lists(
    st.sampled_from(Setting).flatmap(
        lambda setting: st.tuples(
            st.just(setting),
            st.lists(st.integers(0, _most.get(setting, 0xFFFF)), max_size=6).map(tuple),
        )
    ),
    max_size=5,
).map(tuple)


@given(st.sampled_from(Operation), st.sampled_from(Sensor), settings)
def test_requests_come_back(operation: Operation, sensor: Sensor, wanted: Settings) -> None:
    request = Request(operation, sensor, wanted)
    assert Request.from_bytes(bytes(request)) == request


@given(st.sampled_from(Operation), st.sampled_from(Sensor), st.sampled_from(Answer), settings, st.booleans())
def test_answers_come_back(
    operation: Operation, sensor: Sensor, answer: Answer, offered: Settings, has_more: bool
) -> None:
    response = Response(operation, sensor, answer, offered, has_more)
    assert Response.from_bytes(bytes(response)) == response


def _samples(n_channels: int, bits: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    value = st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    return st.lists(st.tuples(*[value] * n_channels), min_size=1, max_size=80).map(tuple)


plain_frames = st.sampled_from(
    [(Sensor.ECG, 0, 1, 24), (Sensor.ACC, 0, 3, 8), (Sensor.ACC, 1, 3, 16), (Sensor.ACC, 2, 3, 24)]
).flatmap(
    lambda form: st.builds(
        SensorFrame,
        st.just(form[0]),
        st.integers(0, 2**64 - 1),
        st.just(form[1]),
        _samples(form[2], form[3]),
    )
)


@given(plain_frames)
def test_plain_frames_come_back(frame: SensorFrame) -> None:
    assert SensorFrame.from_bytes(bytes(frame)) == frame
    assert bytes(SensorFrame.from_bytes(bytes(frame))) == bytes(frame)


@given(st.integers(0, 2**64 - 1), st.sampled_from([0x80, 0x81]), _samples(3, 16))
def test_compressed_frames_come_back(
    last_ns: int, frame_type: int, samples: tuple[tuple[int, ...], ...]
) -> None:
    frame = SensorFrame(Sensor.ACC, last_ns, frame_type, samples)
    assert SensorFrame.from_bytes(bytes(frame)) == frame


@given(st.lists(st.lists(st.integers(-40, 40), min_size=3, max_size=3).map(tuple), min_size=1, max_size=600))
def test_long_runs_are_cut_into_groups(steps: list[tuple[int, ...]]) -> None:
    sample, samples = (0, 0, 0), [(0, 0, 0)]
    for step in steps:
        sample = (sample[0] + step[0], sample[1] + step[1], sample[2] + step[2])
        samples.append(sample)
    assert delta.decoded(delta.encoded(samples, 32), 3, 32) == tuple(samples)


@given(st.binary(max_size=260))
def test_garbage_is_refused_in_a_sentence_or_read(data: bytes) -> None:
    for read in (SensorFrame.from_bytes, Request.from_bytes, Response.from_bytes, features):
        with suppress(MalformedMeasurement):  # and nothing else
            read(data)


@given(plain_frames, st.integers(1, 500))
def test_a_frame_that_lost_its_end_never_gives_a_sample_that_was_not_sent(
    frame: SensorFrame, n_lost: int
) -> None:
    """ATT cuts what its MTU cannot hold: whatever is read then is the beginning of what was sent."""
    whole = bytes(frame)
    try:
        read = SensorFrame.from_bytes(whole[: max(0, len(whole) - n_lost)])
    except MalformedMeasurement:
        return
    assert read.samples == frame.samples[: len(read.samples)]
