"""docs/use/voices.md: its example works as it stands, and it leaves no voice out."""

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from entrain.synth import scales, voices
from entrain.synth.renderer import Renderer
from tests.synth.scores import steady
from tests.synth.test_voices import PATTERN

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "use" / "voices.md").read_text(encoding="utf-8")
MOST_BYTES = 60_000


def example(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_the_example_of_a_voice_is_short_and_plays(monkeypatch: pytest.MonkeyPatch):
    source = example("python")
    assert len([line for line in source.splitlines() if line.strip()]) <= 30
    module = ModuleType("entrain.synth.voices.example")
    exec(compile(source, "docs/use/voices.md", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(voices.CATALOGUE, "example", "from the page")
    renderer = Renderer("example", 16_000)
    score = steady(60.0, 0.0, PATTERN)
    whole = renderer.render(score, 0, 160_000, 0.0)
    assert 0.1 < np.abs(whole).max() < 0.75
    assert np.abs(np.diff(whole[:160], axis=0)).max() < 0.06  # it begins softly
    cut = [renderer.render(score, at, 777, 0.0) for at in range(0, 77_700, 777)]
    np.testing.assert_array_equal(np.concatenate(cut), whole[:77_700])
    beat = renderer.onsets(score, 0, 160_000, 0.0)
    assert [strike.frame for strike in beat] == list(range(0, 160_000, 16_000))


def test_the_example_of_a_scale_is_one(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(example("toml"), encoding="utf-8")
    assert tomllib.loads(example("toml"))["title"] == scales.read(path).title


@pytest.mark.parametrize("name", [name for name in voices.CATALOGUE if name != "silence"])
def test_every_voice_has_its_text_and_a_small_picture(name: str):
    assert f"### `{name}`" in PAGE
    assert 0 < (DOCS / "pictures" / "voices" / f"{name}.png").stat().st_size < MOST_BYTES


def test_every_scale_has_its_row():
    assert all(f"| `{name}` | {scales.load(name).title} |" in PAGE for name in scales.names())
