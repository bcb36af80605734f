"""Several hearts on one beat: what of each of them counts for all. One heart is a group of one.

- Who is *led*: everybody, but who was released, whose recording is over, and who has only just come.
- The tempo stays above the floor of everybody who is led, and within the lead bound of everybody whose pulse
  is fresh. A lost strap keeps its person's floor and moves nothing else.
- Whose pulse the policy goes by is the preset's rule. `highest-floor`: the quickest pulse, for that person's
  floor is the highest; the others hear a beat that is too quick for them rather than one too slow for
  somebody. `leader`: that person's, and the quickest while theirs is not known. `median`: the middle of all.
- The guided breath begins near the quickest of the own breaths.
- In step are all when each is; out of step when one is; unknown where it is of anybody else.
"""

from typing import Final

from entrain.breath.estimate import InStep
from entrain.control.bounds import Lowest, lead_floor_bpm, tempo_floor_bpm
from entrain.control.events import Link
from entrain.control.heart import JOIN_S, HeartTrack, rested
from entrain.control.protocol import SessionConfig
from entrain.control.state import SessionState, edit
from entrain.heart.beat import HeartState, PulseSource
from entrain.heart.median import median

Tracks = tuple[HeartTrack, ...]
States = tuple[HeartState, ...]

NO_HEART: Final = HeartState(None, None, PulseSource.NONE, None, 0.0, settled=False)
HIGHEST_FLOOR: Final = "highest-floor"
LEADER: Final = "leader"
MEDIAN: Final = "median"
RULES_OF_GROUP: Final = (HIGHEST_FLOOR, LEADER, MEDIAN)


def states_at(tracks: Tracks, t_s: float) -> States:
    """What is known of each heart, in the order of the tracks."""
    return tuple([track.state_at(t_s) for track in tracks])


def with_track(state: SessionState, index: int, track: HeartTrack) -> SessionState:
    """The state with another track at `index`."""
    return edit(state, tracks=(*state.tracks[:index], track, *state.tracks[index + 1 :]))


def is_counted(track: HeartTrack) -> bool:
    """Is the person one of those whom the beat is for?"""
    return track.is_led and track.link is not Link.FINISHED


def heard_of(state: SessionState, states: States) -> HeartState:
    """The pulse that the policy goes by; of one heart, that heart's."""
    if len(states) == 1:
        return states[0]
    led = [heart for track, heart in zip(state.tracks, states, strict=True) if is_counted(track)]
    fresh = [heart for heart in led if heart.bpm is not None]
    if not fresh:
        ages_s = [heart.age_s for heart in led if heart.age_s is not None]
        doubt = next((heart.doubt for heart in led if heart.doubt is not None), None)
        return HeartState(None, min(ages_s, default=None), PulseSource.NONE, None, 0.0, False, doubt)
    rule = state.config.preset.group
    if rule.rule == MEDIAN:
        return _median(fresh)
    leader = states[_leader(state.config)] if rule.rule == LEADER else NO_HEART
    return leader if leader.bpm is not None else max(fresh, key=lambda heart: heart.bpm or 0.0)


def baseline_of(state: SessionState) -> float | None:
    """The resting pulse that belongs to what `heard_of` says."""
    if len(state.tracks) == 1:
        return state.tracks[0].baseline_bpm
    rests = [track.baseline_bpm for track in state.tracks if is_counted(track)]
    known = [bpm for bpm in rests if bpm is not None]
    if not known:
        return None
    rule = state.config.preset.group
    if rule.rule == MEDIAN:
        return median(known)
    leaders = state.tracks[_leader(state.config)].baseline_bpm if rule.rule == LEADER else None
    return leaders if leaders is not None else max(known)


def lowest(state: SessionState, states: States, may_fall: bool = True) -> Lowest:
    """The lowest tempo that everybody permits who is led, and who that is."""
    bounds = state.config.preset.bounds
    if len(states) == 1:
        track, heart = state.tracks[0], states[0]
        floor_bpm = tempo_floor_bpm(bounds, track.baseline_bpm)
        return Lowest(floor_bpm, lead_floor_bpm(bounds, heart.bpm), may_fall)
    floor_bpm, lead_bpm, floor_whose, lead_whose = tempo_floor_bpm(bounds, None), 0.0, None, None
    for track, heart in zip(state.tracks, states, strict=True):
        if not is_counted(track):
            continue
        if (own_bpm := tempo_floor_bpm(bounds, track.baseline_bpm)) > floor_bpm:
            floor_bpm, floor_whose = own_bpm, track.strap
        if (own_bpm := lead_floor_bpm(bounds, heart.bpm)) > lead_bpm:
            lead_bpm, lead_whose = own_bpm, track.strap
    return Lowest(floor_bpm, lead_bpm, may_fall, floor_whose, lead_whose)


def with_newcomers(state: SessionState) -> SessionState:
    """Whoever came after the baseline of a group gets a resting pulse of their own, after a minute."""
    if len(state.tracks) < 2:
        return state
    for index, track in enumerate(state.tracks):
        if track.resting is None and len(track.pulses) >= JOIN_S:
            state = with_track(state, index, rested(track, JOIN_S))
    return state


def is_any_connected(tracks: Tracks) -> bool:
    """Is there at least one strap of which data may come?"""
    for track in tracks:  # noqa: SIM110 - asked every second
        if track.is_connected and track.is_led:
            return True
    return False


def in_step_of(tracks: Tracks) -> InStep:
    """Of a group: in step only where everybody is known to be."""
    if not tracks:
        return InStep.LISTENING
    if len(tracks) == 1:
        return tracks[0].in_step
    said = [track.in_step for track in tracks if is_counted(track)]
    if InStep.NO in said:
        return InStep.NO
    unknown = [each for each in said or [InStep.LISTENING] if each is not InStep.YES]
    return unknown[0] if unknown else InStep.YES


def quickest_breath_per_min(state: SessionState) -> float | None:
    """The quickest of the own breaths at rest; None where none shows."""
    rates = [
        track.resting.breath_per_min
        for track in state.tracks
        if track.resting is not None and track.resting.breath_per_min is not None and is_counted(track)
    ]
    return max(rates, default=None)


def own_below(tracks: Tracks, per_min: float) -> float | None:
    """The quickest own breath of those who are out of step, where every one of them is slower than that."""
    lost = [track for track in tracks if track.out_of_step_since_s is not None and is_counted(track)]
    rates = [track.own_breath.rate_per_min for track in lost if track.own_breath is not None]
    known = [rate for rate in rates if rate is not None]
    if not known or len(known) < len(lost) or max(known) >= per_min:
        return None
    return max(known)


def seen_breath_per_min(tracks: Tracks) -> float | None:
    """How one heart breathes now, where it shows; of a group nothing is said."""
    found = tracks[0].own_breath if len(tracks) == 1 else None
    return None if found is None else found.rate_per_min


def _median(fresh: list[HeartState]) -> HeartState:
    return HeartState(
        bpm=median([heart.bpm for heart in fresh if heart.bpm is not None]),
        age_s=max(heart.age_s or 0.0 for heart in fresh),
        source=PulseSource.INTERVALS
        if all(heart.source is PulseSource.INTERVALS for heart in fresh)
        else PulseSource.HEART_RATE_FIELD,
        rmssd_ms=None,
        artefacts_per_min=max(heart.artefacts_per_min for heart in fresh),
        settled=all(heart.settled for heart in fresh),
    )


def _leader(config: SessionConfig) -> int:
    """The leader's place among the hearts: named by pseudonym or by strap; else the first."""
    name = config.preset.group.leader
    for names in (config.persons, config.straps):
        if name in names:
            return names.index(name)
    return 0
