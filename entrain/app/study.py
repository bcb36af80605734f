"""What one does with a study: seal, enrol, note, open. Rules are `entrain.study`'s; words are `wording`'s."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from entrain.errors import InputError, UsageError
from entrain.presets import studies
from entrain.presets.studies import LoadedStudy
from entrain.storage.log.person_rows import now_utc
from entrain.storage.study_folder import StudyFolder
from entrain.study import seal, standing
from entrain.study.flow import StudyFlow, flow
from entrain.study.records import DONT_KNOW, EventAction, StudyRecord
from entrain.study.seal import SealedList
from entrain.study.standing import Refused, StudyState
from entrain.wording import study as words
from entrain.wording.study_example import EXAMPLE

SEED_BYTES: Final = 16
Rule = Callable[[LoadedStudy, StudyState, str], StudyRecord]
"""Makes the next record of (study, where it stands, now in UTC); raises `Refused`."""


@dataclass(frozen=True, slots=True)
class OpenStudy:
    """A study in its folder."""

    folder: StudyFolder
    loaded: LoadedStudy

    def records(self) -> Sequence[StudyRecord]:
        """The study's log. Raises `InputError` where it was changed."""
        return self.folder.records()

    def standing(self) -> StudyState:
        """Where the study stands now."""
        return standing.standing(self.loaded.protocol, self.records())

    def do(self, rule: Rule) -> StudyRecord:
        """Add what `rule` makes to the log.

        Raises:
            UsageError: the rules of the study do not permit it; it says why.
        """

        def decide(found: Sequence[StudyRecord]) -> StudyRecord:
            now = standing.standing(self.loaded.protocol, found)
            try:
                return rule(self.loaded, now, now_utc())
            except Refused as refused:
                raise UsageError(*words.refused(refused, self.loaded.protocol)) from None

        return self.folder.add(decide)


def open_study(path: Path) -> OpenStudy:
    """The study in the folder.

    Raises:
        InputError: there is none, or its file or its preset cannot be read. PresetError: either has faults.
    """
    folder = StudyFolder(path)
    folder.check()
    return OpenStudy(folder, studies.load(folder.protocol_path))


def begin(path: Path) -> Path:
    """Make a folder with an example of a study in it; the file to change. Nothing is overwritten."""
    folder = StudyFolder(path)
    folder.begin(EXAMPLE)
    return folder.protocol_path


def seal_study(study: OpenStudy, seed: str | None) -> str:
    """Draw the lot and seal it; the commitment, which belongs where others can see it.

    Raises:
        UsageError: it is sealed already.
    """

    def rule(loaded: LoadedStudy, now: StudyState, at_utc: str) -> StudyRecord:
        of = seal.sealed(
            loaded.protocol,
            loaded.preset.sha256,
            seed or secrets.token_hex(SEED_BYTES),
            secrets.token_hex(SEED_BYTES),
        )
        record = standing.sealed_anew(now, at_utc, seal.commitment(of), loaded.protocol.sha256)
        study.folder.keep_list(of)
        return record

    return study.do(rule).text("commitment")


def verified(study: OpenStudy) -> SealedList:
    """The sealed list, where it is what was committed to.

    Raises:
        UsageError: nothing is sealed. InputError: the seal is broken; it says what does not fit.
    """
    now = study.standing()
    if not now.commitment:
        raise UsageError(*words.refused(Refused(standing.Refusal.NOT_SEALED), study.loaded.protocol))
    of = study.folder.sealed_list()
    broken = seal.broken(of, study.loaded.protocol, study.loaded.preset.sha256, now.commitment)
    if broken:
        raise InputError(*words.broken_seal(broken))
    return of


def enrol(study: OpenStudy, person: str, stratum: str) -> StudyRecord:
    """Give somebody the next place of their stratum; which arm that is, nobody is told.

    Raises:
        UsageError: they are enrolled already, or there is no such stratum or no place in it.
        InputError: the seal is broken.
    """
    of = verified(study)

    def rule(loaded: LoadedStudy, now: StudyState, at_utc: str) -> StudyRecord:
        n = sum(place.stratum == stratum for place in of.places)
        return standing.enrolled(loaded.protocol, now, at_utc, person, stratum, n)

    return study.do(rule)


def note_event(study: OpenStudy, person: str, text: str, severity: int, action: EventAction) -> StudyRecord:
    """Keep an event. Raises `UsageError` where the person was not enrolled."""
    return study.do(lambda _, now, at_utc: standing.happened(now, at_utc, person, text, severity, action))


def note_guess(study: OpenStudy, person: str, arm: str | None, by: str) -> StudyRecord:
    """Keep a guess about somebody's last session; None is "don't know"."""
    return study.do(
        lambda loaded, now, at_utc: standing.guessed(
            loaded.protocol, now, at_utc, person, arm or DONT_KNOW, by
        )
    )


def unblind(study: OpenStudy, person: str, why: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Open the arm of one person, or with '' of all: (person, sequence of arms). It stays in the log.

    Raises:
        UsageError: it was opened before. InputError: the seal is broken.
    """
    of = verified(study)
    study.do(lambda _, now, at_utc: standing.unblinded(now, at_utc, why, person))
    sequences = sequences_of(of, study.standing())
    return tuple((each, arms) for each, arms in sequences.items() if person in ("", each))


def sequences_of(of: SealedList, now: StudyState) -> dict[str, tuple[str, ...]]:
    """person -> their arms, one for each period."""
    by_place = {(each.stratum, each.number): each.sequence for each in of.places}
    return {each.person: by_place[each.stratum, each.number] for each in now.people}


def flow_of(study: OpenStudy) -> StudyFlow:
    """The flow of people; by arm only where the whole study is unblinded."""
    now = study.standing()
    opened = verified(study) if now.unblinded is not None else None
    return flow(study.loaded.protocol, now, opened)
