"""A programme handed on: one file that begins it for somebody on another computer.

It holds the programme's text with its signature, where there is one, and of the person what the programme
needs there: pseudonym, what they are spared, their text for `x`, their own rate. No session, note or consent.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from entrain.app import programmes as weeks
from entrain.app.clients import sounds_named
from entrain.app.programmes import UnderWay
from entrain.errors import InputError, UsageError
from entrain.foreign import many_lines
from entrain.person.care import CareRule, both
from entrain.person.pseudonym import checked
from entrain.person.record import KnownResonance, PersonRecord, with_resonance
from entrain.presets import programmes
from entrain.presets.programmes import LoadedProgramme
from entrain.storage import people, signature
from entrain.storage.log import codec
from entrain.storage.log.store import Store
from entrain.storage.signature import Signed
from entrain.toml_lines import text_of

KIND: Final = "entrain programme for somebody"
VERSION: Final = 1
_MOST_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Handed:
    """What one file holds; `signature` is '' where nobody signed the programme."""

    kind: str
    version: int
    person: str
    programme: str  # its name
    text: str
    signature: str
    care: CareRule
    away_text: str
    resonance: KnownResonance | None


def handed(store: Store, person: str, name_or_path: str) -> str:
    """The file's text.

    Raises:
        InputError: the programme or its signature cannot be read. PresetError: it has faults.
        UsageError: there is no such programme, or nobody is named.
    """
    if not person:
        raise UsageError("A programme is handed to somebody: name them.", "Add --person P07.")
    record = people.load(store, person)
    resonance = record.resonance
    path = programmes.path_of(name_or_path)
    loaded = programmes.load(name_or_path, None if resonance is None else resonance.per_min)
    beside = Path(f"{path}{signature.SUFFIX}")
    if beside.exists() and path.read_bytes() != loaded.text.encode():
        raise InputError(f"{path} cannot go along with its signature: its lines end in another system's way.")
    return codec.encode(
        Handed(
            KIND,
            VERSION,
            person,
            loaded.programme.name,
            loaded.text,
            text_of(beside) if beside.exists() else "",
            record.care,
            record.away_text,
            resonance,
        )
    )


def read(path: Path) -> tuple[Handed, LoadedProgramme]:
    """A file that was handed on, with its programme, which has no fault.

    Raises:
        InputError: it cannot be read or is no such file. PresetError: the programme in it has faults.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path} is too large for a programme.")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        found = codec.decode(Handed, text_of(path))
    except codec.Undecodable as error:
        raise InputError(f"{path} is no programme that was handed on: it {error}.") from error
    if found.kind != KIND:
        raise InputError(f"{path} is no programme that was handed on.")
    if found.version > VERSION:
        raise InputError(f"{path} was made by a newer entrain.", "Install the newest one here.")
    try:
        found = replace(
            found,
            person=checked(found.person),
            away_text=many_lines(found.away_text),
            care=replace(found.care, never=sounds_named(",".join(found.care.never) or "none")),
        )
    except UsageError as error:
        raise InputError(f"{path} cannot be taken: {error.message}", error.advice) from error
    resonance = None if found.resonance is None else found.resonance.per_min
    return found, programmes.of_text(found.text, found.programme, resonance)


def signed(found: Handed, path: Path) -> Signed | None:
    """What its signature says; None where nobody signed it.

    Raises:
        InputError: it is no signature. MissingExtra: the extra `secure` is not installed.
    """
    if not found.signature:
        return None
    return signature.of_bytes(found.text.encode(), found.signature.encode(), str(path))


def take(store: Store, found: Handed, loaded: LoadedProgramme) -> UnderWay:
    """Begin it for the person it is for. What they are spared here already, they are spared still.

    Raises:
        UsageError: it is under way already. StoreError: it cannot be kept.
    """

    def spared(now: PersonRecord) -> PersonRecord:
        care, text = both(now.care, found.care), found.away_text or now.away_text
        now = replace(now, care=care, away_text=text)
        return now if found.resonance is None else with_resonance(now, found.resonance)

    people.change(store, found.person, spared)
    return weeks.begin(store, found.person, loaded)
