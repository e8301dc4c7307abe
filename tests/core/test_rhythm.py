"""core.rhythm: how often a source is asked, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import rhythm
from bot.model import Feed, Memory, Tier

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # a Tuesday
FEED = Feed(id="f", url="https://a.example/feed", name="F", poll_minutes=60)


def known(days: float, *, number: int = 12, **rest: int) -> Memory:
    """A source that spoke so often, at ever other hours."""
    heard = tuple(NOW - timedelta(days=days * n, minutes=97 * n) for n in range(number, 0, -1))
    return Memory("f", baseline_at=NOW, heard=heard, **rest)  # type: ignore[arg-type]


def mornings(minute: int = 0, days: int = 20) -> Memory:
    """A source that publishes about nine on weekdays."""
    all_days = [NOW.replace(hour=8, minute=57) - timedelta(days=n) for n in range(days, 0, -1)]
    heard = [day + timedelta(minutes=minute + n % 4 * 5) for n, day in enumerate(all_days) if day.weekday() < 5]
    return Memory("f", baseline_at=NOW, heard=tuple(heard))


def test_a_busy_source_is_asked_oftener_and_a_quiet_one_rarer_than_configured() -> None:
    waits = [rhythm.of(replace(FEED, tier="analysis"), known(days)).every for days in (1, 7, 20, 60)]
    assert waits == sorted(waits)
    assert waits[0] < timedelta(minutes=30)
    assert abs(waits[1] - timedelta(minutes=60)) < timedelta(minutes=2)
    assert waits[-1] == timedelta(minutes=120)


def test_a_source_whose_habit_is_not_known_is_asked_as_configured() -> None:
    assert rhythm.of(FEED, known(1, number=4)) == rhythm.Rhythm(timedelta(hours=1))


@pytest.mark.parametrize(("tier", "most"), [("primary", 60), ("press", 90), ("newsletter", 180)])
def test_the_more_a_source_matters_the_less_its_silence_earns_it(tier: Tier, most: int) -> None:
    assert rhythm.of(replace(FEED, tier=tier), known(100)).every == timedelta(minutes=most)


def test_nobody_is_asked_oftener_than_every_five_minutes_or_than_its_publisher_asks_for() -> None:
    hurried = replace(FEED, poll_minutes=10)
    assert rhythm.of(hurried, known(1)).every == timedelta(minutes=5)
    assert rhythm.of(FEED, known(1, hint=2400)).every == timedelta(minutes=40)
    assert rhythm.of(FEED, known(1, hint=2400)).why == "its publisher asks for no more"


def test_a_publisher_cannot_ask_to_be_heard_less_than_the_operator_wants() -> None:
    assert rhythm.of(FEED, known(1, hint=86_400)).every == timedelta(hours=1)


def test_a_source_behind_a_proven_hub_is_polled_as_a_safety_net_only() -> None:
    one = rhythm.of(FEED, known(1), pushed=True)
    assert (one.every, rhythm.said(one)) == (timedelta(hours=6), "every 6 h (its hub tells us at once)")


def test_sources_met_together_do_not_come_due_together() -> None:
    feeds = [replace(FEED, id=f"f{n}") for n in range(200)]
    waits = sorted(rhythm.next_look(feed, Memory(feed.id), NOW) - NOW for feed in feeds)
    assert waits[0] >= timedelta(minutes=27)
    assert max(after - before for before, after in pairwise(waits)) < timedelta(minutes=3)
    assert waits[-1] - waits[0] > timedelta(minutes=25)


def polls(memory: Memory, start: datetime, hours: float) -> list[datetime]:
    found, at = [], start
    while at < start + timedelta(hours=hours):
        found.append(at := rhythm.next_look(FEED, memory, at))
    return found


def test_a_source_that_publishes_at_an_hour_is_polled_in_a_burst_then() -> None:
    asked = polls(mornings(), NOW.replace(hour=6), 6)
    inside = [at for at in asked if at.replace(hour=8, minute=52) <= at <= at.replace(hour=9, minute=27)]
    assert len(inside) >= 6
    assert all(later - before >= rhythm.LEAST for before, later in pairwise(asked))
    outside = [at for at in asked if at not in inside]
    assert 3 <= len(outside) <= 18
    assert rhythm.said(rhythm.of(FEED, mornings())).endswith(", oftener 08:52–09:27 UTC")


def test_there_is_no_burst_on_days_on_which_it_never_publishes() -> None:
    saturday = NOW.replace(day=28, hour=8, minute=50)
    assert len(polls(mornings(), saturday, 1)) <= 4


def test_an_hour_around_midnight_is_one_hour() -> None:
    heard = tuple(NOW.replace(hour=0) + timedelta(days=-n, minutes=20 if n % 2 else -10) for n in range(20, 0, -1))
    found = rhythm.hour(heard)
    assert found
    assert (found.opens, found.lasts) == (timedelta(hours=23, minutes=45), timedelta(minutes=50))


def test_a_source_that_gives_no_time_of_the_day_has_no_hour() -> None:
    assert rhythm.hour(tuple(NOW.replace(hour=0) - timedelta(days=n) for n in range(30, 0, -1))) is None


def test_a_source_that_speaks_at_any_hour_has_none() -> None:
    assert rhythm.hour(known(1, number=30).heard) is None


@given(
    st.lists(st.sampled_from([*range(0, 1440, 45), 1, 2, 1439]), min_size=10, max_size=40),
    st.sampled_from([0, 600, 1390, 1410]),
)
def test_the_hour_is_the_one_that_holds_most_of_its_days(minutes: list[int], turned: int) -> None:
    heard = tuple(
        datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
        + timedelta(days=day, minutes=(at % 70 + turned if day % 6 else at) % 1440)
        for day, at in enumerate(minutes)
    )
    clock = sorted(moment - moment.replace(hour=0, minute=0, second=0) for moment in heard)
    holding = [sum((other - start) % timedelta(days=1) <= rhythm.WINDOW for other in clock) for start in clock]
    found = rhythm.hour(heard)
    assert (found is not None) == (max(holding) >= rhythm.USUAL * len(heard))
    if found:
        assert found.opens == (clock[holding.index(max(holding))] - rhythm.BEFORE) % timedelta(days=1)
