"""A programme in words: the line of the home screen, a page about it, where somebody stands and why.

No streak, nothing missed, no reproach: what is said is where one is and what comes next.
"""

from datetime import UTC, datetime
from typing import Final

from entrain.programme.plan import COMPLETED, ProgrammePlan, Step
from entrain.programme.standing import Moved, Practice, Standing

WELCOME_BACK: Final = "Welcome back"
LOCKED_NAMES: Final = {
    "minutes": "no longer than its steps say",
    "phases.baseline_s": "the rest at the beginning stays",
    "breath.goal_per_min": "no slower a breath than the step's",
    "tempo.goal_bpm": "no slower a beat by hand",
    "sound.voice": "the voice stays",
    "sound.volume": "no louder than it begins",
    "sound.music": "the music stays",
}


def line(programme: ProgrammePlan, where: Standing) -> str:
    """One line: `Week 2 of 6 · 18 of 30 minutes · next: to 8 a minute`."""
    coming = f"next: {aim(where.current(programme))}"
    return " · ".join((_beginning(programme, where), minutes(programme, where), coming))


def _beginning(programme: ProgrammePlan, where: Standing) -> str:
    if where.is_paused:
        return "Paused"
    if where.is_back:
        return WELCOME_BACK
    if where.is_over:
        return f"The {programme.outline.weeks} weeks are over"
    return f"Week {where.week} of {programme.outline.weeks}"


def minutes(programme: ProgrammePlan, where: Standing) -> str:
    """How many of the week's, never more than it asks for."""
    wanted = programme.outline.minutes_a_week
    return f"{min(where.minutes_this_week, wanted):.0f} of {wanted:.0f} minutes"


def aim(step: Step) -> str:
    """What a step is about, in a few words."""
    if step.goal_per_min is not None:
        return f"to {step.goal_per_min:g} a minute"
    return step.preset.title[:1].lower() + step.preset.title[1:]


def why(programme: ProgrammePlan, where: Standing) -> str:
    """Why it is this step, in a sentence."""
    match where.moved:
        case Moved.BEGUN:
            return "The first step."
        case Moved.ON:
            return "A step on: the last sessions were easy."
        case Moved.BACK_DIZZY:
            return "A step back, for you felt dizzy."
        case Moved.BACK_POOR:
            return "A step back: the breath did not come along, and it need not."
        case Moved.BACK_GAP:
            return "A step back after some time without: it comes again by itself."


def onwards(programme: ProgrammePlan, where: Standing) -> str:
    """What leads to the next step."""
    following = where.following(programme)
    if following is None:
        return "This is the last step; stay with it as long as you like."
    rule = programme.outline.forward
    good = "done to the end" if rule.by == COMPLETED else f"in step for {rule.in_step:.0%} of the time"
    said = (
        f"Then {aim(following)}, when {rule.good} of the last {rule.of_last} sessions here were {good},"
        f" none was too much, and {rule.least_days} days have passed."
    )
    if where.waits_to_be_seen:
        said += " With a sensor, that is: where your breath can't be seen, it goes no slower than this."
    return said


def status(programme: ProgrammePlan, where: Standing, *, assess_first: bool) -> list[str]:
    """Where somebody stands, in lines."""
    step = where.current(programme)
    lines = [
        programme.title,
        f"  {line(programme, where)}",
        f"  step {where.step + 1} of {len(programme.steps)}: {step.preset.title}",
        f"  {why(programme, where)}",
        f"  {onwards(programme, where)}",
    ]
    if assess_first:
        lines.append(
            "  Best after `entrain assess`, which looks for your own rate; until then it is six a minute."
        )
    return lines


def page(programme: ProgrammePlan) -> list[str]:
    """What a programme is, in lines."""
    outline = programme.outline
    lines = [programme.title, outline.summary, ""]
    lines.append(f"{outline.weeks} weeks, {outline.minutes_a_week:g} minutes a week")
    for n, step in enumerate(programme.steps, start=1):
        lines.append(f"  {n}. {step.preset.title} ({step.preset.minutes:g} min)")
    if outline.locked:
        lines += ["", "Held for you: " + "; ".join(LOCKED_NAMES[each] for each in outline.locked) + "."]
    back = outline.back
    lines += [
        "",
        f"A step back after dizziness, after {back.poor} sessions out of step,"
        f" and for every {back.gap_days} days without.",
    ]
    lines += ["", "Rests on:", *(f"  {each}" for each in outline.sources)] if outline.sources else []
    lines += [f"Not known: {outline.unknown}"] if outline.unknown else []
    return lines


def session_row(done: Practice, utc_offset_s: float) -> tuple[str, ...]:
    """A session of a programme as a line of its report; the day is that of the programme's own clock."""
    day = datetime.fromtimestamp(done.began_epoch_s + utc_offset_s, UTC).strftime("%Y-%m-%d")
    share = f"{done.in_step_min / done.judged_min:.0%}" if done.is_seen else "-"
    said = [word for word, is_so in (("easy", done.is_easy), ("dizzy", done.is_dizzy)) if is_so]
    return (day, done.step, f"{done.minutes:.0f}", share, ", ".join(said))


KEY_PASSPHRASE: Final = "Passphrase of the key: "


def signed(path: str) -> str:
    """A signature was written."""
    return f"{path}: give it away together with the file. It tells who signed, and nothing else."


def unchanged(path: str, fingerprint: str) -> str:
    """A file is as it was signed."""
    return f"{path} is as the key {fingerprint} signed it. Whether it is right, a signature does not tell."


def changed_since(path: str, fingerprint: str) -> str:
    """A file is not what was signed."""
    return f"{path} is not what the key {fingerprint} signed: one of the two was changed."


def signed_by_another(path: str, fingerprint: str, wanted: str) -> str:
    """A file was signed by somebody else."""
    return f"{path} was signed by the key {fingerprint}, not by {wanted}."


TAKE_IT: Final = "Enter begins it; ctrl+c leaves it. "


def handed(path: str) -> str:
    """A programme was written to be given to somebody."""
    return f"{path}: `entrain programme take {path}` begins it there. It holds the pseudonym and no session."


def offered(programme: ProgrammePlan, person: str, fingerprint: str | None) -> list[str]:
    """What somebody was handed, before they take it."""
    by = "Nobody signed it." if fingerprint is None else f"Unchanged since the key {fingerprint} signed it."
    return [*page(programme), "", f"For {person}. {by}", ""]


def taken(person: str) -> str:
    """How to go on with a programme that was taken."""
    return f"Today's session: `entrain programme today --person {person}`, or `entrain` and then j."
