"""The session that is to be written, as the writers see it."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from entrain.control.events import BeatSeen
from entrain.errors import UsageError
from entrain.heart.beat import Beat
from entrain.storage.formats.signals import SensorSignal, signals_of
from entrain.storage.log.stored import StoredSession
from entrain.streams import Marker, Sampler, Stream, StreamSample, markers, streams_of

Remarks = tuple[str, ...]

TABLES: Final = (
    *("notification", "beat", "segment", "rejected", "pulse", "heart_pulse", "own_breath", "phase"),
    *("decision", "doubt", "reported_interval"),
    *("breath_cue", "onset", "link", "strap", "sound", "volume", "log_fault", "command", "marker", "rating"),
    *("sensor", "sensor_frame"),
)
BEAT_COLUMNS: Final = "t_s, rr_ms, rr_ticks, strap, segment, n, verdict, known_t_s"
_JSON_COLUMNS: Final = frozenset({"config", "hearts", "summary"})


@dataclass(frozen=True, slots=True)
class ExportSource:
    """`strap` is one of several hearts, or None for all. `subject` is what the person is called in files."""

    connection: sqlite3.Connection
    session: StoredSession
    strap: str | None = None
    subject: str = "01"
    has_dates: bool = True  # False: the session's moments on the wall's clock are withheld
    _beats: list[Beat] = field(default_factory=list[Beat])

    @property
    def session_id(self) -> int:
        """The session's number in the store it is read from."""
        return self.session.meta.row.id

    @property
    def title(self) -> str:
        """What the recording is called within files; no number that could lead back to the date."""
        return f"session {self.session_id}" if self.has_dates else self.subject

    def rows(self, query: str) -> sqlite3.Cursor:
        """Run a query about `:id` and, where it asks for it, about `:strap`."""
        return self.connection.execute(query, {"id": self.session_id, "strap": self.strap})

    def beats_query(self) -> str:
        """The beats of the chosen hearts."""
        return (
            f"SELECT {BEAT_COLUMNS} FROM beat"
            " WHERE session_id = :id AND (:strap IS NULL OR strap = :strap) ORDER BY seq"
        )

    def table_query(self, table: str) -> str:
        """All rows of a view, in order."""
        return f"SELECT * FROM {table} WHERE session_id = :id ORDER BY seq"

    def head(self) -> dict[str, Any]:
        """The session's row, its JSON spelt out."""
        cursor = self.rows("SELECT * FROM session WHERE id = :id")
        names = [each[0] for each in cursor.description]
        return {
            name: json.loads(value) if name in _JSON_COLUMNS and value else value
            for name, value in zip(names, cursor.fetchone(), strict=True)
        }

    @property
    def straps(self) -> tuple[str, ...]:
        """The hearts to write, by their beats."""
        return tuple(sorted({beat.strap for beat in self.beats()}))

    def one_strap(self, what: str) -> None:
        """
        Raises:
            UsageError: there are several hearts, none was chosen, and `what` holds one.
        """
        if len(self.straps) > 1:
            raise UsageError(
                f"Session {self.session_id} has {len(self.straps)} hearts, and {what} holds one.",
                f"Choose with --strap: {', '.join(self.straps)}.",
            )

    def beats(self) -> list[Beat]:
        """Every beat of the chosen hearts in the order in which they became known; times to the last bit."""
        if not self._beats:
            self._beats.extend(
                effect.beat
                for _, effects in self.session.records
                for effect in effects
                if isinstance(effect, BeatSeen) and self.strap in (None, effect.beat.strap)
            )
        return self._beats

    def streams(self) -> tuple[Stream, ...]:
        """What laboratories know as streams, of the chosen hearts."""
        straps = self.session.config.straps
        return streams_of(straps if self.strap is None else (self.strap,))

    def samples(self) -> Iterator[StreamSample]:
        """What the session measured and planned, in the order in which it became known."""
        sampler = Sampler()
        names = {stream.name for stream in self.streams()}
        for event, effects in self.session.records:
            for sample in sampler.samples(event, effects):
                if sample.stream in names:
                    yield sample

    def signals(self) -> tuple[SensorSignal, ...]:
        """What straps streamed beside the pulse."""
        return signals_of(self.session, self.strap)

    def markers(self) -> list[Marker]:
        """What happened, in words, in order of time."""
        said = [marker for event, effects in self.session.records for marker in markers(event, effects)]
        return sorted(said, key=lambda marker: marker.t_s)

    def end_s(self) -> float:
        """From here on the session has nothing more."""
        (t_s,) = self.rows(
            "SELECT max(t_s) FROM (SELECT max(t_s) AS t_s FROM event WHERE session_id = :id"
            " UNION ALL SELECT max(t_s) FROM effect WHERE session_id = :id)"
        ).fetchone()
        return t_s or 0.0
