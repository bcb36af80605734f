"""A session on the screen: hands the app what it may know, and finishes the log when it is done.

Devices, sound and log are imported here, before the app takes the terminal: starting an audio library prints.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from entrain.app import prepare as setup
from entrain.app import programmes as weeks
from entrain.app import whose
from entrain.app.archive import StoreArchive, preset_of
from entrain.app.care import allowed, care_of, check, never_again
from entrain.app.desk import Desk
from entrain.app.liking import DeskLikings, keep_liking, likes_of
from entrain.app.prepare import Choices, Prepared
from entrain.app.services import rooms
from entrain.commands.sharing import Sharing
from entrain.control.protocol import Preset
from entrain.errors import EntrainError
from entrain.person.record import KnownStrap
from entrain.ports import HeartChoice, HeartKind, OpenedSession, SessionChoice, StrapOnAir
from entrain.presets import library as presets
from entrain.presets import own as own_presets
from entrain.presets.library import LoadedPreset
from entrain.programme.plan import of_session
from entrain.storage.log.store import Store
from entrain.storage.places import sessions_path
from entrain.synth.music.piece import Playlist
from entrain.synth.voices import CATALOGUE
from entrain.system.console import forget_output
from entrain.tui.app import Home, Manners, Pick, run_home, run_session
from entrain.tui.look import Look, look_of
from entrain.wording.remarks import in_words
from entrain.wording.share import BEGIN

if TYPE_CHECKING:  # imported when it is asked for
    from entrain.share.server import SharePlace

# A first look is quick, so that something shows; the longer one also asks the straps for their battery.
_LOOKS_S: Final = ((2.0, False), (5.0, True))

BEGINNERS: Final = "first"  # the preset of the first days
_SPECS: Final = {HeartKind.SIMULATED: "sim", HeartKind.TAP: "tap", HeartKind.NONE: "none"}


class _Opener:
    """Opens sessions one after the other, and closes the log of each when the next one or the end comes.

    `doing` says what takes time while one is opened.
    """

    def __init__(self) -> None:
        self.doing = ""
        self.kept: list[int] = []  # sessions, by their numbers in the store
        self.sharing: Sharing | None = None  # a second screen, which shows whatever is opened
        self._current: Prepared | None = None
        self._waiting: Prepared | None = None

    def check(self, choices: Choices) -> None:
        """Make the first session ahead: what is wrong with it is said before the terminal is taken."""
        self._waiting = setup.prepare(choices)

    async def open(self, choices: Choices, *, first: bool = False) -> OpenedSession:
        self.close()
        waiting, self._waiting = self._waiting, None
        if not first or waiting is None:
            music = await self._music_of(choices)
            waiting = setup.prepare(choices, lambda _: music)
        self._current = waiting
        session, tap = self._current.session, self._current.tap
        voices = allowed(self._current.session.view().preset.care.banned)
        if self.sharing is not None:
            self.sharing.show(session, voices, simulated=choices.is_simulated)
        return OpenedSession(
            session,
            tap,
            self.close,
            voices,
            self._report,
            choices.person,
            choices.is_simulated,
            whose.record_of(choices.person).away_text,
            None if choices.persons else partial(never_again, choices.person),
        )

    async def _music_of(self, choices: Choices) -> Playlist | None:
        """Listened to in a thread, which gives up where nobody waits for it any more."""
        given_up = Event()

        def say(text: str) -> None:
            if given_up.is_set():
                raise EntrainError("Nobody waits for the music any more.")
            self.doing = text

        try:
            return await asyncio.to_thread(setup.music_of, choices, say)
        finally:
            given_up.set()
            self.doing = ""

    def finish(self) -> int | None:
        """Close the log; the session's number in the store, which is known for sure only then."""
        current = self._current
        self.close()
        summary = None if current is None else current.session.summary()
        return None if summary is None else summary.session_id

    def _report(self) -> Path:
        """A page about the session, whose log ends with that."""
        number = self.finish()
        if number is None:
            raise EntrainError("The session is not in the store, so there is nothing to report on.")
        return StoreArchive(Store.open()).report(number)

    def close(self) -> None:
        if self._current is not None:
            current, self._current = self._current, None
            setup.close_log(current, current.session.summary())
            summary = current.session.summary()
            if summary is not None and summary.session_id is not None:
                self.kept.append(summary.session_id)


def with_screen(choices: Choices, *, reduced_motion: bool = False, share: "SharePlace | None" = None) -> int:
    """One session, and another for as long as the person wants."""
    desk = Desk(choices.person)
    sitter = desk.sitter()
    opener = _Opener()
    opener.check(choices)
    if share is not None:
        opener.sharing = Sharing(share, sitter.theme or Look().theme)
        with suppress(EOFError):  # ctrl+d begins it as well
            input(BEGIN)

    def open_with(heart: HeartChoice) -> Awaitable[OpenedSession]:
        return opener.open(replace(choices, hearts=(heart_spec(heart),)))

    # A strap nobody named and nobody has used yet: let the person see which there are.
    picks = choices.hearts == ("ble",) and sitter.heart is None
    start = Pick(find_straps, open_with) if picks else lambda: opener.open(choices, first=True)
    kind = manners(desk, reduced_motion)
    if opener.sharing is not None:
        kind = replace(kind, beside=opener.sharing.serve)
    return _shown(opener, lambda: run_session(start, kind))


def with_home() -> int:
    """The app from its home screen."""
    desk = Desk()
    sitter = desk.sitter()
    opener = _Opener()
    usable = own_presets.usable(desk.person)
    archive = StoreArchive(Store.open())

    async def open_chosen(choice: SessionChoice) -> OpenedSession:
        before = None if choice.goes_on is None else archive.store.load(choice.goes_on)
        if before is None and of_session(choice.preset.name) is not None:
            return await opener.open(_of_programme(choice))
        return await opener.open(
            Choices(
                hearts=(heart_spec(choice.heart),),
                preset=_loaded(choice.preset, choice.person) if before is None else preset_of(before),
                voice=None if choice.voice in care_of((choice.person,)).banned else choice.voice,
                minutes=choice.minutes,
                person=choice.person,
                goes_on=choice.goes_on,
                locked=() if before is None else before.config.locked,
            )
        )

    # Whoever is here for the first time begins gently.
    first = (usable.get(sitter.preset or BEGINNERS) or next(iter(usable.values()))).preset
    heart = sitter.heart or HeartChoice(HeartKind.NONE)  # nobody is given a heart that is not theirs
    voice = sitter.voice if sitter.voice in CATALOGUE else first.sound.voice
    voice = voice if voice in allowed(sitter.never) else allowed(sitter.never)[0]
    home = Home(
        presets=[preset.preset for preset in usable.values()],
        voices=list(CATALOGUE.items()),
        find_straps=find_straps,
        open_session=open_chosen,
        choice=SessionChoice(heart, first, voice or first.sound.voice, first.minutes, desk.person),
        archive=archive,
        report=archive.report,
        listen=partial(_listen, desk),
        rooms=rooms(desk, heart_spec, opener.open, opener.finish),
        doing=lambda: opener.doing,
    )
    return _shown(opener, lambda: run_home(home, manners(desk)))


async def _listen(desk: Desk, voice: str) -> None:
    check(voice, care_of((desk.person,)))
    from entrain.commands.voices import listen

    await listen(voice)


def _of_programme(choice: SessionChoice) -> Choices:
    """Today's session of somebody's programme, whatever it was when it was chosen.

    Raises:
        UsageError: nothing is under way any more.
    """
    todays = weeks.todays(weeks.needed(Store.open(), choice.person))
    return Choices(
        hearts=(heart_spec(choice.heart),), preset=todays.loaded, person=choice.person, locked=todays.locked
    )


def _loaded(preset: Preset, person: str) -> LoadedPreset:
    """The preset's file, as it is now."""
    found = own_presets.usable(person).get(preset.name)
    return presets.load(preset.name, person) if found is None else found


def _shown(opener: _Opener, app: Callable[[], object]) -> int:
    try:
        app()
    finally:
        opener.close()
        _say_what_is_kept(opener.kept)
    return 0


def _say_what_is_kept(numbers: Sequence[int]) -> None:
    try:
        for number in numbers:
            print(
                f"Kept as session {number} in {sessions_path()}: entrain sessions show {number}", flush=True
            )
    except OSError:  # the terminal is gone: the session is kept all the same
        forget_output()


def heart_spec(choice: HeartChoice) -> str:
    """What one would type for a heart that was chosen."""
    if choice.kind is HeartKind.STRAP:
        return f"ble:{choice.address}" if choice.address else "ble"
    return _SPECS[choice.kind]


def manners(desk: Desk, reduced_motion: bool = False) -> Manners:
    """How the app deals with who sits at the desk, and what it remembers of them for the next time."""
    sitter = desk.sitter()
    return Manners(
        person=desk.person,
        settings=DeskLikings(),
        look=look_of(sitter, Look(reduced_motion=reduced_motion or motion_is_unwanted())),
        show_notice=not sitter.has_read_notice,
        on_notice_accepted=desk.read_notice,
        on_look_changed=lambda look: _keep_look(desk.person, look),
        on_choice=lambda choice: _keep_choice(desk, choice),
    )


def motion_is_unwanted() -> bool:
    """Terminals have no setting for it, so an environment variable stands in for one."""
    return bool(os.environ.get("ENTRAIN_REDUCED_MOTION"))


def _keep_choice(desk: Desk, choice: SessionChoice) -> None:
    desk.remember(choice)
    heart = choice.heart
    if heart.kind is HeartKind.STRAP and heart.address is not None:
        strap = KnownStrap(heart.address, heart.name or "")
        whose.keep(choice.person, lambda now: replace(now, strap=strap))


def _keep_look(person: str, look: Look) -> None:
    """What somebody turned; what they never touched stays unsaid."""
    likes, usual = likes_of(whose.record_of(person), person), Look()
    if look.theme != (likes.theme or usual.theme):
        keep_liking(person, "theme", look.theme)
    if look.figure != (likes.figure or usual.figure):
        keep_liking(person, "figure", look.figure)


async def find_straps() -> AsyncIterator[StrapOnAir]:
    """Straps on the air, as they are found.

    Raises:
        EntrainError: Bluetooth cannot be used here, with what to do.
    """
    try:
        from entrain.devices.ble.scan import scan
    except ImportError as error:
        raise EntrainError(
            f"Bluetooth cannot be used here: {error}.", "`entrain doctor` tells more."
        ) from error
    for seconds, battery in _LOOKS_S:
        with in_words():
            straps = await scan(seconds, battery=battery)
        for strap in straps:
            yield StrapOnAir(strap.name, strap.address, strap.signal_dbm, strap.battery_percent)
