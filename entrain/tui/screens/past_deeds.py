"""What can be done with a session that was, from the list and from its page: note, export, report, delete.

Both screens have a `Say` of class "said", where it is told what came of it.
"""

from collections.abc import Callable
from typing import TypeVar

from entrain.history.row import Sitting
from entrain.ports import Archive, Report
from entrain.tui.background import in_background
from entrain.tui.screens.base import EntrainScreen
from entrain.tui.screens.confirm import ConfirmScreen
from entrain.tui.screens.export import ExportScreen, ExportWish
from entrain.tui.screens.note import NoteScreen
from entrain.tui.widgets.say import Say
from entrain.wording import history_screen as words

T = TypeVar("T")
Of = EntrainScreen[None] | EntrainScreen[bool]


def note(screen: Of, archive: Archive, sitting: Sitting, then: Callable[[Sitting], object]) -> None:
    """Ask for a note and add it."""

    def keep(text: str | None) -> None:
        if text:
            _do(
                screen,
                lambda: archive.note(sitting.id, text),
                lambda _: (tell(screen, "Noted."), then(sitting)),
            )

    screen.host.push_screen(NoteScreen(f"A note on the session of {_when(archive, sitting)}"), keep)


def export(screen: Of, archive: Archive, sitting: Sitting) -> None:
    """Ask for a form and write the session into the current folder."""

    def write(wish: ExportWish | None) -> None:
        if wish is not None:
            deidentify = wish.deidentify
            _do(
                screen,
                lambda: archive.export(sitting.id, wish.form, deidentify=deidentify),
                lambda said: tell(screen, said),
            )

    screen.host.push_screen(
        ExportScreen(f"Export the session of {_when(archive, sitting)}", archive.forms()), write
    )


def report(screen: Of, write: Report, sitting: Sitting) -> None:
    _do(
        screen,
        lambda: write(sitting.id),
        lambda path: tell(screen, f"The report is in {path}."),
    )


def delete(screen: Of, archive: Archive, sitting: Sitting, then: Callable[[], object]) -> None:
    """Ask, saying what remains elsewhere; then remove the session for good."""

    def ask(remains: list[str]) -> None:
        text = " ".join(["This cannot be undone.", *remains])
        question = f"Delete the session of {_when(archive, sitting)} for good?"
        screen.host.push_screen(ConfirmScreen(question, text, "delete", "keep"), answered)

    def answered(yes: bool | None) -> None:
        if yes:
            _do(screen, lambda: archive.delete(sitting.id), lambda _: (tell(screen, "Deleted."), then()))

    _do(screen, lambda: list(archive.backups(sitting.id)), ask)


def _do(screen: Of, work: Callable[[], T], then: Callable[[T], object]) -> None:
    in_background(screen, work, then, lambda why: tell(screen, why, "$warning"), "deed")


def tell(screen: Of, text: str, style: str = "$text") -> None:
    """Say what came of it in the screen's own line: a path is too long for a corner."""
    screen.query_one(".said", Say).say((text, style))


def _when(archive: Archive, sitting: Sitting) -> str:
    return words.day(sitting.began, archive.now())
