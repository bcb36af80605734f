"""What a session did not believe is not analysed afterwards; time that is left out stays time."""

import pytest

from entrain.control.events import BeatSeen, HeartDoubted
from entrain.heart.beat import Beat, RRInterval, Verdict
from entrain.heart.doubt import Doubt
from entrain.history.believed import UNBELIEVED, BelievedBeats
from entrain.history.heart import corrected


def beat(n: int, verdict: Verdict = Verdict.OK, strap: str = "s") -> Beat:
    return Beat(t_s=1.0 * n, rr=RRInterval(1024 + n % 5), verdict=verdict, strap=strap, segment=0, n=n)


@pytest.mark.parametrize("doubt", Doubt)
def test_beats_are_left_out_while_they_were_not_believed(doubt: Doubt) -> None:
    beats = BelievedBeats()
    for n in range(1, 60):
        if n in (20, 40):
            beats.take(HeartDoubted(float(n), "s", doubt if n == 20 else None))
        beats.take(BeatSeen(float(n), beat(n)))
        beats.take(BeatSeen(float(n), beat(n, strap="other")))
    kept = [each.n for each in beats.by_strap["s"]]
    if doubt in UNBELIEVED:
        assert kept == [*range(1, 20), *range(40, 60)]
        assert beats.n_unbelieved == {"s": 20}
    else:
        assert kept == list(range(1, 60))
    assert len(beats.by_strap["other"]) == 59
    assert beats.doubts == {"s": {doubt}}


def test_what_is_left_out_is_a_gap_of_its_own_length() -> None:
    off = [beat(n, Verdict.NO_CONTACT if 20 <= n < 40 else Verdict.OK) for n in range(1, 60)]
    for beats in (off, [each for each in off if each.verdict is Verdict.OK]):
        found = corrected(beats)
        assert len(found.series) == 39
        assert len(found.series.segments()) == 2
        assert found.series.t_s[-1] == pytest.approx(59.0, abs=0.1), "the time goes on"
