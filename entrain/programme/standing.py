"""Where somebody stands: a pure function of the programme and of what the log has of this person.

The rule:
- A session belongs to a programme by the name of its preset, from the day the programme was begun.
- Good is a session on a real heart that was judged for three minutes and in step for `forward.in_step` of
  that; or, where the breath could not be seen, one that was called easy, as long as the next step's breath is
  no slower than `UNSEEN_FLOOR_PER_MIN`. Where a programme goes by `completed`, one that was done to its end.
- A step on: `good` of the last `of_last` at this step were good, none was dizzy or left more tense than it
  began, and `least_days` have passed since the first session at this step. One step at a time.
- A step back: after a dizzy session; after `poor` poor ones in a row; one for each `gap_days` without any.
- Weeks begin at midnight of the day of the start, on the clock of that place, for good: neither a change to
  daylight saving nor a journey moves them. A week that a gap or a pause broke off begins anew on return.

What is deleted has not been. Sources and what is our own judgement: docs/use/programmes.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from entrain.programme.plan import COMPLETED, UNSEEN_FLOOR_PER_MIN, ProgrammePlan, Step

DAY_S: Final = 86_400.0
WEEK_DAYS: Final = 7
LEAST_JUDGED_MIN: Final = 3.0
MORE_TENSE: Final = 1  # points of 10: a rise beyond it is no sign for going on


@dataclass(frozen=True, slots=True)
class Practice:
    """What a session says. `step` is empty where it belongs to no step of this programme."""

    began_epoch_s: float
    minutes: float
    step: str
    has_real_heart: bool = False
    judged_min: float = 0.0
    in_step_min: float = 0.0
    is_complete: bool = False
    is_easy: bool = False  # the person said so
    is_dizzy: bool = False
    stepped_away: bool = False
    tension_rise: int | None = None  # from before to after, of 10

    @property
    def is_seen(self) -> bool:
        """Could it be told for long enough whether the breath followed?"""
        return self.has_real_heart and self.judged_min >= LEAST_JUDGED_MIN

    @property
    def is_too_much(self) -> bool:
        """Did it leave somebody worse off, by their own word?"""
        return self.is_dizzy or self.stepped_away or (self.tension_rise or 0) > MORE_TENSE


@dataclass(frozen=True, slots=True)
class Begun:
    """When a programme was begun, on which clock, and when it was paused; seconds since 1970.

    `paused_epoch_s` has (from, to); `to` is None while it lasts.
    """

    began_epoch_s: float
    utc_offset_s: float = 0.0
    paused_epoch_s: tuple[tuple[float, float | None], ...] = ()

    def day_of(self, epoch_s: float) -> int:
        """Days since that of the start; a day begins at midnight on the clock of the start."""
        return int((epoch_s + self.utc_offset_s) // DAY_S - (self.began_epoch_s + self.utc_offset_s) // DAY_S)


class Moved(StrEnum):
    """What led to the present step."""

    BEGUN = "begun"
    ON = "on"
    BACK_DIZZY = "back after dizzy"
    BACK_POOR = "back after poor ones"
    BACK_GAP = "back after a gap"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands at a moment."""

    step: int  # from 0
    moved: Moved
    week: int  # from 1
    minutes_this_week: float
    n_sessions: int
    is_paused: bool
    is_back: bool  # the next session is the first after a gap
    is_over: bool  # its weeks are over; going on does no harm
    days_at_step: int
    n_good: int  # of the last ones at this step, as many as count
    waits_to_be_seen: bool  # the next step is slower than what goes unseen

    def current(self, programme: ProgrammePlan) -> Step:
        """The step itself."""
        return programme.steps[self.step]

    def following(self, programme: ProgrammePlan) -> Step | None:
        """The one after it, if there is one."""
        return programme.steps[self.step + 1] if self.step + 1 < len(programme.steps) else None


def standing(
    programme: ProgrammePlan, begun: Begun, sessions: Iterable[Practice], now_epoch_s: float
) -> Standing:
    """Where somebody stands now; the sessions in any order, those from before the start left aside."""
    course = _Course(programme, begun)
    for each in sorted(sessions, key=lambda each: (each.began_epoch_s, each.step, each.minutes)):
        if begun.began_epoch_s <= each.began_epoch_s <= now_epoch_s and each.step:
            course.come_to(each.began_epoch_s)
            course.take(each)
    is_back = course.gaps(now_epoch_s) > 0
    course.come_to(now_epoch_s)
    return Standing(
        step=course.step,
        moved=course.moved,
        week=min(course.week, programme.outline.weeks),
        minutes_this_week=course.minutes,
        n_sessions=course.n_sessions,
        is_paused=_is_paused(begun, course.last_s),
        is_back=is_back,
        is_over=course.week > programme.outline.weeks,
        days_at_step=0 if course.since_s is None else course.days(course.since_s, now_epoch_s),
        n_good=sum(course.is_good(each) for each in course.recent[-programme.outline.forward.of_last :]),
        waits_to_be_seen=course.waits_to_be_seen(),
    )


def _is_paused(begun: Begun, last_s: float | None) -> bool:
    """A session ends a pause: whoever practises is not pausing."""
    return any(to is None and (last_s is None or last_s < since) for since, to in begun.paused_epoch_s)


@dataclass(slots=True)
class _Course:
    """The way so far, session by session."""

    programme: ProgrammePlan
    begun: Begun
    step: int = 0
    moved: Moved = Moved.BEGUN
    since_s: float | None = None  # the first session at this step
    last_s: float | None = None
    recent: list[Practice] = field(default_factory=list[Practice])  # at this step, since it was last come to
    week: int = 1
    week_from_day: int = 0
    minutes: float = 0.0
    n_sessions: int = 0

    def days(self, from_s: float, to_s: float) -> int:
        return self.begun.day_of(to_s) - self.begun.day_of(from_s)

    def gaps(self, t_s: float) -> int:
        from_s = self.begun.began_epoch_s if self.last_s is None else self.last_s
        return int(max(0.0, t_s - from_s) // (self.programme.outline.back.gap_days * DAY_S))

    def come_to(self, t_s: float) -> None:
        """Time passes up to a session, or up to now: which step it is by then, and which week."""
        n_gaps = self.gaps(t_s)
        self._to_week(t_s, n_gaps)
        if n_gaps:
            self._go(max(0, self.step - n_gaps), Moved.BACK_GAP)
        elif self.since_s is not None and self._may_go_on(t_s):
            self._go(self.step + 1, Moved.ON)

    def take(self, done: Practice) -> None:
        """A session took place."""
        self.last_s = done.began_epoch_s
        self.n_sessions += 1
        self.minutes += done.minutes
        if done.step != self.programme.steps[self.step].name:
            return  # at another step than the log as it is now leads to: it is practice, and no sign
        if self.since_s is None:
            self.since_s = done.began_epoch_s
        self.recent.append(done)
        back = self.programme.outline.back
        last = self.recent[-back.poor :]
        if done.is_dizzy:
            self._go(max(0, self.step - 1), Moved.BACK_DIZZY)
        elif len(last) == back.poor and all(map(self._is_poor, last)):
            self._go(max(0, self.step - 1), Moved.BACK_POOR)

    def is_good(self, done: Practice) -> bool:
        forward = self.programme.outline.forward
        if done.is_too_much:
            return False
        if forward.by == COMPLETED:
            return done.is_complete
        if done.is_seen:
            return done.in_step_min >= forward.in_step * done.judged_min
        return done.is_easy and self._goes_unseen()

    def waits_to_be_seen(self) -> bool:
        """Would their own word do, if the next step were not too slow for it?"""
        if self.programme.outline.forward.by == COMPLETED or self._goes_unseen():
            return False
        return any(not each.is_seen and each.is_easy for each in self.recent)

    def _goes_unseen(self) -> bool:
        if self.step + 1 >= len(self.programme.steps):
            return False
        goal = self.programme.steps[self.step + 1].goal_per_min
        return goal is None or goal >= UNSEEN_FLOOR_PER_MIN

    def _is_poor(self, done: Practice) -> bool:
        return done.is_seen and done.in_step_min < self.programme.outline.back.in_step * done.judged_min

    def _may_go_on(self, t_s: float) -> bool:
        forward = self.programme.outline.forward
        last = self.recent[-forward.of_last :]
        return (
            self.step + 1 < len(self.programme.steps)
            and self.since_s is not None
            and self.days(self.since_s, t_s) >= forward.least_days
            and len(last) == forward.of_last
            and sum(map(self.is_good, last)) >= forward.good
            and not any(each.is_too_much for each in last)
        )

    def _go(self, step: int, moved: Moved) -> None:
        if step != self.step:
            self.step, self.moved = step, moved
        self.since_s, self.recent = None, []

    def _to_week(self, t_s: float, n_gaps: int) -> None:
        day = self.begun.day_of(t_s)
        if n_gaps or self._was_paused_until(t_s):
            self.week_from_day, self.minutes = day, 0.0
            return
        n_weeks = max(0, (day - self.week_from_day) // WEEK_DAYS)
        if n_weeks:
            self.week += n_weeks
            self.week_from_day += n_weeks * WEEK_DAYS
            self.minutes = 0.0

    def _was_paused_until(self, t_s: float) -> bool:
        """Did a pause lie between the last session and now, of a day or more?"""
        since_s = self.begun.began_epoch_s if self.last_s is None else self.last_s
        return any(
            from_s >= since_s and (t_s if to_s is None else min(t_s, to_s)) - from_s >= DAY_S
            for from_s, to_s in self.begun.paused_epoch_s
            if from_s <= t_s
        )
