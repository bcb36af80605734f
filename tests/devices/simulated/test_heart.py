"""The simulated heart as the runtime sees it: the same bytes however it is stepped."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.control.events import Event, Link, LinkChanged, NotificationArrived, StrapDescribed
from entrain.devices.simulated.heart import STEP_S, SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.heart.pmd.control import Sensor
from entrain.score import Score
from tests.devices.simulated.guidance import beat_only, paced

LENGTH_S = 90.0
SCORES = (None, paced(6.0, 12.5), paced(11.0, 3.1), beat_only(62.0, 20.0))


def events(person: Person, score: Score | None, cuts: list[float]) -> list[Event]:
    heart = SimulatedHeart(person)
    return [event for t_s in [*sorted(cuts), LENGTH_S] for event in heart.until(t_s, score)]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(Kind),
    score=st.sampled_from(SCORES),
    cuts=st.one_of(
        st.just([n * 0.25 for n in range(360)]),
        st.just([n * 1.0 for n in range(90)]),
        st.lists(st.floats(0.0, LENGTH_S), max_size=60),
    ),
)
def test_stepping_does_not_matter(seed: int, kind: Kind, score: Score | None, cuts: list[float]) -> None:
    person = Person.draw(seed, kind)
    assert events(person, score, cuts) == events(person, score, [])


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.floats(0.0, LENGTH_S), max_size=60))
def test_stepping_does_not_matter_to_its_streams(seed: int, cuts: list[float]) -> None:
    """All beats of the ECG are there as well where the body goes on far ahead in one step."""

    def told(steps: list[float]) -> list[Event]:
        heart = SimulatedHeart(Person.draw(seed), sensors=tuple(Sensor))
        return [event for t_s in [*sorted(steps), LENGTH_S] for event in heart.until(t_s, None)]

    assert told(cuts) == told([])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(), kind=st.sampled_from(Kind), cuts=st.lists(st.floats(0.0, LENGTH_S), max_size=20))
def test_events_come_in_order_and_in_time(seed: int, kind: Kind, cuts: list[float]) -> None:
    heart = SimulatedHeart(Person.draw(seed, kind))
    last_s = -1.0
    for to_s in [*sorted(cuts), LENGTH_S]:
        for event in heart.until(to_s, None):
            assert last_s <= event.t_s <= to_s
            last_s = event.t_s
            assert event.strap == heart.strap


def test_a_score_that_begins_later_than_the_session_changes_only_what_follows() -> None:
    person = Person.draw(3)
    alone, guided = SimulatedHeart(person), SimulatedHeart(person)
    assert alone.until(40.0, None) == guided.until(40.0, None)
    later, score = [alone.until(120.0, None)], paced(5.0, 41.0)
    assert [guided.until(120.0, score)] != later


def test_other_seeds_are_other_people() -> None:
    assert Person.draw(1) == Person.draw(1)
    assert len({Person.draw(seed).heart for seed in range(50)}) == 50
    first = list(SimulatedHeart(Person.draw(1)).until(30.0, None))
    assert first == list(SimulatedHeart(Person.draw(1)).until(30.0, None))
    payloads = {
        tuple(e.payload for e in SimulatedHeart(Person.draw(seed)).until(30.0, None) if hasattr(e, "payload"))
        for seed in range(10)
    }
    assert len(payloads) == 10


def test_a_link_comes_about_step_by_step_before_the_first_packet() -> None:
    seen = SimulatedHeart(Person.draw(7, Kind.TYPICAL), strap="mine").until(10.0, None)
    links = [e.link for e in seen if isinstance(e, LinkChanged)]
    assert links == [Link.SEARCHING, Link.CONNECTING, Link.DISCOVERING, Link.SUBSCRIBING, Link.STREAMING]
    streaming = next(n for n, e in enumerate(seen) if isinstance(e, LinkChanged) and e.link is Link.STREAMING)
    assert not any(isinstance(e, NotificationArrived) for e in seen[:streaming])
    described = next(e for e in seen if isinstance(e, StrapDescribed))
    assert described.battery_percent is not None
    assert 1 <= described.battery_percent <= 100


def test_truth_counts_the_turns_of_the_sinus_node() -> None:
    """Integral pulse frequency modulation: beats are the whole turns of the integrated rate."""
    heart = SimulatedHeart(Person(seed=5), keep_truth=True)
    heart.until(600.0, None)
    assert heart.truth is not None
    truth = heart.truth
    assert len(truth.bpm) == len(truth.breathing) == round(600.0 / STEP_S)
    turns = sum(truth.bpm) * STEP_S / 60.0
    sinus_beats = len(truth.beats_s)
    assert abs(sinus_beats - turns) <= 1.0 + len(truth.ectopics_s)
    assert all(b > a for a, b in pairwise(truth.beats_s))
