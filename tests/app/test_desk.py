"""Who sits at the desk: one who is alone is never asked, and of two none becomes the other."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from entrain.app.desk import Desk, name_outside
from entrain.person.record import KnownResonance, KnownStrap, with_resonance
from entrain.ports import HeartChoice, HeartKind, SessionChoice, Sitter
from entrain.presets import library as presets
from entrain.storage import people
from entrain.storage.log.store import Store

STRAP = KnownStrap("AA:BB:CC:DD:EE:FF", "H10")

GOALS = (("first", 9.0),)  # a preset that comes down over days begins there, for everybody


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENTRAIN_HOME", str(tmp_path))
    return tmp_path


def choice(person: str, voice: str = "soft") -> SessionChoice:
    preset = presets.load("desk").preset
    return SessionChoice(HeartChoice(HeartKind.SIMULATED), preset, voice, preset.minutes, person)


def test_whoever_is_alone_is_nobody_and_is_never_asked() -> None:
    desk = Desk()
    assert desk.sitter() == Sitter("", has_read_notice=False, goals=GOALS)
    desk.read_notice()
    desk.remember(choice("", "ocean"))
    again = Desk()
    assert again.named_outside() is None
    assert again.sitter() == Sitter("", has_read_notice=True, preset="desk", voice="ocean", goals=GOALS)


def test_each_has_a_notice_a_strap_and_likes_of_their_own() -> None:
    desk = Desk()
    first = desk.sit_down("P01")
    assert not first.has_read_notice
    desk.read_notice()
    people.change(Store.open(), "P01", lambda now: replace(now, strap=STRAP))
    desk.remember(choice("P01", "bowl"))
    assert desk.sit_down("P02") == Sitter("P02", has_read_notice=False, goals=GOALS)
    known = desk.sit_down("P01")
    assert known.heart == HeartChoice(HeartKind.STRAP, STRAP.address, STRAP.name)
    assert (known.has_read_notice, known.voice) == (True, "bowl")


def test_it_is_asked_when_another_was_named_outside_and_only_then() -> None:
    desk = Desk()
    desk.remember(choice("P01"))
    name_outside("P01")
    assert desk.named_outside() is Desk().named_outside() is None  # the same person
    name_outside("P02")
    assert desk.named_outside() == "P02"
    assert (Desk().person, Desk().named_outside()) == ("P01", "P02")
    desk.sit_down("P01")  # it is still P01
    assert desk.named_outside() is Desk().named_outside() is None
    name_outside("P02")
    desk.sit_down("P02")
    assert desk.named_outside() is None
    assert Desk().person == "P02"


def test_where_the_app_had_nobody_yet_it_takes_who_was_named() -> None:
    name_outside("P02")
    assert (Desk().person, Desk().named_outside()) == ("P02", None)


def test_a_desk_whose_store_cannot_be_read_has_somebody_new(home: Path) -> None:
    (home / "sessions.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    desk = Desk()
    desk.read_notice()
    desk.remember(choice("P01"))
    assert desk.sitter() == Sitter("P01", has_read_notice=False, goals=GOALS)
    assert desk.named_outside() is None


def test_the_settings_of_before_say_who_sits_here(home: Path) -> None:
    old = {"person": "P02", "theme": "night", "notice_accepted_utc": "2026-01-01T00:00:00+00:00"}
    (home / "settings.json").write_text(json.dumps(old))
    desk = Desk()
    assert desk.sitter() == Sitter("P02", has_read_notice=True, theme="night", goals=GOALS)
    assert desk.named_outside() is None


def test_a_rate_of_ones_own_is_a_goal_for_oneself_alone(home: Path) -> None:
    rate = KnownResonance(5.4, 0.9, "2026-03-01T09:00:00+00:00", "a session")
    people.change(Store.open(), "P01", lambda now: with_resonance(now, rate))
    (home / "presets").mkdir()
    (home / "presets" / "mine.toml").write_text(
        'title = "Mine"\nsummary = ""\n[breath]\ngoal_per_min = "own resonance"\n'
    )
    from entrain.app.services import Shelf

    desk = Desk("P01")
    shelf = Shelf(desk)

    def goal() -> float | None:
        preset = next(each.preset for each in shelf.everything() if each.name == "mine")
        return None if preset is None else preset.breath.goal_per_min

    assert goal() == 5.4
    desk.sit_down("P02")
    assert goal() is None  # a draft, which says how to find one's own
