"""A time that is none, by which something waits: it is taken up all the same, and operators are told once."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Alert, Doubt, Memory, Push, Refused, Sent, Subscription
from bot.store import timeless
from bot.store.sqlite import Sqlite
from tests.edges.stored import EVERYWHERE, GAPS, LEASE, LEGAL, MINUTE, NOW, brief_of, entry, filed, judged, published
from tests.edges.test_store_damaged import has_done_all_there_is

SOON = NOW + timeless.SOON
NO_TIMES = ("soon", "2026-11-2q", "2926-11-24T12:00:00.000000+00:00")

MAY_BE_ANYTHING = {
    "when it happened, told to people and asked by nobody": (
        "alarms.since", "corrections.at", "decisions.at", "parked.since", "platforms.since", "troubles.since",
        "subscriptions.created", "mutes.created", "added_feeds.added", "feedback.at", "slack_installations.installed",
        "notices.attempted", "pushes.asked", "stopped.created", "story_instruments.began", "stories.created", "stories.latest",
    ),
    "the row is read whole and told of": (
        "feeds.baseline_at", "feeds.polled_at", "feeds.ok_at", "feeds.heard", "entries.seen", "entries.published",
        "briefs.brief", "deliveries.broke", "deliveries.created", "slack_installations.expires",
    ),
    "past a minute from now it holds up nothing": ("deliveries.attempted", "deliveries.settled"),
    "only that there is one is asked": ("stories.briefed",),
    "what is let go by it stays": (
        "lines.at", "envelopes.at", "model_answers.at", "model_spend.at", "stopped.at", "versions.at", "slack_states.until",
        "entries.page_read", "waited.at", "waited.kept",
    ),
    "corrections are looked for longer, or not at all": ("briefs.written",),
    "a hub is trusted until its lease ends": ("pushes.pushed",),
    "what cannot be read counts as none": ("marks.at",),
}  # fmt: skip


@pytest.fixture
async def store(tmp_path: Path) -> Sqlite:
    return await Sqlite.open(tmp_path / "regpulse.db")


@pytest.fixture
def spoils(tmp_path: Path) -> Callable[..., None]:
    def spoil(statement: str, *values: object) -> None:
        with closing(sqlite3.connect(tmp_path / "regpulse.db")) as db, db:
            assert db.execute(statement, values).rowcount

    return spoil


@pytest.mark.parametrize("at", NO_TIMES)
async def test_a_message_that_waits_for_no_time_goes_within_minutes(
    store: Sqlite, spoils: Callable[..., None], at: str
) -> None:
    story = await published(store, LEGAL)
    spoils("UPDATE deliveries SET due = ?", at)
    assert await store.claim(SOON, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9) == ()
    await store.look_over(NOW)
    ((delivery, _),) = await store.claim(SOON, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    assert delivery.story == story.id
    await store.close()


async def test_what_is_gathered_until_no_time_goes_within_minutes(store: Sqlite, spoils: Callable[..., None]) -> None:
    await _gathered(store, "1")
    spoils("UPDATE deliveries SET due = ?", NO_TIMES[0])
    await store.look_over(NOW)
    assert len(await store.claim(SOON, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)) == 1
    await store.close()


async def _gathered(store: Sqlite, *keys: str) -> None:
    daily = await store.subscribe(Subscription(LEGAL, "acts", "U1", NOW, every="daily 09:00"))
    for key in keys:
        story = await filed(store, judged(entry(key)))
        await store.publish(brief_of(story), (Alert(LEGAL, ("acts",), subscriptions=(daily.id,)),), NOW)


async def test_what_a_digest_carries_that_is_not_there_goes_without_it(
    store: Sqlite, spoils: Callable[..., None]
) -> None:
    await _gathered(store, "1", "2", "3")
    later = NOW + timedelta(days=1)
    ((digest, _),) = await store.claim(later, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(digest.id, Sent("m"), later, MINUTE)
    spoils("UPDATE deliveries SET state = 'gathered', digest = 'gone' WHERE kind = 'alert'")
    await store.look_over(later)
    ((again, _),) = await store.claim(later + MINUTE, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    assert again.story in (1, 2, 3)
    await store.close()


@pytest.mark.parametrize("column", ["attempted", "settled"])
@pytest.mark.parametrize("at", NO_TIMES)
async def test_a_message_sent_at_no_time_keeps_no_later_one_from_its_channel(
    store: Sqlite, spoils: Callable[..., None], column: str, at: str
) -> None:
    await published(store, LEGAL, key="1")
    ((delivery, _),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Sent("m"), NOW, MINUTE)
    spoils(f"UPDATE deliveries SET {column} = ?", at)  # noqa: S608
    await published(store, LEGAL, key="2", at=SOON)
    assert len(await store.claim(SOON, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)) == 1
    await store.close()


async def test_an_edit_that_waits_for_no_time_is_made_within_minutes(
    store: Sqlite, spoils: Callable[..., None]
) -> None:
    story = await published(store, LEGAL)
    ((delivery, _),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Sent("m"), NOW, MINUTE)
    await store.revise(brief_of(story), NOW, repost=True, why="x")
    spoils("UPDATE deliveries SET revise = ?", NO_TIMES[0])
    await store.look_over(NOW)
    assert await store.to_revise(SOON, EVERYWHERE) == (("slack", "T1"),)
    await store.close()


@pytest.mark.parametrize("at", NO_TIMES)
async def test_a_channel_that_is_closed_until_no_time_is_tried_within_minutes(
    store: Sqlite, spoils: Callable[..., None], at: str
) -> None:
    await published(store, LEGAL)
    ((delivery, _),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Refused("gone", "", closed="channel"), NOW, MINUTE)
    spoils("UPDATE parked SET again = ?", at)
    spoils("UPDATE deliveries SET due = ?", at)
    await store.look_over(NOW)
    assert len(await store.claim(SOON + MINUTE, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)) == 1
    await store.close()


async def test_a_feed_and_its_hub_that_wait_for_no_time_are_asked_within_minutes(
    store: Sqlite, spoils: Callable[..., None]
) -> None:
    await store.record(Memory("gazette", etag="x", polled_at=NOW, next_poll=NOW), (), NOW)
    await store.put_push(Push("gazette", "https://hub.invalid/", "t", "p", "s", "on", until=SOON, again=SOON))
    spoils("UPDATE feeds SET next_poll = ?", NO_TIMES[0])
    spoils("UPDATE pushes SET again = ?, until = ?", NO_TIMES[0], NO_TIMES[0])
    await store.look_over(NOW)
    assert {feed: one.etag for feed, one in (await store.memories(SOON)).items()} == {"gazette": "x"}
    (push,) = (await store.pushes()).values()
    assert (push.until, push.again) == (SOON, SOON)
    await store.close()


@pytest.mark.parametrize("column", ["due", "at"])
async def test_a_message_to_operators_that_waits_for_no_time_holds_up_no_later_one(
    store: Sqlite, spoils: Callable[..., None], column: str
) -> None:
    for title in ("first", "second"):
        await store.watch({}, (title, "line", "end"), NOW)
    first = await store.claim_notice(NOW, since=NOW, lease=LEASE)
    assert first
    await store.settle_notice(first.id, Doubt("no answer", knowable=True, after=None), NOW, MINUTE)
    spoils(f"UPDATE notices SET {column} = ? WHERE id = 1", NO_TIMES[0])  # noqa: S608
    await store.look_over(NOW)
    told = []
    while notice := await store.claim_notice(SOON, since=NOW, lease=LEASE):
        await store.settle_notice(notice.id, Sent("m"), SOON, MINUTE)
        told.append(notice.text[0])
    assert told[:2] == ["first", "second"]
    await store.close()


async def test_operators_are_told_once_what_waited_for_no_time(store: Sqlite, spoils: Callable[..., None]) -> None:
    for number in range(7):
        await store.record(Memory(f"feed{number}", polled_at=NOW, next_poll=NOW), (), NOW)
    spoils("UPDATE feeds SET next_poll = 'garbage'")
    await store.reclaim(NOW)
    await store.look_over(NOW)
    notice = await store.claim_notice(NOW, since=NOW, lease=LEASE)
    assert notice
    title, first, *_, more, below = notice.text
    assert title == "7 rows of the database waited for what never comes"
    assert first == "feeds feed0: its “next_poll” is no time that can be"
    assert more == "and 2 more"
    assert "taken up within some minutes" in below
    await store.settle_notice(notice.id, Sent("m"), NOW, MINUTE)
    assert await store.claim_notice(NOW, since=NOW, lease=LEASE) is None
    await store.close()


async def test_every_time_there_is_is_looked_over_or_holds_up_nothing(store: Sqlite, tmp_path: Path) -> None:
    await has_done_all_there_is(store)
    await store.close()
    named = {place for places in MAY_BE_ANYTHING.values() for place in places}
    looked_over = {f"{table}.{column}" for table, column, *_ in timeless.WAITING}
    with closing(sqlite3.connect(tmp_path / "regpulse.db")) as db:
        tables = [
            row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL")
        ]
        found = {
            f"{table}.{column[1]}"
            for table in tables
            if not table.startswith(("_sqlite", "sqlite", "story_words"))
            for column in db.execute(f"PRAGMA table_info({table})").fetchall()
            for (value,) in db.execute(f"SELECT {column[1]} FROM {table}").fetchall()  # noqa: S608  # of the schema
            if re.search(r"\d{4}-\d\d-\d\dT", str(value))
        }
    assert found - named - looked_over == set()
    assert named & looked_over == set()
