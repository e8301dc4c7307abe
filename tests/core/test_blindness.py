"""core.cadence and core.blindness: what silence is usual, and what operators are told."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import blindness, cadence
from bot.core.blindness import changes, coverage, notice, site, trouble
from bot.model import Cause, Feed, Memory, Trouble

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = Feed(id="herald", url="https://www.herald.example/feed", name="The Herald")


def every(days: float, *, times: int = 20) -> tuple[datetime, ...]:
    return tuple(NOW - (times - 1 - n) * days * DAY for n in range(times))


def listened(heard: tuple[datetime, ...], *, until: datetime, changed: datetime | None = None) -> Memory:
    return Memory(FEED.id, baseline_at=NOW - 100 * DAY, polled_at=until, ok_at=until, heard=heard, changed_at=changed)


def failing(cause: Cause, *, failures: int = 2, hours: float = 1) -> Memory:
    return Memory(
        FEED.id,
        polled_at=NOW,
        failures=failures,
        reason="as arranged",
        cause=cause,
        failing_since=NOW - timedelta(hours=hours),
    )


def test_a_days_items_count_once_and_only_the_newest_days_are_kept() -> None:
    assert cadence.learnt((), [NOW, NOW - timedelta(hours=1), NOW - DAY]) == (NOW - DAY, NOW)
    assert cadence.learnt((NOW - DAY,), []) == (NOW - DAY,)
    kept = cadence.learnt(every(1, times=60), [])
    assert (len(kept), kept[-1]) == (cadence.REMEMBERED, NOW)


@pytest.mark.parametrize(
    ("heard", "days"),
    [
        pytest.param(every(1), 4, id="a daily one may take a long weekend"),
        pytest.param(every(7), 21, id="a weekly one three weeks"),
        pytest.param(every(30), 90, id="a monthly one three months"),
        pytest.param(every(90), 120, id="nobody more than four months"),
        pytest.param(every(1, times=4), 120, id="nor one whose habit is not known"),
        pytest.param((NOW - 900 * DAY, *every(1)), 4, id="one old item at the end of a document changes nothing"),
    ],
)
def test_how_long_a_silence_is_usual_is_learnt_from_the_pauses(heard: tuple[datetime, ...], days: int) -> None:
    assert cadence.patience(heard) == days * DAY


def test_silence_is_told_only_beyond_the_sources_own_habit() -> None:
    weekly = every(7)
    assert trouble(FEED, listened(weekly, until=NOW + 21 * DAY)) is None
    found = trouble(FEED, listened(weekly, until=NOW + 22 * DAY))
    assert found
    assert (found.cause, found.since) == ("silent", NOW)


def test_a_document_that_changes_without_a_new_item_is_frozen() -> None:
    found = trouble(FEED, listened(every(1), until=NOW + 9 * DAY, changed=NOW + 9 * DAY))
    assert found
    assert (found.cause, found.since) == ("frozen", NOW)


def test_a_document_of_old_items_is_found_frozen_at_the_second_look() -> None:
    old = (NOW - 3_000 * DAY,)
    first = Memory(FEED.id, baseline_at=NOW, polled_at=NOW, ok_at=NOW, heard=old, changed_at=NOW)
    assert trouble(FEED, first) is None
    later = NOW + timedelta(hours=1)
    second = Memory(FEED.id, baseline_at=NOW, polled_at=later, ok_at=later, heard=old, changed_at=NOW)
    found = trouble(FEED, second)
    assert found
    assert found.cause == "frozen"


@pytest.mark.parametrize("cause", ["blocked", "not there", "not a feed"])
def test_two_looks_an_hour_apart_come_before_anything_is_called_blind(cause: Cause) -> None:
    assert trouble(FEED, failing(cause, failures=1, hours=9)) is None
    assert trouble(FEED, failing(cause, hours=0.9)) is None
    assert trouble(FEED, failing(cause)) == Trouble(cause, NOW - timedelta(hours=1), "as arranged")


def test_a_server_that_does_not_answer_is_given_longer() -> None:
    assert trouble(FEED, failing("unreachable", failures=5, hours=5.9)) is None
    assert trouble(FEED, failing("unreachable", failures=6, hours=6))


def test_what_was_told_is_not_told_again_for_another_cause_of_blindness() -> None:
    told = {FEED.id: Trouble("silent", NOW, "")}
    assert changes((FEED,), {FEED.id: failing("blocked")}, told) == ()
    assert changes((FEED,), {FEED.id: failing("blocked", failures=1)}, told) == ()


def test_one_that_was_only_moved_and_now_is_blind_is_told() -> None:
    told = {FEED.id: Trouble("moved", NOW, "")}
    (change,) = changes((FEED,), {FEED.id: failing("blocked")}, told)
    assert change.now
    assert change.now.cause == "blocked"


def test_a_source_the_operator_took_out_is_not_told_of() -> None:
    assert changes((), {}, {FEED.id: Trouble("silent", NOW, "")}) == ()


def test_the_message_names_source_cause_remedy_and_address() -> None:
    changed = changes((FEED,), {FEED.id: failing("not there")}, {})
    title, line, last = notice(changed, "0 of 1 source healthy")
    assert title == "1 source in trouble"
    assert line == (
        "The Herald (herald) is not there since 24 Nov 2026: as arranged. "
        "Look for its new address and correct it in feeds.toml. https://www.herald.example/feed"
    )
    assert last == "0 of 1 source healthy"


def test_the_coverage_line_counts_and_names() -> None:
    feeds = tuple(Feed(id=f"f{n}", url=f"https://{n}.example/", name=f"Paper {n}") for n in range(5))
    memories = {
        "f0": Memory("f0", polled_at=NOW, ok_at=NOW),
        "f1": failing("blocked"),
        "f2": failing("blocked", failures=1),
        "f3": Memory("f3", polled_at=NOW, ok_at=NOW, elsewhere="new.example", elsewhere_since=NOW - DAY),
    }
    line = "2 of 5 sources healthy; blind: Paper 1 (blocked since 24 Nov 2026); 1 failing for now; 1 not asked yet"
    assert coverage(feeds, memories) == line


def test_many_blind_sources_are_counted_after_the_first_few() -> None:
    feeds = tuple(Feed(id=f"f{n}", url=f"https://{n}.example/", name=f"Paper {n}") for n in range(11))
    line = coverage(feeds, {feed.id: failing("blocked") for feed in feeds})
    assert line.startswith("0 of 11 sources healthy; blind: Paper 0 (blocked since 24 Nov 2026), Paper 1 (")
    assert line.endswith(", 3 more")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.herald.example/feed", "https://feeds.herald.example/rss", True),
        ("https://www.priv.gc.ca/en", "https://www.canada.gc.ca/", False),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://ec.europa.eu/", "https://digital-strategy.ec.europa.eu/", True),
        ("https://herald.example/", "https://parking.example/", False),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b", True),
    ],
)
def test_a_site_is_what_one_owner_holds(one: str, other: str, same: bool) -> None:
    assert (site(one) == site(other)) is same


def test_the_number_of_a_notice_stands_in_its_card() -> None:
    card = blindness.card(("1 source in trouble", "a line", "0 of 1 source healthy."), 12)
    assert (card.points, card.source, card.notes) == (("a line",), "0 of 1 source healthy.", ("Notice 12",))
