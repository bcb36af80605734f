"""A session of several hearts with some of them only: for forgetting one person, or handing one their own.

What belongs to a heart goes with it: what it sent and said, its beats, pulse, breath and doubts, what was
decided about it, its figures in the summary. What all heard stays. Such a session tells how many are gone
(`SessionConfig.n_gone`), and cannot be decided again: what was decided was decided for all.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from entrain.control.events import (
    CommandGiven,
    Decided,
    Effect,
    Event,
    Mark,
    PhaseBegan,
    PulseMeasured,
    Rate,
)
from entrain.control.protocol import SessionConfig
from entrain.control.view import Summary
from entrain.reason import Code, Reason
from entrain.storage.log import codec, rows

Message = TypeVar("Message", Event, Effect)
# Their figures are of the group's pulse, which may be one person's.
_WITHOUT_PULSE: Final = {Code.BEAT_MET: Reason(Code.MEETS_PULSE)}


def leave_only(
    connection: sqlite3.Connection, session_id: int, straps: Iterable[str], *, handed_on: bool
) -> None:
    """Take everything of other hearts than `straps` out of a session, within the caller's transaction.

    Args:
        handed_on: to somebody: what names nobody goes as well, for it may be about another. Marks stay as
            moments, without their words.
    """
    stored, hearts, kept_summary = connection.execute(
        "SELECT config, hearts, summary FROM session WHERE id = ?", (session_id,)
    ).fetchone()
    config = codec.decode(SessionConfig, stored)
    kept = frozenset(straps) & frozenset(config.straps)
    gone = frozenset(config.straps) - kept
    _thin_out(connection, session_id, "event", rows.event_of, lambda e: _event(e, gone, handed_on))
    _thin_out(connection, session_id, "effect", rows.effect_of, lambda e: _effect(e, gone, handed_on))
    typed: list[str] = json.loads(hearts)
    if len(typed) == len(config.straps):
        typed = [spec for spec, strap in zip(typed, config.straps, strict=True) if strap in kept]
    summary = kept_summary and codec.encode(_summary(codec.decode(Summary, kept_summary), kept))
    connection.execute(
        "UPDATE session SET config = ?, hearts = ?, summary = ? WHERE id = ?",
        (codec.encode(_config(config, kept)), json.dumps(typed), summary, session_id),
    )
    if handed_on:
        connection.execute("UPDATE session SET note = '' WHERE id = ?", (session_id,))


def without_person(connection: sqlite3.Connection, session_id: int, person: str) -> None:
    """Take one person out of a session of several; the others keep theirs."""
    config = _config_of(connection, session_id)
    kept = [strap for strap, who in zip(config.straps, config.persons, strict=True) if who != person]
    leave_only(connection, session_id, kept, handed_on=False)


def only_person(connection: sqlite3.Connection, session_id: int, person: str) -> None:
    """What is one person's of a session of several, to be handed to them: it is theirs alone then."""
    config = _config_of(connection, session_id)
    if not config.persons:
        return
    kept = [strap for strap, who in zip(config.straps, config.persons, strict=True) if who == person]
    leave_only(connection, session_id, kept, handed_on=True)


def rename(connection: sqlite3.Connection, session_id: int, old: str, new: str) -> None:
    """Call somebody otherwise in a session of several: in its configuration and in its summary."""
    config = _config_of(connection, session_id)
    persons = tuple(new if who == old else who for who in config.persons)
    rule = config.preset.group
    leader = new if rule.leader == old else rule.leader
    preset = replace(config.preset, group=replace(rule, leader=leader))
    stored = codec.encode(replace(config, persons=persons, preset=preset))
    connection.execute("UPDATE session SET config = ? WHERE id = ?", (stored, session_id))
    (kept,) = connection.execute("SELECT summary FROM session WHERE id = ?", (session_id,)).fetchone()
    if kept is not None:
        summary = codec.decode(Summary, kept)
        hearts = tuple(replace(h, person=new) if h.person == old else h for h in summary.hearts)
        stored = codec.encode(replace(summary, hearts=hearts))
        connection.execute("UPDATE session SET summary = ? WHERE id = ?", (stored, session_id))


def _config_of(connection: sqlite3.Connection, session_id: int) -> SessionConfig:
    (stored,) = connection.execute("SELECT config FROM session WHERE id = ?", (session_id,)).fetchone()
    return codec.decode(SessionConfig, stored)


def _thin_out(
    connection: sqlite3.Connection,
    session_id: int,
    table: str,
    read: Callable[..., Message | None],
    thinned: Callable[[Message], Message | None],
) -> None:
    """Rewrite the rows that change, delete those of which nothing is left; a damaged row goes too."""
    query = f"SELECT seq, t_s, kind, body FROM {table} WHERE session_id = ?"
    for seq, *stored in connection.execute(query, (session_id,)).fetchall():
        message = read(*stored)
        left = None if message is None else thinned(message)
        if left is None:
            connection.execute(f"DELETE FROM {table} WHERE session_id = ? AND seq = ?", (session_id, seq))
        elif left is not message:
            connection.execute(
                f"UPDATE {table} SET body = ? WHERE session_id = ? AND seq = ?",
                (codec.encode(left), session_id, seq),
            )


def _event(event: Event, gone: frozenset[str], handed_on: bool) -> Event | None:
    if getattr(event, "strap", None) in gone:
        return None
    if isinstance(event, CommandGiven):
        command = event.command
        strap = getattr(command, "strap", None)
        if strap in gone:
            return None
        if handed_on and strap is None and isinstance(command, Rate):
            return None
        if handed_on and strap is None and isinstance(command, Mark):
            return replace(event, command=replace(command, note=""))
    return event


def _effect(effect: Effect, gone: frozenset[str], handed_on: bool) -> Effect | None:
    beat = getattr(effect, "beat", None)
    strap = getattr(effect, "strap", None) if beat is None else beat.strap
    reason = getattr(effect, "reason", None)
    if strap in gone or (reason is not None and reason.whose in gone):
        # A phase is everybody's, whoever brought it about.
        return replace(effect, reason=_nameless(effect.reason)) if isinstance(effect, PhaseBegan) else None
    if isinstance(effect, PulseMeasured):
        return None if handed_on else effect
    if isinstance(effect, Decided) and handed_on and effect.reason.whose is None:
        found = _WITHOUT_PULSE.get(effect.reason.code, effect.reason)
        return replace(effect, reason=found, inputs=())
    return effect


def _nameless(reason: Reason) -> Reason:
    return replace(reason, whose=None)


def _config(config: SessionConfig, kept: frozenset[str]) -> SessionConfig:
    owners = config.persons or ("",) * len(config.straps)
    left = [(strap, who) for strap, who in zip(config.straps, owners, strict=True) if strap in kept]
    rule = config.preset.group
    leads = rule.leader in kept or rule.leader in {who for _, who in left}
    preset = config.preset if leads else replace(config.preset, group=replace(rule, leader=""))
    return replace(
        config,
        preset=preset,
        straps=tuple(strap for strap, _ in left),
        persons=tuple(who for _, who in left) if config.persons else (),
        n_gone=config.n_gone + len(config.straps) - len(left),
    )


def _summary(summary: Summary, kept: frozenset[str]) -> Summary:
    """Of one heart that is left, the figures are the session's own, as when it is alone."""
    left = tuple(heart for heart in summary.hearts if heart.strap in kept)
    whole = replace(
        summary,
        reason=summary.reason if summary.reason.whose in (None, *kept) else _nameless(summary.reason),
        hearts=left if len(left) > 1 else (),
        n_beats=sum(heart.n_beats for heart in left),
        n_artefacts=sum(heart.n_artefacts for heart in left),
        n_outages=sum(heart.n_outages for heart in left),
        outage_s=sum(heart.outage_s for heart in left),
        rating_before=None,
        rating_after=None,
    )
    if len(left) != 1:
        return whole
    (one,) = left
    return replace(
        whole,
        baseline_bpm=one.baseline_bpm,
        end_bpm=one.end_bpm,
        baseline_rmssd_ms=one.baseline_rmssd_ms,
        end_rmssd_ms=one.end_rmssd_ms,
        baseline_breath_per_min=one.baseline_breath_per_min,
        in_step_s=one.in_step_s,
        judged_s=one.judged_s,
        rating_before=one.rating_before,
        rating_after=one.rating_after,
    )
