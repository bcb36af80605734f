"""Who sits at this desk: chosen in the app, named on the command line, or no name.

Whoever works here alone is never asked. Where two do, the app knows whom it had last; and where another was
named outside it since (`entrain run --person P02`), it asks before anything of one becomes the other's.
"""

from dataclasses import replace

from entrain.app import programmes, whose
from entrain.app.liking import likes_of
from entrain.errors import StoreError
from entrain.person.record import Acceptance, PersonRecord
from entrain.ports import HeartChoice, HeartKind, ProgrammeToday, SessionChoice, Sitter
from entrain.storage import people
from entrain.storage.log.person_rows import now_utc
from entrain.storage.log.store import Store
from entrain.wording import programme as programme_words
from entrain.wording.notice import VERSION
from entrain.wording.person import withdrawn_said


class Desk:
    """Satisfies `DeskPort`."""

    def __init__(self, person: str | None = None) -> None:
        """`person` is who sits down; None: whoever sat here last."""
        self.person = _last_here() if person is None else person
        self._since_utc = whose.record_of(self.person).chosen_in_app_utc

    def sitter(self) -> Sitter:
        record = whose.record_of(self.person)
        strap, likes = record.strap, likes_of(record, self.person)
        return Sitter(
            person=self.person,
            has_read_notice=record.has_accepted(VERSION),
            heart=None if strap is None else HeartChoice(HeartKind.STRAP, strap.address, strap.name),
            preset=likes.preset,
            voice=likes.voice,
            figure=likes.figure,
            theme=likes.theme,
            remark=withdrawn_said(record),
            never=tuple(sorted(record.care.banned)),
            programme=_programme(self.person),
            goals=whose.goals_today(self.person),
        )

    def sit_down(self, person: str) -> Sitter:
        self.person, self._since_utc = person, now_utc()
        whose.keep(person, lambda now: replace(now, chosen_in_app_utc=self._since_utc))
        return self.sitter()

    def named_outside(self) -> str | None:
        outside = {name: each.named_outside_utc for name, each in _everybody().items()}
        named = max(outside, key=lambda name: outside[name], default="")
        is_news = outside.get(named, "") > self._since_utc != ""
        return named if is_news and named != self.person else None

    def read_notice(self) -> None:
        read = Acceptance(VERSION, now_utc())
        whose.keep(self.person, lambda now: replace(now, notice=read))

    def remember(self, choice: SessionChoice) -> None:
        """What was chosen is offered the next time; and it was chosen in the app."""
        self.person, self._since_utc = choice.person, now_utc()

        def chosen(now: PersonRecord) -> PersonRecord:
            likes = replace(now.preferences, preset=choice.preset.name, voice=choice.voice)
            return replace(now, preferences=likes, chosen_in_app_utc=self._since_utc)

        whose.keep(choice.person, chosen)


def _programme(person: str) -> ProgrammeToday | None:
    found = programmes.safely_under_way(person)
    if found is None:
        return None
    return ProgrammeToday(
        found.programme.title, programme_words.line(found.programme, found.standing), found.step.preset
    )


def name_outside(person: str) -> None:
    """Somebody was named on the command line: the app will ask, if it had another."""
    whose.keep(person, lambda now: replace(now, named_outside_utc=now_utc()))


def _last_here() -> str:
    """Whom the app had last; where it had nobody yet, who was named outside it last."""
    found = _everybody()
    in_app = {name: each.chosen_in_app_utc for name, each in found.items() if each.chosen_in_app_utc}
    outside = {name: each.named_outside_utc for name, each in found.items() if each.named_outside_utc}
    moments = in_app or outside
    return max(moments, key=lambda name: moments[name], default="")


def _everybody() -> dict[str, PersonRecord]:
    try:
        return people.everybody(Store.open())
    except StoreError:
        return {}
