"""Whatever the quoting, decimal sign, separator, order, unit, heading, encoding: right, or refused."""

import random
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from entrain.errors import InputError
from entrain.recordings.files import FileBytes
from entrain.recordings.reading import recording_in
from tests.support.tables import WrittenTable, written_tables


@settings(max_examples=150, deadline=None)
@given(written_tables())
def test_it_is_right_or_refused(table: WrittenTable) -> None:
    table.check()


@settings(max_examples=60, deadline=None)
@given(written_tables(kind="plain"))
def test_what_can_only_be_read_in_one_way_is_not_refused(table: WrittenTable) -> None:
    assert table.check(), table.text


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_damaged_files_end_with_a_sentence(seed: int) -> None:
    from tests.support.damage import damaged

    name, data = damaged(random.Random(seed))
    try:
        recording = recording_in(FileBytes(name, data, None))
    except InputError:
        return
    assert recording.intervals_ms
    assert all(0.0 < ms <= 60_000.0 for ms in recording.intervals_ms)


def test_times_that_hardly_ever_change_are_none() -> None:
    rows = "".join(f"{'0.001' if n < 290 else f'{n / 10}'},{800 + n % 7}\n" for n in range(300))
    with suppress(InputError):
        recording_in(FileBytes("x.csv", f"time,rr\n{rows}".encode(), None))
