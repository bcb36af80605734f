"""`entrain programme`: weeks, not minutes."""

import argparse
import getpass
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from entrain.app import handing
from entrain.app import programmes as weeks
from entrain.app.prepare import Choices
from entrain.app.programmes import UnderWay
from entrain.app.sensors import sensors_of
from entrain.arguments import share_examples
from entrain.commands import passphrase
from entrain.commands.run import add_session_arguments, say_consent, with_or_without_screen
from entrain.errors import EntrainError, InputError, UsageError
from entrain.foreign import json_text
from entrain.person.pseudonym import checked
from entrain.presets import programmes
from entrain.presets.programmes import LoadedProgramme
from entrain.programme import calendar
from entrain.storage import people, signature
from entrain.storage.formats.files import new_text
from entrain.storage.log.store import Store
from entrain.storage.places import check_new
from entrain.wording import person as person_words
from entrain.wording import programme as words
from entrain.wording.columns import aligned
from entrain.wording.session import times

DESCRIPTION: Final = """\
Weeks, not minutes: steps that one goes up when it is easy and down when it is not. Nothing is due, and a gap
is no fault. Where somebody stands is told from their sessions alone."""
EPILOG: Final = """\
examples:
  entrain programme list
  entrain programme show slower-breath
  entrain programme start slower-breath --person P07
  entrain programme today --person P07
  entrain programme show --person P07
  entrain programme pause --person P07
  entrain programme leave --person P07
  entrain programme report --person P07
  entrain programme calendar --person P07 --days mon,wed,fri --at 18:30 --out sessions.ics
  entrain programme check mine.toml
  entrain programme sign mine.toml --key ~/.ssh/id_ed25519
  entrain programme verify mine.toml
  entrain programme hand mine.toml --person P07 --out P07.entrain
  entrain programme take P07.entrain
"""
DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    passphrase.add_argument(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    each = actions.add_parser("list", help="all there are (also without an action)")
    _add_json(each)

    each = actions.add_parser("show", help="what a programme is; without ID, where somebody stands in theirs")
    each.add_argument("id", metavar="ID", nargs="?", help="a programme's name, or a file")
    _add_person(each)
    _add_json(each)

    each = actions.add_parser("check", help="everything that is wrong with a file, with its line")
    each.add_argument("files", metavar="FILE", nargs="+", help="programme files, or names of programmes")

    each = actions.add_parser("sign", help="sign a file with your SSH key, for those you give it to")
    each.add_argument("file", metavar="FILE", type=Path, help="a programme file; FILE.sig is put beside it")
    each.add_argument("--key", metavar="K", type=Path, required=True, help="your private Ed25519 key")

    each = actions.add_parser("verify", help="by which key a file was signed, and if it was changed since")
    each.add_argument("file", metavar="FILE", type=Path, help="a programme file, with FILE.sig beside it")
    each.add_argument("--by", metavar="KEY.pub", type=Path, help="whose signature it has to be")

    each = actions.add_parser("hand", help="a file that begins a programme for somebody elsewhere")
    each.add_argument("id", metavar="FILE", help="a programme file, or a programme's name")
    _add_person(each)
    each.add_argument("--out", metavar="X", type=Path, required=True, help="nothing is overwritten")

    each = actions.add_parser("take", help="begin a programme that was handed to you")
    each.add_argument("file", metavar="X", type=Path, help="the file you were given")
    each.add_argument("--yes", action="store_true", help="without being asked first")

    each = actions.add_parser("start", help="begin one; another that was under way is left")
    each.add_argument("id", metavar="ID", help="a programme's name, or a file")
    _add_person(each)
    each.add_argument("--again", action="store_true", help="from its first step, where it is under way")

    each = actions.add_parser(
        "today", help="today's session; takes what `run` takes, as far as it is not held"
    )
    each.add_argument(
        "--heart", action="append", metavar="HEART", help="where the pulse comes from; see `run`"
    )
    each.add_argument("--rehearse", action="store_true", help="only say what it would be")
    add_session_arguments(each)

    each = actions.add_parser("pause", help="pause; again: go on")
    _add_person(each)

    each = actions.add_parser("leave", help="end it; its sessions stay")
    _add_person(each)

    each = actions.add_parser("report", help="where somebody stands, and every session that belongs to it")
    _add_person(each)
    _add_json(each)

    each = actions.add_parser("calendar", help="its sessions as a file that calendars read")
    _add_person(each)
    each.add_argument("--days", metavar="mon,thu", default="mon,wed,fri", help="days (default: mon,wed,fri)")
    each.add_argument("--at", metavar="HH:MM", default="18:30", help="time of day (default: 18:30)")
    each.add_argument("--out", metavar="F.ics", type=Path, required=True, help="nothing is overwritten")

    share_examples(EPILOG, actions.choices)
    for name, each in actions.choices.items():
        if name != "today":  # it has what `run` has
            passphrase.add_argument(each, default=argparse.SUPPRESS)


def _add_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--person", metavar="P", default="", help="whose it is, by pseudonym (default: no name)"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    if args.action in (None, "list"):
        return _list(args)
    if args.action == "check":
        return _check(args.files)
    if args.action == "sign":
        return _sign(args)
    if args.action == "verify":
        return _verify(args)
    passphrase.unlock_store(args)
    args.person = checked(getattr(args, "person", "") or "")
    return _ACTIONS[args.action](Store.open(), args)


def _list(args: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    for name in programmes.names():
        try:
            outline = programmes.load(name).programme.outline
        except EntrainError as error:
            rows.append({"name": name, "weeks": None, "minutes_a_week": None, "title": error.message})
            continue
        keys = ("name", "weeks", "minutes_a_week", "title", "summary")
        rows.append({**{key: getattr(outline, key) for key in keys}, "name": name})
    if getattr(args, "json", False):
        print(json_text(rows))
        return 0
    table = [("NAME", "WEEKS", "MIN A WEEK", "TITLE")]
    for row in rows:
        weeks_said, minutes = (
            "-" if row[key] is None else f"{row[key]:g}" for key in ("weeks", "minutes_a_week")
        )
        table.append((str(row["name"]), weeks_said, minutes, str(row["title"])))
    print("\n".join(aligned(table, right=frozenset({1, 2}))))
    return 0


def _check(files: list[str]) -> int:
    """0 where all can be used, 3 where one cannot, 2 where there is none of that name."""
    exit_code = 0
    for name in files:
        try:
            faults = list(map(str, programmes.check(programmes.path_of(name))))
        except EntrainError as error:
            faults = [f"{error.message} {error.advice}".rstrip()]
            exit_code = max(exit_code, error.exit_code)
        else:
            exit_code = max(exit_code, InputError.exit_code) if faults else exit_code
        print("\n".join(faults) if faults else f"{name}: nothing wrong")
    return exit_code


def _sign(args: argparse.Namespace) -> int:
    if faults := programmes.check(args.file):
        raise InputError(f"{args.file} has faults; a signature would only hold them: {faults[0]}")
    out = Path(f"{args.file}{signature.SUFFIX}")
    check_new(out)
    text = signature.sign(args.file, args.key.expanduser(), lambda: getpass.getpass(words.KEY_PASSPHRASE))
    with new_text(out) as file:
        file.write(text)
    print(words.signed(str(out)), file=sys.stderr)
    return 0


def _verify(args: argparse.Namespace) -> int:
    """0 where it is as it was signed, and by the key that was asked for; 3 otherwise."""
    found = signature.verified(args.file)
    if not found.unchanged:
        raise InputError(words.changed_since(str(args.file), found.fingerprint))
    if args.by is not None and (wanted := signature.fingerprint_of(args.by)) != found.fingerprint:
        raise InputError(words.signed_by_another(str(args.file), found.fingerprint, wanted))
    print(words.unchanged(str(args.file), found.fingerprint))
    return 0


def _show(store: Store, args: argparse.Namespace) -> int:
    if args.id is not None:
        return _show_programme(_loaded(store, args), as_json=args.json)
    found = weeks.needed(store, args.person)
    if args.json:
        print(json_text(_as_json(found)))
    else:
        print("\n".join(_status(found)))
    return 0


def _show_programme(loaded: LoadedProgramme, *, as_json: bool) -> int:
    if as_json:
        print(
            json_text({**asdict(loaded.programme.outline), "steps": _steps(loaded), "sha256": loaded.sha256})
        )
        return 0
    print("\n".join(words.page(loaded.programme)))
    if sys.stdout.isatty() and loaded.path is not None:
        print(f"\n{loaded.path}", file=sys.stderr)
    return 0


def _steps(loaded: LoadedProgramme) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "title": each.preset.title,
            "minutes": each.preset.minutes,
            "goal_per_min": each.goal_per_min,
        }
        for each in loaded.programme.steps
    ]


def _loaded(store: Store, args: argparse.Namespace) -> LoadedProgramme:
    resonance = people.load(store, args.person).resonance
    return programmes.load(args.id, None if resonance is None else resonance.per_min)


def _status(found: UnderWay) -> list[str]:
    return words.status(found.programme, found.standing, assess_first=found.assess_first)


def _as_json(found: UnderWay) -> dict[str, Any]:
    where = found.standing
    return {
        "programme": found.programme.name,
        "sha256": found.loaded.sha256,
        **asdict(where),
        "step": found.step.name,
        "moved": where.moved.value,
        "goal_per_min": found.step.goal_per_min,
        "assess_first": found.assess_first,
    }


def _start(store: Store, args: argparse.Namespace) -> int:
    found = weeks.begin(store, args.person, _loaded(store, args), again=args.again)
    print("\n".join(_status(found)))
    return 0


def _today(store: Store, args: argparse.Namespace) -> int:
    found = weeks.needed(store, args.person)
    if args.rehearse:
        print("\n".join(_status(found)))
        return 0
    say_consent(args.person)
    todays = weeks.todays(found)
    print("\n".join(_status(found)), file=sys.stderr)
    choices = Choices(
        hearts=tuple(args.heart or ["ble"]),
        preset=todays.loaded,
        voice=args.voice,
        minutes=args.minutes,
        audio=args.audio or ("device" if args.speed == 1.0 else "none"),
        speed=args.speed,
        seed=args.seed,
        lsl=args.lsl,
        music=args.music,
        music_bpm=args.music_bpm,
        person=args.person,
        sensors=sensors_of(args.sensor),
        locked=todays.locked,
    )
    return with_or_without_screen(choices, args)


def _hand(store: Store, args: argparse.Namespace) -> int:
    check_new(args.out)
    text = handing.handed(store, args.person, args.id)
    with new_text(args.out) as file:
        file.write(text)
    print(words.handed(str(args.out)), file=sys.stderr)
    return 0


def _take(store: Store, args: argparse.Namespace) -> int:
    found, loaded = handing.read(args.file)
    said = handing.signed(found, args.file)
    if said is not None and not said.unchanged:
        raise InputError(words.changed_since(str(args.file), said.fingerprint))
    lines = words.offered(loaded.programme, found.person, None if said is None else said.fingerprint)
    spared = people.PersonRecord("", "", care=found.care, away_text=found.away_text)
    print("\n".join([*lines, *person_words.care_text(spared)]))
    if not args.yes:
        if not sys.stdin.isatty():
            raise UsageError("Nobody is there to say yes.", "Add --yes.")
        try:
            input(words.TAKE_IT)
        except EOFError:
            raise KeyboardInterrupt from None  # ctrl+d leaves it, as ctrl+c does
    begun = handing.take(store, found, loaded)
    print("", *_status(begun), words.taken(found.person), sep="\n")
    return 0


def _pause(store: Store, args: argparse.Namespace) -> int:
    is_paused = weeks.pause_or_resume(store, args.person)
    print("Paused: nothing is counted until you go on." if is_paused else "Going on.", file=sys.stderr)
    return 0


def _leave(store: Store, args: argparse.Namespace) -> int:
    programme = weeks.leave(store, args.person)
    print(f"{programme.title} is ended. Its sessions stay.", file=sys.stderr)
    return 0


def _report(store: Store, args: argparse.Namespace) -> int:
    found, done = weeks.needed(store, args.person), weeks.sessions_of(store, args.person)
    if args.json:
        print(json_text({**_as_json(found), "sessions": [asdict(each) for each in done]}))
        return 0
    print("\n".join(_status(found)))
    if done:
        heads = ("DATE", "STEP", "MIN", "IN STEP", "")
        rows = [heads, *(words.session_row(each, found.begun.utc_offset_s) for each in done)]
        print("", times(len(done), "session"), *aligned(rows, right=frozenset({2, 3})), sep="\n")
    return 0


def _calendar(store: Store, args: argparse.Namespace) -> int:
    found = weeks.needed(store, args.person)
    check_new(args.out)
    days, at = _days(args.days), _time(args.at)
    text = calendar.text(found.programme, days, at, found.step.preset.minutes, datetime.now().astimezone())
    with new_text(args.out) as file:
        file.write(text)
    print(f"{args.out}: open it with your calendar. It names nobody.", file=sys.stderr)
    return 0


def _days(typed: str) -> tuple[int, ...]:
    names = [each.strip().lower()[:3] for each in typed.split(",")]
    if not names or any(name not in DAY_NAMES for name in names):
        raise UsageError(f"--days is a list such as mon,wed,fri, not {typed!r}.")
    return tuple(sorted({DAY_NAMES.index(name) for name in names}))


def _time(typed: str) -> time:
    try:
        return datetime.strptime(typed, "%H:%M").time()  # noqa: DTZ007  a time of day, of no zone
    except ValueError:
        raise UsageError(f"--at is a time of day such as 18:30, not {typed!r}.") from None


_ACTIONS: Final[Mapping[str, Callable[[Store, argparse.Namespace], int]]] = {
    "show": _show,
    "start": _start,
    "today": _today,
    "hand": _hand,
    "take": _take,
    "pause": _pause,
    "leave": _leave,
    "report": _report,
    "calendar": _calendar,
}
