"""core.schedule: when to look again."""

from datetime import UTC, datetime, timedelta

from bot.core.schedule import after, due, outbox_retry, remembered, spread
from bot.model import Failed, Feed, Fresh, Memory, Unchanged

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = Feed(id="f", url="https://a.example/feed", name="F", poll_minutes=60)
FRESH = Fresh(b"x", "application/xml", "hash", FEED.url, etag='"1"')


def wait(memory: Memory) -> timedelta:
    assert memory.next_poll
    return memory.next_poll - NOW


def test_a_feed_never_asked_is_due_and_then_only_in_its_turn() -> None:
    assert due((FEED,), {}, NOW) == (FEED,)
    polled = after(FEED, Memory("f"), FRESH, NOW)
    assert due((FEED,), {"f": polled}, NOW) == ()
    assert due((FEED,), {"f": polled}, NOW, everything=True) == (FEED,)
    assert timedelta(minutes=27) <= wait(polled) <= timedelta(minutes=66)
    assert timedelta(minutes=54) <= wait(after(FEED, polled, FRESH, NOW)) <= timedelta(minutes=66)


def test_a_feed_that_was_polled_and_is_not_among_the_due_waits() -> None:
    assert due((FEED,), {}, NOW, polled={"f"}) == ()
    assert due((FEED,), {"f": Memory("f", next_poll=NOW)}, NOW, polled={"f"}) == (FEED,)


def test_feeds_of_one_host_are_spread_among_the_others() -> None:
    feeds = tuple(Feed(str(n), f"https://{host}.example/{n}", "F") for n, host in enumerate("aaabbc"))
    assert [feed.url[8] for feed in spread(feeds)] == ["a", "b", "c", "a", "b", "a"]


def test_nobody_is_asked_more_often_than_every_five_minutes_unless_every_turn_is_wanted() -> None:
    hurried = Feed(id="f", url=FEED.url, name="F", poll_minutes=1)
    assert wait(after(hurried, Memory("f"), FRESH, NOW)) == timedelta(minutes=5)
    ours = Feed(id="f", url=FEED.url, name="F", poll_minutes=0)
    assert wait(after(ours, Memory("f"), FRESH, NOW)) == timedelta(0)


def test_failures_wait_longer_and_longer_up_to_a_day_and_keep_the_reason() -> None:
    memory, waits = Memory("f"), []
    for _ in range(10):
        memory = after(FEED, memory, Failed("down"), NOW)
        waits.append(wait(memory))
    assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert waits[-1] == timedelta(hours=24)
    assert (memory.failures, memory.reason) == (10, "down")
    assert after(FEED, memory, Unchanged(), NOW).reason == ""


def test_a_publisher_s_retry_after_is_honoured() -> None:
    assert wait(after(FEED, Memory("f"), Failed("busy", timedelta(hours=5)), NOW)) == timedelta(hours=5)


def test_validators_advance_with_a_good_answer_only() -> None:
    good = after(FEED, Memory("f"), FRESH, NOW)
    assert (good.etag, good.body_hash, good.baseline_at) == ('"1"', "hash", NOW)
    assert after(FEED, good, Failed("down"), NOW).etag == '"1"'


def test_a_permanent_redirect_is_remembered_until_the_operator_changes_the_address() -> None:
    moved = after(FEED, remembered(FEED, None), Unchanged(moved_to="https://b.example/"), NOW)
    assert remembered(FEED, moved).url == "https://b.example/"
    corrected = Feed(id="f", url="https://c.example/feed", name="F")
    assert (remembered(corrected, moved).url, remembered(corrected, moved).etag) == ("", "")
    assert remembered(corrected, moved).baseline_at == NOW


def test_the_outbox_tries_again_after_seconds_then_minutes() -> None:
    assert [outbox_retry(n).total_seconds() for n in (1, 2, 3, 20)] == [5, 10, 20, 900]


def test_the_first_failure_of_a_row_and_its_latest_cause_are_remembered_until_all_is_well() -> None:
    later = NOW + timedelta(hours=3)
    memory = after(FEED, Memory("f"), Failed("down"), NOW)
    memory = after(FEED, memory, Failed("403", cause="blocked"), later)
    assert (memory.cause, memory.failing_since) == ("blocked", NOW)
    memory = after(FEED, memory, FRESH, later)
    assert (memory.cause, memory.failing_since, memory.changed_at) == ("", None, later)


def test_another_site_that_answers_is_remembered_with_since_when() -> None:
    there = Fresh(b"x", "", "hash", "https://b.other/feed")
    memory = after(FEED, after(FEED, Memory("f"), there, NOW), there, NOW + timedelta(hours=3))
    assert (memory.elsewhere, memory.elsewhere_since) == ("b.other", NOW)
    again = after(FEED, memory, Unchanged(url=FEED.url), NOW)
    assert (again.elsewhere, again.elsewhere_since) == ("", None)
