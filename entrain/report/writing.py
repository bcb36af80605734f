"""From stored sessions to a file: HTML, or PDF where the extra `report` is installed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from entrain.analysed.material import material
from entrain.errors import UsageError
from entrain.history.recorded import measured, sittings, strap_of
from entrain.report.course_page import course_page
from entrain.report.document import Document
from entrain.report.edition import Edition, edited
from entrain.report.html import html
from entrain.report.letterhead import read_letterhead
from entrain.report.page import page
from entrain.report.pdf import pdf
from entrain.storage import people
from entrain.storage.formats.files import new_bytes
from entrain.storage.log.store import Store
from entrain.storage.places import check_new

KINDS: Final = (".html", ".pdf")


def write(
    store: Store,
    session_ids: int | Sequence[int],
    path: Path,
    strap: str | None = None,
    seed: int = 0,
    edition: Edition = Edition.WHOLE,
    person: str | None = None,
) -> Path:
    """Write the report of one session, or of a course of them, to the new file `path`; may run in any thread.

    The file's ending says which kind it becomes; only its owner can read it.

    Args:
        session_ids: one session, or those of a course.
        strap: of a session with several hearts, this one.
        seed: of everything random.
        edition: which parts of it.
        person: of sessions with several hearts, this one's.

    Raises:
        UsageError: there is a file already or no folder for it, or its ending is none of `KINDS`; there is no
            such session; nothing was guided.
        OutputError: the file cannot be written. InputError: there is no strap of that name.
        StoreError: a session cannot be read.
        MissingExtra: a PDF is wanted, and what makes it is not installed.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise UsageError(f"{path.name} is no kind of report known here.", "End it in .html or .pdf.")
    check_new(path)
    ids = (session_ids,) if isinstance(session_ids, int) else tuple(session_ids)
    found = edited(document(store, ids, strap, seed, person), edition)
    found = replace(found, letterhead=read_letterhead())
    content = pdf(found) if kind == ".pdf" else html(found).encode()
    with new_bytes(path) as file:
        file.write(content)
    return path


def document(
    store: Store, ids: Sequence[int], strap: str | None = None, seed: int = 0, person: str | None = None
) -> Document:
    """The report itself, whatever it will be written in; raises what `write` does."""
    if len(ids) == 1:
        session = store.load(ids[0])
        return page(material(session, strap or strap_of(session.config, person), seed))
    chosen = [each for each in sittings(store, person) if each.id in ids]
    whose = {each.person for each in chosen}
    notes = people.load(store, whose.pop()).notes if len(whose) == 1 else ()
    return course_page([measured(store, each) for each in chosen], notes)
