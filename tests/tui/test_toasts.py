"""What is worth a word when it changes."""

from dataclasses import replace

from entrain.control.events import Link, Sound
from entrain.tui.toasts import Toasts
from tests.support.scripted import view_at


def test_what_one_has_chosen_is_said_once() -> None:
    toasts = Toasts()
    view = view_at(300)
    assert toasts.news(view) == []
    chosen = replace(view, goal_bpm=58.0, goal_breath_per_min=6.5, sound=replace(view.sound, voice="bowl"))
    assert toasts.news(chosen) == [
        ("Voice: bowl", False),
        ("The beat goes to 58 a minute", False),
        ("The breath goes to 6.5 a minute", False),
    ]
    assert toasts.news(chosen) == []


def test_a_goal_that_comes_with_the_beat_is_no_news() -> None:
    toasts = Toasts()
    view = view_at(300)
    assert toasts.news(replace(view, goal_bpm=None, goal_breath_per_min=None)) == []
    assert toasts.news(view) == []


def test_sound_and_strap_lost_and_back_are_said() -> None:
    toasts = Toasts()
    view = view_at(300)
    strap = view.straps[0]
    toasts.news(view)
    lost = replace(
        view, straps=(replace(strap, link=Link.LOST),), sound=replace(view.sound, sound=Sound.LOST)
    )
    assert [serious for _, serious in toasts.news(lost)] == [True, True]
    assert [text for text, _ in toasts.news(view)] == [f"{strap.name} is back", "The sound is back"]
