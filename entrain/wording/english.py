"""The sentences of decisions and remarks, in English. Another language is another file with these tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from entrain.reason import Code
from entrain.remark import Topic
from entrain.system.host import Host

_PUT_IT_ON: Final = (
    "Put it on with moist electrodes, close phone or watch apps that may hold it, check its battery."
)
_TAP: Final = "Feel your pulse at the wrist or neck and tap with each beat."
_START_LSL: Final = "Start what sends it, on this network; LSL needs multicast, or lsl_api.cfg."
_PULSE_UNTOUCHED: Final = "The pulse is not touched by that. Try again later."
_LEFT_OUT: Final = "; {left_out} in the environment is left out, for it can silence all sound"
_SWITCH_ON: Final = (
    "Switch on headphones or a loudspeaker and it starts by itself; `entrain doctor` says what is found."
)
_SOUND_LOST: Final = "The session goes on. Switch the device on again, or choose another one in the system."
_SAY_LSL: Final = "Say what it is: --heart lsl:NAME:rr_ms, lsl:NAME:rr_s or lsl:NAME:bpm."

# Without a capital and a full stop, for they stand in lists, after colons and on lines of their own.
REASONS: Mapping[Code, str] = MappingProxyType(
    {
        Code.WAITING_FOR_PULSE: "waiting for the first heartbeats",
        Code.WITHOUT_SENSOR: "beginning without a sensor",
        Code.BEGINS_WITHOUT_SENSOR: "no sensor: the beat begins by itself",
        Code.BEGINS: "the beat begins",
        Code.RESTING: "measuring your resting pulse and how it varies: breathe as you like",
        Code.REST_SKIPPED: "beginning soon, as you asked; without a rest there is less to compare later",
        Code.MEETS_PULSE: "the beat meets your pulse",
        Code.UNLED: "no pulse to go by: your breath is guided by itself",
        Code.LEADS: "the beat leads, gently",
        Code.ARRIVED: "you are there: stay with this beat and this breath",
        Code.FADES: "the sound fades; stay as you are",
        Code.STAGE: "breathe with it, gently: {per_min:g} breaths a minute ({number:g} of {of:g})",
        Code.STAGE_SLIDING: (
            "breathe with it, gently: {per_min:g} to {to_per_min:g} breaths a minute ({number:g} of {of:g})"
        ),
        Code.STAGE_REST: "rest and breathe as you like ({number:g} of {of:g})",
        Code.STAGES_OVER: "that was the last one",
        Code.COMPLETED: "the session is complete",
        Code.STOPPED: "stopped, as you asked",
        Code.RECORDING_OVER: "the recording has come to its end",
        Code.INTERRUPTED: "interrupted",
        Code.IMPORTED: "imported",
        Code.PULSE_SLOW: "stopping to be careful: a pulse below {below_bpm:.0f} was measured",
        Code.PULSE_JUMPED: "stopping to be careful: your pulse changed suddenly by a quarter",
        Code.TOO_IRREGULAR: "stopping: for two minutes the strap's signal was too irregular to go by",
        Code.RESTING_PULSE: "your resting pulse is {bpm:.0f}",
        Code.STAGES: "a protocol of {n:g} paced stages",
        Code.BEAT_FREE: "no pulse to meet, so the beat begins at {bpm:.0f}",
        Code.BEAT_MET: "the beat begins at {bpm:.0f}, your pulse is {pulse_bpm:.0f}",
        Code.BREATH_BEGINS: "{beats:g} beats a breath, about {per_min:.0f} breaths a minute",
        Code.BREATH_LENGTH: (
            "{beats:g} beats a breath from the next one on, about {per_min:.1f} breaths a minute"
        ),
        Code.BREATH_BACK: (
            "back to {beats:g} beats a breath, about {per_min:.0f} a minute: let the breath come to you"
        ),
        Code.BREATH_GENTLE: (
            "staying near {per_min:.0f} breaths a minute, for I can't see how well you follow;"
            " if it is easy, say so and it goes on"
        ),
        Code.BEAT_ABOVE: (
            "the beat begins at {bpm:.0f}, a little above your pulse of {pulse_bpm:.0f}:"
            " it is there to carry your breath"
        ),
        Code.BREATH_SHORTER: "{beats:g} beats a breath again: for a minute the longer one was out of reach",
        Code.PAUSED: "paused",
        Code.NOT_CONNECTED: "staying at this tempo: the strap is not connected",
        Code.NO_FRESH_PULSE: "staying at this tempo: no fresh pulse",
        Code.PULSE_UP: "the beat waits: your pulse is {above_bpm:.0f} above where you began",
        Code.OUT_OF_STEP: "holding until your breath comes along; let it come by itself",
        Code.HELD: "holding, as you asked",
        Code.EASED: "easing off, as you asked",
        Code.RESUMED: "going on after the pause, as you asked",
        Code.PULSE_BACK: "going on: your pulse is there again",
        Code.PULSE_DOWN: "going on with the beat: your pulse is back near where you began",
        Code.IN_STEP_AGAIN: "going on: your breath is in step again",
        Code.STEP_NOT_SEEN: "going on: I can't see your breath well enough to wait for it",
        Code.LET_GO: "going on, as you asked",
        Code.EASING_OVER: "going on: the time of easing off is over",
        Code.MEETING: "meeting your pulse",
        Code.GLIDING: "slowing gently towards {goal_bpm:.0f} beats a minute",
        Code.NO_PULSE_YET: "waiting for your pulse",
        Code.BELOW_PULSE: "staying {percent:.0f}% below your pulse",
        Code.ABOVE_PULSE: "staying {percent:.0f}% above your pulse",
        Code.LEADER_WAITS: "leading by one beat until your pulse is measured again",
        Code.LEADER: "leading by one beat below your pulse",
        Code.BEFORE_STEPS: "before the first step",
        Code.AT_STEP: "step {n:g}: {bpm:.0f} beats a minute",
        Code.EXHALE_GROWS: "the beat stays; your breath out grows longer",
        Code.ENDLESS_STAYS: "staying at {bpm:.0f}, near your pulse; only the rhythm seems to slow on",
        Code.ENDLESS_SLOWS: "slowing gently to {bpm:.0f}, near your pulse",
        Code.FOLLOWING: "staying with your pulse",
        Code.FIXED: "keeping one tempo",
        Code.SILENT: "silence, as a control",
        Code.YOKE_WAITS: "the other session has not begun",
        Code.YOKED: "as in another session",
        Code.NUDGED: "{by_bpm:+.0f} a minute, as you asked",
        Code.NEW_TEMPO_GOAL: "the goal is {bpm:.0f} beats a minute now, as you asked",
        Code.NEW_BREATH_GOAL: "the goal is {per_min:.1f} breaths a minute now, as you asked",
        Code.EASY: "going on with the breath, as you find it easy",
        Code.BREATH_LEFT: "the beat alone from here on, as you asked; breathe as you like",
        Code.STEPPED_AWAY: "silence, as you asked; all waits for you",
        Code.LIGHT_HEADED: (
            "a quicker, smaller breath, for you feel dizzy; it goes no lower than {per_min:.0f} today."
            " Breathe less deeply, or just as you like"
        ),
        Code.LOCKED: "that stays as it was set for you",
        Code.SLOWEST_BREATH: "{floor_per_min:.1f} breaths a minute is the slowest it goes",
        Code.QUICKEST: "{ceiling_bpm:.0f} is the quickest it goes",
        Code.SLOWEST: "{floor_bpm:.0f} is the slowest it goes for you",
        Code.NO_FURTHER_BELOW: "no further below your pulse than that",
        Code.NOTHING_FALLS: "no fresh pulse, so nothing is lowered",
        Code.BEAT_WAITS: "the beat waits here for your pulse",
        Code.QUICKER_AGAIN: "a little quicker again: the beat had come too far below your pulse",
        Code.CHAIN_BROKEN: "the intervals do not fit the time that passed",
        Code.LINK_ENDED: "the connection ended",
        Code.FRAMES_UNREADABLE: "{n:g} frames of a sensor that could not be read",
        Code.PAYLOAD_MALFORMED: "{n_bytes:g} bytes that are no heart-rate measurement",
    }
)
OF_SOMEBODY = "{who}: {sentence}"

# What straps, streams, the sound and the log say of themselves: what is so, and what to do about it. What
# stands in brackets is left out where a value in it is not there.
REMARKS: Mapping[Topic, tuple[str, str]] = MappingProxyType(
    {
        Topic.NO_ADAPTER: (
            "this computer has no Bluetooth adapter that could be used.",
            "Plug in a Bluetooth adapter (4.0 or newer). To look around: entrain demo",
        ),
        Topic.ADAPTER_OFF: ("Bluetooth is switched off.", "Switch Bluetooth on in the settings."),
        Topic.NO_LOW_ENERGY: (
            "the Bluetooth adapter does not speak Bluetooth Low Energy.",
            "Use an adapter with Bluetooth 4.0 or newer.",
        ),
        Topic.NO_PERMISSION: (
            "this program is not allowed to use Bluetooth.",
            "Ask whoever looks after this computer to allow it.",
        ),
        Topic.NO_BUS: (
            "the system bus that leads to Bluetooth is missing.",
            "Start it: sudo systemctl start dbus. A container needs /run/dbus/system_bus_socket",
        ),
        Topic.NO_SERVICE: (
            "the Bluetooth service is not running.",
            "Start it: sudo systemctl start bluetooth. If it is missing: sudo apt install bluez",
        ),
        Topic.SERVICE_HANGS: (
            "the Bluetooth service does not answer.",
            "If this lasts, restart it: sudo systemctl restart bluetooth",
        ),
        Topic.SERVICE_TOO_OLD: (
            "the Bluetooth service is too old.",
            "Update the system: BlueZ 5.55 or newer is needed.",
        ),
        Topic.NO_WSL: (
            "Windows Subsystem for Linux has no Bluetooth.",
            "Run entrain in Windows itself, from PowerShell. To look around here: entrain demo",
        ),
        Topic.UNSUPPORTED: (
            "Bluetooth is not supported on this system.",
            "Linux, macOS and Windows are. To look around here: entrain demo",
        ),
        Topic.NOT_FOUND: ("no sign of {strap} so far.", _PUT_IT_ON),
        Topic.NONE_FOUND: ("no sign of a strap so far.", _PUT_IT_ON),
        Topic.ANOTHER: (
            "no sign of {strap}, but of another strap of that name.",
            "It may be somebody else's. If it is yours, begin anew with it: entrain straps",
        ),
        Topic.TAKEN: (
            "{strap} is read by another heart of this session.",
            "Give each heart a strap of its own: entrain straps shows their addresses.",
        ),
        Topic.GONE: ("the system has forgotten {strap}.", "Nothing to do: it is being looked for again."),
        Topic.RACE: (
            "the connection to {strap} broke while it was set up.",
            "Nothing to do: it is tried again. If it goes on, come closer to the computer.",
        ),
        Topic.BUSY: (
            "the Bluetooth service is still busy with something else.",
            "Nothing to do: it is tried again. If it goes on, switch Bluetooth off and on.",
        ),
        Topic.NO_ANSWER: (
            "{strap} did not answer in time.",
            "Come closer, and close the phone or watch app that may hold it. It is tried again.",
        ),
        Topic.REFUSED: (
            "{strap} refused ({cause}).",
            "Another phone, watch or program may hold it: close it there. It is tried again.",
        ),
        Topic.ADAPTER_FAILED: (
            "the Bluetooth adapter failed ({cause}).",
            "It is tried again. If it goes on, switch Bluetooth off and on.",
        ),
        Topic.LINK_LOST: (
            "the connection to {strap} was lost.",
            "Stay within a few metres; it is being looked for.",
        ),
        Topic.SILENT: (
            "{strap} is connected and sends nothing.",
            "Moisten the electrodes and tighten the strap.",
        ),
        Topic.MUTE: (
            "no data from {strap}, and it does not answer.",
            "Come closer. If it stays so, the link is made anew; then switch Bluetooth off and on.",
        ),
        Topic.NOT_A_STRAP: (
            "{strap} offers no heart rate.",
            "Choose another (entrain straps). Watches have to be told to broadcast heart rate.",
        ),
        Topic.PAIRING: (
            "{strap} wants to be paired first.",
            "Pair it in the system's Bluetooth settings; it is tried again.",
        ),
        Topic.PAIRING_LIKELY: (
            "{strap} does not answer: it may want to be paired first.",
            "Confirm the system's pairing dialogue, or pair it in the Bluetooth settings.",
        ),
        Topic.UNFORESEEN: (
            "Bluetooth failed in a way nobody foresaw ({cause}).",
            "It is tried again. If it goes on, please report it with this line.",
        ),
        Topic.LOOKING_FOR_ANY: ("looking for a strap.", ""),
        Topic.LOOKING_FOR: ("looking for {strap}.", ""),
        Topic.CONNECTING: ("connecting to {strap}.", ""),
        Topic.DISCOVERING: ("asking {strap} what it offers.", ""),
        Topic.SUBSCRIBING: ("asking {strap} to send heart beats.", ""),
        Topic.SENDING: ("{strap} sends data.", ""),
        Topic.OUT_OF_REACH: (
            "the strap is out of reach.",
            "Keep the strap within a few metres; it is being looked for.",
        ),
        Topic.TAPS_AWAITED: ("waiting for your taps.", _TAP),
        Topic.NO_TAP: ("no tap for {for_s:g} s.", _TAP),
        Topic.RECORDING_GAP: ("the recording has a gap of {gap_s:.0f} s here.", ""),
        Topic.RECORDING_LACKS: ("the recording lacks {gap_s:.1f} s here.", ""),
        Topic.RECORDING_OVER: ("the recording is over.", ""),
        Topic.LSL_LOOKING: ('looking for an LSL stream "{stream}".', _START_LSL),
        Topic.LSL_LOOKING_FOR_TYPE: ("looking for an LSL stream of type {type}.", _START_LSL),
        Topic.LSL_SEVERAL: (
            '{n:g} LSL streams "{stream}" are sent; the one of {sender} is read.',
            "Name them apart.",
        ),
        Topic.LSL_SEVERAL_OF_TYPE: (
            "{n:g} LSL streams of type {type} are sent; the one of {sender} is read.",
            "Name them apart.",
        ),
        Topic.LSL_SILENT: ("no data from the LSL stream any more.", ""),
        Topic.LSL_NO_BEATS: (
            'the LSL stream "{stream}" is no stream of beats: {n_channels:g} channels at {rate_hz:g} Hz.',
            _SAY_LSL,
        ),
        Topic.LSL_NO_BEATS_ALONE: (
            'the LSL stream "{stream}" is no stream of beats: 1 channel at {rate_hz:g} Hz.',
            _SAY_LSL,
        ),
        Topic.LSL_NO_UNIT: (
            'the LSL stream "{stream}" has intervals, and does not say in which unit.',
            _SAY_LSL,
        ),
        Topic.LSL_NO_HEART: (
            'the LSL stream "{stream}" does not say that it is a heart: type {type}.',
            _SAY_LSL,
        ),
        Topic.STREAMS: ("{strap} streams its {sensor}.", ""),
        Topic.STREAMS_FOR_ANOTHER: (
            "{strap} streams its {sensor} for another program already; it is read along.",
            "",
        ),
        Topic.STREAMS_SIMULATED: ("the simulated strap streams its {sensor}.", ""),
        Topic.NO_STREAMS: ("{strap} has no measurement streams.", "A Polar H10 or Verity Sense has."),
        Topic.NO_SENSOR: ("{strap} has no {sensor}.", "The pulse goes on without it."),
        Topic.STREAM_UNANSWERED: (
            "{strap} streams no {sensor}: it does not answer[ ({cause})].",
            _PULSE_UNTOUCHED,
        ),
        Topic.STREAM_PACKETS: (
            "{strap} streams no {sensor}: it needs larger packets than this computer's Bluetooth agreed to.",
            _PULSE_UNTOUCHED,
        ),
        Topic.STREAM_CHARGING: (
            "{strap} streams no {sensor}: it does not measure while it charges.",
            _PULSE_UNTOUCHED,
        ),
        Topic.STREAM_REFUSED: ("{strap} streams no {sensor}: it refuses[: {answer}].", _PULSE_UNTOUCHED),
        Topic.STREAM_CUT: (
            "the frames of {sensor} arrive cut short.",
            "Connect anew, or use another adapter.",
        ),
        Topic.STREAM_STUCK: (
            "the accelerometer's {axis} axis is stuck at {mg:g} mg.",
            "The other two are used.",
        ),
        Topic.STREAM_SILENT: (
            "{strap} streams nothing of {sensor} any more.",
            "Another program may have stopped it.",
        ),
        Topic.SOUND_OPENED: ("{rate_hz:g} Hz, {latency_ms:.0f} ms of latency[" + _LEFT_OUT + "]", ""),
        Topic.SOUND_OPENED_FIRST: (
            "{rate_hz:g} Hz, {latency_ms:.0f} ms of latency, served first[" + _LEFT_OUT + "]",
            "",
        ),
        Topic.SOUND_RAN_DRY_ONCE: ("the device ran dry once", ""),
        Topic.SOUND_RAN_DRY: ("the device ran dry {times:g} times", ""),
        Topic.SOUND_LOST_TIME: ("the device lost {lost_ms:.0f} ms", ""),
        Topic.SOUND_BEHIND: ("the device was {behind_ms:.0f} ms behind: the beat was put right", ""),
        Topic.SOUND_AS_PLAYED: ("the system plays it as it is meant to be", ""),
        Topic.SOUND_MUTED: (
            "the system has muted it.",
            "Take the mute off in the system's volume control.",
        ),
        Topic.SOUND_VOLUME_ZERO: (
            "the system's volume stands at 0 %.",
            "Turn it up in the system's volume control.",
        ),
        Topic.SOUND_TOO_LOUD: (
            "the system makes it {above_db:.0f} dB louder than it is meant to be.",
            "Turn its volume down to 100 % or less before you put headphones on.",
        ),
        Topic.SOUND_TURNED_BACK: (
            "another program had made it {above_db:.0f} dB louder: it is back as it was.",
            "To have it louder, use entrain's own volume, or that of the system.",
        ),
        Topic.SOUND_LONG_ON_HEADPHONES: (
            "an hour on headphones by now.",
            "Take it a little softer if you can follow it just as well, and give your ears a rest now and"
            " then.",
        ),
        Topic.SOUND_TWO_SESSIONS: (
            "another session[ (process {pid:g})] sounds on this computer already: there will be two beats at"
            " once.",
            "Mute one of them, or end it.",
        ),
        Topic.SOUND_NO_ANSWER: (
            "the sound did not answer within {for_s:.0f} s.",
            "Restart the system's sound.",
        ),
        Topic.SOUND_NO_LIBRARY: (
            "the sound library PortAudio is not installed.",
            "Install PortAudio: `sudo apt install libportaudio2` on Debian and Ubuntu, `sudo dnf install"
            " portaudio` on Fedora, `brew install portaudio` on macOS.",
        ),
        Topic.SOUND_NO_DEVICE: ("there is no device that can play sound.", _SWITCH_ON),
        Topic.SOUND_NOT_AMONG: (
            'there is no sound device called "{asked}". Found: {found}.',
            _SWITCH_ON,
        ),
        Topic.SOUND_NOT_THERE: (
            'there is no sound device called "{asked}". There is no device at all.',
            _SWITCH_ON,
        ),
        Topic.SOUND_NOT_OPENED: (
            'the sound device "{device}" could not be opened[: {cause}].',
            _SWITCH_ON,
        ),
        Topic.SOUND_NO_PERMISSION: (
            "there is sound here, but this user may not use it.",
            "Start entrain as the user who is logged in at the desk, not through sudo or su; without a sound"
            " server, `sudo usermod -aG audio $USER` permits it from the next login on.",
        ),
        Topic.SOUND_SERVER_GONE: (
            "the sound server has ended: its door is there, but nobody answers.",
            "It starts again with `systemctl --user restart pipewire pipewire-pulse`, or `pulseaudio"
            " --start`; entrain goes on by itself then.",
        ),
        Topic.SOUND_NO_CALLBACK: (
            "the sound device opens, but never asks for sound, whatever buffer it is offered.",
            "Choose another device in the system, or start its sound anew.",
        ),
        Topic.SOUND_GONE_EARLY: ("the sound device went away before it began to play.", _SWITCH_ON),
        Topic.SOUND_ENGINE_UNBEGUN: ("the sound engine could not begin[: {cause}].", _SWITCH_ON),
        Topic.SOUND_ENGINE_UNBEGUN_MUTE: (
            "the sound engine could not begin: it stopped answering.",
            _SWITCH_ON,
        ),
        Topic.SOUND_ENGINE_UNBEGUN_ENDED: (
            "the sound engine could not begin: its process ended.",
            _SWITCH_ON,
        ),
        Topic.SOUND_LOST: ("the sound device went away; it is being looked for again.", _SOUND_LOST),
        Topic.SOUND_LOST_SERVER: ("the sound server has ended; it is being looked for again.", _SOUND_LOST),
        Topic.SOUND_LOST_ENGINE: (
            "the sound engine failed[ ({cause})]; it is being looked for again.",
            _SOUND_LOST,
        ),
        Topic.SOUND_LOST_ENGINE_MUTE: (
            "the sound engine failed (it stopped answering); it is being looked for again.",
            _SOUND_LOST,
        ),
        Topic.SOUND_LOST_ENGINE_ENDED: (
            "the sound engine failed (its process ended); it is being looked for again.",
            _SOUND_LOST,
        ),
        Topic.FILE_UNWRITTEN: ('"{path}" cannot be written any more[: {cause}].', "Is the disk full?"),
        Topic.MUSIC_OWN_SPEED: (
            '"{piece}" is too far from the beat\'s tempo: it plays at its own speed.',
            "",
        ),
        Topic.MUSIC_UNREADABLE: ('"{piece}" cannot be read any more[: {cause}].', ""),
        Topic.MUSIC_ANOTHER: (
            '"{piece}" is not the piece any more that it was when the session began.',
            "",
        ),
        Topic.MUSIC_DAMAGED: ('"{piece}" is damaged[: {cause}].', ""),
        Topic.MUSIC_BROKEN_OFF: ('"{piece}" cannot be read any further[: {cause}].', ""),
        Topic.MUSIC_SHORT: ('"{piece}" ends too early: it has changed, or it is damaged.', ""),
        Topic.LOG_FULL: ("the disk is full: the session store {path} cannot grow.", "Make some room."),
        Topic.LOG_UNWRITABLE: (
            "the session store {path} cannot be opened or written[: {cause}].",
            "Check who may write to {folder}, or set ENTRAIN_HOME to a folder of your own.",
        ),
        Topic.LOG_HELD: (
            "another program keeps the session store {path} locked.",
            "Close what else has it open, for instance a database browser with unsaved changes.",
        ),
        Topic.LOG_LOCKED: (
            "the session store {path} is encrypted, and it was not given its passphrase.",
            "Give --passphrase-file FILE, or set ENTRAIN_PASSPHRASE_FILE.",
        ),
        Topic.LOG_RELOCKED: (
            "the passphrase that opened the session store {path} does not open it any more.",
            "It was changed meanwhile: begin again, with the new one.",
        ),
        Topic.LOG_DAMAGED: (
            "the session store {path} is damaged[: {cause}].",
            "`entrain doctor --repair` saves what can be read into a new one and keeps this one aside.",
        ),
        Topic.LOG_FAILED: (
            "the session store {path} could not be read or written[: {cause}].",
            "The disk may be full, over its quota, disconnected or failing.",
        ),
        Topic.LOG_NOT_WORKING: ("the session store {path} does not work[: {cause}].", ""),
        Topic.LOG_UNUSABLE: ("the session store {path} cannot be used[: {cause}].", ""),
        Topic.LOG_FOREIGN: (
            "{path} is the database of another program, not a store of sessions.",
            "Choose another place, or move that file away.",
        ),
        Topic.LOG_NEWER: (
            "{path} was written by a newer entrain: schema {schema:g}, and this one knows {known:g}.",
            "Update entrain to work with these sessions; nothing in the file was changed.",
        ),
        Topic.LOG_RECORD_LOST: ("record {seq:g} ({kind}) cannot be stored[: {cause}].", ""),
        Topic.LOG_REMOVED: (
            "{path} was removed or replaced while the session was running;"
            " the {n:g} records that were saved until then went with it.",
            "",
        ),
        Topic.LOG_REPLACED: ("{path} was replaced at this very moment.", "It is tried again."),
        Topic.LOG_OTHER: ("the session cannot be kept[ ({cause})].", ""),
    }
)
# Added to a remark of the log that names a rescue file.
RESCUED: tuple[str, str] = (
    "This session is kept in {rescue}.",
    "Later, `entrain sessions import {rescue}` brings it into the store.",
)
# What to do where it differs between systems; in place of the advice above.
HOST_ADVICE: Mapping[tuple[Topic, Host], str] = MappingProxyType(
    {
        (Topic.ADAPTER_OFF, Host.LINUX): (
            "Switch it on in the settings, or: bluetoothctl power on. If that fails: rfkill unblock bluetooth"
        ),
        (Topic.ADAPTER_OFF, Host.MACOS): "Switch it on in System Settings > Bluetooth.",
        (Topic.ADAPTER_OFF, Host.WINDOWS): "Switch it on in Settings > Bluetooth & devices.",
        (Topic.NO_PERMISSION, Host.LINUX): (
            "Join the group that may: sudo usermod -aG bluetooth $USER, then log in anew."
        ),
        (Topic.NO_PERMISSION, Host.MACOS): (
            "Allow your terminal in System Settings > Privacy & Security > Bluetooth, then start it anew."
        ),
        (Topic.NO_SERVICE, Host.MACOS): "Switch Bluetooth off and on in System Settings > Bluetooth.",
        (Topic.NO_SERVICE, Host.WINDOWS): "Start the Bluetooth Support Service in Services.",
        # The first use makes macOS ask; until the person has answered, its service does not.
        (Topic.SERVICE_HANGS, Host.MACOS): (
            "If macOS asks whether your terminal may use Bluetooth, allow it."
        ),
        (Topic.SERVICE_HANGS, Host.WINDOWS): "If this lasts, switch Bluetooth off and on in Settings.",
        # A Mac hides the strap's own address behind a UUID of its making, so an address from elsewhere never
        # matches.
        (Topic.NOT_FOUND, Host.MACOS): (
            "Put the strap on with moist electrodes. Close the phone or watch app that may hold it. Use the"
            " address that entrain straps shows on this Mac: another computer's does not work here."
        ),
    }
)
# What sensors are called.
SENSORS: Mapping[str, str] = MappingProxyType({"ecg": "ECG", "acc": "accelerometer"})
# In place of what nobody said, or of what was taken out of a log that was handed on.
UNSAID: Mapping[str, str] = MappingProxyType(
    {
        "strap": "the strap",
        "cause": "without saying why",
        "stream": "unnamed",
        "type": "unknown",
        "sender": "one computer",
        "asked": "that",
        "found": "others",
        "device": "that was asked for",
        "path": "the file",
        "folder": "its folder",
        "kind": "an event",
        "piece": "a piece",
        "axis": "one",
        "sensor": "sensor",
    }
)
