"""The session as a story: phases in order, reasons in words, and what strap and person bring about."""

from dataclasses import replace
from itertools import pairwise

import pytest

from entrain.control.events import (
    BreathCued,
    Command,
    CommandGiven,
    Decided,
    EaseOff,
    Effect,
    Ended,
    Event,
    Feel,
    Feeling,
    GoOn,
    HoldTempo,
    Link,
    LinkChanged,
    Mark,
    NotificationArrived,
    Nudge,
    OnsetPlanned,
    Pause,
    PayloadRejected,
    Phase,
    PhaseBegan,
    Rate,
    Resume,
    ScoreChanged,
    SegmentBegan,
    SetGoal,
    SetVoice,
    SetVolume,
    SkipRest,
    Stop,
    Tick,
    VoiceChanged,
    VolumeChanged,
)
from entrain.control.protocol import (
    BreathRule,
    PhaseTimes,
    Preset,
    SessionConfig,
    TempoRule,
)
from entrain.control.session import reduce, start
from entrain.control.snapshot import summary, view
from entrain.control.state import SessionState
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.lungs import LungTraits
from entrain.devices.simulated.person import Person
from entrain.wording.decisions import said
from tests.support.hearts import Pulse, session_events, with_rsa

STEADY = lambda _: 70.0  # noqa: E731  a heart that shows no breath at all
EASILY: tuple[tuple[float, Command], ...] = ((130.2, Feel(Feeling.EASY)),)  # for a heart that shows no breath
PRESET = Preset("test", "Test", "for tests", minutes=10, phases=PhaseTimes(60, 60, 120))


def play(
    preset: Preset = PRESET,
    pulse: Pulse = STEADY,
    until_s: float = 700,
    silences: tuple[tuple[float, float], ...] = (),
    commands: tuple[tuple[float, Command], ...] = (),
    straps: tuple[str, ...] = ("strap",),
) -> tuple[SessionState, list[tuple[Event, tuple[Effect, ...]]]]:
    events = list(session_events(pulse, until_s, silences)) if straps else ticks(until_s)
    events += [CommandGiven(t_s, command) for t_s, command in commands]
    state, log = start(SessionConfig(preset, straps)), []
    for event in sorted(events, key=lambda event: event.t_s):
        state, effects = reduce(state, event)
        log.append((event, effects))
    return state, log


def ticks(until_s: float) -> list[Event]:
    return [Tick(float(t_s)) for t_s in range(1, int(until_s) + 1)]


def effects_of(log: list[tuple[Event, tuple[Effect, ...]]], kind: type) -> list:
    return [effect for _, effects in log for effect in effects if isinstance(effect, kind)]


def decisions(log: list[tuple[Event, tuple[Effect, ...]]], what: str) -> list[Decided]:
    return [decided for decided in effects_of(log, Decided) if decided.what == what]


def test_a_whole_session_walks_through_its_phases_with_reasons() -> None:
    state, log = play(commands=EASILY)
    begun = effects_of(log, PhaseBegan)
    assert [b.phase.value for b in begun] == ["baseline", "match", "descend", "hold", "silence", "ended"]
    assert all(b.reason for b in begun)
    assert all(d.reason for d in effects_of(log, Decided))
    assert state.completed
    assert summary(state).duration_s == pytest.approx(603, abs=3)


def test_the_beat_begins_five_percent_below_the_pulse_and_never_rises_by_itself() -> None:
    _, log = play(pulse=lambda _: 70.0)
    first, *later = decisions(log, "tempo_bpm")
    assert first.after == pytest.approx(0.95 * 70, abs=0.3)
    assert all(d.after <= d.before for d in later)


def test_breaths_are_whole_beats_and_lengthen_one_beat_at_a_time() -> None:
    _, log = play(pulse=lambda _: 70.0, commands=EASILY)
    beats = [d.after for d in decisions(log, "breath_beats")]
    assert beats == sorted(beats)
    assert all(b - a == 1 for a, b in pairwise(beats))
    cues = effects_of(log, BreathCued)
    assert min(cue.breath_per_min for cue in cues) >= 4.5
    assert cues[-1].breath_per_min < 7


def test_every_onset_is_said_once_and_in_order() -> None:
    _, log = play()
    onsets = effects_of(log, OnsetPlanned)
    assert [o.n for o in onsets] == list(range(onsets[0].n, onsets[0].n + len(onsets)))
    assert all(a.t_s < b.t_s for a, b in pairwise(onsets))


def test_a_lost_strap_freezes_the_tempo_and_is_said() -> None:
    state, log = play(silences=((200.0, 260.0),))
    holds = decisions(log, "hold")
    assert holds[0].t_s == 200.0
    assert "not connected" in said(holds[0].reason)
    frozen = {round(state_tempo(log, t_s), 9) for t_s in range(203, 260)}
    assert len(frozen) == 1
    assert state.tracks[0].n_outages == 1
    assert len(effects_of(log, SegmentBegan)) == 1
    assert summary(state).outage_s == pytest.approx(60)


def state_tempo(log: list[tuple[Event, tuple[Effect, ...]]], t_s: float) -> float:
    """Tempo at `t_s` according to the scores the log holds."""
    scores = [e for e in effects_of(log, ScoreChanged) if e.from_s <= t_s]
    return scores[-1].score.tempo.bpm_at(t_s)


def test_a_breath_that_does_not_come_along_is_waited_for() -> None:
    state, log = play(pulse=with_rsa(70, swing_bpm=6, breaths_per_min=17))
    holds = decisions(log, "hold")
    assert "until your breath comes along" in said(holds[0].reason)
    assert state.tracks[0].resting.breath_per_min == pytest.approx(17, abs=0.5)
    early, _ = play(pulse=with_rsa(70, swing_bpm=6, breaths_per_min=17), until_s=190)
    assert summary(early).in_step_s < 0.3 * summary(early).judged_s


def test_the_breath_begins_at_a_share_of_ones_own_rate() -> None:
    _, log = play(pulse=with_rsa(70, swing_bpm=6, breaths_per_min=15))
    first = effects_of(log, BreathCued)[0]
    assert first.breath_per_min == pytest.approx(0.75 * 15, rel=0.15)


def test_silence_of_a_connected_strap_freezes_as_well() -> None:
    events = [
        e
        for e in session_events(STEADY, 400)
        if not (isinstance(e, NotificationArrived) and 200 <= e.t_s < 260)
    ]
    state, log = start(SessionConfig(PRESET, ("strap",))), []
    for event in events:
        state, effects = reduce(state, event)
        log.append((event, effects))
    assert len({state_tempo(log, t_s) for t_s in range(206, 260)}) == 1
    assert any("no fresh pulse" in said(d.reason) for d in effects_of(log, Decided))


def test_the_view_shows_no_pulse_after_three_seconds_of_silence() -> None:
    state, _ = play(until_s=200)
    assert view(state, 201).heart.bpm is not None
    assert view(state, 204.1).heart.bpm is None


def test_a_raised_pulse_holds_and_says_by_how_much() -> None:
    _, log = play(pulse=lambda t_s: 70.0 if t_s < 200 or t_s > 300 else 76.0)
    holds = decisions(log, "hold")
    assert [d.after for d in holds] == [1.0, 0.0]
    assert "your pulse is" in said(holds[0].reason)


def test_stop_always_stops_in_every_phase() -> None:
    for t_s in (0.5, 30.0, 90.0, 200.0, 470.0, 590.0):
        state, log = play(commands=((t_s, Stop()),))
        assert state.phase is Phase.ENDED
        (ended,) = effects_of(log, Ended)
        assert (ended.t_s, ended.completed) == (t_s, False)


def test_pause_stops_time_and_sound_and_resume_goes_on() -> None:
    state, log = play(until_s=800, commands=((200.2, Pause()), (260.2, Resume())))
    muted = [e.muted for e in effects_of(log, VolumeChanged)]
    assert muted == [True, False]
    assert summary(state).duration_s == pytest.approx(663, abs=3)
    assert not [o for o in effects_of(log, OnsetPlanned) if 202.5 < o.t_s < 260]


def test_another_voice_is_passed_on_and_changes_nothing_else() -> None:
    _, plain = play(until_s=300)
    _, log = play(until_s=300, commands=((200.2, SetVoice("rain")),))
    assert effects_of(log, VoiceChanged) == [VoiceChanged(200.2, "rain")]
    assert [record for record in log if not isinstance(record[0], CommandGiven)] == plain


def test_ease_off_makes_beat_and_breath_a_little_quicker_and_stays_a_while() -> None:
    _, log = play(pulse=lambda _: 70.0, commands=((330.2, EaseOff()),))
    eased = [d for d in decisions(log, "tempo_bpm") if d.t_s == 330.2]
    assert eased[0].after > eased[0].before
    assert eased[0].author.value == "person"
    later = [d for d in decisions(log, "tempo_bpm") if d.t_s > 330.2]
    assert later[0].t_s >= 390
    breath = [d for d in decisions(log, "breath_beats") if d.t_s == 330.2]
    assert breath[0].after < breath[0].before


def test_a_person_can_hold_and_go_on() -> None:
    _, log = play(pulse=lambda _: 70.0, commands=((150.2, HoldTempo()), (250.2, GoOn())))
    assert len({state_tempo(log, t_s) for t_s in range(153, 250)}) == 1
    assert state_tempo(log, 300) < state_tempo(log, 250)


def test_a_nudge_moves_the_tempo_within_the_bounds() -> None:
    _, log = play(pulse=lambda _: 70.0, commands=((200.2, Nudge(3.0)), (300.2, Nudge(-60.0))))
    up, down = (next(d for d in decisions(log, "tempo_bpm") if d.t_s == t_s) for t_s in (200.2, 300.2))
    assert up.after == pytest.approx(up.before + 3)
    assert state_tempo(log, 240) == pytest.approx(up.after)
    assert down.after < down.before
    assert min(state_tempo(log, t_s) for t_s in range(300, 480)) >= 0.9 * 70 - 0.05
    assert down.author.value == "bound"


def test_a_goal_set_by_the_person_is_kept_within_the_floor() -> None:
    _, log = play(pulse=lambda _: 70.0, commands=((150.2, SetGoal(tempo_bpm=20, breath_per_min=1)),))
    (tempo,) = decisions(log, "goal_bpm")
    (breath,) = decisions(log, "goal_breath_per_min")
    assert tempo.after == pytest.approx(0.85 * 70, abs=0.2)
    assert breath.after == 4.5


def test_without_a_sensor_it_guides_from_the_start() -> None:
    state, log = play(straps=())
    begun = effects_of(log, PhaseBegan)
    assert begun[0].phase is Phase.MATCH
    assert begun[0].t_s == 1.0
    assert state.completed
    assert state.tracks == ()
    assert state.lowest_tempo_bpm is not None
    assert state.lowest_tempo_bpm < 66


def test_it_waits_for_a_strap_and_costs_no_session_time() -> None:
    state, log = play(until_s=900, silences=((0.0, 100.0),))
    begun = effects_of(log, PhaseBegan)
    assert begun[0].t_s > 100
    assert summary(state).duration_s == pytest.approx(703, abs=4)


def test_metronome_needs_no_heart_and_no_breath() -> None:
    preset = replace(
        PRESET,
        needs_heart=False,
        phases=PhaseTimes(0, 0, 0),
        breath=BreathRule(guided=False),
        tempo=TempoRule(policy="fixed", fixed_bpm=60),
    )
    state, log = play(preset, straps=())
    assert {round(b.t_s - a.t_s, 6) for a, b in pairwise(effects_of(log, OnsetPlanned))} == {1.0}
    assert not effects_of(log, BreathCued)
    assert state.completed


def test_follow_only_stays_with_the_pulse() -> None:
    preset = replace(PRESET, tempo=TempoRule(policy="follow", start_fraction=0.0))
    _, log = play(preset, pulse=lambda t_s: 70.0 if t_s < 250 else 67.0)
    assert state_tempo(log, 200) == pytest.approx(70, abs=0.5)
    assert state_tempo(log, 470) == pytest.approx(67, abs=0.5)


@pytest.mark.parametrize(
    ("pulse", "words"),
    [
        (lambda t_s: 70.0 if t_s < 200 else 35.0, "below 40"),
        (lambda t_s: 70.0 if t_s < 200 else 105.0, "suddenly"),
    ],
)
def test_the_implausible_stops_the_session_with_a_reason(pulse: Pulse, words: str) -> None:
    state, log = play(pulse=pulse)
    (ended,) = effects_of(log, Ended)
    assert words in said(ended.reason)
    assert ended.t_s < 290
    assert not state.completed


def test_garbage_changes_nothing_and_is_said() -> None:
    state, _ = play(until_s=100)
    after, effects = reduce(state, NotificationArrived(100.1, "strap", bytes.fromhex("020103460400")))
    assert isinstance(effects[0], PayloadRejected)
    (before,), (track,) = state.tracks, after.tracks
    assert (track.timeline, track.screen, track.rate) == (before.timeline, before.screen, before.rate)


def test_a_strap_nobody_expects_is_not_invented() -> None:
    state, _ = play(until_s=100)
    after, effects = reduce(state, NotificationArrived(100.1, "stranger", b"\x10\x50\x00\x03"))
    assert (after.tracks, effects) == (state.tracks, ())


def test_the_end_of_a_recording_ends_the_session() -> None:
    state, _ = play(until_s=100)
    state, effects = reduce(state, LinkChanged(100.5, "strap", Link.FINISHED))
    assert state.phase is Phase.ENDED
    assert any(isinstance(effect, Ended) for effect in effects)


def test_after_the_end_only_a_rating_or_a_mark_counts() -> None:
    state, _ = play()
    for event in (Tick(900.0), CommandGiven(900.0, SetVolume(0.1)), CommandGiven(900.0, Stop())):
        assert reduce(state, event) == (state, ())
    state, _ = reduce(state, CommandGiven(900.0, Rate(3, "after")))
    state, _ = reduce(state, CommandGiven(901.0, Mark("slept well")))
    assert (state.rating_after, state.n_markers) == (3, 1)


def test_of_two_hearts_the_quicker_is_gone_by_and_each_keeps_its_own_rest() -> None:
    config = SessionConfig(PRESET, ("a", "b"))
    events = sorted(
        [
            *session_events(lambda _: 64.0, 100, strap="a"),
            *(e for e in session_events(lambda _: 72.0, 100, strap="b") if not isinstance(e, Tick)),
        ],
        key=lambda e: e.t_s,
    )
    state = start(config)
    for event in events:
        state, _ = reduce(state, event)
    assert view(state, 100).heart.bpm == pytest.approx(72, abs=0.2)
    assert [track.baseline_bpm for track in state.tracks] == pytest.approx([64, 72], abs=0.2)


def test_under_the_silence_policy_nothing_sounds_and_no_breath_is_guided() -> None:
    preset = replace(PRESET, tempo=TempoRule(policy="silence"))
    state, log = play(preset)
    assert not effects_of(log, OnsetPlanned)
    assert not effects_of(log, BreathCued)
    assert state.completed


def test_a_breath_may_grow_by_its_way_out_alone() -> None:
    preset = replace(PRESET, tempo=TempoRule(policy="exhale"), breath=BreathRule(lengthen="out"))
    _, log = play(preset, commands=EASILY)
    cues = effects_of(log, BreathCued)
    assert len({cue.beats for cue in cues if cue.part.value == "in"}) == 1
    out = [cue.beats for cue in cues if cue.part.value == "out"]
    assert out == sorted(out)
    assert out[-1] >= out[0] + 3


def test_yoked_follows_the_other_session_within_the_bounds() -> None:
    preset = replace(PRESET, tempo=TempoRule(policy="yoked"))
    config = SessionConfig(preset, ("strap",), yoked=((0.0, 66.5), (150.0, 40.0)))
    state, log = start(config), []
    for event in session_events(STEADY, 500):
        state, effects = reduce(state, event)
        log.append((event, effects))
    assert state_tempo(log, 200) == pytest.approx(66.5, abs=0.5)
    assert 63.0 <= state_tempo(log, 450) < 66.0


@pytest.mark.parametrize("bpm", [58.0, 63.0, 70.0, 83.0])
def test_the_breath_ends_as_near_its_goal_as_whole_beats_come(bpm: float) -> None:
    preset = replace(PRESET, minutes=20, breath=BreathRule(goal_per_min=6.5))
    _, log = play(preset, pulse=lambda _: bpm, until_s=1300, commands=EASILY)
    rates = [cue.breath_per_min for cue in effects_of(log, BreathCued)]
    assert min(rates) >= 0.96 * 6.5 - 0.02
    assert min(rates) < 7.0  # a beat of a breath is a tenth of it, so that near it comes


def test_a_breath_that_was_lost_goes_back_by_a_beat_and_grows_again_once_it_is_seen() -> None:
    """Somebody who breathes along, hears nothing for two and a half minutes, and comes back."""
    lungs = LungTraits(own_per_min=16.0, lapses_per_min=0.0, settle_s=4.0)
    heart = SimulatedHeart(Person(1, lungs=lungs), "strap")
    state, log = start(SessionConfig(replace(PRESET, minutes=13), ("strap",))), []
    for t_s in range(1, 600):
        deaf = 240 < t_s < 390
        for event in (*heart.until(float(t_s), None if deaf else state.score), Tick(float(t_s))):
            state, effects = reduce(state, event)
            log.append((event, effects))
    changes = [d for d in decisions(log, "breath_beats") if d.before is not None]
    back = [d for d in changes if "let the breath come to you" in said(d.reason)]
    assert back
    assert all(d.before - d.after == 1 for d in back)
    assert 240.0 + 30.0 < back[0].t_s < 240.0 + 90.0
    assert all(b.t_s - a.t_s >= 30.0 for a, b in pairwise(back))
    assert any(d.after > d.before for d in changes if d.t_s > 400.0)


def test_whoever_never_comes_along_is_met_at_their_own_rate() -> None:
    state, _ = play(pulse=with_rsa(70, swing_bpm=6, breaths_per_min=17), until_s=460)
    assert state.score is not None
    assert state.score.breath_rate_at(460.0) == pytest.approx(17, rel=0.1)


def test_a_breath_that_nobody_can_see_goes_down_a_little_and_says_so() -> None:
    _, log = play()
    cues = effects_of(log, BreathCued)
    assert cues[0].breath_per_min - 2.0 - 0.5 < min(cue.breath_per_min for cue in cues)
    state, _ = play(until_s=400)
    assert view(state, 400.0).reason.code.value == "breath_gentle"
    (waits,) = decisions(log, "breath_line_per_min")
    assert "can't see how well you follow" in said(waits.reason)


def test_easy_lets_the_breath_go_on_and_light_headed_brings_it_up_for_good() -> None:
    feels = (*EASILY, (400.2, Feel(Feeling.LIGHT_HEADED)), (430.2, Feel(Feeling.EASY)))
    _, log = play(replace(PRESET, minutes=14), until_s=900, commands=feels)
    before = [cue.breath_per_min for cue in effects_of(log, BreathCued) if cue.t_s < 400.0]
    after = [cue.breath_per_min for cue in effects_of(log, BreathCued) if cue.t_s > 415.0]
    assert before[-1] < 7.0
    assert min(after) > before[-1] + 1.5
    assert max(after) < before[-1] + 4.5


def test_a_raised_pulse_holds_the_beat_and_lets_the_breath_go_on() -> None:
    _, log = play(pulse=lambda t_s: 70.0 if t_s < 150 else 79.0, commands=EASILY)
    beats = decisions(log, "breath_beats")
    assert [d.after for d in decisions(log, "hold")] == [1.0]
    assert state_tempo(log, 440) >= state_tempo(log, 200)
    assert effects_of(log, BreathCued)[-1].breath_per_min < 7.0
    assert all(b.after > b.before for b in beats[1:])


def test_a_rest_can_be_skipped_once_the_pulse_is_known() -> None:
    state, log = play(commands=((3.5, SkipRest()),))
    match = next(each for each in effects_of(log, PhaseBegan) if each.phase is Phase.MATCH)
    assert match.t_s < 22.0
    assert state.tracks[0].baseline_bpm == pytest.approx(70, abs=0.5)
    assert summary(state).duration_s == pytest.approx(603, abs=3)


def test_a_nudge_is_a_wish_that_stays_until_it_is_taken_back() -> None:
    preset = replace(PRESET, tempo=TempoRule(policy="follow", start_fraction=0.0))
    keys = ((200.2, Nudge(-1.0)), (320.2, Nudge(1.0)))
    _, log = play(preset, commands=keys)
    assert state_tempo(log, 199) == pytest.approx(70.0, abs=0.3)
    assert state_tempo(log, 300) == pytest.approx(69.0, abs=0.3)
    assert state_tempo(log, 440) == pytest.approx(70.0, abs=0.3)
    assert [d.author.value for d in decisions(log, "tempo_bpm") if d.t_s in (200.2, 320.2)] == ["person"] * 2


def test_a_nudge_down_moves_the_goal_of_a_glide_and_the_floor_refuses_it_by_its_own_name() -> None:
    preset = replace(PRESET, tempo=TempoRule(goal_bpm=64.0))
    _, log = play(preset, commands=((200.2, Nudge(-1.0)),))
    assert state_tempo(log, 470) == pytest.approx(63.0, abs=0.1)
    _, log = play(replace(PRESET, tempo=TempoRule(goal_bpm=40.0)), commands=((200.2, Nudge(-1.0)),))
    asked = next(d for d in decisions(log, "tempo_bpm") if d.t_s == 200.2)
    assert asked.author.value == "bound"
    assert "slowest it goes for you" in said(asked.reason)


def test_in_the_match_and_in_ones_own_hold_a_nudge_down_is_kept() -> None:
    _, log = play(commands=((70.2, Nudge(-1.0)),))
    assert state_tempo(log, 112) == pytest.approx(66.5 - 40.0 / 60.0, abs=0.1)  # a beat a minute
    _, log = play(commands=((150.2, HoldTempo()), (160.2, Nudge(-1.0))))
    assert state_tempo(log, 300) == pytest.approx(state_tempo(log, 158) - 1.0, abs=0.1)


def test_a_goal_at_the_floor_bears_the_bounds_name() -> None:
    _, log = play(commands=((150.2, SetGoal(tempo_bpm=20.0, breath_per_min=1.0)),))
    for what in ("goal_bpm", "goal_breath_per_min"):
        (decided,) = decisions(log, what)
        assert decided.author.value == "bound"


def test_a_lost_strap_stops_the_last_half_beat_of_a_fall_too() -> None:
    preset = replace(PRESET, tempo=TempoRule(goal_bpm=65.5))
    _, log = play(preset, silences=((168.0, 230.0),))
    assert 65.6 < state_tempo(log, 170) < 65.9
    assert len({round(state_tempo(log, t_s), 9) for t_s in range(170, 230)}) == 1
