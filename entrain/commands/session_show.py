"""`entrain sessions list | show | replay`: what was recorded, in figures and as it was decided."""

import argparse
import json
import sys
from dataclasses import asdict

from entrain.app.clients import check_known
from entrain.control.protocol import RULES
from entrain.errors import UsageError
from entrain.foreign import json_text
from entrain.history.recorded import corrected_hearts, summary_so_far
from entrain.person.pseudonym import checked
from entrain.storage.log import codec
from entrain.storage.log.store import Store
from entrain.storage.log.stored import SessionOutcome
from entrain.wording import session as words
from entrain.wording.figures import CORRECTED, LIVE


def list_all(store: Store, args: argparse.Namespace) -> int:
    person = getattr(args, "person", None)
    if person is not None:
        check_known(store, checked(person))
    rows = [row for row in store.sessions() if person is None or row.is_of(checked(person))]
    if getattr(args, "json", False):
        print(json_text([words.row_json(row) for row in rows]))
    elif rows:
        print("\n".join(words.rows_text(rows)))
    elif person is not None:
        print(f"No sessions of {words.who(checked(person))}.", file=sys.stderr)
    else:
        print("No sessions yet. `entrain demo` makes one without a strap.", file=sys.stderr)
    return 0


def show(store: Store, args: argparse.Namespace) -> int:
    session = store.load(store.find(args.id))
    summary = session.meta.summary or summary_so_far(session)
    phases, decisions = words.story(session)
    hearts = corrected_hearts(session)
    if args.json:
        print(
            json_text(
                {
                    **words.row_json(session.meta.row),
                    "config": json.loads(codec.encode(session.config)),
                    "n_damaged": session.n_damaged(),
                    "hearts": session.meta.hearts,
                    "audio": session.meta.audio,
                    "voice": session.meta.voice,
                    "preset_sha256": session.meta.preset_sha256,
                    "entrain_version": session.meta.entrain_version,
                    "summary": {"figures": LIVE, **json.loads(codec.encode(summary))},
                    CORRECTED: {strap: asdict(heart) for strap, heart in hearts.items()},
                    "phases": [json.loads(codec.encode(each)) for each in phases],
                    "decisions": [json.loads(codec.encode(each)) for each in decisions],
                },
            )
        )
        return 0
    if session.meta.row.state is SessionOutcome.IMPORTED:
        print("\n".join([*words.head_text(session), "", *words.measured_text(summary)]))
        return 0
    lines = [*words.head_text(session), "", *words.summary_text(summary, hearts), "", "Phases"]
    lines += words.phases_text(phases) or ["  none was reached"]
    if args.why:
        lines += ["", "Decisions", *(words.decisions_text(decisions) or ["  none"])]
    print("\n".join(lines))
    return 0


def replay(store: Store, args: argparse.Namespace) -> int:
    """0 where every decision is the same, 1 where one is not."""
    from entrain.control.session import reduce, start
    from entrain.storage.log.verify import replay
    from entrain.whatif import imported

    session = store.load(store.find(args.id))
    if session.config.n_gone:
        raise UsageError(
            f"Others were taken out of session {session.meta.row.id}, so it cannot be decided again.",
            "What it holds can be shown, analysed and exported.",
        )
    if args.policy is not None:
        from entrain.commands import other_policy

        return other_policy.show(session, args.policy, as_json=args.json)
    if session.meta.row.state is SessionOutcome.IMPORTED:
        outcome = replay(session, imported.start, imported.observe)
    else:
        outcome = replay(session, start, reduce)
    if args.json:
        difference = outcome.difference and str(outcome.difference)
        said = {"difference": difference, "identical": outcome.is_identical, "rules_now": RULES}
        print(json_text({**asdict(outcome), **said}))
        return 0 if outcome.is_identical else 1
    which = f"Session {session.meta.row.id}"
    if outcome.is_identical:
        print(f"{which}: {outcome.n_events} events, {outcome.n_effects} effects, the same bit for bit.")
        if outcome.is_of_older_rules:
            print(f"It was decided by rules {outcome.rules}; today's are {RULES} and decide the same.")
        return 0
    if outcome.n_missing:
        print(f"{which}: {outcome.n_missing} records could not be stored when it ran.")
    if outcome.difference is not None:
        if outcome.is_of_older_rules:
            print(f"{which} was decided by rules {outcome.rules}. Today's, {RULES}, decide otherwise:")
        else:
            print(f"{which}: the same up to here, then not.")
        print(outcome.difference)
        print(f"It was recorded by entrain {session.meta.entrain_version}.", file=sys.stderr)
    return 1
