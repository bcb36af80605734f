"""From what was typed or chosen to a session that is ready to run: hearts, preset, sound, log."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from entrain.app import whose
from entrain.app.care import care_of, with_care
from entrain.app.layers import layers_of
from entrain.app.liking import keep_liking, likes_of
from entrain.app.music import chosen, playlist_of, say, with_music
from entrain.app.sensors import check_sensors, stream_plan
from entrain.app.telling import tell
from entrain.control.locks import MINUTES, MUSIC, VOICE, VOLUME
from entrain.control.protocol import HARD_SESSION_MAX_MIN, PacedStage, Preset, SessionConfig, with_minutes
from entrain.control.view import Summary
from entrain.devices.ports import LiveHeart, SoundOutput, VirtualHeart
from entrain.errors import DeviceError, InputError, StoreError, UsageError
from entrain.heart.pmd.control import Sensor
from entrain.person.care import MUSIC as MUSIC_OF_ONES_OWN
from entrain.person.care import both
from entrain.person.record import KnownStrap, is_made_up
from entrain.presets import library as presets
from entrain.presets.library import LoadedPreset
from entrain.recordings.options import AS_IT_LOOKS, ReadOptions
from entrain.runtime import OnLogFault, Recorder, Session
from entrain.storage.log.store import Store
from entrain.synth import voices
from entrain.synth.music.piece import Playlist
from entrain.whatif.progression import today

if TYPE_CHECKING:  # imported when such a heart is asked for
    from entrain.devices.ble.wanted import FoundStrap
    from entrain.devices.tap import TappedHeart
    from entrain.storage.log.session_log import SessionLog

HEARTS: Final = (
    "ble, ble:ADDRESS, ble:NAME, sim, sim:SEED, sim:SEED:KIND, replay:FILE, replay:ID, tap, lsl:NAME,"
    " lsl:NAME:rr_ms|rr_s|bpm or none"
)
SHORTEST_MIN: Final = 1.0
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Choices:
    """What a session is to be. `hearts` as people type them; `None` leaves a thing to the preset."""

    hearts: tuple[str, ...]
    preset: LoadedPreset
    voice: str | None = None
    music: str | None = None  # a file or a folder; "none" for none
    music_bpm: float | None = None
    minutes: float | None = None
    audio: str = "device"
    speed: float = 1.0
    seed: int | None = None
    lsl: bool = False
    reading: ReadOptions = AS_IT_LOOKS  # of replayed files
    yoke: str | None = None  # the session whose tempo this one has, for policy "yoked"
    sensors: tuple[Sensor, ...] | None = None  # measurement streams of straps
    stages: tuple[PacedStage, ...] = ()  # in place of a policy
    person: str = ""  # a pseudonym, as `people.checked` gives it
    persons: tuple[str, ...] = ()  # of several hearts, whose each is; '' for nobody named
    locked: tuple[str, ...] = ()  # settings that nothing loosens; see `entrain.control.locks`
    goes_on: int | None = None  # the session that was cut off and of which this is the rest

    @property
    def is_simulated(self) -> bool:
        """Is every heart made up?"""
        return is_made_up(self.hearts)

    @property
    def everybody(self) -> tuple[str, ...]:
        """All who are in it; whoever is not named is ''."""
        return tuple(dict.fromkeys(self.persons)) or (self.person,)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A session, and what belongs to it. `tap` is where a key for the tapped heart goes."""

    session: Session
    tap: Callable[[], None] | None
    close: Callable[[Summary | None], None]


@dataclass(frozen=True, slots=True)
class _Hearts:
    straps: tuple[str, ...]
    live: tuple[LiveHeart, ...]
    virtual: tuple[VirtualHeart, ...]
    tapped: "TappedHeart | None"


def music_of(choices: Choices, say: Callable[[str], None] = say) -> Playlist | None:
    """The music of the session, which is listened to if it is new: that may take a while.

    Safe in a thread of its own. Raises as `prepare` does, and what `say` raises.
    """
    if (
        choices.audio == "none"
        or MUSIC_OF_ONES_OWN in both(choices.preset.preset.care, care_of(choices.everybody)).banned
    ):
        return None
    rule = with_music(choices.preset.preset.sound, choices.music, choices.music_bpm)
    return playlist_of(rule, choices.preset.path, say)


def prepare(choices: Choices, find_music: Callable[[Choices], Playlist | None] = music_of) -> Prepared:
    """Make the session. Nothing runs yet and no device is open.

    Args:
        find_music: in place of `music_of`, for those who may not wait and have found it already.

    Raises:
        UsageError: what was asked for does not go together.
        InputError: a recording or a preset cannot be read.
    """
    seed = SystemRandom().randrange(2**31) if choices.seed is None else choices.seed
    preset = _preset(choices)
    check_sensors(choices.sensors or (), choices.hearts)
    sensors = tuple(map(Sensor, preset.sensors))
    owners = choices.persons or (choices.person,) * len(choices.hearts)
    hearts = _hearts(choices.hearts, seed, owners, choices.reading, sensors)
    if choices.speed != 1.0:
        _check_speed(choices, hearts)
    if preset.needs_heart and not hearts.straps:
        preset = replace(preset, needs_heart=False)
    music = find_music(choices)
    sound = _sound(choices.audio, preset, music)
    # The log keeps what a file is called, not where it lies.
    preset = replace(preset, sound=replace(preset.sound, music=Path(preset.sound.music).name))
    yoked = _yoked(choices.yoke, preset)
    config = SessionConfig(
        preset,
        hearts.straps,
        seed,
        yoked,
        choices.stages,
        chosen(music),
        persons=choices.persons,
        locked=choices.locked,
    )
    logs: list[SessionLog] = []

    def begin_log(origin_monotonic_s: float, on_fault: OnLogFault) -> Recorder:
        log = Store.open().begin(
            config,
            preset_text=choices.preset.text,
            hearts=choices.hearts,
            audio=choices.audio,
            voice=preset.sound.voice,
            person=choices.person,
            origin_monotonic_s=origin_monotonic_s,
            on_fault=on_fault,
        )
        logs.append(log)
        return log

    def close(summary: Summary | None) -> None:
        if choices.audio.startswith("device") and not choices.persons:
            _remember_volume(choices.person, preset.sound.volume, session.view().sound.volume)
        for log in logs:
            log.close(summary)
            if choices.goes_on is not None and log.session_id is not None:
                _link(choices.goes_on, log.session_id)

    session = Session(config, sound, hearts.live, hearts.virtual, begin_log, choices.speed)
    if choices.lsl:
        _send_out(session, config)
    tapped = hearts.tapped
    tap = None if tapped is None else lambda: tapped.tap(session.clock.now_s())
    return Prepared(session, tap, close)


def _remember_volume(person: str, before: float, now: float) -> None:
    """As loud as somebody had it, the next session of theirs begins."""
    if now != before and (fault := keep_liking(person, "volume", now)):
        tell(f"entrain: {fault}")


def _link(before: int, after: int) -> None:
    """Two halves of what was to be one session tell of each other."""
    store = Store.open()
    store.note(before, f"Gone on in session {after}.")
    store.note(after, f"The rest of session {before}, which was cut off.")


def _send_out(session: Session, config: SessionConfig) -> None:
    from entrain.devices.lsl.outlets import Outlets

    if session.clock.speed != 1.0:
        raise UsageError("The Lab Streaming Layer knows real time only.", "Use --lsl without --speed.")
    session.observers.append(Outlets(config, session.clock).observe)
    tell("entrain: --lsl: everybody on this network can find and read this session.")


def close_log(prepared: Prepared, summary: Summary | None) -> None:
    """Finish the log; a log that could not be kept whole is said, and the session stays what it was."""
    try:
        prepared.close(summary)
    except StoreError as fault:
        tell(f"entrain: {fault.message} {fault.advice}".rstrip())


def _preset(choices: Choices) -> Preset:
    preset = choices.preset.preset
    _check_locks(choices)
    if choices.minutes is not None:
        if not SHORTEST_MIN <= choices.minutes <= HARD_SESSION_MAX_MIN:
            raise UsageError(
                f"A session lasts {SHORTEST_MIN:.0f} to {HARD_SESSION_MAX_MIN:.0f} minutes,"
                f" not {choices.minutes:g}."
            )
        preset = with_minutes(preset, choices.minutes)
    if preset.breath.over_days:
        # Nobody is led further than they have come.
        preset = today(preset, min(whose.steps_done(each, preset.name) for each in choices.everybody))
    if choices.sensors is not None:
        preset = replace(preset, sensors=tuple(sensor.value for sensor in choices.sensors))
    alone = not choices.persons and not choices.goes_on
    liked = likes_of(whose.record_of(choices.person), choices.person).volume if alone else None
    if liked is not None and not (VOLUME in choices.locked and liked > preset.sound.volume):
        preset = replace(preset, sound=replace(preset.sound, volume=liked))
    if choices.voice is not None:
        voices.check(choices.voice)  # with no sound, too: the log tells which it would have been
        preset = replace(preset, sound=replace(preset.sound, voice=choices.voice))
    preset = replace(preset, sound=with_music(preset.sound, choices.music, choices.music_bpm))
    return with_care(preset, choices.everybody, choices.voice)


def _check_locks(choices: Choices) -> None:
    """
    Raises:
        UsageError: what was asked for loosens what is locked.
    """
    preset = choices.preset.preset
    asked = {
        MINUTES: choices.minutes is not None and choices.minutes > preset.minutes,
        VOICE: choices.voice is not None and choices.voice != preset.sound.voice,
        MUSIC: choices.music is not None and choices.music != preset.sound.music,
    }
    for setting in choices.locked:
        if asked.get(setting):
            raise UsageError(f"{setting} stays as it was set for you.", "Leave that option out.")


def _yoked(session: str | None, preset: Preset) -> tuple[tuple[float, float], ...]:
    """The other session's tempo; asked for exactly where the policy is to follow one."""
    if (preset.tempo.policy == "yoked") is (session is not None):
        if session is None:
            return ()
        from entrain.app.yoke import tempo_of

        return tempo_of(session)
    if session is None:
        raise UsageError(
            'The policy "yoked" plays the tempo of another session, and none is named.',
            "Add --yoke ID; `entrain sessions list` shows them.",
        )
    raise UsageError(
        f'--yoke is for the policy "yoked"; this preset\'s is "{preset.tempo.policy}".',
        'Set policy = "yoked" under [tempo] in a preset of your own.',
    )


def _sound(audio: str, preset: Preset, music: Playlist | None) -> SoundOutput:
    from entrain.devices.audio import open_sound

    rule = preset.sound
    layers = layers_of(rule, music)
    return open_sound(
        audio, rule.voice, beat=rule.beat, breath=rule.breath, volume=rule.volume, layers=layers
    )


def _check_speed(choices: Choices, hearts: _Hearts) -> None:
    if not 0.0 < choices.speed < math.inf:
        raise UsageError(f"--speed must be a number above 0, not {choices.speed:g}.")
    if hearts.live:
        raise UsageError(
            "Only a simulated or replayed heart can go faster than life.",
            "Use --speed with --heart sim, replay:FILE or none.",
        )
    if choices.audio.startswith("device"):
        raise UsageError(
            "A sound device plays in real time only.", "Use --speed with --audio none or file:OUT.wav."
        )


def _hearts(
    specs: Sequence[str],
    seed: int,
    owners: Sequence[str],
    options: ReadOptions,
    sensors: tuple[Sensor, ...],
) -> _Hearts:
    live: list[LiveHeart] = []
    virtual: list[VirtualHeart] = []
    straps: list[str] = []
    tapped: TappedHeart | None = None
    if "none" in specs and len(specs) > 1:
        raise UsageError("--heart none goes with no other heart.")
    for index, spec in enumerate(specs):
        kind, _, rest = spec.partition(":")
        strap = spec if spec not in straps else f"{spec}#{specs[: index + 1].count(spec)}"
        match kind:
            case "ble":
                live.append(_ble(strap, rest, owners[index], sensors))
            case "tap" if not rest:
                tapped = _tapped(strap)
                live.append(tapped)
            case "lsl":
                live.append(_lsl(strap, rest))
            case "sim":
                virtual.append(_simulated(strap, rest, seed + index, sensors))
            case "replay" if rest:
                virtual.append(_replayed(strap, rest, options))
            case "none" if not rest:
                continue
            case _:
                raise UsageError(f"There is no heart {spec!r}.", f"A heart is one of: {HEARTS}.")
        straps.append(strap)
    return _Hearts(tuple(straps), tuple(live), tuple(virtual), tapped)


def heart_of(spec: str, person: str, speed: float = 1.0) -> tuple[LiveHeart | None, VirtualHeart | None]:
    """One heart by itself, live or virtual, as people type it.

    Raises:
        UsageError: there is no such heart, none was named, or it cannot go at that speed.
    """
    hearts = _hearts((spec,), SystemRandom().randrange(2**31), (person,), AS_IT_LOOKS, ())
    if not hearts.straps or hearts.tapped is not None:
        raise UsageError(f"--heart {spec} gives nothing to watch.", "Use a strap, a stream or a recording.")
    if not 0.0 < speed < math.inf or (hearts.live and speed != 1.0):
        raise UsageError(
            "Only a simulated or replayed heart can go faster than life.",
            "Use --speed with --heart sim or replay:FILE.",
        )
    return next(iter(hearts.live), None), next(iter(hearts.virtual), None)


def _ble(strap: str, selector: str, person: str, sensors: tuple[Sensor, ...]) -> LiveHeart:
    try:
        from entrain.devices.ble.reader import BleHeart
        from entrain.devices.ble.wanted import WantedStrap
    except ImportError as error:
        raise DeviceError(
            f"Bluetooth cannot be used here: {error}.", "`entrain doctor` tells more."
        ) from error
    wanted = WantedStrap.parse(selector)
    remembered = whose.record_of(person).strap
    if wanted.address is None and remembered is not None:
        wanted = replace(wanted, preferred=remembered.address)  # of several that will do, one's own
    plan = stream_plan(sensors)
    return BleHeart(strap, wanted, on_found=lambda found: _remember(found, person), plan=plan)


def _remember(found: "FoundStrap", person: str) -> None:
    """Keep the strap as this person's for the next time; a session must not end because that failed."""
    strap = KnownStrap(found.address, found.name or "")
    if fault := whose.keep(person, lambda now: replace(now, strap=strap)):
        tell(f"entrain: {fault}")


def _tapped(strap: str) -> "TappedHeart":
    from entrain.devices.tap import TappedHeart

    return TappedHeart(strap)


def _lsl(strap: str, name: str) -> LiveHeart:
    from entrain.devices.lsl.inlet import LslHeart, parsed

    return LslHeart(strap, *parsed(name))


def _simulated(strap: str, rest: str, seed: int, sensors: tuple[Sensor, ...]) -> VirtualHeart:
    from entrain.devices.simulated.heart import SimulatedHeart
    from entrain.devices.simulated.person import Kind, Person

    number, _, kind = rest.partition(":")
    if number and not _NUMBER.fullmatch(number):
        raise UsageError(f"The seed of a simulated heart is a whole number, not {number!r}.", "Try sim:7.")
    kinds = [k.value for k in Kind]
    if kind and kind not in kinds:
        raise UsageError(f"There is no simulated person {kind!r}.", f"There are: {', '.join(kinds)}.")
    person = Person.draw(int(number) if number else seed, Kind(kind) if kind else Kind.TYPICAL)
    return SimulatedHeart(person, strap, sensors=sensors)


def _replayed(strap: str, source: str, options: ReadOptions) -> VirtualHeart:
    from entrain.devices.replay import ReplayedHeart

    if _NUMBER.fullmatch(source) and not Path(source).exists():
        return _replayed_session(strap, source)
    from entrain.recordings.reading import read_recording

    recording = read_recording(source, options)
    for warning in recording.warnings:
        tell(f"{source}: {warning}")
    return ReplayedHeart.of_recording(recording, strap)


def _replayed_session(strap: str, number: str) -> VirtualHeart:
    """The first strap of a session of one's own, from the very bytes it sent."""
    from entrain.control.events import IntervalReported, NotificationArrived, SensorChanged, SensorFrames
    from entrain.devices.replay import ReplayedHeart

    store = Store.open()
    stored = store.load(store.find(number))
    events = [event for event, _ in stored.records]
    arrived = [event for event in events if isinstance(event, NotificationArrived | IntervalReported)]
    if not arrived:
        raise InputError(f"Session {number} holds no heart to replay.")
    first = arrived[0].strap
    own = [event for event in arrived if event.strap == first]
    streamed = [
        replace(event, strap=strap)
        for event in events
        if isinstance(event, SensorChanged | SensorFrames) and event.strap == first
    ]
    return ReplayedHeart.of_arrivals(own, strap, f"session {number}", streamed)


def load_preset(name: str | None, person: str = "") -> LoadedPreset:
    """The preset of that name as it is for `person`; the default where none is named."""
    return presets.load(name or presets.DEFAULT, person)
