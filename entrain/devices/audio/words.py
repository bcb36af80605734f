"""What is said of the sound: one sentence for each thing that can be wrong, and what to do about it."""

from typing import Final

from entrain.devices.audio.messages import EngineFault, Failed, Notice, Noticed, Opened, SoundGap
from entrain.units import MS_PER_S

NO_SOUND_ADVICE: Final = (
    "Switch on headphones or a loudspeaker and it starts by itself; `entrain doctor` says what is found."
)
LOST_ADVICE: Final = "The session goes on. Switch the device on again, or choose another one in the system."
_NO_LIBRARY_ADVICE: Final = (
    "Install PortAudio: `sudo apt install libportaudio2` on Debian and Ubuntu, `sudo dnf install portaudio` "
    "on Fedora, `brew install portaudio` on macOS."
)

# (what is so, what to do)
_FAULTS: Final[dict[EngineFault, tuple[str, str]]] = {
    EngineFault.NO_LIBRARY: ("The sound library PortAudio is not installed.", _NO_LIBRARY_ADVICE),
    EngineFault.NO_DEVICE: ("There is no device that can play sound.", NO_SOUND_ADVICE),
    EngineFault.NO_PERMISSION: (
        "There is sound here, but this user may not use it.",
        "Start entrain as the user who is logged in at the desk, not through sudo or su; without a sound "
        "server, `sudo usermod -aG audio $USER` permits it from the next login on.",
    ),
    EngineFault.SERVER_GONE: (
        "The sound server has ended: its door is there, but nobody answers.",
        "It starts again with `systemctl --user restart pipewire pipewire-pulse`, or `pulseaudio --start`; "
        "entrain goes on by itself then.",
    ),
    EngineFault.NO_CALLBACK: (
        "The sound device opens, but never asks for sound, whatever buffer it is offered.",
        "Choose another device in the system, or start its sound anew.",
    ),
    EngineFault.LOST: ("The sound device went away before it began to play.", NO_SOUND_ADVICE),
}

_NOTICES: Final[dict[Notice, tuple[str, str]]] = {
    Notice.AS_PLAYED: ("the system plays it as it is meant to be", ""),
    Notice.MUTED: ("The system has muted it.", "Take the mute off in the system's volume control."),
    Notice.VOLUME_ZERO: ("The system's volume stands at 0 %.", "Turn it up in the system's volume control."),
    Notice.LONG_ON_HEADPHONES: (
        "An hour on headphones by now.",
        "Take it a little softer if you can follow it just as well, and give your ears a rest now and then.",
    ),
}


def fault(failed: Failed) -> tuple[str, str]:
    """Why there is no sound, and what to do."""
    if failed.fault is EngineFault.BROKEN:
        return f"The sound engine could not begin: {last_line(failed)}.", NO_SOUND_ADVICE
    sentence, advice = _FAULTS[failed.fault]
    # What PortAudio says of a device is more than we know; of a library, its loader's text is not.
    said = failed.detail if failed.fault is EngineFault.NO_DEVICE else ""
    return said or sentence, advice


def lost(failed: Failed) -> str:
    """What became of a device that went away."""
    what = "The sound device went away"
    if failed.fault is EngineFault.BROKEN:
        what = f"The sound engine failed ({last_line(failed)})"
    elif failed.fault is EngineFault.SERVER_GONE:
        what = "The sound server has ended"
    return f"{what}; it is being looked for again."


def last_line(failed: Failed) -> str:
    """The last line of a library's own words."""
    return failed.detail.strip().splitlines()[-1]


def notice(noticed: Noticed) -> tuple[str, str]:
    """What becomes of the sound in the system, and what to do."""
    match noticed.notice:
        case Notice.TOO_LOUD:
            return (
                f"The system makes it {noticed.above_db:.0f} dB louder than it is meant to be.",
                "Turn its volume down to 100 % or less before you put headphones on.",
            )
        case Notice.TURNED_BACK:
            return (
                f"Another program had made it {noticed.above_db:.0f} dB louder: it is back as it was.",
                "To have it louder, use entrain's own volume, or that of the system.",
            )
        case other:
            return _NOTICES[other]


def opened(said: Opened) -> str:
    """How it plays, in a line."""
    detail = f"{said.sample_rate_hz} Hz, {said.latency_s * MS_PER_S:.0f} ms of latency"
    detail += ", served first" if said.goes_first else ""
    if said.left_out:
        detail += f"; {said.left_out} in the environment is left out, for it can silence all sound"
    return detail


def gap(said: SoundGap) -> str:
    """A silence that nobody planned, in a sentence."""
    if said.count:
        return f"the device ran dry {'once' if said.count == 1 else f'{said.count} times'}"
    if said.gap_s:
        return f"the device lost {said.gap_s * MS_PER_S:.0f} ms"
    return f"the device was {said.behind_s * MS_PER_S:.0f} ms behind: the beat was put right"


def another_session(pid: int | None) -> tuple[str, str]:
    """(what, advice) where another session of this computer sounds."""
    who = "Another session" if pid is None else f"Another session (process {pid})"
    return (
        f"{who} sounds on this computer already: there will be two beats at once.",
        "Mute one of them, or end it.",
    )
