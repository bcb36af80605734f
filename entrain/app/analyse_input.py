"""What `entrain analyse` is given: a file of RR intervals, or a session of one's own."""

from dataclasses import asdict
from pathlib import Path

from entrain.analysed.session_data import Given, of_session
from entrain.analysis.correction import correct
from entrain.analysis.findings import Guidance
from entrain.errors import InputError, UsageError
from entrain.recordings.files import STANDARD_INPUT
from entrain.recordings.options import AS_IT_LOOKS, ReadOptions
from entrain.recordings.reading import read_recording
from entrain.storage.log.store import Store


def given(name: str, options: ReadOptions = AS_IT_LOOKS) -> Given:
    """The recording in the file `name`, or else of the session `name` (its number, "last", its UUID); "-" is
    standard input. Of `options` a session knows the strap alone.

    Raises:
        UsageError: there is no such session. InputError: there is no such file, or what there is holds no
            usable intervals.
    """
    path = Path(name)
    if name == STANDARD_INPUT or path.exists():
        return _of_file(name, options)
    if path.suffix or len(path.parts) > 1:
        raise InputError(f"There is no file {name}.", "Check the name and the folder.")
    try:
        store = Store.open()
        session = store.load(store.find(name))
    except UsageError:
        raise UsageError(
            f"There is neither a file nor a session {name!r}.", "`entrain sessions list` shows the sessions."
        ) from None
    return of_session(session, options.strap)


def _of_file(name: str, options: ReadOptions) -> Given:
    recording = read_recording(name, options)
    gaps_s = {gap.index: gap.seconds for gap in recording.gaps}
    correction = correct(recording.intervals_ms, recording.arrival_s, gaps_s)
    return Given(
        recording.name,
        correction,
        Guidance(),
        (f"Read as {recording.format}.", *recording.warnings),
        reading={
            "format": recording.format,
            "unit": recording.unit,
            "time": recording.time.value,
            "n_intervals": len(recording.intervals_ms),
            "gaps": [{"before_interval": gap.index + 1, "seconds": gap.seconds} for gap in recording.gaps],
            "options": asdict(options),
        },
    )
