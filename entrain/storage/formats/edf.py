"""EDF+: pulse, tempo and breath as signals of one sample a second, and every beat and event as an annotation.

ECG and accelerometer, where a strap streamed them, are signals at their own rate.

Annotations have their times in decimals, so a beat is exact to the microsecond. Signals are of 16 bits; 0
means that nothing was known.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import ceil, isnan
from pathlib import Path
from typing import Any, Final

from entrain import extras
from entrain.heart.pmd.control import Sensor
from entrain.storage.formats.files import new_bytes
from entrain.storage.formats.signals import CHANNELS, UNITS, SensorSignal
from entrain.storage.formats.source import ExportSource, Remarks
from entrain.streams import PARTS

DIGITS: Final = 6  # of an annotation's seconds

# label, unit, range, (stream, channel) it comes from
_SIGNALS: Final = (
    ("Pulse", "bpm", 250.0, "pulse", 0),
    ("RMSSD", "ms", 500.0, "pulse", 2),
    ("Tempo", "bpm", 250.0, "guide", 0),
    ("Guided breath", "1/min", 60.0, "guide", 1),
)
# So wide that one step of 16 bits is one µV, or a quarter of a mg.
_HIGHEST: Final = {Sensor.ECG: 32767.0, Sensor.ACC: 8192.0}


def write_edf(source: ExportSource, path: Path) -> Remarks:
    """EDF+ with annotations; what there is to say of it."""
    edfio = extras.load("edfio", "formats", "Writing EDF+")
    n_seconds = max(1, ceil(source.end_s()) + 1)
    annotations = _annotations(source, edfio.EdfAnnotation)
    meta = source.session.meta
    began = datetime.fromtimestamp(meta.origin_epoch_s, UTC) if source.has_dates else None
    streamed = source.signals()
    signals = [
        *_signals(source, edfio.EdfSignal, n_seconds),
        *_streamed(streamed, edfio.EdfSignal, n_seconds),
    ]
    edf = edfio.Edf(
        signals,
        patient=edfio.Patient(code=source.subject),
        recording=edfio.Recording(
            startdate=began.date() if began else None,
            equipment_code=f"entrain_{meta.entrain_version}",
            additional=(f"began_{began:%H:%M:%S.%f}_UTC",) if began else (),
        ),
        # Whole seconds: EDFlib refuses files whose records begin at fractions that binary numbers miss.
        starttime=began.time().replace(microsecond=0) if began else None,
        data_record_duration=1,
        annotations=annotations,
    )
    with new_bytes(path) as file:
        edf.write(file)
    return (
        f"{len(annotations)} annotations, {len(source.beats())} of them beats",
        f"{len(signals)} signals",
    )


def _streamed(streamed: Sequence[SensorSignal], make: Callable[..., Any], n_seconds: int) -> list[Any]:
    """ECG and accelerometer; 0 where nothing was measured, as in the others."""
    import numpy

    made: list[Any] = []
    for signal in streamed:
        grid = numpy.nan_to_num(signal.on_grid(round(n_seconds * signal.hz)))
        highest = _HIGHEST[signal.sensor]
        made += [
            make(
                numpy.clip(column, -highest, highest),
                signal.hz,
                label=label,
                physical_dimension=UNITS[signal.sensor],
                physical_range=(-highest, highest),
            )
            for label, column in zip(CHANNELS[signal.sensor], grid.T, strict=True)
        ]
    return made


def _annotations(source: ExportSource, make: Callable[[float, float | None, str], Any]) -> list[Any]:
    several = len(source.straps) > 1
    found: list[tuple[float, float | None, str]] = []
    found += [(marker.t_s, None, str(marker)) for marker in source.markers()]
    for beat in source.beats():
        whose = f" {beat.strap}" if several else ""
        found.append((beat.t_s, beat.rr.seconds, f"beat {beat.rr.ms:.3f} ms {beat.verdict.value}{whose}"))
    for sample in source.samples():
        match sample.stream, sample.values:
            case "onset", (n,):
                found.append((sample.t_s, None, f"onset {n:.0f}"))
            case "breath", (part, _, duration_s, _):
                found.append((sample.t_s, duration_s, f"breath {PARTS[int(part)].value}"))
            case _:
                pass
    return [
        make(round(t_s, DIGITS), None if long_s is None else round(long_s, DIGITS), text)
        for t_s, long_s, text in sorted(found, key=lambda each: each[0])
    ]


def _signals(source: ExportSource, make: Callable[..., Any], n_seconds: int) -> list[Any]:
    import numpy

    values = {(stream, channel): numpy.zeros(n_seconds) for *_, stream, channel in _SIGNALS}
    for sample in source.samples():
        for channel, value in enumerate(sample.values):
            second = int(sample.t_s)
            if (sample.stream, channel) in values and not isnan(value) and second < n_seconds:
                values[sample.stream, channel][second] = value
    return [
        make(
            numpy.clip(values[stream, channel], 0.0, highest),
            1,
            label=label,
            physical_dimension=unit,
            physical_range=(0.0, highest),
        )
        for label, unit, highest, stream, channel in _SIGNALS
    ]
