"""Past sessions, made by hand, at a moment that stands still: the same pictures come out each time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import sin
from random import Random

from entrain.control.events import Phase
from entrain.control.view import Sample, Summary
from entrain.history.row import Heart, HowItEnded, Sitting
from entrain.ports import ExportForm, Interrupted, KnownPerson, PastSession, SessionChoice, Told
from entrain.reason import Reason

NOW = datetime(2026, 3, 20, 18, 30, tzinfo=UTC)
TITLES = {"desk": "Ten minutes at the desk", "sleep": "Wind down for sleep", "first": "The first days"}


def _sittings(n: int) -> tuple[Sitting, ...]:
    """The last one on the day before `NOW`, three or four a week; a pulse at rest that falls slowly."""
    chance = Random(3)
    day, found = NOW - timedelta(days=1), list[Sitting]()
    for number in range(n, 0, -1):
        preset = chance.choice(["desk", "desk", "desk", "sleep", "first"])
        minutes = {"desk": 10.0, "sleep": 20.0, "first": 8.0}[preset]
        pulse, rmssd = 66.0 + 0.12 * (n - number) + chance.gauss(0, 1.2), chance.gauss(34, 5)
        before = chance.randint(4, 8)
        ended = HowItEnded.EARLY if number % 11 == 5 else HowItEnded.COMPLETE
        found.append(
            Sitting(
                id=number,
                uuid=f"{number:08x}-0000-4000-8000-000000000000",
                began=day.replace(hour=chance.choice([7, 12, 18, 21]), minute=chance.randrange(60)),
                person="P02" if number % 7 == 0 else "P01",
                preset=preset,
                title=TITLES[preset],
                policy="glide",
                voice="soft",
                is_simulated=False,
                duration_s=60.0 * minutes + 4.0,
                ended=ended,
                end_reason="the session is complete" if ended is HowItEnded.COMPLETE else "you stopped it",
                n_notes=0,
                rating_before=before,
                rating_after=max(0, before - chance.randint(0, 3)),
                paced_min=0.7 * minutes,
                in_step_min=0.5 * minutes,
                judged_min=0.6 * minutes,
                heart=Heart(
                    pulse, pulse - chance.gauss(2, 1), rmssd, rmssd + chance.gauss(4, 3), 0.002 * (number % 4)
                ),
            )
        )
        day -= timedelta(days=chance.choice([1, 1, 2, 2, 3]))
    return tuple(reversed(found))


@dataclass
class ScriptedArchive:
    """`cut_off` is the choice for going on with a session that was interrupted; None: none was."""

    n: int = 30
    cut_off: SessionChoice | None = None
    noted: list[str] = field(default_factory=list[str])

    def now(self) -> datetime:
        return NOW

    def people(self) -> Sequence[KnownPerson]:
        last = NOW - timedelta(days=1)
        return (KnownPerson("P01", 26, last, "2026-01-07"), KnownPerson("P02", 4, last))

    def checked(self, name: str) -> str:
        return name

    def sittings(self, person: str | None) -> Sequence[Sitting]:
        return [
            replace(each, heart=None) for each in _sittings(self.n) if person is None or each.person == person
        ]

    def measured(self, sitting: Sitting) -> Sitting:
        return _sittings(self.n)[sitting.id - 1]

    def past(self, session_id: int) -> PastSession:
        sitting = _sittings(self.n)[session_id - 1]
        heart = sitting.heart or Heart()
        rest = heart.pulse_before_bpm or 66.0
        length_s = round(sitting.duration_s)
        trail = tuple(
            Sample(
                float(t),
                None if 200 < t < 214 else rest - 3.0 * t / length_s + 1.5 * sin(t / 9.0 + session_id),
                rest * 0.95 - 4.0 * (t - 90) / length_s if 90 < t < length_s - 120 else None,
                None,
            )
            for t in range(length_s)
        )
        return PastSession(
            sitting=sitting,
            summary=_summary(sitting),
            trail=trail,
            phases=(
                Told(4.0, "baseline", "measuring your resting pulse and how it varies: breathe as you like"),
                Told(64.0, "match", "the beat meets your pulse"),
                Told(124.0, "descend", "the beat leads, gently"),
                Told(length_s - 120.0, "silence", "the sound fades; stay as you are"),
            ),
            decisions=(
                Told(64.0, "the policy", "The beat begins 5 % below the pulse. [tempo 63.1, pulse 66.4]"),
                Told(
                    201.0,
                    "a bound",
                    "Holding, because nothing has come from the strap for 5 s: the tempo stays where it is"
                    " until the pulse is known again. [data 5 s old]",
                ),
                Told(length_s - 120.0, "the preset", "The silence begins; nothing is guided any more."),
            ),
            marks=(Told(150.0, "mark", "a door"),),
            note="slept badly the night before",
            source="heart ble:H10, sound device, voice soft, entrain 0.1.0 under Python 3.12.3.",
        )

    def note(self, session_id: int, text: str) -> None:
        self.noted.append(text)

    def backups(self, session_id: int) -> Sequence[str]:
        return ("It stays in the backup /media/stick/entrain.db.",)

    def delete(self, session_id: int) -> None:
        raise AssertionError("nothing is deleted here")

    def forms(self) -> Sequence[ExportForm]:
        return (
            ExportForm("rr", "intervals in ms, one a line"),
            ExportForm("csv", "the beats, or every table"),
        )

    def export(self, session_id: int, form: str, *, deidentify: bool) -> str:
        return "written"

    def interrupted(self) -> Interrupted | None:
        if self.cut_off is None:
            return None
        return Interrupted(7, NOW.replace(hour=14, minute=5), 6.0, 0, self.cut_off)

    def close_interrupted(self, session_id: int) -> None:
        self.cut_off = None


def _summary(sitting: Sitting) -> Summary:
    heart = sitting.heart or Heart()
    return Summary(
        reason=Reason.of_older(sitting.end_reason),
        completed=sitting.ended is HowItEnded.COMPLETE,
        duration_s=sitting.duration_s,
        guided_s=60.0 * sitting.paced_min,
        phases=((Phase.BASELINE, 60.0),),
        n_beats=690,
        n_artefacts=2,
        n_outages=1,
        outage_s=14.0,
        n_onsets=600,
        baseline_bpm=heart.pulse_before_bpm,
        end_bpm=heart.pulse_after_bpm,
        baseline_rmssd_ms=heart.rmssd_before_ms,
        end_rmssd_ms=heart.rmssd_after_ms,
        lowest_tempo_bpm=58.0,
        slowest_breath_per_min=6.4,
        n_holds=2,
        n_markers=1,
        rating_before=sitting.rating_before,
        rating_after=sitting.rating_after,
        in_step_s=60.0 * sitting.in_step_min,
        judged_s=60.0 * sitting.judged_min,
    )
