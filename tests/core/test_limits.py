"""core.limits: a bucket gives a line at a time and fills evenly."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core import limits
from bot.core.limits import Bucket
from tests.core.vocabulary import NOW


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 30))
def test_in_no_minute_are_there_more_lines_than_a_burst_and_what_came_in_meanwhile(
    gaps: list[float], a_minute: int
) -> None:
    bucket, now, given_at = None, NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        bucket, wait = limits.drawn(bucket, a_minute, now)
        if not wait:
            given_at.append(now)
    for start in given_at:
        within = [at for at in given_at if start <= at < start + timedelta(minutes=1)]
        assert len(within) <= 2 * a_minute


@given(st.integers(1, 200))
def test_who_waits_as_long_as_was_said_is_answered(a_minute: int) -> None:
    bucket: Bucket | None = None
    wait = 0
    while not wait:
        bucket, wait = limits.drawn(bucket, a_minute, NOW)
    assert limits.drawn(bucket, a_minute, NOW + timedelta(seconds=wait))[1] == 0
    assert bucket
    assert limits.full(bucket, a_minute, NOW + timedelta(minutes=1))
    assert not limits.full(bucket, a_minute, NOW)


def test_a_clock_set_back_gives_nothing_and_takes_nothing() -> None:
    bucket, _ = limits.drawn(None, 2, NOW)
    assert limits.drawn(bucket, 2, NOW - timedelta(hours=1))[0].left == 0
