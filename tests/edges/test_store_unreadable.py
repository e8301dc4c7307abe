"""A row that cannot be read back is stepped past and named; the rows beside it are read."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sized
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing

from bot.core import condition
from bot.model import UNJUDGED, Added, Alert, Feed, Installation, Memory, Push, Sent, Subscription, Trouble
from bot.store.sqlite import Sqlite
from tests.edges.stored import (
    EVERYWHERE,
    GAPS,
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NOW,
    POLICY,
    brief_of,
    entry,
    filed,
    heard,
    judged,
    published,
)

Spoils = Callable[..., None]
Reader = Callable[[Sqlite], Awaitable[Sized]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Sqlite]:
    made = await Sqlite.open(tmp_path / "regpulse.db")
    yield made
    await made.close()


@pytest.fixture
def spoils(tmp_path: Path) -> Spoils:
    """Writes past the store, as another version or a bad disk would."""

    def spoil(statement: str, *values: object) -> None:
        db = sqlite3.connect(tmp_path / "regpulse.db")
        with db:
            assert db.execute(statement, values).rowcount
        db.close()

    return spoil


async def has_two_of_each(store: Sqlite) -> None:
    for number, feed in enumerate(("gazette", "herald")):
        story = await published(store, LEGAL, key=f"told{number}")
        await filed(store, judged(entry(f"more{number}", feed=feed)), joins=story)
        await filed(store, judged(entry(f"filed{number}")))
        await heard(store, judged(entry(f"new{number}", feed=feed)))
        await heard(store, judged(entry(f"old{number}", feed=feed), UNJUDGED, "baseline"))
        await store.record(Memory(feed, polled_at=NOW, next_poll=NOW), (), NOW)
        await store.watch({feed: Trouble("blocked", NOW, "x")}, ("title", "line", "end"), NOW)
        await store.put_push(Push(feed, "https://hub.invalid/", "topic", f"path{number}", "secret", asked=NOW))
        await store.add_feed(Added(Feed(f"added-{feed}", f"https://{feed}.invalid/", feed), "x", NOW))
        await store.install(Installation(f"T{number}", feed, "https://a.invalid/", "B1", "U1", (), b"x", NOW))
        await store.subscribe(Subscription(LEGAL, f"acts {number}", "U1", NOW))
        await store.note_platform(feed, ok=True, reason="", now=NOW)


MANY: dict[str, tuple[str, Reader, int]] = {
    # What is spoilt of one of two, how all are read, and how many are left.
    "unfiled": ("UPDATE entries SET verdict = '{' WHERE key = 'new0'", lambda store: store.unfiled(9), 1),
    "unfiled, of a newer version": (
        """UPDATE entries SET verdict = '{"label": "positive", "tomorrow": 1}' WHERE key = 'new0'""",
        lambda store: store.unfiled(9), 1,
    ),
    "unjudged": ("UPDATE entries SET imprint = '[' WHERE key = 'old0'", lambda store: store.unjudged(9), 1),
    "unbriefed": (
        "UPDATE stories SET verdict = '{' WHERE briefed IS NULL AND id < 3", lambda store: store.unbriefed(9), 1,
    ),
    "open stories": ("UPDATE stories SET created = 'dawn' WHERE id = 1", lambda store: store.open_stories(NOW), 3),
    "grown": ("UPDATE briefs SET brief = '{}' WHERE story = 1", lambda store: store.grown(9), 1),
    "latest": ("UPDATE stories SET verdict = '7' WHERE id = 1", lambda store: store.latest(9), 3),
    "subscriptions": (
        "UPDATE subscriptions SET created = 'dawn' WHERE id = 1", lambda store: store.subscriptions(LEGAL), 1,
    ),
    "troubles": ("UPDATE troubles SET since = '?' WHERE feed = 'gazette'", lambda store: store.troubles(), 1),
    "pushes": ("UPDATE pushes SET asked = '?' WHERE feed = 'gazette'", lambda store: store.pushes(), 1),
    "added feeds": ("UPDATE added_feeds SET added = '?' WHERE id = 'added-gazette'", lambda store: store.added_feeds(), 1),
    "installations": (
        "UPDATE slack_installations SET scopes = '[' WHERE team = 'T0'", lambda store: store.installations(), 1,
    ),
    "platforms": ("UPDATE platforms SET since = '?' WHERE platform = 'gazette'", lambda store: store.platforms(), 1),
    "deliveries": ("UPDATE deliveries SET because = '[' WHERE story = 1", lambda store: store.deliveries(1), 0),
    "unfiled, no UTF-8": ("UPDATE entries SET title = CAST(x'ff' AS TEXT) WHERE key = 'new0'", lambda store: store.unfiled(9), 1),
    "open stories, no UTF-8": (
        "UPDATE stories SET verdict = CAST(x'ff' AS TEXT) WHERE id = 1", lambda store: store.open_stories(NOW), 3,
    ),
    "subscriptions, no UTF-8": (
        "UPDATE subscriptions SET query = CAST(x'ff' AS TEXT) WHERE id = 1", lambda store: store.subscriptions(), 1,
    ),
    "added feeds, no UTF-8": (
        "UPDATE added_feeds SET id = CAST(x'ff' AS TEXT) WHERE id = 'added-gazette'", lambda store: store.added_feeds(), 1,
    ),
    "installations, no UTF-8": (
        "UPDATE slack_installations SET name = CAST(x'ff' AS TEXT) WHERE team = 'T0'", lambda store: store.installations(), 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MANY)
async def test_of_many_rows_those_that_can_be_read_are(store: Sqlite, spoils: Spoils, name: str) -> None:
    statement, read, left = MANY[name]
    await has_two_of_each(store)
    before = len(await read(store))
    spoils(statement)
    assert (len(await read(store)), before) == (left, left + 1)
    (place,) = (await store.census()).unreadable
    assert place.split()[0] in statement


async def test_a_text_that_is_no_utf8_is_named_and_not_shown(store: Sqlite, spoils: Spoils) -> None:
    await heard(store, judged(entry("1")))
    spoils("UPDATE entries SET title = CAST(x'736563726574ff' AS TEXT)")
    with structlog.testing.capture_logs() as said:
        assert await store.unfiled(9) == ()
    assert (await store.census()).unreadable == ("entries 1",)
    assert "title is no UTF-8" in str(said)
    assert "secret" not in str(said)


async def test_operators_are_told_of_each_once_whatever_starts_anew(
    store: Sqlite, spoils: Spoils, tmp_path: Path
) -> None:
    for number in range(8):
        await heard(store, judged(entry(str(number))))
    spoils("UPDATE entries SET verdict = '{' WHERE id < 8")
    for _ in range(2):
        assert len(await store.unfiled(9)) == 1
        await store.note_turn(NOW)
    again = await Sqlite.open(tmp_path / "regpulse.db")
    await again.unfiled(9)
    await again.note_turn(NOW)
    notice = await again.claim_notice(NOW, since=NOW, lease=LEASE)
    assert notice
    assert notice.text[:3] == ("7 rows of the database cannot be read", "entries 1", "entries 2")
    assert "and 2 more" in notice.text[-2]
    assert "restore" in notice.text[-1]
    await again.settle_notice(notice.id, Sent("m"), NOW, MINUTE)
    assert await again.claim_notice(NOW, since=NOW, lease=LEASE) is None
    await again.close()


async def test_more_that_cannot_be_read_than_are_looked_at_keep_no_other_from_being_found(
    store: Sqlite, spoils: Spoils
) -> None:
    for number in range(5):
        await heard(store, judged(entry(str(number))))
    spoils("UPDATE entries SET verdict = '{' WHERE id < 5")
    found = [await store.unfiled(2) for _ in range(3)]
    assert [one.entry.id for one in found[-1]] == [5]


async def test_status_names_them(store: Sqlite, spoils: Spoils) -> None:
    await heard(store, judged(entry("1")))
    spoils("UPDATE entries SET verdict = '{'")
    await store.unfiled(9)
    said = condition.status((), (), (), {}, await store.census(), NOW)
    assert "✗ 1 row of the database cannot be read, and all else goes on: entries 1" in said


# What is to be told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE briefs SET brief = '{}' WHERE story = 1",
        "UPDATE deliveries SET because = '[' WHERE story = 1",
        "UPDATE deliveries SET mention = CAST(x'ff' AS TEXT) WHERE story = 1",
    ],
)
async def test_a_message_that_cannot_be_read_is_refused_and_the_others_go(
    store: Sqlite, spoils: Spoils, statement: str
) -> None:
    first, second = [await published(store, channel, key=channel.id) for channel in (LEGAL, POLICY)]
    spoils(statement)
    claimed = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    assert [delivery.story for delivery, _ in claimed] == [second.id]
    assert (await store.census()).deliveries == {"refused": 1, "sending": 1}
    spoils("UPDATE deliveries SET because = '[]', mention = '' WHERE story = 1")
    (row,) = await store.deliveries(first.id)
    assert "cannot be read back from the database" in row.reason


async def test_a_digest_leaves_out_what_cannot_be_read(store: Sqlite, spoils: Spoils) -> None:
    daily = (await store.subscribe(Subscription(LEGAL, "acts", "U1", NOW, every="daily 09:00"))).id
    for key in ("1", "2", "3"):
        story = await filed(store, judged(entry(key)))
        await store.publish(brief_of(story), (Alert(LEGAL, ("acts",), subscriptions=(daily,)),), NOW)
    spoils("UPDATE briefs SET brief = '{}' WHERE story = 1")
    ((digest, _),) = await store.claim(NOW + timedelta(days=1), EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    assert [one.story for one in digest.carries] == [2, 3]
    await store.settle(digest.id, Sent("m"), NOW + timedelta(days=1), MINUTE)
    assert [(await store.deliveries(story))[0].state for story in (1, 2, 3)] == ["refused", "sent", "sent"]


async def test_a_correction_that_cannot_be_read_keeps_no_other_message_from_being_edited(
    store: Sqlite, spoils: Spoils
) -> None:
    for channel in (LEGAL, POLICY):
        story = await published(store, channel, key=channel.id)
        ((delivery, _),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
        await store.settle(delivery.id, Sent("m"), NOW, MINUTE)
        await store.revise(brief_of(story), NOW, repost=True, why="x")
    spoils("UPDATE briefs SET brief = '{}' WHERE story = 1")
    found = await store.claim_revisions(NOW, "slack", "T1", until=NOW + LEASE, limit=9)
    assert [delivery.story for delivery, _ in found] == [2]
    assert await store.to_revise(NOW, EVERYWHERE) == ()


@pytest.mark.parametrize("text", ["{", "[]", '["alone"]'])
async def test_a_message_to_operators_that_cannot_be_read_holds_up_no_later_one(
    store: Sqlite, spoils: Spoils, text: str
) -> None:
    for title in ("first", "second"):
        await store.watch({}, (title, "line", "end"), NOW)
    spoils("UPDATE notices SET text = ? WHERE id = 1", text)
    notice = await store.claim_notice(NOW, since=NOW, lease=LEASE)
    assert notice
    assert notice.text[0] == "second"


async def test_one_time_that_is_none_keeps_no_channel_from_being_looked_at(store: Sqlite, spoils: Spoils) -> None:
    await published(store, LAB, key="1")
    await published(store, LEGAL, key="2", at=NOW + MINUTE)
    spoils("UPDATE deliveries SET due = 'soon' WHERE story = 1")
    assert await store.next_due(EVERYWHERE, {}) == NOW + MINUTE


# Feeds


@pytest.mark.parametrize("column", ["heard", "baseline_at", "next_poll", "failures"])
async def test_a_feed_whose_memory_cannot_be_read_is_asked_and_tells_nothing_twice(
    store: Sqlite, spoils: Spoils, column: str
) -> None:
    for feed in ("gazette", "herald"):
        memory = Memory(feed, etag="x", baseline_at=NOW, ok_at=NOW, polled_at=NOW, next_poll=NOW + MINUTE)
        await store.record(memory, (judged(entry("1", feed=feed)),), NOW)
    spoils(f"UPDATE feeds SET {column} = 'garbage' WHERE feed = 'gazette'")  # noqa: S608
    assert await store.next_poll(NOW) == NOW + MINUTE
    for found in (await store.memories(), await store.memories(NOW + MINUTE)):
        assert set(found) == {"gazette", "herald"}
        assert (found["gazette"].etag, found["gazette"].ok_at, found["gazette"].next_poll) == ("", NOW, None)
        assert found["herald"].etag == "x"
    assert found["gazette"] == await store.memory("gazette")
    await store.record(Memory("gazette", polled_at=NOW, next_poll=NOW), (), NOW)
    assert (await store.memories())["gazette"].next_poll == NOW, "what it answers next mends it"


@pytest.mark.parametrize("value", ["²", "9" * 5_000])
async def test_a_setting_that_cannot_be_read_is_as_if_it_were_not_there(store: Sqlite, value: str) -> None:
    await store.set(LEGAL, "budget", value)
    story = await published(store, LEGAL, POLICY)
    assert len(await store.deliveries(story.id)) == 2


async def test_a_subscription_that_cannot_be_read_keeps_no_other_from_being_heard(
    store: Sqlite, spoils: Spoils
) -> None:
    for channel in (LEGAL, LAB):
        await store.subscribe(Subscription(channel, "acts", "U1", NOW))
    spoils("UPDATE subscriptions SET created = '?' WHERE id = 1")
    asked = {one.channel: one.subscriptions for one in await store.subscriptions_changed(0, 9)}
    assert (asked[LEGAL], len(asked[LAB])) == ((), 1)
