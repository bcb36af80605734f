"""The lot: uniform, balanced, the same everywhere, and provable afterwards."""

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import exp
from pathlib import Path

import pytest

from entrain.errors import InputError
from entrain.presets import studies
from entrain.study import lots, seal
from entrain.study.lots import Draws
from entrain.study.protocol import StudyProtocol, units_of
from entrain.wording.study_example import EXAMPLE


def protocol_of(text: str = EXAMPLE) -> StudyProtocol:
    loaded, faults = studies.checked(text, Path("study.toml"))
    assert loaded is not None, faults
    return loaded.protocol


PARALLEL = """\
title = "Three arms"
people = 60
blocks = [4, 8]
strata = ["a", "b"]
[arm.one]
kind = "closed loop"
share = 2
[arm.two]
kind = "fixed"
[arm.three]
kind = "sitting quietly"
"""


def test_the_same_seed_gives_the_same_list_on_every_system() -> None:
    """The figures were made once; any system or version that draws otherwise fails here."""
    drawn = [Draws("seed").below(n) for n in (2, 10, 1000, 10**9, 1 << 63)]
    stream = Draws("seed")
    told = [stream.below(1000) for _ in range(8)]
    assert drawn == [0, 8, 488, 380453488, 3865360174380453488]
    assert told == [488, 782, 522, 694, 237, 75, 621, 676]
    listed = [(each.stratum, each.number, each.sequence) for each in lots.places(protocol_of(), "7")]
    assert hashlib.sha256(repr(listed).encode()).hexdigest()[:16] == "472b6fc49b47b8b6"


def test_ten_thousand_allocations_are_uniform_balanced_and_keep_their_strata() -> None:
    protocol = protocol_of(PARALLEL)
    first: Counter[str] = Counter()
    seen = 0
    for seed in range(85):
        places = lots.places(protocol, str(seed))
        seen += len(places)
        assert Counter(each.stratum for each in places).keys() == {"a", "b"}
        for stratum in protocol.strata:
            mine = [each.sequence[0] for each in places if each.stratum == stratum]
            counts = Counter[str]()
            for n, arm in enumerate(mine, 1):
                counts[arm] += 1
                for name, share in (("one", 0.5), ("two", 0.25), ("three", 0.25)):
                    assert abs(counts[name] - share * n) <= max(protocol.blocks) / 2
    assert seen >= 10_000
    for seed in range(10_000):
        first[lots.Draws(f"{seed}/a").shuffled(protocol.units)[0][0]] += 1
    expected = {"one": 5000.0, "two": 2500.0, "three": 2500.0}
    statistic = sum((first[name] - n) ** 2 / n for name, n in expected.items())
    assert exp(-statistic / 2.0) > 0.01  # the tail of chi-square with two degrees of freedom


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_every_arm_is_as_often_in_every_period(n: int) -> None:
    arms = tuple((f"a{at}", protocol_of().arms[0][1]) for at in range(n))
    units = units_of("cross-over", arms)
    for period in range(n):
        counts = Counter(unit[period] for unit in units)
        assert len(counts) == n
        assert len(set(counts.values())) == 1
    if n > 3:  # Williams: every arm follows every other equally often
        pairs = Counter(pair for unit in units for pair in pairwise(unit))
        assert len(pairs) == n * (n - 1)
        assert len(set(pairs.values())) == 1


def test_a_seal_holds_until_anything_is_changed() -> None:
    protocol = protocol_of()
    of = seal.sealed(protocol, "preset", "7", "salt")
    committed = seal.commitment(of)
    assert seal.unpacked(seal.packed(of)) == of
    assert seal.broken(of, protocol, "preset", committed) == ""
    assert seal.broken(replace(of, places=of.places[::-1]), protocol, "preset", committed) == "list"
    assert seal.broken(of, replace(protocol, sha256="0"), "preset", committed) == "protocol"
    assert seal.broken(of, protocol, "other", committed) == "preset"
    other = replace(of, places=of.places[::-1])
    assert seal.broken(other, protocol, "preset", seal.commitment(other)) == "lot"
    assert seal.commitment(replace(of, salt="other")) != committed
    for arm in ("listening", "steady", "closed"):
        assert arm not in seal.packed(of)


@pytest.mark.parametrize("text", ["", "abc", "eJw=", "é"])
def test_a_list_that_cannot_be_read_is_said_to_be_so(text: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        seal.unpacked(text)
