"""The store's contract: one method, one transaction; what is asked comes back; the outbox sends once."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core import brief as briefs
from bot.core.audience import indexed
from bot.core.relevance import judge
from bot.errors import UserError
from bot.model import (
    Alert,
    Channel,
    Doubt,
    Filing,
    Judged,
    Later,
    Memory,
    Refused,
    Sent,
    Standing,
    Story,
    Subscription,
)  # fmt: skip
from bot.store.sqlite import Sqlite
from tests.core.vocabulary import FEED, NOW, SHIPPED, report

ONE, TWO = Channel("slack", "T1", "C1"), Channel("discord", "G1", "D1")
LEASE, RETRY = timedelta(minutes=3), timedelta(seconds=5)
FINE = "Commission fines Examplar number {} under the EU AI Act"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Sqlite]:
    opened = await Sqlite.open(tmp_path / "x.db")
    yield opened
    await opened.close()


def judged(number: int, *, standing: Standing = "new", title: str = FINE, text: str = "A fine.") -> Judged:
    entry = replace(report(title.format(number), text, number=number), id=0)
    return Judged(entry, judge(entry, FEED, SHIPPED), standing, "first seen now")


async def told(store: Sqlite, *numbers: int, channels: tuple[Channel, ...] = (ONE,)) -> list[Story]:
    """Stories that were heard, filed, briefed and published."""
    await store.record(Memory("f"), tuple(judged(number) for number in numbers), NOW)
    stories = []
    for one in await store.unfiled(100):
        story = await filed(store, one)
        stories.append(story)
        await publish(store, story, *channels)
    return stories


async def filed(store: Sqlite, one: Judged, into: Story | None = None) -> Story:
    return await store.file(
        Filing(one.entry, into, "why"), one.verdict, told=one.standing == "new", text=indexed(one.entry.title), now=NOW
    )


async def publish(store: Sqlite, story: Story, *channels: Channel) -> int:
    brief = briefs.frame(story, SHIPPED, NOW, writer="extract", disclosure="x")
    return await store.publish(brief, tuple(Alert(channel, ("AI",)) for channel in channels), NOW)


async def claim(
    store: Sqlite, *, after: timedelta = timedelta(0), gap: timedelta = timedelta(0)
) -> list[tuple[str, str, int]]:
    """(delivery, state, story) of what may be sent now."""
    gaps = {"slack": gap, "discord": gap}
    found = await store.claim(NOW + after, ("slack", "discord"), lease=LEASE, gaps=gaps, limit=50)
    return [(delivery.id, delivery.state, delivery.story) for delivery, _ in found]


async def test_entries_and_the_feed_s_memory_are_written_together_and_once(store: Sqlite) -> None:
    memory = Memory("f", configured="https://a.example", etag='"1"', baseline_at=NOW, ok_at=NOW, next_poll=NOW + RETRY)
    assert await store.record(memory, (judged(1), judged(2)), NOW) == 2
    assert await store.record(memory, (judged(2), judged(3)), NOW) == 1
    assert (await store.memories())["f"] == memory
    seen = await store.recall("f", tuple(judged(n).entry for n in (3, 4)))
    assert seen.keys == {"k3"}
    assert seen.links == {"https://a.example/3"}
    assert (await store.recall("other", (judged(3).entry,))).keys == frozenset()


async def test_an_entry_comes_back_as_it_was_heard(store: Sqlite) -> None:
    await store.record(Memory("f"), (judged(1),), NOW)
    (back,) = await store.unfiled(10)
    assert replace(back.entry, id=0) == judged(1).entry
    assert (back.verdict, back.standing, back.why) == (judged(1).verdict, "new", "first seen now")


async def test_what_is_not_relevant_or_is_held_is_not_filed_until_released(store: Sqlite) -> None:
    library = judged(1, title="Library {} opens", text="Borrowing is free.")
    await store.record(Memory("f", reason="flood"), (library, judged(2, standing="held")), NOW)
    assert await store.unfiled(10) == ()
    assert await store.release("f", NOW) == 1
    (released,) = await store.unfiled(10)
    assert (released.standing, (await store.memories())["f"].reason) == ("new", "")


async def test_a_story_gathers_its_reports_and_a_baseline_story_is_told_with_its_first_new_one(store: Sqlite) -> None:
    await store.record(Memory("f"), (judged(1, standing="baseline"), judged(2)), NOW)
    old, new = await store.unfiled(10)
    story = await filed(store, old)
    assert not story.told
    assert await store.unbriefed(10) == ()
    story = await filed(store, new, story)
    assert (story.told, len(story.entries)) == (True, 2)
    assert [one.id for one in await store.unbriefed(10)] == [story.id]
    assert [one.id for one in await store.open_stories(NOW - RETRY)] == [story.id]
    assert await store.open_stories(NOW + RETRY) == ()


async def test_search_finds_what_any_report_of_a_story_said(store: Sqlite) -> None:
    first, second = await told(store, 1, 2)
    assert [story.id for story in await store.search('"number 2"', 5)] == [second.id]
    assert [story.id for story in await store.latest(5)] == [second.id, first.id]
    assert await store.search('"zebra"', 5) == ()


async def test_a_published_alert_is_in_the_outbox_once(store: Sqlite) -> None:
    (story,) = await told(store, 1)
    assert await publish(store, story, ONE, TWO) == 1
    assert {delivery.channel for delivery in await store.deliveries(story.id)} == {ONE, TWO}
    assert await store.unbriefed(10) == ()


async def test_one_message_at_a_time_is_in_flight_per_channel(store: Sqlite) -> None:
    await told(store, 1, 2, channels=(ONE, TWO))
    assert [story for _, _, story in await claim(store)] == [1, 1]
    assert await claim(store) == []


async def test_a_channel_gets_its_next_message_after_its_pause(store: Sqlite) -> None:
    await told(store, 1, 2)
    ((first, _, _),) = await claim(store)
    await store.settle(first, Sent("ts"), NOW, RETRY)
    gap = timedelta(seconds=1)
    assert await claim(store, gap=gap, after=timedelta(milliseconds=900)) == []
    assert await store.next_due(("slack",), {"slack": gap}) == NOW + gap
    assert len(await claim(store, gap=gap, after=timedelta(milliseconds=1100))) == 1


async def test_what_is_sent_stays_sent(store: Sqlite) -> None:
    (story,) = await told(store, 1)
    ((delivery, _, _),) = await claim(store)
    await store.settle(delivery, Sent("ts"), NOW, RETRY)
    await store.settle(delivery, Later("again"), NOW, RETRY)
    (row,) = await store.deliveries(story.id)
    assert (row.state, row.message, row.attempts) == ("sent", "ts", 1)
    assert await claim(store, after=timedelta(days=1)) == []


async def test_a_delayed_message_waits_as_long_as_the_platform_asks(store: Sqlite) -> None:
    await told(store, 1)
    ((delivery, _, _),) = await claim(store)
    await store.settle(delivery, Later("slow down", timedelta(seconds=30)), NOW, RETRY)
    assert await claim(store, after=timedelta(seconds=29)) == []
    assert await claim(store, after=timedelta(seconds=30)) == [(delivery, "sending", 1)]


async def test_a_sender_that_died_leaves_a_doubt_after_its_lease_or_at_the_next_start(store: Sqlite) -> None:
    await told(store, 1)
    ((delivery, _, _),) = await claim(store)
    assert await claim(store, after=LEASE - RETRY) == []
    assert await claim(store, after=LEASE) == [(delivery, "doubt", 1)]
    assert await store.reclaim(NOW) == 1
    assert await claim(store) == [(delivery, "doubt", 1)]


async def test_a_doubt_comes_back_and_a_held_or_refused_message_never(store: Sqlite) -> None:
    await told(store, 1, 2, channels=(ONE, TWO))
    (one, _, _), (two, _, _) = await claim(store)
    await store.settle(one, Doubt("broke"), NOW, RETRY)
    await store.settle(two, Refused("kicked", "Invite it."), NOW, RETRY)
    later = await claim(store, after=RETRY)
    assert (one, "doubt", 1) in later
    assert two not in [delivery for delivery, _, _ in later]
    await store.hold(one, "nobody knows", NOW)
    assert {channel.state for channel in await store.troubled_channels()} == {"held", "refused"}
    assert "Invite it." in "".join(channel.reason for channel in await store.troubled_channels())


async def test_a_platform_that_is_down_keeps_its_messages(store: Sqlite) -> None:
    await told(store, 1)
    assert await store.claim(NOW, ("discord",), lease=LEASE, gaps={}, limit=5) == ()
    assert await store.next_due(("discord",), {}) is None
    assert (await store.census()).deliveries == {"pending": 1}


async def test_a_subscription_is_kept_once_and_belongs_to_its_channel(store: Sqlite) -> None:
    asked = Subscription(ONE, "ai", "U1", NOW)
    saved = await store.subscribe(asked)
    assert await store.subscribe(asked) == saved
    await store.mute(ONE, "opinion", NOW)
    assert [one.mutes for one in await store.subscriptions(ONE)] == [("opinion",)]
    assert not await store.unsubscribe(TWO, saved.id)
    assert await store.unsubscribe(ONE, saved.id)
    assert await store.subscriptions() == ()
    assert await store.unmute(ONE, "opinion")


async def test_the_trail_tells_what_was_decided_and_why(store: Sqlite) -> None:
    (story,) = await told(store, 1)
    trail = await store.trail(story.entries[0].id)
    assert [decision.step for decision in trail] == ["heard", "judged", "filed", "briefed", "routed"]
    assert "names EU AI Act" in trail[1].why
    ((found, number),) = await store.find("https://a.example/1")
    assert (found.entry.title, number) == (FINE.format(1), story.id)


async def test_a_platform_s_health_keeps_the_time_its_state_began(store: Sqlite) -> None:
    await store.note_platform("slack", ok=False, reason="token", now=NOW)
    await store.note_platform("slack", ok=False, reason="token", now=NOW + LEASE)
    (health,) = await store.platforms()
    assert (health.since, health.ok, health.reason) == (NOW, False, "token")


# The file


@pytest.mark.parametrize("spoil", ["directory", "text", "newer"])
async def test_a_file_that_cannot_be_the_database_is_said_so(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "x.db"
    match spoil:
        case "directory":
            path.mkdir()
        case "text":
            path.write_text("I am a letter to my aunt. " * 100, encoding="utf-8")
        case _:
            await (await Sqlite.open(path)).close()
            with sqlite3.connect(path) as db:
                db.execute(
                    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('regpulse', 'm999', '')"
                )
            db.close()
    with pytest.raises(UserError, match=r"x\.db"):
        await Sqlite.open(path)


async def test_a_process_killed_in_the_middle_of_a_transaction_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await Sqlite.open(path)).close()
    script = (
        "import os, signal, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.execute(\"INSERT INTO marks VALUES ('half', 'done')\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(path), env=dict(os.environ))
    assert await process.wait() == -9
    store = await Sqlite.open(path)
    assert (await store.census()).last_turn is None
    await store.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM marks").fetchone() == (0,)
    db.close()


HOT = (
    (
        "recall",
        "SELECT value FROM json_each('[]') AS g CROSS JOIN entries ON entries.feed = 'f' AND entries.key = g.value",
    ),
    (
        "unfiled",
        "SELECT * FROM entries WHERE relevant = 1 AND story IS NULL AND standing <> 'held' ORDER BY id LIMIT 5",
    ),
    ("unbriefed", "SELECT * FROM stories WHERE told = 1 AND briefed IS NULL ORDER BY id LIMIT 5"),
    ("open_stories", "SELECT * FROM stories WHERE latest >= 'x'"),
    ("latest", "SELECT * FROM stories ORDER BY latest DESC, id DESC LIMIT 5"),
    ("find", "SELECT * FROM entries WHERE link = 'x'"),
    ("trail", "SELECT * FROM decisions WHERE entry = 1"),
    (
        "claim",
        "SELECT * FROM deliveries WHERE platform = 'slack' AND state IN ('pending', 'sending', 'doubt') AND due <= 'x'",
    ),
    ("subscriptions", "SELECT * FROM subscriptions WHERE platform = 'a' AND space = 'b' AND channel = 'c'"),
)


@pytest.mark.parametrize(("name", "statement"), HOT)
async def test_hot_queries_use_an_index(store: Sqlite, name: str, statement: str) -> None:
    plan = await store._read(lambda db: [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")])
    assert any(("USING" in step and "INDEX" in step) or "PRIMARY KEY" in step for step in plan), plan
    assert not any(step.startswith("SCAN entries") and "USING INDEX" not in step for step in plan), plan
