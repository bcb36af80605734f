"""What the session screen says: never a stale figure, always a plain reason."""

import textwrap
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrain.breath.estimate import InStep
from entrain.breath.pattern import BreathPart
from entrain.control.events import Link, Phase, SensorState, Sound
from entrain.control.view import SessionView, StrapView, StreamView
from entrain.devices.ble.faults import TROUBLES, BluetoothFault, Host
from entrain.heart.beat import HeartState, PulseSource
from entrain.heart.doubt import Doubt
from entrain.heart.pmd.control import Sensor
from entrain.reason import Code, Reason
from entrain.remark import Remark, Topic
from entrain.wording import screen as words
from entrain.wording import times
from entrain.wording.doubts import doubt_words
from entrain.wording.remarks import advised, told
from tests.support.scripted import Script, view_at

LINE = 75  # of the banner, in a terminal of 80


def with_link(view: SessionView, link: Link, remark: Remark | None = None) -> SessionView:
    return replace(view, straps=tuple(replace(strap, link=link, remark=remark) for strap in view.straps))


def with_heart(
    view: SessionView, bpm: float | None, age_s: float | None, settled: bool = True
) -> SessionView:
    return replace(view, heart=HeartState(bpm, age_s, PulseSource.INTERVALS, None, 0.0, settled))


@given(
    bpm=st.one_of(st.none(), st.floats(30, 200)),
    age_s=st.one_of(st.none(), st.floats(0, 100)),
    late_s=st.floats(0, 100),
    link=st.sampled_from(Link),
    settled=st.booleans(),
)
def test_a_pulse_is_shown_only_while_it_is_fresh(
    bpm: float | None, age_s: float | None, late_s: float, link: Link, settled: bool
) -> None:
    view = with_link(with_heart(view_at(200.0), bpm, age_s, settled), link)
    pulse = words.pulse(view, late_s)
    fresh = (
        bpm is not None and age_s is not None and age_s + late_s <= words.STALE_S and link is Link.STREAMING
    )
    assert pulse.fresh == fresh
    assert pulse.text == (f"{bpm:.0f}" if fresh else "--")
    assert fresh or pulse.note


@pytest.mark.parametrize("link", [Link.LOST, Link.SILENT, Link.BLOCKED])
@pytest.mark.parametrize("t_s", [30, 90, 300, 540, 660])
def test_a_lost_strap_has_advice_in_every_phase(link: Link, t_s: float) -> None:
    view = with_link(view_at(t_s), link)
    advice = words.advice(view)
    assert words.pulse(view).text == "--"
    assert advice is not None
    assert advice.serious
    assert advice.text


def test_the_device_s_own_words_come_first() -> None:
    view = with_link(view_at(300), Link.LOST, Remark.as_told("it went out of range", "Come closer."))
    advice = words.advice(view)
    assert advice is not None
    assert advice.text == "It went out of range. Come closer."


def test_one_of_two_straps_is_enough_for_a_pulse_but_the_other_is_told_of() -> None:
    view = view_at(300, Script(straps=("Anna", "Ben")))
    anna, ben = view.straps
    view = replace(view, straps=(anna, replace(ben, link=Link.LOST)))
    assert words.pulse(view).fresh
    advice = words.advice(view)
    assert advice is not None
    assert advice.text.startswith("Ben: lost.")


def test_no_sensor_is_not_a_trouble() -> None:
    view = view_at(300, Script(straps=()))
    assert words.pulse(view) == words.PulseWords("--", "no sensor", False)
    assert words.advice(view) is None


def test_a_weak_battery_is_worth_a_word_but_no_alarm() -> None:
    advice = words.advice(view_at(300, Script(battery_percent=9)))
    assert advice is not None
    assert "9 %" in advice.text
    assert not advice.serious
    assert words.advice(view_at(300, Script(battery_percent=90))) is None


@pytest.mark.parametrize("doubt", Doubt)
def test_a_doubt_is_told_in_the_two_lines_there_are_and_in_place_of_the_pulse(doubt: Doubt) -> None:
    heart = HeartState(None, 6.0, PulseSource.INTERVALS, None, 0.0, False, doubt)
    view = replace(with_heart(view_at(200.0), None, 6.0), heart=heart)
    view = replace(view, straps=tuple(replace(strap, heart=heart) for strap in view.straps))
    advice = words.advice(view)
    assert advice is not None
    assert len(textwrap.wrap(advice.text, LINE)) <= 2
    pulse = words.pulse(view)
    assert (pulse.note == doubt_words(doubt).note) == doubt.withholds
    assert len(pulse.note) <= 19


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
def test_what_bluetooth_lacks_is_told_in_the_two_lines_there_are(trouble: Topic) -> None:
    for host in (Host.LINUX, Host.WINDOWS):
        fault = BluetoothFault(trouble, "Polar H10 12345678", "In Progress", host)
        said = f"{told(fault.remark)} {advised(fault.remark)}"
        assert len(textwrap.wrap(said, LINE)) <= 2


def with_stream(state: SensorState, detail: str = "", advice: str = "") -> SessionView:
    view = view_at(300, Script(battery_percent=90))
    streams = (StreamView(Sensor.ACC, state, Remark.as_told(detail, advice)),)
    return replace(view, straps=tuple(replace(strap, streams=streams) for strap in view.straps))


@pytest.mark.parametrize("state", SensorState)
def test_a_stream_is_named_while_it_streams_and_its_trouble_is_no_alarm(state: SensorState) -> None:
    view = with_stream(state, "it refuses", "Try again later.")
    streams = state in (SensorState.STREAMING, SensorState.SHARED)
    assert words.strap_line(view.straps[0]).endswith(" · acc") == streams
    assert words.battery(view.straps[0]) == "battery 90 %"
    advice = words.advice(view)
    assert advice is not None
    assert (advice.text, advice.serious) == ("It refuses. Try again later.", False)
    assert words.advice(with_stream(state)) is None
    lost = words.advice(with_link(view, Link.LOST))
    assert lost is not None
    assert lost.serious, "the strap itself comes first"


def test_sound_that_is_gone_is_said_with_what_to_do_and_one_that_never_was_is_not_dwelt_on() -> None:
    view = view_at(300)
    advice = words.advice(replace(view, sound=replace(view.sound, sound=Sound.LOST)))
    assert advice is not None
    assert advice.serious
    none = replace(
        view.sound, sound=Sound.UNAVAILABLE, remark=Remark.as_told("no sound server", "See elsewhere.")
    )
    assert words.advice(replace(view, sound=none)) is None
    assert words.sound_news(none) == ("No sound here: follow the picture", False)


def test_the_cue_counts_beats_from_one() -> None:
    view = view_at(302.1)
    assert view.score is not None
    counted: list[tuple[BreathPart | None, int, int]] = []
    phase = view.score.tempo.phase_at(302.1)
    first = int(phase) + 1
    for n in range(first, first + 9):
        cue = words.cue(view, view.score.breath.at(n) if view.score.breath else None)
        counted.append((cue.part, cue.beat, cue.beats))
    for (part, beat, beats), (next_part, next_beat, _) in pairwise(counted):
        assert 1 <= beat <= beats
        assert next_beat == beat + 1 if part is next_part else (beat == beats and next_beat == 1)


@pytest.mark.parametrize(
    ("t_s", "text"),
    [(30, "Breathe as you like"), (640, "Breathe as you like"), (800, "Done")],
)
def test_where_nothing_is_guided_nothing_is_counted(t_s: float, text: str) -> None:
    cue = words.cue(view_at(t_s), None)
    assert cue.text == text
    assert cue.count == ""


def test_whether_the_breath_is_in_step_is_unknown_without_a_pulse() -> None:
    view = view_at(300)
    assert words.in_step(view, words.pulse(view)) == ("in step", True)
    lost = with_link(view, Link.LOST)
    assert words.in_step(lost, words.pulse(lost)) == ("", True)
    off = replace(view, in_step=InStep.NO)
    assert words.in_step(off, words.pulse(off)) == ("you breathe 8.1", False)


def test_a_pause_is_said_clearly() -> None:
    view = replace(view_at(300), paused=True)
    assert words.cue(view, None).text == "Paused"
    assert words.phase_title(view) == "Paused"
    assert words.phase_left(view) == ""


def test_holding_says_why() -> None:
    view = replace(view_at(300), hold_reason=Reason.of(Code.PULSE_UP, above_bpm=4.0))
    assert words.phase_title(view) == "Holding"
    assert words.reason(view) == "The beat waits: your pulse is 4 above where you began."


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_a_title(phase: Phase) -> None:
    assert words.phase_title(replace(view_at(300), phase=phase))


@pytest.mark.parametrize("link", Link)
def test_every_link_has_words(link: Link) -> None:
    strap: StrapView = replace(view_at(300).straps[0], link=link)
    assert "Polar H10" in words.strap_line(strap)


@pytest.mark.parametrize("sound", Sound)
def test_every_sound_state_has_words(sound: Sound) -> None:
    assert words.sound_line(replace(view_at(300).sound, sound=sound))


@pytest.mark.parametrize(
    ("seconds", "clock", "span"),
    [(0, "0:00", "0 s"), (59.6, "1:00", "1 min"), (245, "4:05", "4 min 5 s"), (-3, "0:00", "0 s")],
)
def test_times_are_said_as_people_say_them(seconds: float, clock: str, span: str) -> None:
    assert times.clock(seconds) == clock
    assert times.span(seconds) == span


def test_a_strap_that_sends_a_rate_and_no_beats_is_labelled() -> None:
    view = view_at(200.0)
    heart = HeartState(71.0, 0.5, PulseSource.HEART_RATE_FIELD, None, 0.0, settled=True)
    assert words.pulse(replace(view, heart=heart)) == words.PulseWords("71", "rate only, no beats", True)


def test_the_goal_is_said_only_on_the_way_to_it() -> None:
    view = replace(view_at(300.0), tempo_bpm=64.0, goal_bpm=60.0)
    assert words.goal(view) == " → 60"
    for other in (
        replace(view, goal_bpm=64.2),
        replace(view, goal_bpm=None),
        replace(view, hold_reason=Reason(Code.HELD)),
        replace(view, paused=True),
        replace(view, preset=replace(view.preset, tempo=replace(view.preset.tempo, policy="follow"))),
    ):
        assert words.goal(other) == ""
