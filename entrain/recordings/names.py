"""What a column is called, and what follows from it: what it holds, and in which unit.

Names are taken apart into words ("RR-interval [ms]", "rrInterval_ms", "HRV_MeanNN"), and the words decide.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from entrain.recordings.numbers import UNIT_WORDS
from entrain.recordings.options import (
    DAYS,
    HOURS,
    MILLISECONDS,
    MINUTES,
    NANOSECONDS,
    TICKS,
    TimeUnit,
    samples,
)


class Role(Enum):
    INTERVAL = "intervals"
    BEATS = "moments of beats"
    TIME = "time"
    RATE = "heart rates"
    RESULT = "results"
    EVENT = "what a row is about"
    VALUE = "values"
    WHO = "whose the row is"
    SEGMENT = "unbroken chains"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class ColumnName:
    text: str
    words: tuple[str, ...]
    role: Role
    unit: TimeUnit | None
    counts_samples: bool = False  # "samples", without saying how many make a second
    is_corrected: bool = False
    is_raw: bool = False
    number: int | None = None  # of rr1, rr2 ...: which interval of the row
    stem: str = ""


def words_in(text: str) -> frozenset[str]:
    """The words of a list, parted by spaces."""
    return frozenset(text.split())


_INTERVAL: Final = words_in("""
    rr rri rrs rris ibi ibis nn nni nnis bbi bbis ppi ppis rrinterval rrintervals interbeatinterval
    interbeatintervals rrint interbeat beattobeat heartperiod interval intervals intervall intervalle
    intervalo intervalos intervallo intervalli интервал nninterval nnintervals rrintervall rrintervalle
    rrabstand ihp
    """)
_RESULT: Final = words_in("""
    mean avg average median mode sd std stdev sdnn sdrr sdann rmssd sdsd min max minimum maximum var
    variance cv cvnn pnn50 nn50 pnn20 nn20 avnn hrv iqr mad range power lf hf vlf sd1 sd2 dfa sampen
    lnrmssd mittel mittelwert moyenne media meannn meanrr mediannn pnn madnn percentile
    """)
# What is said about an interval and is none itself.
_ABOUT: Final = words_in("""
    n num count counts counter number no index idx id flag flags valid ok quality status type label
    labels code class diff diffs delta dt change error err verdict ratio percent score zscore outlier
    outliers is contact confidence length name annotation annot comment difference dropped missing
    """)
_CORRECTED: Final = words_in("""
    corrected corr clean cleaned filtered filt interp interpolated edited processed detrended smooth
    smoothed adjusted normal nn nni fixed imputed resampled free accepted valid denoised
    """)
_RAW: Final = words_in("raw uncorrected orig original unfiltered measured source")
_BEATS: Final = words_in("beat beats peak peaks rpeak rpeaks rpk qrs heartbeat heartbeats")
TIME_WORDS: Final = words_in("""
    time times timestamp timestamps stamp ts t elapsed since clock date datetime epoch unix utc when
    zeit uhrzeit datum zeitstempel heure temps hora fecha tiempo onset localtime offset
    tempo tempi czas aika tid tijd ora zeitpunkt instante
    время 时间 時間 時刻 시간
    """)
_RATE: Final = words_in("hr bpm pulse heartrate rate puls fc")
_EVENT: Final = words_in("event type kind signal measure metric variable sensor channel")
_VALUE: Final = words_in("value values val reading measurement data wert")
_WHO: Final = words_in("""
    subject subjects person participant patient strap device session recording file filename heart
    user record sub subj pid deviceid id trial source
    """)
# One row for each of these is a table of results, not of beats.
_STRETCH: Final = words_in("""
    window windows fenster epoch block bin week woche night nacht visit hour stunde day tag minute
    """)
_SEGMENT: Final = words_in("segment chain")
_MORE_UNITS: Final = {
    **dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), NANOSECONDS),
    **dict.fromkeys(("minute", "minutes"), MINUTES),
    **dict.fromkeys(("hour", "hours"), HOURS),
    **dict.fromkeys(("day", "days"), DAYS),
}
_SAMPLE_WORDS: Final = words_in("sample samples smp smpl frame frames datapoint datapoints")
_TICK_WORDS: Final = words_in("tick ticks")
_PART: Final = re.compile(r"1\s*/\s*(\d{2,6})|/\s*(\d{3,6})\b")
_HZ: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(k?)hz", re.IGNORECASE)
_WITH_UNIT: Final = re.compile(r"\b(RRI?|IBI|NNI?|BBI)(ms|msec|sec|us)\b", re.IGNORECASE)  # RRms
_OTHER_SCRIPT: Final = "[\u0400-\u04ff\u3040-\u9fff\uac00-\ud7af]"
_SCRIPTS: Final = re.compile(rf"(?<=[A-Za-z])(?={_OTHER_SCRIPT})|(?<={_OTHER_SCRIPT})(?=[A-Za-z])")  # RR间期
_FS: Final = re.compile(
    r"^\W*(?:fs|sampling\s*(?:rate|frequency)|sample\s*rate)\W+(\d+(?:\.\d+)?)\s*$", re.IGNORECASE
)
_OF_MANY: Final = words_in(
    "sdnn sdrr sdann rmssd sdsd pnn50 nn50 pnn20 nn20 sd1 sd2 dfa sampen lnrmssd lf hf vlf"
)
_CAMEL: Final = re.compile(r"(?<=[a-zµ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINED: Final = ("r-r", "r–r", "n-n", "p-p", "b-b")


def words_of(text: str) -> tuple[str, ...]:
    """The name's words in lower case; "RR1" is the word rr and the word 1."""
    lowered = _WITH_UNIT.sub(r"\1 \2", text)
    for pair in _JOINED:
        lowered = re.sub(rf"(?<![A-Za-z]){pair}(?![A-Za-z])", pair[0] * 2, lowered, flags=re.IGNORECASE)
    words = re.findall(r"[^\W\d_]+\d*|\d+", _SCRIPTS.sub(" ", _CAMEL.sub(" ", lowered)))
    out: list[str] = []
    for word in words:
        lower = word.lower()
        numbered = re.fullmatch(r"([^\W\d_]+?)(\d+)", lower)
        if numbered is not None and (numbered[1] in _INTERVAL or numbered[1] in UNIT_WORDS):
            out += [numbered[1], numbered[2]]
        else:
            out.append(lower)
    return tuple(out)


def unit_in(text: str) -> tuple[TimeUnit | None, bool]:
    """The unit that a name or a cell of units says; and whether it counts samples of an unknown rate."""
    part, words = _PART.search(text), words_of(text)
    if part is not None:
        rate = float(part[1] or part[2])
        return (TICKS if rate == TICKS.per_s else MILLISECONDS if rate == 1000.0 else samples(rate)), False
    rate = _HZ.search(text)
    if any(word in _SAMPLE_WORDS for word in words):
        if rate is not None:
            return samples(float(rate[1]) * (1000.0 if rate[2] else 1.0)), False
        return None, True
    if "1024" in words or any(word in _TICK_WORDS for word in words):
        return TICKS, False
    for word in reversed(words):  # the unit stands last: time_since_start_s
        unit = UNIT_WORDS.get(word) or _MORE_UNITS.get(word)
        if unit is not None:
            return unit, False
    bracketed = re.search(r"[\[(]\s*(min|h|hr|hrs|d|mn)\s*[\])]", text, re.IGNORECASE)
    if bracketed is not None:
        return {"m": MINUTES, "h": HOURS, "d": DAYS}[bracketed[1][0].lower()], False
    return None, False


def rate_in(text: str) -> float | None:
    """A rate of sampling that a line or a name says, in Hz: "fs = 250", "ECG at 500 Hz"."""
    rate = _HZ.search(text)
    if rate is not None:
        return float(rate[1]) * (1000.0 if rate[2] else 1.0)
    bare = _FS.search(text)
    return None if bare is None else float(bare[1])


def names_a_stretch(name: ColumnName) -> bool:
    """Whether each row of such a column would be a window, an hour, a night."""
    return len(name.words) <= 2 and bool(_STRETCH & set(name.words)) and name.words[-1:] != ("s",)


def names_results(name: ColumnName) -> bool:
    """Whether it is a figure that only many intervals have."""
    return name.role is Role.RESULT and bool(_OF_MANY & set(name.words))


def column_name(text: str) -> ColumnName:
    """What the column called `text` says that it holds."""
    words = words_of(text)
    joined = "".join(words)
    unit, counts = unit_in(text)
    said = frozenset(words)
    role = _role(words, said, joined, unit is not None or counts)
    number = None
    if role is Role.INTERVAL:
        numbers = [word for word in words if word.isdigit() and word != "1024"]
        number = (
            int(numbers[-1])
            if len(numbers) == 1 and not _PART.search(text) and not _HZ.search(text)
            else None
        )
    stem = "".join(word for word in words if not word.isdigit())
    is_corrected = bool(said & _CORRECTED) and not said & _RAW
    return ColumnName(text, words, role, unit, counts, is_corrected, bool(said & _RAW), number, stem)


def _role(words: tuple[str, ...], said: frozenset[str], joined: str, has_unit: bool) -> Role:
    is_interval = bool(said & _INTERVAL) or joined in _INTERVAL or {"heart", "period"} <= said
    if "min" in said and said & TIME_WORDS and not is_interval and not said & (_RESULT - {"min"}):
        return Role.TIME  # time_min: minutes, not the least
    if said & _RESULT - {"hrv"} or joined in _RESULT or ("hrv" in said and not is_interval):
        return Role.RESULT
    if is_interval and not said & _ABOUT:
        if said & TIME_WORDS - {"t"}:
            return Role.TIME
        return Role.INTERVAL
    if said & _BEATS and not said & (_ABOUT - {"index", "idx", "sample"}) and not said & _RATE:
        return Role.BEATS
    if is_interval:
        return Role.OTHER
    if said & _SEGMENT:
        return Role.SEGMENT
    if said & _RATE:
        return Role.RATE
    if words[:1] == ("duration",):  # of intervals in some, of whatever else in most
        return Role.OTHER
    if said & TIME_WORDS or has_unit:
        return Role.TIME
    for role, known in ((Role.EVENT, _EVENT), (Role.VALUE, _VALUE), (Role.WHO, _WHO)):
        if said & known:
            return role
    return Role.OTHER
