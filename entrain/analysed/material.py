"""What a report is made from: one stored session, its analysis, and what its log says moment by moment.

Every figure comes from `entrain.analysis` or from the store; nothing after this module computes one.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from entrain.analysed.ecg import EcgLook, ecg_look
from entrain.analysed.session_data import Given, of_session
from entrain.analysed.traces import Chains, Log, Note, Span, chains
from entrain.analysis.series import NNSeries
from entrain.analysis.spectrum import Spectrum, spectrum
from entrain.analysis.summary import Analysis, analyse
from entrain.analysis.time_domain import TimeDomain, time_domain
from entrain.control.events import Decided, Phase, PhaseBegan
from entrain.control.protocol import SessionConfig
from entrain.control.state import GUIDED
from entrain.control.view import Summary
from entrain.errors import InputError
from entrain.history.recorded import summary_so_far
from entrain.storage.log.stored import StoredSession
from entrain.streams import own_breath_name
from entrain.units import MS_PER_S, S_PER_MIN

LEAST_GAP_S: Final = 2.5  # a shorter hole between two beats is a missed beat, not lost data


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase with its beginning and end, in session seconds."""

    phase: Phase
    span: Span


@dataclass(frozen=True, slots=True)
class PacedStretch:
    """A part of the session by itself: before, while guided, after."""

    name: str
    span: Span
    measures: TimeDomain


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """One session. Without usable intervals `analysis` is None, and `lacking` says why in a sentence."""

    session: StoredSession
    summary: Summary
    given: Given | None
    analysis: Analysis | None
    lacking: str
    length_s: float
    phases: tuple[PhaseSpan, ...]
    beats: Chains  # pulse of each interval between normal beats, beats/min
    gaps: tuple[Span, ...]  # no data
    pulse: Chains  # smoothed, as the coach saw it, beats/min; of several hearts together, the group's
    tempo: Chains  # beats/min
    guided_breath: Chains  # breaths/min
    own_breath: Chains  # breaths/min, as the heart shows it
    stretches: tuple[PacedStretch, ...]
    spectrum: Spectrum | None
    notes: tuple[Note, ...]
    decisions: tuple[Decided, ...]
    rating_before: int | None
    rating_after: int | None
    n_sounded: int
    strap_name: str
    ecg: EcgLook | None
    person: str = ""  # of several, whose this heart is

    @property
    def guided(self) -> Span | None:
        """From the first guided phase to the end of the last."""
        spans = [each.span for each in self.phases if each.phase in GUIDED]
        return Span(spans[0].from_s, spans[-1].to_s) if spans else None


def material(session: StoredSession, strap: str | None = None, seed: int = 0) -> Material:
    """Gather everything; some seconds of work for a long session.

    Raises:
        InputError: there is no strap of the name given.
        StoreError: the session cannot be read.
    """
    log = Log()
    for event, effects in session.records:
        log.take(event, effects)
    given, analysis, lacking = _analysed(session, strap, seed)
    series = None if given is None else given.correction.series
    origin_s = 0.0 if given is None else given.origin_s
    whole = session.meta.summary or summary_so_far(session)
    beats = () if series is None else _beats(series, origin_s)
    gaps = () if series is None else _gaps(series, origin_s)
    length_s = max(log.last_s, whole.duration_s, *(chain[-1][0] for chain in beats))
    phases = _spans(log.phases, length_s)
    guidance = None if given is None else given.guidance
    return Material(
        session=session,
        summary=whole,
        given=given,
        analysis=analysis,
        lacking=lacking,
        length_s=length_s,
        phases=phases,
        beats=beats,
        gaps=gaps,
        pulse=chains(log.samples.get("pulse", ()), 0, () if is_group(session) else gaps),
        tempo=chains(log.guide(), 0),
        guided_breath=chains(log.guide(), 1),
        own_breath=(
            () if given is None else chains(log.samples.get(own_breath_name(given.strap), ()), 0, gaps)
        ),
        stretches=() if series is None else _stretches(series, given, phases),
        spectrum=None if analysis is None or series is None else spectrum(series),
        notes=tuple(log.notes),
        decisions=tuple(log.decisions),
        rating_before=log.ratings.get("before") if guidance is None else guidance.rating_before,
        rating_after=log.ratings.get("after") if guidance is None else guidance.rating_after,
        n_sounded=log.n_sounded,
        strap_name=log.strap_name,
        ecg=ecg_look(session, given.strap) if log.has_ecg and given is not None else None,
        person="" if given is None else _owner(session.config, given.strap),
    )


def _owner(config: SessionConfig, strap: str) -> str:
    return dict(zip(config.straps, config.persons, strict=False)).get(strap, "")


def is_group(session: StoredSession) -> bool:
    """Were several hearts expected?"""
    return len(session.config.straps) > 1


def _analysed(
    session: StoredSession, strap: str | None, seed: int
) -> tuple[Given | None, Analysis | None, str]:
    if not session.config.straps:
        return None, None, "The session was held without a sensor, so the heart was not measured."
    try:
        given = of_session(session, strap)
    except InputError as error:
        if strap is not None:
            raise
        return None, None, f"{error.message} No interval between two beats was received."
    try:
        return given, analyse(given.correction, given.guidance, seed=seed), ""
    except InputError as error:
        return given, None, f"{error.message[:1].upper()}{error.message[1:]}."


def _beats(series: NNSeries, origin_s: float) -> Chains:
    times = series.t_s + origin_s
    bpm = S_PER_MIN * MS_PER_S / series.nn_ms
    return tuple(
        tuple((float(t_s), float(value)) for t_s, value in zip(times[s], bpm[s], strict=True))
        for s in series.segments()
    )


def _gaps(series: NNSeries, origin_s: float) -> tuple[Span, ...]:
    """Where one unbroken chain of beats has ended and the next not yet begun."""
    edges = [(float(chain[0]) + origin_s, float(chain[-1]) + origin_s) for chain in series.beats_s()]
    holes = [Span(before[1], after[0]) for before, after in pairwise(edges)]
    return tuple(hole for hole in holes if hole.length_s >= LEAST_GAP_S)


def _spans(began: list[PhaseBegan], end_s: float) -> tuple[PhaseSpan, ...]:
    """The phases with their lengths; what came before the first is waiting."""
    if not began:
        return ()
    edges = [*((each.t_s, each.phase) for each in began), (end_s, Phase.ENDED)]
    if edges[0][0] > 0.0:
        edges.insert(0, (0.0, Phase.WAITING))
    return tuple(
        PhaseSpan(phase, Span(from_s, to_s))
        for (from_s, phase), (to_s, _) in pairwise(edges)
        if phase is not Phase.ENDED and to_s > from_s
    )


def _stretches(
    series: NNSeries, given: Given | None, phases: tuple[PhaseSpan, ...]
) -> tuple[PacedStretch, ...]:
    """Before, while guided, after: on the session's clock, as far as they hold two intervals."""
    if given is None:
        return ()
    guided = [each.span for each in phases if each.phase in GUIDED]
    wanted: list[tuple[str, tuple[float, float] | None]] = [
        ("before", given.guidance.baseline_s),
        (
            "while guided",
            (guided[0].from_s - given.origin_s, guided[-1].to_s - given.origin_s) if guided else None,
        ),
        ("after", given.guidance.after_s),
    ]
    out: list[PacedStretch] = []
    for name, edges in wanted:
        part = None if edges is None else series.between(*edges)
        if edges is not None and part is not None and len(part) > 1:
            span = Span(edges[0] + given.origin_s, edges[1] + given.origin_s)
            out.append(PacedStretch(name, span, time_domain(part)))
    return tuple(out)
