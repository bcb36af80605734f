"""What a strap, a stream, the sound or the log says of itself: a topic with its values, never a sentence.

What people read is made of it in `entrain.wording`, as of a `Reason`. A reason says why the program decided
something; a remark says what somebody else's thing did, and may carry words that are not ours: a strap's
name, what the system said of it. Those are named values, so that they can be taken out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from entrain.errors import DeviceError, EntrainError, StoreError
from entrain.reason import Figures

Words = tuple[tuple[str, str], ...]


class Topic(StrEnum):
    """Every remark there is. The comment names its values; `strap` is what a strap is called."""

    # Bluetooth: what waits for a person. All of it, and of the next group, may name the `host` it is about.
    NO_ADAPTER = "no_adapter"
    ADAPTER_OFF = "adapter_off"
    NO_LOW_ENERGY = "no_low_energy"
    NO_PERMISSION = "no_permission"
    NO_BUS = "no_bus"
    NO_SERVICE = "no_service"
    SERVICE_HANGS = "service_hangs"
    SERVICE_TOO_OLD = "service_too_old"
    NO_WSL = "no_wsl"
    UNSUPPORTED = "unsupported"
    # Bluetooth: what waits for better air. `cause` is what the system said.
    NOT_FOUND = "not_found"  # strap
    NONE_FOUND = "none_found"  # where any strap would do
    ANOTHER = "another"  # strap
    TAKEN = "taken"  # strap
    GONE = "gone"  # strap
    RACE = "race"  # strap
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # strap
    REFUSED = "refused"  # strap, cause
    ADAPTER_FAILED = "adapter_failed"  # cause
    LINK_LOST = "link_lost"  # strap
    SILENT = "silent"  # strap
    MUTE = "mute"  # strap
    NOT_A_STRAP = "not_a_strap"  # strap
    PAIRING = "pairing"  # strap
    PAIRING_LIKELY = "pairing_likely"  # strap
    UNFORESEEN = "unforeseen"  # cause
    # A link on its way.
    LOOKING_FOR_ANY = "looking_for_any"
    LOOKING_FOR = "looking_for"  # strap
    CONNECTING = "connecting"  # strap
    DISCOVERING = "discovering"  # strap
    SUBSCRIBING = "subscribing"  # strap
    SENDING = "sending"  # strap
    OUT_OF_REACH = "out_of_reach"
    # Hearts that are no strap.
    TAPS_AWAITED = "taps_awaited"
    NO_TAP = "no_tap"  # for_s
    RECORDING_GAP = "recording_gap"  # gap_s
    RECORDING_LACKS = "recording_lacks"  # gap_s
    RECORDING_OVER = "recording_over"
    LSL_LOOKING = "lsl_looking"  # stream
    LSL_LOOKING_FOR_TYPE = "lsl_looking_for_type"  # type
    LSL_SEVERAL = "lsl_several"  # n, stream, sender
    LSL_SEVERAL_OF_TYPE = "lsl_several_of_type"  # n, type, sender
    LSL_SILENT = "lsl_silent"
    LSL_NO_BEATS = "lsl_no_beats"  # stream, n_channels, rate_hz
    LSL_NO_BEATS_ALONE = "lsl_no_beats_alone"  # stream, rate_hz; of one channel
    LSL_NO_UNIT = "lsl_no_unit"  # stream
    LSL_NO_HEART = "lsl_no_heart"  # stream, type
    # Measurement streams; `sensor` is the sensor's code, `answer` the strap's.
    STREAMS = "streams"  # strap, sensor
    STREAMS_FOR_ANOTHER = "streams_for_another"  # strap, sensor
    STREAMS_SIMULATED = "streams_simulated"  # sensor
    NO_STREAMS = "no_streams"  # strap
    NO_SENSOR = "no_sensor"  # strap, sensor
    STREAM_UNANSWERED = "stream_unanswered"  # strap, sensor, cause
    STREAM_PACKETS = "stream_packets"  # strap, sensor; it needs larger ones
    STREAM_CHARGING = "stream_charging"  # strap, sensor
    STREAM_REFUSED = "stream_refused"  # strap, sensor, answer
    STREAM_CUT = "stream_cut"  # sensor
    STREAM_STUCK = "stream_stuck"  # axis, mg
    STREAM_SILENT = "stream_silent"  # strap, sensor
    # The sound as it plays. `left_out` is a setting of the environment.
    SOUND_OPENED = "sound_opened"  # rate_hz, latency_ms, left_out
    SOUND_OPENED_FIRST = "sound_opened_first"  # the same, where the system serves it first
    SOUND_RAN_DRY_ONCE = "sound_ran_dry_once"
    SOUND_RAN_DRY = "sound_ran_dry"  # times
    SOUND_LOST_TIME = "sound_lost_time"  # lost_ms
    SOUND_BEHIND = "sound_behind"  # behind_ms
    SOUND_AS_PLAYED = "sound_as_played"
    SOUND_MUTED = "sound_muted"
    SOUND_VOLUME_ZERO = "sound_volume_zero"
    SOUND_TOO_LOUD = "sound_too_loud"  # above_db
    SOUND_TURNED_BACK = "sound_turned_back"  # above_db
    SOUND_LONG_ON_HEADPHONES = "sound_long_on_headphones"
    SOUND_TWO_SESSIONS = "sound_two_sessions"  # pid, where it is known
    # Why nothing sounds. `cause` is what a library said.
    SOUND_NO_ANSWER = "sound_no_answer"  # for_s
    SOUND_NO_LIBRARY = "sound_no_library"
    SOUND_NO_DEVICE = "sound_no_device"
    SOUND_NOT_AMONG = "sound_not_among"  # asked, found
    SOUND_NOT_THERE = "sound_not_there"  # asked; and no other either
    SOUND_NOT_OPENED = "sound_not_opened"  # device, cause
    SOUND_NO_PERMISSION = "sound_no_permission"
    SOUND_SERVER_GONE = "sound_server_gone"
    SOUND_NO_CALLBACK = "sound_no_callback"
    SOUND_GONE_EARLY = "sound_gone_early"
    SOUND_ENGINE_UNBEGUN = "sound_engine_unbegun"  # cause
    SOUND_ENGINE_UNBEGUN_MUTE = "sound_engine_unbegun_mute"  # it stopped answering
    SOUND_ENGINE_UNBEGUN_ENDED = "sound_engine_unbegun_ended"  # its process ended
    SOUND_LOST = "sound_lost"
    SOUND_LOST_SERVER = "sound_lost_server"
    SOUND_LOST_ENGINE = "sound_lost_engine"  # cause
    SOUND_LOST_ENGINE_MUTE = "sound_lost_engine_mute"
    SOUND_LOST_ENGINE_ENDED = "sound_lost_engine_ended"
    FILE_UNWRITTEN = "file_unwritten"  # path, cause
    # Music. `piece` is its name.
    MUSIC_OWN_SPEED = "music_own_speed"  # piece
    MUSIC_UNREADABLE = "music_unreadable"  # piece, cause
    MUSIC_ANOTHER = "music_another"  # piece
    MUSIC_DAMAGED = "music_damaged"  # piece, cause
    MUSIC_BROKEN_OFF = "music_broken_off"  # piece, cause
    MUSIC_SHORT = "music_short"  # piece
    # The log, which goes on in the file `rescue` where that is named. `path` is the store's, `cause` what
    # SQLite or the system said.
    LOG_FULL = "log_full"  # path
    LOG_UNWRITABLE = "log_unwritable"  # path, folder, cause
    LOG_HELD = "log_held"  # path; by another program
    LOG_LOCKED = "log_locked"  # path; it wants its passphrase
    LOG_RELOCKED = "log_relocked"  # path; it has another passphrase now
    LOG_DAMAGED = "log_damaged"  # path, cause
    LOG_FAILED = "log_failed"  # path, cause
    LOG_NOT_WORKING = "log_not_working"  # path, cause
    LOG_UNUSABLE = "log_unusable"  # path, cause
    LOG_FOREIGN = "log_foreign"  # path
    LOG_NEWER = "log_newer"  # path, schema, known
    LOG_RECORD_LOST = "log_record_lost"  # seq, kind, cause
    LOG_REMOVED = "log_removed"  # path, n
    LOG_REPLACED = "log_replaced"  # path
    LOG_OTHER = "log_other"  # cause
    # The sentences of a log from before there were topics.
    AS_TOLD = "as_told"


@dataclass(frozen=True, slots=True)
class Remark:
    """A topic, its figures, and by name what others said.

    `text` and `advice` are the sentences of an older log (`AS_TOLD`), and empty else.
    """

    topic: Topic
    figures: Figures = ()
    words: Words = ()
    text: str = ""
    advice: str = ""

    @classmethod
    def of(cls, topic: Topic, **values: float | str) -> Self:
        """A topic with its values: numbers are ours, texts are others'; one that is empty is left out."""
        figures = tuple([(name, value) for name, value in values.items() if not isinstance(value, str)])
        words = tuple([(name, value) for name, value in values.items() if isinstance(value, str) and value])
        return cls(topic, figures, words)

    @classmethod
    def as_told(cls, text: str, advice: str = "") -> Self | None:
        """What a log of schema 1 to 5 says: two sentences, or nothing."""
        return cls(Topic.AS_TOLD, text=text, advice=advice) if text or advice else None

    @property
    def values(self) -> Mapping[str, float | str]:
        """Figures and words by name."""
        return {**dict(self.figures), **dict(self.words)}

    def __str__(self) -> str:
        """For data, not for people: `link_lost strap='Polar H10'`."""
        if self.topic is Topic.AS_TOLD:
            return self.text
        return " ".join([self.topic.value, *(f"{name}={value!r}" for name, value in self.values.items())])


def of_store(fault: EntrainError) -> Remark:
    """What keeps the log from the disk."""
    if isinstance(fault, StoreError) and fault.topic:
        return Remark.of(Topic(fault.topic), **fault.values)
    return Remark.of(Topic.LOG_OTHER, cause=type(fault).__name__)


class Remarked(DeviceError):
    """A device's fault as a remark: whoever shows it makes the sentence, with `entrain.wording.remarks`."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(str(remark))
        self.remark = remark


_TOLD_IN: Final[Mapping[str, str]] = {
    "LinkChanged": "detail",
    "SensorChanged": "detail",
    "SoundChanged": "detail",
    "LogChanged": "fault",
}


def of_older(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an event of a log of schema 1 to 5, which told it in sentences, as they are now."""
    told_in = _TOLD_IN.get(kind)
    if told_in is None or not (told_in in body or "advice" in body):
        return dict(body)
    text, advice = body.get(told_in, ""), body.get("advice", "")
    rest = {name: value for name, value in body.items() if name not in (told_in, "advice")}
    told = {"topic": Topic.AS_TOLD.value, "text": text, "advice": advice}
    return {**rest, "remark": told if text or advice else None}
