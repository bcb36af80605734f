"""Past sessions, in words and figures: a row of the list, a page, two beside each other."""

from datetime import datetime
from typing import Final

from entrain.history.row import Heart, HowItEnded, Sitting
from entrain.ports import Interrupted, KnownPerson, PastSession
from entrain.wording import figures
from entrain.wording.decisions import end_said
from entrain.wording.times import clock, span

NOTHING: Final = figures.NOTHING
WAITING: Final = "…"
_SHORT: Final = {
    HowItEnded.COMPLETE: "",
    HowItEnded.EARLY: "early",
    HowItEnded.INTERRUPTED: "cut off",
    HowItEnded.IMPORTED: "imported",
    HowItEnded.RUNNING: "running",
}


def day(moment: datetime, now: datetime) -> str:
    """`Mon 16 Nov 18:05`; in another year that in place of the weekday."""
    if moment.year == now.year:
        return f"{moment:%a} {moment.day:>2} {moment:%b} {moment:%H:%M}"
    return f"{moment.day:>2} {moment:%b} {moment.year} {moment:%H:%M}"


def known(person: KnownPerson, now: datetime) -> str:
    """Somebody in the list of those who can be chosen: how often, when last, what they agreed to."""
    if person.last is None:
        often = "no session yet"
    else:
        n = person.n_sessions
        often = f"{n} session{'s' * (n != 1)}, last {day(person.last, now)}"
    return f"{often} · consent {person.consent}" if person.consent else often


def long_day(moment: datetime) -> str:
    """`Monday 16 November 2026, 18:05`."""
    return f"{moment:%A} {moment.day} {moment:%B} {moment.year}, {moment:%H:%M}"


def pulse(heart: Heart | None) -> str:
    """Corrected; dots while it is not measured."""
    return WAITING if heart is None else figures.pair(heart.pulse_before_bpm, heart.pulse_after_bpm)


def rmssd(heart: Heart | None) -> str:
    """Corrected; dots while it is not measured."""
    return WAITING if heart is None else figures.pair(heart.rmssd_before_ms, heart.rmssd_after_ms)


def tension(sitting: Sitting) -> str:
    """As it was rated."""
    return figures.pair(sitting.rating_before, sitting.rating_after)


def remark(sitting: Sitting) -> str:
    """What sets this session apart from a usual one, in a word or two."""
    parts = [_SHORT[sitting.ended], "simulated" if sitting.is_simulated else ""]
    return ", ".join(part for part in parts if part)


def how_it_ended(sitting: Sitting) -> str:
    """The end in a sentence."""
    ended = sitting.ended.value
    why = end_said(sitting.end_reason)
    reason = "" if why in ("", ended) else f": {why}"
    return f"{ended[:1].upper()}{ended[1:]}{reason}."


def interrupted(found: Interrupted, now: datetime) -> str:
    """The news of a session that was cut off."""
    began = found.began
    when = f"{began:%H:%M}" if began.date() == now.date() else day(began, now)
    after = f"after {span(60.0 * found.minutes)}" if found.minutes else "at once"
    older = f" So were {found.n_older} before it." if found.n_older else ""
    whose = f"{found.person}’s" if found.person else "Your"
    return f"{whose} session of {when} was interrupted {after}; everything up to then is kept.{older}"


def comparison(one: PastSession, other: PastSession, now: datetime) -> list[tuple[str, str, str]]:
    """Rows of (what, of the one, of the other), the same for any two sessions."""
    both = (_figures(one, now), _figures(other, now))
    return [(what, first, second) for (what, first), (_, second) in zip(*both, strict=True)]


def _figures(past: PastSession, now: datetime) -> list[tuple[str, str]]:
    sitting, summary = past.sitting, past.summary
    heart = sitting.heart or Heart()
    tempo = NOTHING if summary.lowest_tempo_bpm is None else f"{summary.lowest_tempo_bpm:.0f} a minute"
    breath = summary.slowest_breath_per_min
    share = heart.artefact_share
    return [
        ("began", day(sitting.began, now)),
        ("who", sitting.person or "nobody named"),
        ("session", sitting.title),
        ("voice", sitting.voice or NOTHING),
        ("lasted", clock(sitting.duration_s)),
        ("ended", sitting.ended.value),
        ("guided", clock(60.0 * sitting.paced_min)),
        ("slowest beat", tempo),
        ("slowest breath", NOTHING if breath is None else f"{breath:.1f} a minute"),
        *figures.side_by_side(summary, heart),
        ("tension, before → after", tension(sitting)),
        ("holds", str(summary.n_holds)),
        ("intervals corrected", NOTHING if share is None else f"{100 * share:.1f} %"),
    ]
