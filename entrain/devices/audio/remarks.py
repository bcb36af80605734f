"""What is remarked of the sound: from what the engine says to a topic with its values."""

from typing import Final

from entrain.devices.audio.messages import EngineFault, Failed, Notice, Noticed, Opened, SoundGap
from entrain.remark import Remark, Topic
from entrain.units import MS_PER_S

_FAULTS: Final[dict[EngineFault, Topic]] = {
    EngineFault.NO_LIBRARY: Topic.SOUND_NO_LIBRARY,
    EngineFault.NO_DEVICE: Topic.SOUND_NO_DEVICE,
    EngineFault.NO_PERMISSION: Topic.SOUND_NO_PERMISSION,
    EngineFault.SERVER_GONE: Topic.SOUND_SERVER_GONE,
    EngineFault.NO_CALLBACK: Topic.SOUND_NO_CALLBACK,
    EngineFault.LOST: Topic.SOUND_GONE_EARLY,
    EngineFault.BROKEN: Topic.SOUND_ENGINE_UNBEGUN,
    EngineFault.MUTE: Topic.SOUND_ENGINE_UNBEGUN_MUTE,
    EngineFault.ENDED: Topic.SOUND_ENGINE_UNBEGUN_ENDED,
}
# Any other fault of a device that had played is that it went away.
_LOSSES: Final[dict[EngineFault, Topic]] = {
    EngineFault.SERVER_GONE: Topic.SOUND_LOST_SERVER,
    EngineFault.BROKEN: Topic.SOUND_LOST_ENGINE,
    EngineFault.MUTE: Topic.SOUND_LOST_ENGINE_MUTE,
    EngineFault.ENDED: Topic.SOUND_LOST_ENGINE_ENDED,
}
_NOTICES: Final[dict[Notice, Topic]] = {
    Notice.AS_PLAYED: Topic.SOUND_AS_PLAYED,
    Notice.MUTED: Topic.SOUND_MUTED,
    Notice.VOLUME_ZERO: Topic.SOUND_VOLUME_ZERO,
    Notice.TOO_LOUD: Topic.SOUND_TOO_LOUD,
    Notice.TURNED_BACK: Topic.SOUND_TURNED_BACK,
    Notice.LONG_ON_HEADPHONES: Topic.SOUND_LONG_ON_HEADPHONES,
}
_MEASURED: Final = frozenset({Notice.TOO_LOUD, Notice.TURNED_BACK})


def fault(failed: Failed) -> Remark:
    """Why there is no sound."""
    # What PortAudio says of a device is more than we know.
    if failed.fault is EngineFault.NO_DEVICE and failed.remark is not None:
        return failed.remark
    return _because(_FAULTS[failed.fault], failed)


def lost(failed: Failed) -> Remark:
    """What became of a device that went away."""
    return _because(_LOSSES.get(failed.fault, Topic.SOUND_LOST), failed)


def _because(topic: Topic, failed: Failed) -> Remark:
    """With the last line of a library's or of Python's own words, where the fault is ours."""
    lines = failed.cause.strip().splitlines() if failed.fault is EngineFault.BROKEN else []
    return Remark.of(topic, cause=lines[-1] if lines else "")


def notice(noticed: Noticed) -> Remark:
    """What becomes of the sound in the system."""
    topic = _NOTICES[noticed.notice]
    return Remark.of(topic, above_db=noticed.above_db) if noticed.notice in _MEASURED else Remark(topic)


def opened(said: Opened) -> Remark:
    """How it plays."""
    topic = Topic.SOUND_OPENED_FIRST if said.goes_first else Topic.SOUND_OPENED
    latency_ms = said.latency_s * MS_PER_S
    return Remark.of(topic, rate_hz=said.sample_rate_hz, latency_ms=latency_ms, left_out=said.left_out)


def gap(said: SoundGap) -> Remark:
    """A silence that nobody planned."""
    if said.count == 1:
        return Remark(Topic.SOUND_RAN_DRY_ONCE)
    if said.count:
        return Remark.of(Topic.SOUND_RAN_DRY, times=said.count)
    if said.gap_s:
        return Remark.of(Topic.SOUND_LOST_TIME, lost_ms=said.gap_s * MS_PER_S)
    return Remark.of(Topic.SOUND_BEHIND, behind_ms=said.behind_s * MS_PER_S)


def another_session(pid: int | None) -> Remark:
    """Another session of this computer sounds."""
    return Remark.of(Topic.SOUND_TWO_SESSIONS, **({} if pid is None else {"pid": pid}))
