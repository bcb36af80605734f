"""RR intervals in FIT files, as watches write them that record heart rate variability.

The message `hrv` holds up to five intervals in s and no time; its place among messages with a time stamp
tells when they came, and so where some are missing. `hr` holds moments of beats in 1/1024 s instead, and
`beat_intervals` and `raw_bbi` intervals in ms with a time (FIT SDK, Profile.xlsx). Fields of apps (developer
fields) are read where one is called like intervals. The chain is broken where the timer was stopped.
Read with fitdecode (extra `formats`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, Final, cast
from warnings import WarningMessage, catch_warnings, simplefilter

from entrain import extras
from entrain.errors import InputError
from entrain.recordings.moments import Moments
from entrain.recordings.names import Role, column_name
from entrain.recordings.numbers import quoted
from entrain.recordings.options import MILLISECONDS, SECONDS, TimeUnit
from entrain.recordings.series import Series

_STOPS: Final = frozenset({"stop", "stop_all", "stop_disable", "stop_disable_all"})
_NONE_S: Final = 65.0  # 65535, the value that stands for none, in s
_HRV: Final = "hrv"
_TICKS_PER_S: Final = 1024.0


@dataclass(slots=True)
class _Intervals:
    """Intervals of one kind of message, and the newest time stamp when each came."""

    unit: TimeUnit
    values: list[float] = field(default_factory=list[float])
    at_s: list[float | None] = field(default_factory=list[float | None])
    stops_s: dict[int, float] = field(default_factory=dict[int, float])  # by the interval that follows


def parse_fit(data: bytes, name: str, *, keep_good: bool = False) -> Series:
    """What a FIT file's bytes hold of intervals, or of moments of beats.

    Args:
        keep_good: of a damaged file take what comes before the damage.
    Raises:
        InputError: the file is damaged, or holds no interval.
        MissingExtra: fitdecode is not installed.
    """
    fitdecode = extras.load("fitdecode", "formats", "Reading a FIT file")
    found = _Found()
    notes: tuple[str, ...] = ()
    doubts: list[WarningMessage] = []
    try:
        # What fitdecode doubts it would write to stderr, with the place in its own source.
        with catch_warnings(record=True) as doubts, fitdecode.FitReader(BytesIO(data)) as frames:
            simplefilter("always")
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage):
                    found.take(frame)
    except Exception as error:  # the library trusts definitions, so anything may come of a damaged file
        what = str(error) if isinstance(error, fitdecode.FitError) else type(error).__name__
        if not keep_good:
            raise InputError(
                f"{name} is a damaged FIT file: {what}.",
                "Copy it from the watch again; `entrain sessions import --keep-good` takes what is good.",
            ) from None
        notes = (f"The file is damaged ({what}); what came before is kept.",)
    return found.series(name, (*_told(doubts), *notes))


def _told(doubts: list[WarningMessage]) -> tuple[str, ...]:
    if not doubts:
        return ()
    more = f" and {len(doubts) - 1} more" if len(doubts) > 1 else ""
    return (f"The file does not keep to the format everywhere: {doubts[0].message}{more}.",)


class _Found:
    """What the messages said so far."""

    def __init__(self) -> None:
        self._by_kind: dict[str, _Intervals] = {}
        self._beats_s: list[float] = []
        self._began: datetime | None = None
        self._now_s: float | None = None
        self._stopped_s: float | None = None

    def take(self, message: Any) -> None:
        at = _moment(message.get_value("timestamp", fallback=None))
        if at is not None and message.name in ("record", "event", _HRV, "hr", "beat_intervals", "raw_bbi"):
            self._now_s = at.timestamp()
        match message.name:
            case "hrv":
                self._add(_HRV, SECONDS, _numbers(message.get_value("time", fallback=())))
            case "beat_intervals" | "raw_bbi":
                for each in message.get_fields("time"):
                    self._add(message.name, MILLISECONDS, _numbers(each.value))
            case "hr":
                self._beats_of(message)
            case "record":
                self._of_apps(message)
            case "file_id":
                self._began = _moment(message.get_value("time_created", fallback=None))
            case "event" if message.get_value("event", fallback=None) == "timer":
                self._timer(message.get_value("event_type", fallback=None), at)
            case _:
                pass

    def _add(self, kind: str, unit: TimeUnit, values: Sequence[float]) -> None:
        held = self._by_kind.setdefault(kind, _Intervals(unit))
        for value in values:
            # A place that is not used says so with an invalid value.
            if value > 0.0 and value / unit.per_s < _NONE_S:
                held.values.append(value)
                held.at_s.append(self._now_s)

    def _beats_of(self, message: Any) -> None:
        """Whole moments, and moments of 12 bits each that go on from the last whole one; in 1/1024 s."""
        for each in message.get_fields("event_timestamp"):
            if (
                not each.is_expanded
            ):  # what the library makes of the 12 bits does not go on from the whole one
                self._beats_s += [ticks / _TICKS_PER_S for ticks in _numbers(each.raw_value)]
        packed = [
            int(value) & 0xFF for value in _numbers(message.get_raw_value("event_timestamp_12", fallback=()))
        ]
        if self._beats_s:
            last = round(self._beats_s[-1] * _TICKS_PER_S)
            for low in _of_bytes(packed):
                last += (low - last) % 0x1000
                self._beats_s.append(last / _TICKS_PER_S)

    def _of_apps(self, message: Any) -> None:
        """Fields that an app on the watch added, if one is called like intervals."""
        for each in getattr(message, "fields", ()):
            if each.field_def is None or not each.field_def.is_dev:
                continue
            named = column_name(str(each.name))
            if named.role is Role.INTERVAL:
                unit = named.unit or {"s": SECONDS}.get(str(getattr(each, "units", "")), MILLISECONDS)
                self._add(f"field {quoted(each.name)}", unit, _numbers(each.value))

    def _timer(self, kind: object, at: datetime | None) -> None:
        if kind in _STOPS:
            self._stopped_s = None if at is None else at.timestamp()
        elif kind == "start":
            for held in self._by_kind.values():
                if self._stopped_s is not None and at is not None and held.values:
                    held.stops_s[len(held.values)] = max(0.0, at.timestamp() - self._stopped_s)
            if not self._by_kind and at is not None:
                self._began = at
            self._stopped_s = None

    def series(self, name: str, notes: tuple[str, ...]) -> Series:
        kinds = {kind: held for kind, held in self._by_kind.items() if held.values}
        began = None if self._began is None else self._began.timestamp()
        if not kinds and len(self._beats_s) > 1:
            return Series(
                tuple(self._beats_s), tuple(range(1, len(self._beats_s) + 1)), "a FIT file with hr messages",
                SECONDS, "the format", are_beats=True, notes=notes, began_epoch_s=began, place="beat",
            )  # fmt: skip
        if not kinds:
            raise InputError(
                f"{name} is a FIT file without RR intervals.",
                "Switch on the watch's recording of heart rate variability, and record with a chest strap.",
            )
        kind = _HRV if _HRV in kinds else max(kinds, key=lambda each: len(kinds[each].values))
        held, others = kinds[kind], [each for each in kinds if each != kind]
        if others:
            notes = (*notes, f"{kind} was read and {', '.join(others)} left aside.")
        # What came before the first time stamp came when that did, or just before.
        first_s = next((at_s for at_s in held.at_s if at_s is not None), None)
        times = tuple(first_s if at_s is None else at_s for at_s in held.at_s)
        clock = Moments("the watch's clock", times, None, is_clock=True, has_date=True, insists=False)
        return Series(
            tuple(held.values), tuple(range(1, len(held.values) + 1)), f"a FIT file with {kind}", held.unit,
            "the format",
            clocks=(clock,) if all(time is not None for time in times) else (), notes=notes,
            began_epoch_s=began, place="interval", stops_s=held.stops_s, are_intervals=True,
        )  # fmt: skip


def _numbers(value: object) -> list[float]:
    """One number or several, whatever the library makes of the field."""
    several = cast("Sequence[object]", value) if isinstance(value, tuple | list | bytes) else (value,)
    return [float(each) for each in several if isinstance(each, int | float) and not isinstance(each, bool)]


def _of_bytes(packed: list[int]) -> list[int]:
    """Two moments of 12 bits in each three bytes, the lower bits first."""
    out: list[int] = []
    for a, b, c in zip(packed[::3], packed[1::3], packed[2::3], strict=False):
        out += [a | (b & 0x0F) << 8, b >> 4 | c << 4]
    return out


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
