"""What a strap, a stream, the sound or the log says of itself: a topic with its values, never a sentence.

What people read is made of it in `entrain.wording`, as of a `Reason`. A reason says why the program decided
something; a remark says what somebody else's thing did, and may carry words that are not ours: a strap's
name, what the system said of it. Those are named values, so that they can be taken out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from entrain.errors import DeviceError
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
    # The sound.
    SOUND_NO_ANSWER = "sound_no_answer"  # for_s
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
