"""Another program's recording as a session of the store."""

import hashlib
import json
import platform
import uuid
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import time
from typing import Final

from entrain import __version__
from entrain.control.snapshot import summary
from entrain.heart.recording import Recording
from entrain.recordings.files import load
from entrain.recordings.options import AS_IT_LOOKS, ReadOptions
from entrain.recordings.reading import recording_in
from entrain.storage.log import codec, rows
from entrain.storage.log.database import open_for_writing, told, writing
from entrain.storage.log.rows import EffectRow, Ending, EventRow, Head
from entrain.storage.log.store import Store
from entrain.whatif.imported import PREFIX, config_of, events_of, observe, start

_NAMES: Final = uuid.UUID("8d2f0c9e-52a4-4f0a-9f53-6f3b6c9c1f75")  # of sessions by what their files hold


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a recording that was imported."""

    session_id: int
    is_new: bool  # False: this very file was imported before
    recording: Recording
    began_is_known: bool  # False: the file's own date was taken for the recording's end


def import_recording(
    store: Store, path: Path | str, options: ReadOptions = AS_IT_LOOKS, *, person: str = ""
) -> Imported:
    """Store the recording at `path`, "-" being standard input; the same file twice is one session.

    Raises:
        InputError: the file is no recording of RR intervals, or has bad lines that are not to be left out.
        StoreError: it cannot be stored; nothing of it is.
    """
    file = load(path)
    recording = recording_in(file, options)
    began_epoch_s = recording.began_epoch_s
    if began_epoch_s is None:
        began_epoch_s = (file.modified_epoch_s or time()) - recording.duration_s
    digest = hashlib.sha256(file.data).hexdigest()
    config = config_of(recording)
    head = Head(
        uuid=str(uuid.uuid5(_NAMES, f"{digest} {_other(options, recording)}")),
        origin_epoch_s=began_epoch_s,
        origin_monotonic_s=0.0,
        config=codec.encode(config),
        preset_text="",
        preset_sha256=hashlib.sha256(b"").hexdigest(),
        hearts=json.dumps([f"{PREFIX}{file.name}"]),
        audio="none",
        voice="",
        entrain_version=__version__,
        python_version=platform.python_version(),
        platform=platform.platform(),
        person=person,
    )
    events: list[EventRow] = []
    all_effects: list[EffectRow] = []
    state = start(config)
    for event in events_of(recording):
        state, effects = observe(state, event)
        row, of_event = rows.rows_of(event, effects, len(events), len(all_effects))
        events.append(row)
        all_effects += of_event
    ending = Ending(began_epoch_s + state.t_s, state.t_s, summary(state))
    with told(store.path), closing(open_for_writing(store.path)) as connection, writing(connection):
        before = connection.total_changes
        session_id = rows.begin(connection, head)
        is_new = connection.total_changes > before
        if is_new:
            rows.insert(connection, session_id, events, all_effects)
            rows.end(connection, session_id, ending)
            note = "\n".join((f"{recording.format}.", *recording.warnings))
            connection.execute("UPDATE session SET note = ? WHERE id = ?", (note, session_id))
    return Imported(session_id, is_new, recording, recording.began_epoch_s is not None)


def _other(options: ReadOptions, recording: Recording) -> object:
    """What makes another session of the same file; as it always was with `keep_good` alone."""
    if replace(options, keep_good=False) == AS_IT_LOOKS:
        return options.keep_good and recording.warnings
    return asdict(options)
