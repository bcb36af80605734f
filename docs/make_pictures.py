"""Makes every picture of the screens, and docs/use/screens.md: python docs/make_pictures.py [NAME...]

The README's picture is a real session with a simulated heart, run at twelve times its speed up to the fifth
minute; the history's is sixty sessions of one that grows calmer. All others are the scenes of
`tests.support.pictures`, with a clock that stands still; a new one needs a scene there and a line in `PAGES`
here. Needs Chromium, the font Fira Code, and Pillow.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from entrain.control.protocol import SessionConfig
from entrain.devices.audio.none import NoSound
from entrain.devices.simulated.heart import SimulatedHeart
from entrain.devices.simulated.person import Kind, Person
from entrain.drawing.palette import Depth
from entrain.ports import OpenedSession
from entrain.presets import library as presets
from entrain.runtime import Session
from entrain.tui.app import EntrainApp, Manners
from entrain.tui.look import Look
from tests.support.pictures import picture, scenes

OUT = Path(__file__).parent / "pictures"
PAGE = Path(__file__).parent / "use" / "screens.md"
SPEED = 12.0
COLOURS = 200
AT_S = 305.0
SMALL, LARGE = (80, 24), (120, 40)

INTRODUCTION = """\
# The screens

Every screen of `entrain`, as a terminal shows it. `?` lists the keys of each, `ctrl+p` finds everything by
name, `t` changes between dark, light and a dim night. All of it works from 80×24 on; below that figure, cue
and the way out are what is left. `NO_COLOR` is respected, and nothing is said by colour alone.

Made by `python docs/make_pictures.py`; do not edit this page by hand.
"""

COSTS = """\
## What it costs

Of one core, by the operating system, at up to thirty pictures a second, each drawn only where something has
moved, in a terminal with all colours (`python -m benchmarks.tui`; two idle cores, CPython 3.11):

| | of a core | written | first paint after |
|---|---|---|---|
| session, orb, 80×24 | 13 % | 108 kB/s | 0.9 s |
| session, wave, 80×24 | 18 % | 190 kB/s | 0.7 s |
| session, petals, 80×24 | 16 % | 134 kB/s | 0.8 s |
| session, bar, 80×24 | 14 % | 65 kB/s | 1.0 s |
| session, orb, 120×40 | 20 % | 384 kB/s | 0.9 s |
| session, wave, 120×40 | 22 % | 450 kB/s | 0.9 s |
| eyes closed, 80×24 | 5 % | nothing | 0.8 s |
| paused, 80×24 | 9 % | 3 kB/s | 0.7 s |
| home, idle, 80×24 | 0.2 % | nothing | 0.8 s |

Beside others, started with a home that was used before (`python -m benchmarks.first_paint`): the
first picture after 0.97 s, where a bare interpreter takes 0.01 s and a bare Textual application
0.23 s; in processor time 1.07 s beside 0.22 s. Most of it is reading in the program's own modules.

An hour's session in real time took 76 MB after eight minutes and 80 MB at its end. What it keeps of itself
is its course, 0.6 MB; the rest is rows that were drawn before, of which it keeps so many and no more.
"""

# heading -> (scene, size, what it shows)
PAGES = {
    "At first": (
        ("notice-1", SMALL, "What it is and what it is not; read once, before anything starts."),
        ("home", LARGE, "Home: what to do, with which heart, voice and length. One key starts."),
        (
            "home-programme",
            SMALL,
            "A programme under way: where one stands, and a key for today's session.",
        ),
        ("home-help", SMALL, "`?`: every key of the screen one is on."),
        ("palette", SMALL, "`ctrl+p`: everything by name."),
        (
            "straps",
            SMALL,
            "The straps on the air as they are found, and ways without one.",
        ),
        ("opening", SMALL, "New music is listened to first; nobody has to wait for it."),
    ),
    "A session": (
        ("check-in", SMALL, "How do you feel? A key, or enter to go on without."),
        (
            "session-baseline",
            SMALL,
            "The rest: the figure goes with the heart, and what is measured is said.",
        ),
        (
            "session-out",
            LARGE,
            "Breathing out with the orb; the figures beside it, and why things are so.",
        ),
        ("session-wave", SMALL, "`i` changes the figure, and it is remembered: the wave shows what comes."),
        ("session-petals", SMALL, "The petals."),
        ("session-bar", SMALL, "The bar."),
        ("session-landscape", SMALL, "The sea and its light."),
        ("session-minutes", SMALL, "`z`: the last minutes in place of the wave."),
        ("session-light", SMALL, "The light theme."),
        ("session-night", SMALL, "The night theme."),
        ("session-focus", SMALL, "`f`: the figure alone."),
        ("eyes-closed", SMALL, "`c`: a dark screen, and the sound leads."),
        ("session-lost", SMALL, "A lost strap: `--`, what is done about it, and the tempo stays."),
        (
            "session-away",
            SMALL,
            "`x`: it was too much. Silence, a text without figures, on or out.",
        ),
        ("session-note", SMALL, "`n`: a note for this moment, while the session goes on."),
        ("session-help", SMALL, "Every key of a session."),
        ("summary", LARGE, "What changed against your own beginning, and how good the data was."),
    ),
    "Past sessions": (
        ("history", LARGE, "`h`: the calendar, what changed over the sessions, and each of them."),
        ("past", LARGE, "One of them again: its course, and every decision with its reason."),
        ("compare", LARGE, "Two side by side."),
        ("export", SMALL, "For another program: in which form."),
        ("who", SMALL, "`w`: who is practising, by pseudonym."),
    ),
    "Presets": (
        ("presets", SMALL, "What each preset does, and its course with a steady pulse."),
        ("preset-form", LARGE, "One of your own as a form: each change is kept, and its course drawn."),
        ("preset-edit", LARGE, "`a`: all of it as text; its course follows while you write."),
        (
            "preset-edit-faults",
            SMALL,
            "Everything that is wrong, with line and setting; `f2` goes to the next.",
        ),
    ),
    "Settings": (
        ("settings", SMALL, "`,`: kept at once, in a file one can write in; what is wrong in it is told."),
    ),
    "What works here": (("doctor", SMALL, "Bluetooth, sound, terminal and storage, each with what to do."),),
    "The resonance assessment": (
        ("assess", SMALL, "What it is, how long it takes, which way."),
        ("assess-step", SMALL, "One step of it."),
        ("assess-outcome", LARGE, "A clear peak, how sure it is, and the six criteria."),
        ("assess-unclear", SMALL, "No clear peak is an outcome too."),
    ),
}


async def session_svg() -> str:
    preset = presets.load("desk").preset
    heart = SimulatedHeart(Person.draw(11, Kind.RESPONDER), "strap")
    config = SessionConfig(replace(preset, needs_heart=True), ("strap",), 11)
    session = Session(config, NoSound(), virtual=[heart], speed=SPEED)

    async def opened() -> OpenedSession:
        return OpenedSession(session)

    manners = Manners(look=Look(depth=Depth.TRUE), check_in=False)
    app = EntrainApp(opened, manners)
    async with app.run_test(size=LARGE) as pilot:
        while session.view().t_s < AT_S:
            await pilot.pause(0.2)
        return app.export_screenshot(title="entrain")


def as_png(svg: str, path: Path) -> None:
    """Draw the SVG with the installed Fira Code instead of one from the network."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    width, height = (round(float(x)) for x in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "picture.svg"
        page.write_text(svg)
        quiet = [
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", *quiet]
        shot = [
            f"--user-data-dir={folder}/profile",
            f"--screenshot={path}",
            f"--window-size={width},{height}",
        ]
        subprocess.run([*command, *shot, "--hide-scrollbars", page.as_uri()], check=True, capture_output=True)
    # A terminal has few colours: with a palette of them a picture takes a third of the room.
    with Image.open(path) as shown:
        small = shown.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def page() -> str:
    """The text of docs/use/screens.md."""
    parts = [INTRODUCTION]
    for heading, shown in PAGES.items():
        parts.append(f"\n## {heading}\n")
        parts += [f"\n{caption}\n\n![{name}](../pictures/{name}.png)\n" for name, _, caption in shown]
    return "".join([*parts, "\n", COSTS])


def main(only: list[str]) -> None:
    OUT.mkdir(exist_ok=True)
    by_name = {scene[0]: scene for scene in scenes()}
    if not only or "session" in only:
        as_png(asyncio.run(session_svg()), OUT / "session.png")
    for name, size, _ in (each for shown in PAGES.values() for each in shown):
        if not only or name in only:
            as_png(asyncio.run(picture(by_name[name], size)), OUT / f"{name}.png")
    PAGE.write_text(page())


if __name__ == "__main__":
    main(sys.argv[1:])
