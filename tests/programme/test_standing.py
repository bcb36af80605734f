"""Where somebody stands: from programme and sessions alone, a step a week at most, back when it is wise."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.presets import programmes
from entrain.programme.plan import COMPLETED, ProgrammePlan, of_session, session_name
from entrain.programme.standing import DAY_S, Begun, Moved, Practice, Standing, standing

SLOWER = programmes.load("slower-breath").programme
MORNINGS = programmes.load("brighter-mornings").programme
BEGAN_S = 1_767_600_000.0  # 2026-01-05 08:00 UTC, a Monday
BEGUN = Begun(BEGAN_S, 3600.0)
STEPS = [step.name for step in SLOWER.steps]


def done(day: float, step: str = "nine", share: float = 0.9, **more: object) -> Practice:
    known = {"has_real_heart": True, "judged_min": 6.0, "in_step_min": 6.0 * share, "is_complete": True}
    return Practice(BEGAN_S + day * DAY_S, 10.0, step, **{**known, **more})  # type: ignore[arg-type]


def at(day: float, *sessions: Practice, programme: ProgrammePlan = SLOWER, begun: Begun = BEGUN) -> Standing:
    return standing(programme, begun, sessions, BEGAN_S + day * DAY_S)


def week_of_good_ones(step: str, from_day: float) -> tuple[Practice, ...]:
    return tuple(done(from_day + n, step) for n in (0.0, 2.0, 4.0))


def test_it_begins_at_its_first_step() -> None:
    now = at(0.0)
    assert (now.step, now.moved, now.week, now.minutes_this_week) == (0, Moved.BEGUN, 1, 0.0)
    assert (now.is_back, now.is_over, now.is_paused) == (False, False, False)


def test_a_step_on_after_a_week_of_good_ones_and_no_sooner() -> None:
    three = week_of_good_ones("nine", 0.0)
    assert [at(day, *three).step for day in (4.1, 6.5, 7.0)] == [0, 0, 1]
    assert at(7.0, *three).moved is Moved.ON


def test_a_step_a_week_however_much_one_practises() -> None:
    sessions: list[Practice] = []
    steps: list[int] = []
    for half_day in range(60):
        day = half_day / 2
        step = at(day, *sessions).step
        steps.append(step)
        sessions.append(done(day, STEPS[step]))
    assert [steps.index(n) / 2 for n in range(5)] == [0.0, 7.0, 14.0, 21.0, 28.0]


@pytest.mark.parametrize(
    "last",
    [
        {"has_real_heart": False},  # simulated, tapped or none: nothing that was seen
        {"judged_min": 2.0, "in_step_min": 2.0},
        {"is_dizzy": True},
        {"tension_rise": 2},
    ],
)
def test_what_is_no_sign_for_going_on(last: dict[str, object]) -> None:
    sessions = (done(0.0), done(2.0, share=0.5), done(4.0, **last))
    assert at(8.0, *sessions).step == 0
    assert at(8.0, *week_of_good_ones("nine", 0.0)).step == 1


def test_where_nothing_is_seen_ones_own_word_goes_as_far_as_eight() -> None:
    unseen = {"has_real_heart": False, "is_easy": True}
    first = tuple(done(day, "nine", **unseen) for day in (0.0, 2.0, 4.0))
    assert at(7.0, *first).step == 1
    more = tuple(done(day, "eight", **unseen) for day in (7.0, 9.0, 11.0, 13.0, 15.0))
    now = at(16.0, *first, *more)
    assert (now.step, now.waits_to_be_seen) == (1, True)


def test_dizzy_is_a_step_back_at_once() -> None:
    sessions = (*week_of_good_ones("nine", 0.0), done(7.0, "eight", is_dizzy=True))
    now = at(7.1, *sessions)
    assert (now.step, now.moved) == (0, Moved.BACK_DIZZY)


def test_two_poor_ones_in_a_row_are_a_step_back_and_one_is_not() -> None:
    first = week_of_good_ones("nine", 0.0)
    poor = done(7.0, "eight", share=0.3)
    assert at(8.0, *first, poor).step == 1
    now = at(9.0, *first, poor, done(8.0, "eight", share=0.3))
    assert (now.step, now.moved) == (0, Moved.BACK_POOR)


def test_a_gap_is_a_welcome_and_a_step_back_for_every_ten_days() -> None:
    sessions = [*week_of_good_ones("nine", 0.0), *week_of_good_ones("eight", 7.0)]
    assert at(14.0, *sessions).step == 2
    now = at(21.5, *sessions)
    assert (now.step, now.is_back, now.moved, now.minutes_this_week) == (0, True, Moved.BACK_GAP, 0.0)
    assert at(32.0, *sessions).step == 0
    # The week that the gap broke off begins anew; no week is lost by it.
    assert now.week == at(13.0, *sessions).week == 2
    again = at(22.0, *sessions, done(21.5, "nine"))
    assert (again.is_back, again.week, again.minutes_this_week) == (False, 2, 10.0)


def test_whoever_never_came_is_at_the_beginning() -> None:
    now = at(40.0)
    assert (now.step, now.week, now.is_back, now.moved) == (0, 1, True, Moved.BEGUN)


def test_a_pause_costs_no_week() -> None:
    begun = replace(BEGUN, paused_epoch_s=((BEGAN_S + 3 * DAY_S, None),))
    assert at(5.0, done(0.0), begun=begun).is_paused
    assert not at(5.0, done(0.0), done(4.0), begun=begun).is_paused  # who practises does not pause
    assert at(9.0, done(0.0), begun=begun).week == 1


def test_weeks_are_of_the_clock_of_the_start() -> None:
    """From midnight to midnight there; a session at another place's date moves nothing."""
    begun = Begun(BEGAN_S + 0.5 * DAY_S, 3600.0)  # 20:00 UTC, 21:00 there
    midnight = 7.0 - 9.0 / 24.0  # 23:00 UTC, a week later
    assert at(midnight - 0.01, done(1.0), begun=begun).week == 1
    assert at(midnight + 0.01, done(1.0), begun=begun).week == 2


def test_without_a_breath_it_goes_by_what_was_done() -> None:
    assert MORNINGS.outline.forward.by == COMPLETED
    three = tuple(done(day, "meet", has_real_heart=False) for day in (0.0, 2.0, 4.0))
    assert at(7.0, *three, programme=MORNINGS).step == 1
    broken_off = tuple(replace(each, is_complete=False) for each in three)
    assert at(7.0, *broken_off, programme=MORNINGS).step == 0


def test_when_its_weeks_are_over_it_goes_on() -> None:
    now = at(44.0, *(done(float(day)) for day in range(44)))
    assert now.is_over
    assert now.week == 6


def test_a_session_tells_by_its_name_where_it_belongs() -> None:
    assert of_session(session_name("slower-breath", "six-half")) == ("slower-breath", "six-half")
    assert of_session("desk") is of_session("") is None
    for step in SLOWER.steps:
        assert of_session(step.preset.name) == ("slower-breath", step.name)


SESSIONS = st.lists(
    st.builds(
        done,
        st.floats(0.0, 70.0),
        st.sampled_from([*STEPS, "no-such-step"]),
        st.sampled_from([0.0, 0.3, 0.6, 0.7, 1.0]),
        has_real_heart=st.booleans(),
        is_dizzy=st.sampled_from([False, False, False, True]),
        is_easy=st.booleans(),
    ),
    max_size=40,
)


@given(SESSIONS, st.randoms(use_true_random=False))
def test_of_any_log_it_is_one_state_and_never_two_steps_in_a_week(
    sessions: list[Practice], chance: object
) -> None:
    days = [day / 2.0 for day in range(150)]
    course = [at(day, *sessions) for day in days]
    mixed = list(sessions)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert at(74.5, *mixed) == course[-1]
    for earlier, later in zip(course, course[12:], strict=False):  # six days on
        assert later.step - earlier.step <= 1
    assert all(0 <= now.step < len(STEPS) and 1 <= now.week <= 6 for now in course)


@given(SESSIONS, st.integers(0, 39))
def test_what_is_deleted_has_not_been(sessions: list[Practice], which: int) -> None:
    left = sessions[:which] + sessions[which + 1 :]
    assert at(70.0, *left) == at(70.0, *[each for n, each in enumerate(sessions) if n != which])
    elsewhere = [*left, replace(done(3.0), step="")]
    assert at(70.0, *elsewhere) == at(70.0, *left)
