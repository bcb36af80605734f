"""The parts of a report by themselves: reasons in groups, scales, lines thinned, words that are no markup."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.control.events import Author, Decided
from entrain.reason import Reason
from entrain.report.drawing import svg
from entrain.report.drawing.axes import around, thinned, ticks, time_ticks
from entrain.report.stylesheet import DARK, LIGHT, figure_css, page_css
from entrain.wording import report as words
from entrain.wording.reasons import reasons
from entrain.wording.times import clock

numbers = st.floats(-1e4, 1e4).map(lambda x: round(x, 3))
decisions = st.lists(
    st.tuples(
        st.sampled_from(("slowing gently towards {}", "holding: your pulse is {} above {}", "paused")),
        st.sampled_from(("tempo_bpm", "breath_beats")),
        st.sampled_from(Author),
        st.integers(40, 99),
        st.integers(1, 9),
    ),
    max_size=40,
)


@given(decisions)
def test_every_decision_is_in_one_reason(drawn: list[tuple[str, str, Author, int, int]]) -> None:
    decided = [
        Decided(float(n), what, author, None, 1.0, Reason.of_older(reason.format(a, b)))
        for n, (reason, what, author, a, b) in enumerate(drawn)
    ]
    found = reasons(decided)
    assert sorted(t_s for each in found for t_s in each.moments_s) == [each.t_s for each in decided]
    assert len(found) == len({(reason, what, author) for reason, what, author, _, _ in drawn})
    for each in found:
        of_it = [decided[int(t_s)] for t_s in each.moments_s]
        known = {figure for d in of_it for figure in re.findall(r"\d+", d.reason.text)}
        assert set(re.findall(r"\d+", each.sentence)) <= known
        assert {d.author for d in of_it} == {each.author}


def test_figures_that_differ_are_told_from_first_to_last_or_as_a_range() -> None:
    def told(*bpm: int) -> str:
        decided = [
            Decided(t, "x", Author.POLICY, None, 1.0, Reason.of_older(f"at {b}")) for t, b in enumerate(bpm)
        ]
        (found,) = reasons(decided)
        return found.sentence

    assert told(61) == "At 61."
    assert told(61, 61) == "At 61."
    assert told(6, 7, 10) == "At 6 → 10."
    assert told(10, 7, 12) == "At 7 to 12."


def test_a_hold_is_told_once_and_its_end_not_at_all() -> None:
    decided = [
        Decided(5.0, "hold", Author.BOUND, 0.0, 1.0, Reason.of_older("holding")),
        Decided(5.0, "tempo_bpm", Author.POLICY, 60.0, 60.0, Reason.of_older("holding")),
        Decided(9.0, "hold", Author.BOUND, 1.0, 0.0, Reason.of_older("going on")),
    ]
    assert [(each.sentence, each.moments_s) for each in reasons(decided)] == [("Holding.", (5.0,))]


@given(st.lists(numbers, min_size=1, max_size=30), st.floats(0.5, 100.0))
def test_an_axis_holds_all_values_between_round_ends(values: list[float], least: float) -> None:
    low, high = around(values, least)
    assert low <= min(values) + 1e-6
    assert high >= max(values) - 1e-6
    assert high - low >= least - 1e-6
    marks = ticks(low, high, 4)
    assert 2 <= len(marks) <= 9
    assert all(low - 1e-6 <= mark <= high + 1e-6 for mark in marks)


@given(st.floats(1.0, 100_000.0))
def test_moments_on_an_axis_are_few_and_different(length_s: float) -> None:
    marks = time_ticks(length_s, 11)
    assert marks[0] == 0.0
    assert marks[-1] <= length_s
    assert len(marks) <= 12
    assert len({clock(mark) for mark in marks}) == len(marks)


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 100)), max_size=400).map(sorted))
def test_thinning_keeps_what_can_be_seen(points: list[tuple[float, float]]) -> None:
    kept = thinned(points)
    assert set(kept) <= set(points)
    assert [x for x, _ in kept] == sorted(x for x, _ in kept)
    assert len(kept) <= 4 * 101
    for column in {int(x / 0.5) for x, _ in points}:
        inside, left = ([y for x, y in each if int(x / 0.5) == column] for each in (points, kept))
        assert (min(inside), max(inside)) == (min(left), max(left))


@given(st.text(max_size=60))
@settings(max_examples=50)
def test_any_words_are_words_in_a_drawing(said: str) -> None:
    said = "".join(char for char in said if char.isprintable())
    drawing = svg.Drawing(10.0, 10.0, svg.text(0.0, 0.0, said), said, said)
    root = ElementTree.fromstring(drawing.svg("one"))
    assert [child.text or "" for child in root] == [said] * 3


def test_two_chains_are_two_lines() -> None:
    drawn = svg.path([[(0.0, 0.0), (1.0, 1.0)], [], [(5.0, 1.0), (6.0, 2.0)]], "pulse")
    assert drawn == '<path d="M0,0L1,1M5,1L6,2" class="pulse"/>'


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_colour_that_is_used_is_there(colours: dict[str, str]) -> None:
    assert "var(" not in figure_css("Any", colours)
    assert {name.split(")")[0] for name in page_css().split("var(--")[1:]} <= set(colours)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("name", ["ink", "soft", "heart", "guide", "breath"])
def test_words_and_lines_stand_out_from_the_paper(colours: dict[str, str], name: str) -> None:
    assert _contrast(colours[name], colours["paper"]) >= 4.5  # WCAG 2.2, 1.4.3
    assert _contrast(colours[name], colours["shade"]) >= 4.5


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def light(colour: str) -> float:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_many_moments_are_counted() -> None:
    assert words.moments((61.0, 125.0)) == "1:01, 2:05"
    assert words.moments(tuple(60.0 * k for k in range(1, 8))) == "7 times, 1:00 to 7:00"
