"""WFDB, PhysioNet's format: a header without signals and two annotation files in the MIT format.

Written ourselves after the WFDB Applications Guide, header(5) and annot(5). Beats are in `.atr`, one
annotation each, at 1024 to the second, which is the strap's own tick: a beat is at most half a tick, 0.49 ms,
off. Its interval is its note ("rr 855.469 ms"): moments on the session's clock do not differ by just that.
What happened stands in `.evt` as notes. `chan` is the number of the heart.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from pathlib import Path
from typing import Final

from entrain.heart.beat import Beat, Verdict
from entrain.heart.pmd.control import Sensor
from entrain.storage.formats.files import new_bytes, new_folder, new_text
from entrain.storage.formats.signals import CHANNELS, SensorSignal
from entrain.storage.formats.source import ExportSource, Remarks

PER_S: Final = 1024
_NORMAL, _UNCLASSIFIABLE, _NOTE = 1, 13, 22  # annotation codes, ecgcodes.h
_SKIP, _CHANNEL, _AUX = 59, 62, 63
_LONGEST_STEP: Final = 1023
_LONGEST_AUX: Final = 255


@dataclass(frozen=True, slots=True)
class _Annotation:
    sample: int
    code: int
    aux: str = ""
    channel: int = 0


def write_wfdb(source: ExportSource, path: Path) -> Remarks:
    """A new folder with RECORD.hea, RECORD.atr and RECORD.evt."""
    record = f"session{source.session_id}" if source.has_dates else "session"
    beats, markers, straps = source.beats(), source.markers(), source.straps
    # Samples cannot be negative; a first interval may have begun before the session.
    earliest_s = min((*(beat.t_s for beat in beats), *(marker.t_s for marker in markers)), default=0.0)
    zero_s = min(0, floor(earliest_s))
    with new_folder(path):
        with new_text(path / f"{record}.hea") as file:
            file.writelines(f"{line}\n" for line in _header(source, record, zero_s))
        with new_bytes(path / f"{record}.atr") as file:
            file.write(_encoded(_beat(beat, zero_s, straps.index(beat.strap)) for beat in beats))
        with new_bytes(path / f"{record}.evt") as file:
            # Readers take a note at sample 0 for a definition, so none of ours stands there.
            notes = (_Annotation(max(1, _sample(each.t_s, zero_s)), _NOTE, str(each)) for each in markers)
            file.write(_encoded(notes))
    streamed = [_write_signal(path, record, zero_s, signal) for signal in source.signals()]
    n_doubtful = sum(beat.verdict is not Verdict.OK for beat in beats)
    return (
        f"record {record} with {len(beats)} beats in .atr, {n_doubtful} of them doubtful (Q)",
        f"{len(markers)} notes in .evt",
        *streamed,
    )


def _write_signal(path: Path, record: str, zero_s: int, signal: SensorSignal) -> str:
    """A record of its own for what a strap streamed, since a record has one rate; -32768 is missing."""
    import numpy

    name = f"{record}_{signal.sensor.value}"
    if (path / f"{name}.hea").exists():
        return f"not written: a second {signal.sensor.value} signal, of {signal.strap}; choose with --strap"
    n = int((signal.times_s[-1] - zero_s) * signal.hz) + 1
    grid = numpy.clip(numpy.round(signal.on_grid(n, zero_s)), -32767, 32767)
    samples = numpy.where(numpy.isnan(grid), -32768, numpy.nan_to_num(grid)).astype("<i2")
    gain, unit = ("1000", "mV") if signal.sensor is Sensor.ECG else ("1", "mg")
    with new_text(path / f"{name}.hea") as file:
        file.write(f"{name} {samples.shape[1]} {signal.hz:g} {n}\n")
        for label, column in zip(CHANNELS[signal.sensor], samples.T, strict=True):
            checksum = int(column.astype("i8").sum()) & 0xFFFF
            checksum -= 0x10000 if checksum > 0x7FFF else 0
            file.write(f"{name}.dat 16 {gain}(0)/{unit} 16 0 {column[0]} {checksum} 0 {label}\n")
        file.write(f"# sample 0 is {zero_s} s on the session's clock; {signal.strap}\n")
    with new_bytes(path / f"{name}.dat") as file:
        file.write(samples.tobytes())
    return f"record {name} with {n} samples"


def _header(source: ExportSource, record: str, zero_s: int) -> Iterator[str]:
    n_samples = _sample(source.end_s(), zero_s) + 1
    began = ""
    if source.has_dates:
        moment = datetime.fromtimestamp(source.session.meta.origin_epoch_s + zero_s, UTC)
        began = moment.strftime(" %H:%M:%S.%f")[:-3] + moment.strftime(" %d/%m/%Y")
    yield f"{record} 0 {PER_S} {n_samples}{began}"
    yield f"# subject {source.subject}; times in UTC" if source.has_dates else f"# subject {source.subject}"
    yield f"# sample 0 is {zero_s} s on the session's clock"
    for channel, strap in enumerate(source.straps):
        yield f"# chan {channel}: {strap}"


def _beat(beat: Beat, zero_s: int, channel: int) -> _Annotation:
    sample = max(1, _sample(beat.t_s, zero_s))  # a note at sample 0 would be a definition
    interval = f"rr {beat.rr.ms:.3f} ms"
    if beat.verdict is Verdict.OK:
        return _Annotation(sample, _NORMAL, interval, channel)
    return _Annotation(sample, _UNCLASSIFIABLE, f"{interval} {beat.verdict.value}", channel)


def _sample(t_s: float, zero_s: int) -> int:
    return round((t_s - zero_s) * PER_S)


def _encoded(annotations: Iterable[_Annotation]) -> bytes:
    """The bytes of an annotation file: pairs of 6 bits of code and 10 bits of step."""
    out = bytearray()
    sample = channel = 0
    resolution = _Annotation(0, _NOTE, f"## time resolution: {PER_S}")
    for each in (resolution, *sorted(annotations, key=lambda annotation: annotation.sample)):
        step = each.sample - sample
        if step > _LONGEST_STEP:
            # A long step comes first, as two halves, the upper one first (the PDP-11's way).
            out += _word(_SKIP, 0) + struct.pack("<HH", step >> 16, step & 0xFFFF)
            step = 0
        out += _word(each.code, step)
        if each.channel != channel:
            out += _word(_CHANNEL, each.channel)
        if each.aux:
            text = each.aux.encode("ascii", "replace")[:_LONGEST_AUX]
            out += _word(_AUX, len(text)) + text + b"\0" * (len(text) % 2)
        sample, channel = each.sample, each.channel
    return bytes(out) + _word(0, 0)


def _word(code: int, value: int) -> bytes:
    return struct.pack("<H", code << 10 | value)
