"""RR intervals in FIT files, as watches write them that record heart rate variability.

The message `hrv` holds up to five intervals in ms and no time (FIT SDK, Profile.xlsx); the chain is broken
where the timer was stopped. Read with fitdecode (extra `formats`).
"""

from datetime import datetime
from io import BytesIO
from typing import Any, Final, cast
from warnings import WarningMessage, catch_warnings, simplefilter

from entrain import extras
from entrain.errors import InputError
from entrain.heart.recording import Gap, Recording, TimeKind
from entrain.units import MS_PER_S

_STOPS: Final = frozenset({"stop", "stop_all", "stop_disable", "stop_disable_all"})


def parse_fit(data: bytes, name: str, *, keep_good: bool = False) -> Recording:
    """The intervals of a FIT file's bytes; `name` is what the file is called in messages.

    Args:
        keep_good: of a damaged file take what comes before the damage.
    Raises:
        InputError: the file is damaged, or holds no interval.
        MissingExtra: fitdecode is not installed.
    """
    fitdecode = extras.load("fitdecode", "formats", "Reading a FIT file")
    found = _Found()
    warnings: tuple[str, ...] = ()
    doubts: list[WarningMessage] = []
    try:
        # What fitdecode doubts it would write to stderr, with the place in its own source.
        with catch_warnings(record=True) as doubts, fitdecode.FitReader(BytesIO(data)) as frames:
            simplefilter("always")
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage):
                    found.take(frame)
    except fitdecode.FitError as error:
        if not keep_good:
            raise InputError(
                f"{name} is a damaged FIT file: {error}.",
                "Copy it from the watch again; `entrain sessions import --keep-good` takes what is good.",
            ) from None
        warnings = (f"The file is damaged ({error}); what came before is kept.",)
    if not found.intervals_ms:
        raise InputError(
            f"{name} is a FIT file without RR intervals.",
            "Switch on the watch's recording of heart rate variability, and record with a chest strap.",
        )
    said = tuple(
        f"The watch was stopped for {gap.seconds:.0f} s before interval {gap.index + 1}."
        for gap in found.gaps
    )
    return Recording(
        name=name,
        intervals_ms=tuple(found.intervals_ms),
        time=TimeKind.NONE,
        arrival_s=None,
        gaps=tuple(found.gaps),
        unit="s",
        format="a FIT file, intervals in s",
        warnings=(*said, *_told(doubts), *warnings),
        began_epoch_s=None if found.began is None else found.began.timestamp(),
    )


def _told(doubts: list[WarningMessage]) -> tuple[str, ...]:
    if not doubts:
        return ()
    more = f" and {len(doubts) - 1} more" if len(doubts) > 1 else ""
    return (f"The file does not keep to the format everywhere: {doubts[0].message}{more}.",)


class _Found:
    """What the messages said so far."""

    def __init__(self) -> None:
        self.intervals_ms: list[float] = []
        self.gaps: list[Gap] = []
        self.began: datetime | None = None
        self._stopped: datetime | None = None

    def take(self, message: Any) -> None:
        match message.name:
            case "hrv":
                value: Any = message.get_value("time", fallback=())
                times = cast("tuple[float | None, ...]", value if isinstance(value, tuple) else (value,))
                # A place that is not used says so with an invalid value, which reads as None.
                self.intervals_ms += [time * MS_PER_S for time in times if time]
            case "file_id":
                self.began = _moment(message.get_value("time_created", fallback=None))
            case "event" if message.get_value("event", fallback=None) == "timer":
                self._timer(
                    message.get_value("event_type", fallback=None),
                    _moment(message.get_value("timestamp", fallback=None)),
                )
            case _:
                pass

    def _timer(self, kind: object, at: datetime | None) -> None:
        if kind in _STOPS:
            self._stopped = at
        elif kind == "start":
            if self._stopped is not None and at is not None and self.intervals_ms:
                self.gaps.append(Gap(len(self.intervals_ms), max(0.0, (at - self._stopped).total_seconds())))
            elif not self.intervals_ms and at is not None:
                self.began = at
            self._stopped = None


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
