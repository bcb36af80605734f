"""XDF, the Extensible Data Format of the Lab Streaming Layer: chunks of XML and of samples.

Written ourselves after the specification, XDF 1.0 (https://github.com/sccn/xdf/wiki/Specifications):
a file header, then for each stream a header, its samples and a footer. Every sample bears its own time stamp
as a double, seconds of the session's clock, which is the one clock of the file; so the clock offsets are 0.
"""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from entrain.heart.pmd.control import Sensor
from entrain.storage.formats.files import new_bytes
from entrain.storage.formats.signals import CHANNELS, UNITS, SensorSignal
from entrain.storage.formats.source import ExportSource, Remarks
from entrain.streams import Channel, Stream, StreamSample

MARKERS: Final = Stream("markers", "Markers", (Channel("marker", "", "what happened, in words"),))
PREFIX: Final = "entrain "  # before a stream's name, as in the Lab Streaming Layer
_FILE_HEADER, _STREAM_HEADER, _SAMPLES, _CLOCK_OFFSET, _STREAM_FOOTER = 1, 2, 3, 4, 6


def write_xdf(source: ExportSource, path: Path) -> Remarks:
    """Every stream of `entrain.streams` that has samples, and the markers."""
    streams = source.streams()
    samples: dict[str, list[StreamSample]] = {stream.name: [] for stream in streams}
    for sample in source.samples():
        samples[sample.stream].append(sample)
    streamed = source.signals()
    used = [stream for stream in streams if samples[stream.name]]
    marked = [(marker.t_s, str(marker)) for marker in source.markers()]
    with new_bytes(path) as file:
        file.write(b"XDF:")
        _chunk(file, _FILE_HEADER, _file_header(source))
        for number, stream in enumerate(used, 1):
            of_stream = samples[stream.name]
            numbers = struct.Struct(f"<{len(stream.channels)}d")
            values = [(each.t_s, numbers.pack(*each.values)) for each in of_stream]
            _stream(file, number, stream, "double64", values, source)
        for number, signal in enumerate(streamed, len(used) + 1):
            numbers = struct.Struct(f"<{signal.values.shape[1]}d")
            times_s, rows = signal.times_s.tolist(), signal.values.tolist()
            values = [(t_s, numbers.pack(*row)) for t_s, row in zip(times_s, rows, strict=True)]
            _stream(file, number, _described(signal), "double64", values, source)
        words = [(t_s, _word(text)) for t_s, text in marked]
        _stream(file, len(used) + len(streamed) + 1, MARKERS, "string", words, source)
    n_samples = sum(map(len, samples.values())) + sum(len(signal.times_s) for signal in streamed)
    return (f"{len(used) + len(streamed)} streams with {n_samples} samples, and {len(marked)} markers",)


def _described(signal: SensorSignal) -> Stream:
    unit = {"uV": "microvolts", "mg": "thousandths of g"}[UNITS[signal.sensor]]
    channels = tuple(Channel(label, unit, "as the strap streamed it") for label in CHANNELS[signal.sensor])
    kind = {Sensor.ECG: "ECG", Sensor.ACC: "Accelerometer"}[signal.sensor]
    return Stream(f"{signal.sensor.value} {signal.strap}", kind, channels, signal.strap)


def _file_header(source: ExportSource) -> bytes:
    began = ""
    if source.has_dates:
        moment = datetime.fromtimestamp(source.session.meta.origin_epoch_s, UTC)
        began = f"<datetime>{moment.isoformat(timespec='milliseconds')}</datetime>"
    return f'<?xml version="1.0"?><info><version>1.0</version>{began}</info>'.encode()


def _stream(
    file: BinaryIO,
    number: int,
    stream: Stream,
    form: str,
    values: Sequence[tuple[float, bytes]],
    source: ExportSource,
) -> None:
    """Header, samples and footer of one stream; `values` are (t_s, the sample's bytes)."""
    identity = struct.pack("<I", number)
    header = (
        '<?xml version="1.0"?><info>'
        f"<name>{escape(PREFIX + stream.name)}</name><type>{stream.kind}</type>"
        f"<channel_count>{len(stream.channels)}</channel_count><nominal_srate>0</nominal_srate>"
        f"<channel_format>{form}</channel_format>"
        f"<source_id>{escape(f'{source.session.meta.row.uuid} {stream.name}')}</source_id>"
        f"<desc>{description(stream)}<subject><id>{escape(source.subject)}</id></subject></desc></info>"
    )
    _chunk(file, _STREAM_HEADER, identity + header.encode())
    body = b"".join(b"\x08" + struct.pack("<d", t_s) + value for t_s, value in values)
    _chunk(file, _SAMPLES, identity + b"\x04" + struct.pack("<I", len(values)) + body)
    times = [t_s for t_s, _ in values] or [0.0]
    for t_s in (min(times), max(times)):
        _chunk(file, _CLOCK_OFFSET, identity + struct.pack("<dd", t_s, 0.0))
    footer = (
        '<?xml version="1.0"?><info>'
        f"<first_timestamp>{min(times)!r}</first_timestamp><last_timestamp>{max(times)!r}</last_timestamp>"
        f"<sample_count>{len(values)}</sample_count></info>"
    )
    _chunk(file, _STREAM_FOOTER, identity + footer.encode())


def description(stream: Stream) -> str:
    """The stream's channels as the metadata of the Lab Streaming Layer wants them."""
    channels = "".join(
        f"<channel><label>{escape(each.label)}</label><unit>{escape(each.unit)}</unit>"
        f"<type>{stream.kind}</type><meaning>{escape(each.meaning)}</meaning></channel>"
        for each in stream.channels
    )
    strap = "" if stream.strap is None else f"<strap>{escape(stream.strap)}</strap>"
    return f"<channels>{channels}</channels>{strap}"


def _word(text: str) -> bytes:
    data = text.encode()
    return b"\x04" + struct.pack("<I", len(data)) + data


def _chunk(file: BinaryIO, tag: int, content: bytes) -> None:
    file.write(b"\x08" + struct.pack("<QH", len(content) + 2, tag) + content)
