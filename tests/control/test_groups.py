"""Several hearts on one beat: what protects a person alone protects that person among others."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.breath.estimate import InStep
from entrain.control import group
from entrain.control.bounds import lead_floor_bpm, tempo_floor_bpm
from entrain.control.events import (
    Command,
    CommandGiven,
    Decided,
    Effect,
    Event,
    Feel,
    Feeling,
    HeartMeasured,
    Link,
    LinkChanged,
    NotificationArrived,
    Phase,
    PhaseBegan,
    Rate,
    ReleaseHeart,
    Tick,
)
from entrain.control.heart import HeartTrack
from entrain.control.holds import _going_on
from entrain.control.protocol import GroupRule, PhaseTimes, Preset, SessionConfig
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary, view
from entrain.control.state import GUIDED, HoldCause, SessionState
from entrain.reason import Code, Reason
from entrain.score import LEAD_S
from entrain.wording.decisions import said
from tests.support.dramas import Actor, Drama, Happening, ended, steps
from tests.support.hearts import Pulse, packets

PRESET = Preset("group", "Group", "for tests", minutes=6, phases=PhaseTimes(30, 20, 20))
LENGTH_S = 300


def arrived(strap: str, pulse: Pulse, until_s: float, from_s: float = 0.0) -> list[Event]:
    """A strap that streams from `from_s` to `until_s`."""
    sent = [each for each in packets(pulse, until_s, strap) if each.t_s >= from_s]
    return [LinkChanged(from_s, strap, Link.STREAMING), *sent]


def lived(
    config: SessionConfig, events: Sequence[Event], until_s: int = LENGTH_S
) -> tuple[list[SessionState], list[Effect]]:
    """The state after every tick, and all effects."""
    ticks = [Tick(float(t_s)) for t_s in range(1, until_s + 1)]
    state, states, out = start(config), [], []
    for event in sorted([*events, *ticks], key=lambda each: each.t_s):
        state, effects = reduce(state, event)
        out += effects
        if isinstance(event, Tick):
            states.append(state)
    return states, out


def group_of(*pulses: Pulse, preset: Preset = PRESET, until_s: int = LENGTH_S):
    straps = tuple(f"s{n}" for n in range(len(pulses)))
    events = [
        event for strap, pulse in zip(straps, pulses, strict=True) for event in arrived(strap, pulse, until_s)
    ]
    return lived(SessionConfig(preset, straps), events, until_s)


def stop_of(effects: Sequence[Effect]) -> Decided | None:
    return next((each for each in effects if isinstance(each, Decided) and each.what == "stop"), None)


def steady(bpm: float) -> Pulse:
    return lambda _: bpm


def turns(from_bpm: float, to_bpm: float, at_s: float = 80.0) -> Pulse:
    return lambda t_s: from_bpm if t_s < at_s else to_bpm


@pytest.mark.parametrize(
    ("pulse", "code"), [(turns(70, 36), Code.PULSE_SLOW), (turns(70, 110), Code.PULSE_JUMPED)]
)
@pytest.mark.parametrize("others", [(), (64.0,), (64.0, 72.0), (60.0, 66.0, 72.0, 80.0)])
def test_every_stop_that_fires_alone_fires_in_a_group(
    pulse: Pulse, code: Code, others: tuple[float, ...]
) -> None:
    _, alone = group_of(pulse)
    _, among = group_of(pulse, *map(steady, others))
    first, stop = stop_of(alone), stop_of(among)
    assert first is not None
    assert stop is not None
    assert (stop.t_s, stop.reason.code) == (first.t_s, code)
    assert stop.reason.whose == ("s0" if others else None)


def test_somebody_whose_pulse_is_up_holds_the_group_and_is_named() -> None:
    states, effects = group_of(turns(70, 76), steady(60), steady(80))
    holds = [each for each in effects if isinstance(each, Decided) and each.what == "hold"]
    assert holds[0].reason.code is Code.PULSE_UP
    assert holds[0].reason.whose == "s0"
    assert said(holds[0].reason, {"s0": "K17"}).startswith("K17: the beat waits: your pulse is")
    assert states[-1].hold is HoldCause.PULSE_UP


def test_nobody_is_led_below_the_own_floor_nor_too_far_below_the_own_pulse() -> None:
    """58 and 92 at rest: the floor of the one at 92 is 78.2, and a tenth below 92 is 82.8."""
    states, _ = group_of(steady(58), steady(92))
    tempi = [state.score.tempo.bpm_at(state.t_s) for state in states if state.phase in GUIDED and state.score]
    assert min(tempi) >= 0.9 * 92 - 0.06


@pytest.mark.parametrize("gone", ["lost", "over"])
def test_one_heart_that_ends_changes_nothing_for_the_others(gone: str) -> None:
    """Hearts of 55 and 95; the quicker one's strap is lost, or its recording is over."""
    link = Link.LOST if gone == "lost" else Link.FINISHED
    events = [*arrived("a", steady(55), LENGTH_S), *arrived("b", steady(95), 170.0)]
    events.append(LinkChanged(170.5, "b", link))
    states, effects = lived(SessionConfig(PRESET, ("a", "b")), events)
    assert stop_of(effects) is None
    assert states[-1].phase is not Phase.ENDED
    holds = [each.t_s for each in effects if isinstance(each, Decided) and each.what == "hold" and each.after]
    assert not [t_s for t_s in holds if t_s > 170]
    before, after = states[169].score, states[-1].score
    assert before is not None
    assert after is not None
    lowest = 0.85 * 95 if gone == "lost" else 0.9 * 55
    assert after.tempo.bpm_at(LENGTH_S) >= lowest - 0.06
    assert after.tempo.bpm_at(LENGTH_S) <= before.tempo.bpm_at(170.0) + 1e-6


def test_who_is_released_holds_nobody_back_and_is_still_measured() -> None:
    events = [*arrived("a", steady(60), LENGTH_S), *arrived("b", turns(70, 80, 120.0), LENGTH_S)]
    events.append(CommandGiven(150.0, ReleaseHeart("b")))
    states, effects = lived(SessionConfig(PRESET, ("a", "b")), events)
    assert states[148].hold is HoldCause.PULSE_UP
    assert states[152].hold is None
    assert [e for e in effects if isinstance(e, HeartMeasured) and e.strap == "b" and e.t_s > 290]
    assert [strap.is_led for strap in view(states[-1], LENGTH_S).straps] == [True, False]


def test_the_last_heart_cannot_be_released() -> None:
    events = [*arrived("a", steady(60), LENGTH_S), CommandGiven(150.0, ReleaseHeart("a"))]
    states, _ = lived(SessionConfig(PRESET, ("a",)), events)
    assert states[-1].tracks[0].is_led


def test_a_late_comer_is_measured_first_and_then_has_a_floor_to_which_the_tempo_rises_slowly() -> None:
    events = [*arrived("a", steady(60), LENGTH_S), *arrived("b", steady(84), LENGTH_S, from_s=120.0)]
    states, _ = lived(SessionConfig(PRESET, ("a", "b")), events)
    assert states[150].tracks[1].resting is None
    assert states[-1].tracks[1].resting is not None
    tempi = [state.score.tempo.bpm_at(state.t_s) for state in states if state.phase in GUIDED and state.score]
    steps = [after - before for before, after in pairwise(tempi)]
    assert max(steps) <= PRESET.bounds.rise_bpm_per_min / 60 + 1e-6
    assert tempi[-1] >= 0.85 * 84 - 0.06


@pytest.mark.parametrize(("rule", "bpm"), [("highest-floor", 80.0), ("leader", 62.0), ("median", 70.0)])
def test_whose_pulse_the_policy_goes_by_is_the_rule_of_the_preset(rule: str, bpm: float) -> None:
    preset = replace(PRESET, group=GroupRule(rule, "K2"))
    straps = ("a", "b", "c")
    events = [
        event
        for strap, own in zip(straps, (80.0, 62.0, 70.0), strict=True)
        for event in arrived(strap, steady(own), 60)
    ]
    states, _ = lived(SessionConfig(preset, straps, persons=("K1", "K2", "K3")), events, 60)
    heard = group.heard_of(states[-1], group.states_at(states[-1].tracks, 60.0))
    assert heard.bpm == pytest.approx(bpm, abs=0.3)


def test_figures_and_ratings_are_each_persons_own() -> None:
    events = [*arrived("a", steady(60), LENGTH_S), *arrived("b", steady(80), LENGTH_S)]
    events += [CommandGiven(1.0, Rate(7, "before", "b")), CommandGiven(2.0, Rate(3, "before", "a"))]
    states, _ = lived(SessionConfig(PRESET, ("a", "b"), persons=("K17", "K18")), events)
    whole = summary(states[-1])
    assert whole.baseline_bpm is None  # of a group there is none
    found = [(h.person, round(h.baseline_bpm or 0), h.rating_before) for h in whole.hearts]
    assert found == [("K17", 60, 3), ("K18", 80, 7)]


@settings(max_examples=25, deadline=None)
@given(
    bpm=st.lists(st.integers(50, 98), min_size=2, max_size=7),
    drift=st.lists(st.integers(-8, 3), min_size=7, max_size=7),
    lost=st.lists(st.tuples(st.integers(0, 6), st.integers(60, 200), st.integers(5, 90)), max_size=4),
    late=st.lists(st.tuples(st.integers(1, 6), st.integers(20, 140)), max_size=2),
    garbage=st.lists(st.tuples(st.integers(0, 6), st.integers(40, 250), st.binary(max_size=12)), max_size=4),
    rule=st.sampled_from(group.RULES_OF_GROUP),
)
def test_in_any_group_nobody_passes_an_own_bound(
    bpm: list[int],
    drift: list[int],
    lost: list[tuple[int, int, int]],
    late: list[tuple[int, int]],
    garbage: list[tuple[int, int, bytes]],
    rule: str,
) -> None:
    """Losses, late-comers, drifting pulses, bytes that are no measurement.

    Below nobody's floor but on the way up to it, nor falling below anybody's lead bound; and no tempo moves
    quicker than the bounds.
    """
    straps = tuple(f"s{n}" for n in range(len(bpm)))
    begins = {n: float(t_s) for n, t_s in late if n < len(bpm)}
    events: list[Event] = []
    for n, strap in enumerate(straps):

        def pulse(t_s: float, own: float = bpm[n], by: float = drift[n]) -> float:
            return own + by * min(1.0, t_s / 200)

        sent = arrived(strap, pulse, 240.0, begins.get(n, 0.0))
        away = [(float(a), float(a + b)) for k, a, b in lost if k == n]
        events += [e for e in sent if not any(a <= e.t_s < b for a, b in away) or isinstance(e, LinkChanged)]
        for a, b in away:
            events += [LinkChanged(a, strap, Link.LOST), LinkChanged(b, strap, Link.STREAMING)]
        events += [NotificationArrived(t_s + 0.4, strap, raw) for k, t_s, raw in garbage if k == n]
    preset = replace(PRESET, group=GroupRule(rule))
    states, effects = lived(SessionConfig(preset, straps), events, 240)
    assert not any(isinstance(each, PhaseBegan) and each.reason.code is Code.AS_TOLD for each in effects)
    bounds, before_bpm = preset.bounds, None
    for state in states:
        if state.score is None or state.phase not in GUIDED or state.t_s < state.score.tempo.start_s:
            continue
        plan, at_s = state.score.tempo, max(state.committed_s, state.t_s + LEAD_S)
        tempo, now_bpm = plan.bpm_at(at_s), plan.bpm_at(state.t_s)
        for track in state.tracks:
            floor_bpm = tempo_floor_bpm(bounds, track.baseline_bpm)
            lead_bpm = lead_floor_bpm(bounds, track.state_at(state.t_s).bpm)
            for lowest_bpm in (floor_bpm, lead_bpm):
                if group.is_counted(track) and tempo < lowest_bpm - 0.06:
                    assert plan.goal_bpm >= lowest_bpm - 0.06
        if before_bpm is not None:
            assert now_bpm - before_bpm <= bounds.rise_bpm_per_min / 60 + 1e-6
            assert before_bpm - now_bpm <= bounds.fall_bpm_per_min / 60 + 1e-6
        before_bpm = now_bpm


def test_that_others_are_in_step_is_no_word_on_the_one_who_held_the_group() -> None:
    seen, unseen = HeartTrack("a"), HeartTrack("b")
    seen = replace(seen, breath=replace(seen.breath, in_step=InStep.YES))
    state = replace(
        start(SessionConfig(PRESET, ("a", "b"))),
        tracks=(seen, unseen),
        hold=HoldCause.OUT_OF_STEP,
        hold_reason=Reason(Code.OUT_OF_STEP, whose="b"),
    )
    assert _going_on(state).code is Code.STEP_NOT_SEEN
    assert (
        _going_on(replace(state, hold_reason=Reason(Code.OUT_OF_STEP, whose="a"))).code is Code.IN_STEP_AGAIN
    )


def test_a_group_is_in_step_only_when_everybody_is_known_to_be() -> None:
    unseen = HeartTrack("b")
    seen = replace(unseen, breath=replace(unseen.breath, in_step=InStep.YES))
    late = replace(unseen, breath=replace(unseen.breath, in_step=InStep.NO))
    assert group.in_step_of((seen, seen)) is InStep.YES
    assert group.in_step_of((seen, unseen)) is unseen.in_step is not InStep.YES
    assert group.in_step_of((seen, late, unseen)) is InStep.NO


def _line_at_the_end(*said: tuple[int, Feel]) -> tuple[float, list[Decided]]:
    """Two people whose breath nobody can see, and what they say of it: the line after eight minutes."""
    unseen = [Actor(strap, steps(bpm), steps(0.2)) for strap, bpm in (("A", 70.0), ("B", 66.0))]
    happens: dict[int, list[Happening | Command]] = {t_s: [feel] for t_s, feel in said}
    preset = replace(PRESET, minutes=8.0)
    state, effects = ended(Drama(preset, unseen, happens), 8.0, until_s=440)
    return state.breath_line_per_min, [each for each in effects if isinstance(each, Decided)]


def test_easy_is_ones_own_word() -> None:
    nobody, _ = _line_at_the_end()
    one, decided = _line_at_the_end((90, Feel(Feeling.EASY, "A")))
    both, _ = _line_at_the_end((90, Feel(Feeling.EASY, "A")), (91, Feel(Feeling.EASY, "B")))
    room, _ = _line_at_the_end((90, Feel(Feeling.EASY)))
    assert one == nobody, "one person's word lengthens nobody else's breath"
    assert both < nobody - 1.0
    assert room == pytest.approx(both, abs=0.1)
    assert {each.reason.whose for each in decided if each.reason.code is Code.EASY} == {"A"}


def test_who_feels_light_headed_is_named_and_spares_all_a_slower_breath() -> None:
    easy = (90, Feel(Feeling.EASY))
    line, decided = _line_at_the_end(
        easy, (240, Feel(Feeling.LIGHT_HEADED, "B")), (241, Feel(Feeling.EASY, "B"))
    )
    (told,) = [each for each in decided if each.reason.code is Code.LIGHT_HEADED]
    assert told.reason.whose == "B"
    assert told.after is not None
    assert line >= told.after
