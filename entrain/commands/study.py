"""`entrain study`: a controlled study, from its protocol to its table, blind."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from entrain.app import study as use
from entrain.app.study import OpenStudy
from entrain.arguments import share_examples
from entrain.errors import EntrainError, InputError, UsageError
from entrain.foreign import json_text
from entrain.person.pseudonym import checked
from entrain.presets import studies
from entrain.storage.study_folder import PROTOCOL
from entrain.study.records import EventAction
from entrain.toml_lines import text_of
from entrain.wording import study as words

DESCRIPTION: Final = """\
A controlled study: one file says who is compared with whom; the lot is sealed before the first person, and
no arm shows anywhere until it is opened. P is a pseudonym such as P01."""
EPILOG: Final = """\
examples:
  entrain study init trial
  entrain study check trial
  entrain study seal --study trial
  entrain study verify --study trial
  entrain study enrol P01 --stratum new --study trial
  entrain study event P01 "felt faint" --severity 2 --action session-ended --study trial
  entrain study guess P01 --arm listening --study trial
  entrain study flow --study trial
  entrain study unblind --why "data complete" --study trial
"""
ASKED: Final = ("person", "staff")
MOST_SEVERE: Final = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    each = actions.add_parser("init", help="a folder with an example of a study file, to be changed")
    each.add_argument("folder", metavar="DIR", type=Path, help="nothing is overwritten")

    each = actions.add_parser("check", help="everything that is wrong with a study file, with its line")
    each.add_argument("files", metavar="FILE", type=Path, nargs="+", help="study files, or their folders")

    each = actions.add_parser("seal", help="draw the lot and commit to it; before the first person, once")
    each.add_argument("--seed", metavar="TEXT", help="the same seed gives the same list (default: random)")
    _add_study(each)

    each = actions.add_parser("verify", help="does the list still fit its commitment, and the seed the list?")
    _add_study(each)

    each = actions.add_parser("enrol", help="somebody new comes to the next place of the list")
    _add_p(each)
    each.add_argument("--stratum", metavar="X", default="", help="one of those in the file")
    _add_study(each)

    each = actions.add_parser("event", help="keep what happened to somebody")
    _add_p(each)
    each.add_argument("text", metavar="TEXT", help="what happened")
    each.add_argument(
        "--severity", metavar="N", type=int, required=True, help="0 no harm, 1 mild … 5 fatal (CTCAE)"
    )
    each.add_argument(
        "--action",
        dest="came_of_it",
        choices=[action.value for action in EventAction],
        default=EventAction.NONE.value,
        help="what was done",
    )
    _add_study(each)

    each = actions.add_parser("guess", help="keep which arm somebody thinks the last session was")
    _add_p(each)
    each.add_argument("--arm", metavar="NAME", help="by its name in the file (default: does not know)")
    each.add_argument("--by", choices=ASKED, default=ASKED[0], help="who guesses (default: person)")
    _add_study(each)

    each = actions.add_parser("flow", help="how many came, went on and finished")
    each.add_argument("--json", action="store_true", help="as JSON, for programs")
    _add_study(each)

    each = actions.add_parser("unblind", help="open the arm of one person, or of all; the log keeps why")
    each.add_argument("person", metavar="P", nargs="?", default="", help="a pseudonym (default: everybody)")
    each.add_argument("--why", metavar="TEXT", required=True, help="the reason")
    _add_study(each)

    share_examples(EPILOG, actions.choices)


def _add_p(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="P", help="a pseudonym")


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--study", metavar="DIR", type=Path, default=Path(), help="the study's folder (default: this one)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    if args.action == "init":
        print(use.begin(args.folder))
        return 0
    if args.action == "check":
        return _check(args.files)
    if getattr(args, "person", ""):
        args.person = checked(args.person)
    return _ACTIONS[args.action](use.open_study(args.study), args)


def _check(files: list[Path]) -> int:
    """0 where all can be used, 3 where one cannot."""
    exit_code = 0
    for name in files:
        path = name / PROTOCOL if name.is_dir() else name
        try:
            loaded, found = studies.checked(text_of(path), path)
            faults = list(map(str, found))
        except EntrainError as error:
            loaded, faults = None, [f"{error.message} {error.advice}".rstrip()]
        if faults:
            exit_code = InputError.exit_code
        said = "" if loaded is None else f"{path}: nothing wrong; {words.checked(loaded.protocol)}"
        print("\n".join(faults) if faults else said)
    return exit_code


def _seal(study: OpenStudy, args: argparse.Namespace) -> int:
    print("\n".join(words.sealed_lines(use.seal_study(study, args.seed), study.loaded.protocol)))
    return 0


def _verify(study: OpenStudy, _: argparse.Namespace) -> int:
    use.verified(study)
    print(f"The seal holds: {study.standing().commitment}")
    return 0


def _enrol(study: OpenStudy, args: argparse.Namespace) -> int:
    if not args.person:
        raise UsageError("Whoever takes part needs a pseudonym.", "As in `entrain study enrol P01`.")
    record = use.enrol(study, args.person, args.stratum)
    print(words.enrolled(record.person, record.text("stratum"), record.whole("number")))
    return 0


def _event(study: OpenStudy, args: argparse.Namespace) -> int:
    if not 0 <= args.severity <= MOST_SEVERE:
        raise UsageError(f"--severity is a number from 0 to {MOST_SEVERE}, not {args.severity}.")
    use.note_event(study, args.person, args.text, args.severity, EventAction(args.came_of_it))
    print("Kept.", file=sys.stderr)
    return 0


def _guess(study: OpenStudy, args: argparse.Namespace) -> int:
    use.note_guess(study, args.person, args.arm, args.by)
    print("Kept.", file=sys.stderr)
    return 0


def _flow(study: OpenStudy, args: argparse.Namespace) -> int:
    flow, now = use.flow_of(study), study.standing()
    if args.json:
        print(json_text(asdict(flow)))
    else:
        print("\n".join(words.flow_lines(flow, study.loaded.protocol, now)))
    return 0


def _unblind(study: OpenStudy, args: argparse.Namespace) -> int:
    print("\n".join(words.opened_lines(use.unblind(study, args.person, args.why))))
    return 0


_ACTIONS: Final[Mapping[str, Callable[[OpenStudy, argparse.Namespace], int]]] = {
    "seal": _seal,
    "verify": _verify,
    "enrol": _enrol,
    "event": _event,
    "guess": _guess,
    "flow": _flow,
    "unblind": _unblind,
}
