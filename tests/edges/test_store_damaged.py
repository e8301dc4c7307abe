"""Whatever one row of each table holds, texts that are none and times that are none: all that a bot does goes on beside it."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import (
    UNJUDGED,
    Added,
    Alert,
    Channel,
    Correction,
    Feed,
    Feedback,
    Installation,
    Memory,
    Push,
    Refused,
    Sent,
    Subscription,
    Trouble,
)
from bot.ports import Store
from bot.store.sqlite import Sqlite
from tests.edges.stored import (
    EVERYWHERE,
    GAPS,
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NO,
    NOW,
    POLICY,
    YES,
    brief_of,
    entry,
    filed,
    heard,
    judged,
    published,
)

GARBLED, GARBAGE, EMPTY = "CAST(x'61ff62' AS TEXT)", "'garbage'", "''"
DAY = timedelta(days=1)
LATER, LONG_AFTER = NOW + DAY + MINUTE, NOW + 90 * DAY
TEAM = Channel("slack", "T1", "C3")


async def has_done_all_there_is(store: Store) -> None:
    """Twice, so that beside each row there is another."""
    await store.reclaim(NOW)
    await store.note_turn(NOW)
    for number, channel in enumerate((LEGAL, LAB)):
        await _has_told(store, channel, f"told{number}", f"gathered{number}")
        await _waits_for(store, ("gazette", "herald")[number], number)
    await _is_closed(store)
    for channel in (LEGAL, LAB):
        await published(store, channel, key=f"open{channel.id}", at=NOW + DAY)


async def _has_told(store: Store, channel: Channel, *keys: str) -> None:
    story = await published(store, channel, key=keys[0])
    for delivery, _ in await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps={}, limit=9):
        await store.settle(delivery.id, Sent(f"m{keys[0]}"), NOW, MINUTE)
    await store.correct(Correction(story.entries[0].id, "G", False, "a", "b", NOW), brief_of(story), "d", NOW)
    await store.give_feedback(Feedback(story.id, channel, "U1", "relevant", NOW))
    for name, value in (("updates", "on"), ("budget", "9"), ("timezone", "UTC")):
        await store.set(channel, name, value)
    await store.mute(channel, "nothing", NOW)
    await store.subscribe(Subscription(channel, "acts", "U1", NOW))
    daily = await store.subscribe(Subscription(channel, "act", "U1", NOW, every="daily 09:00"))
    gathered = await filed(store, judged(entry(keys[1])))
    await store.publish(brief_of(gathered), (Alert(channel, ("act",), subscriptions=(daily.id,)),), NOW)


async def _waits_for(store: Store, feed: str, number: int) -> None:
    await filed(store, judged(entry(f"filed{number}")))
    for key, verdict, standing in (
        ("new", YES, "new"),
        ("old", UNJUDGED, "baseline"),
        ("held", YES, "held"),
        ("no", NO, "new"),
    ):
        await heard(store, judged(entry(f"{key}{number}", feed=feed), verdict, standing))  # type: ignore[arg-type]
    await store.record(Memory(feed, polled_at=NOW, next_poll=NOW), (), NOW)
    await store.watch({feed: Trouble("blocked", NOW, "x")}, ("title", "line", "end"), NOW)
    await store.put_push(
        Push(feed, "https://hub.invalid/", "topic", feed, "s", "on", asked=NOW, until=LATER, pushed=NOW)
    )
    await store.add_feed(Added(Feed(f"added-{feed}", f"https://{feed}.invalid/", feed), "x", NOW))
    await store.install(Installation(f"T{number}", feed, "https://a.invalid/", "B1", "U1", (), b"x", NOW))
    await store.note_platform(("slack", "discord")[number], ok=True, reason="", now=NOW)
    await store.keep_line(f"a long line {number}", NOW)
    await store.first(feed, NOW)
    await store.redeem(feed, until=LATER, now=NOW)
    await store.reserve("2026-11", 1, 1, most_tokens=9, most_micro_usd=9, story=1, now=NOW)
    await store.keep_model_answer(feed, "answer", NOW)
    await store.see_version(1, feed, NOW)


async def _is_closed(store: Store) -> None:
    for channel in (POLICY, TEAM):
        await store.subscribe(Subscription(channel, "acts", "U1", NOW))
        await published(store, channel, key=f"parked{channel.id}")
    for delivery, _ in await store.claim(NOW + MINUTE, EVERYWHERE, lease=LEASE, gaps={}, limit=9):
        await store.settle(delivery.id, Refused("gone", "", closed="channel"), NOW + MINUTE, MINUTE)
    stopped = await store.subscribe(Subscription(LEGAL, "bills", "U1", NOW))
    await store.unsubscribe(LEGAL, stopped.id, NOW)


_SHOWN = tuple(entry(key) for key in ("told0", "new0", "no0", "unknown"))

WORK: dict[str, Callable[[Store], Awaitable[object]]] = {
    "start": lambda s: s.reclaim(LATER),
    "look over": lambda s: s.look_over(LATER),
    "turn": lambda s: s.note_turn(LATER),
    "platforms configured": lambda s: s.configured(EVERYWHERE, LATER),
    "fewer platforms configured": lambda s: s.configured(("slack",), LATER),
    "memories": lambda s: s.memories(),
    "due feeds": lambda s: s.memories(LATER),
    "next poll": lambda s: s.next_poll(LATER),
    "recall": lambda s: s.recall("gazette", _SHOWN),
    "untold": lambda s: s.untold("gazette", ("no0", "new0"), NOW, 5),
    "told": lambda s: s.told("gazette", ("told0",), NOW - DAY),
    "a hold": lambda s: heard(s, judged(entry("held", feed="third"), YES, "held")),
    "unfiled": lambda s: s.unfiled(9),
    "unjudged": lambda s: s.unjudged(9),
    "unbriefed": lambda s: s.unbriefed(9),
    "open stories": lambda s: s.open_stories(NOW - DAY),
    "grown": lambda s: s.grown(9),
    "to edit": lambda s: s.to_revise(LATER, EVERYWHERE),
    "edits": lambda s: s.claim_revisions(LATER, "slack", "T1", until=LATER + LEASE, limit=9),
    "next due": lambda s: s.next_due(EVERYWHERE, GAPS),
    "claim": lambda s: s.claim(LATER, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9),
    "claim, days later": lambda s: s.claim(LATER + 2 * DAY, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9),
    "notice": lambda s: s.claim_notice(LATER, since=NOW - DAY, lease=LEASE),
    "status": lambda s: s.census(),
    "metrics": lambda s: s.measures("2026-11"),
    "oldest": lambda s: s.waiting(),
    "overdue": lambda s: s.overdue(LATER),
    "ages": lambda s: s.first_seen((1, 2, 3)),
    "troubles": lambda s: s.troubles(),
    "pushes": lambda s: s.pushes(),
    "a push": lambda s: s.push_at("gazette"),
    "hubs": lambda s: s.trusted_hubs(LATER),
    "added feeds": lambda s: s.added_feeds(),
    "installations": lambda s: s.installations(),
    "platforms": lambda s: s.platforms(),
    "channels": lambda s: s.troubled_channels(),
    "subscriptions": lambda s: s.subscriptions(),
    "changed subscriptions": lambda s: s.subscriptions_changed(0, 9),
    "my subscriptions": lambda s: s.subscribed_by("slack", "T1", "U1"),
    "mutes": lambda s: s.mutes(LEGAL),
    "feedback": lambda s: s.feedback(LEGAL),
    "latest": lambda s: s.latest(9),
    "search": lambda s: s.search("text : act", 9),
    "earlier": lambda s: s.about(("xx-ai-act",), LATER, 9),
    "why": lambda s: s.trail(1),
    "deliveries": lambda s: s.deliveries(1),
    "digest": lambda s: s.told_in(LEGAL, NOW - DAY),
    "corrections": lambda s: s.corrections(9),
    "export": lambda s: s.chosen(),
    "unsubscribe": lambda s: s.unsubscribe(LEGAL, 1, LATER),
    "speak": lambda s: s.revive(POLICY, LATER),
    "sign in": lambda s: s.redeem("gazette", until=LATER + DAY, now=LATER),
    "forget articles": lambda s: s.forget_pages(LONG_AFTER, 9),
    "let go": lambda s: s.forget_untold(LONG_AFTER, 99),
    "clock back": lambda s: s.note_turn(LATER - timedelta(hours=5)),
}


async def _met(store: Store) -> dict[str, str]:
    met = {}
    for name, work in WORK.items():
        try:
            await work(store)
        except Exception as error:  # all of them are named
            met[name] = repr(error)
    return met


def _spoil(path: Path, value: str, *, keys: bool) -> None:
    """The first row of each table, and of each kind of delivery: all its texts, or all by which it is known."""
    with closing(sqlite3.connect(path)) as db, db:
        for (table,) in db.execute(
            """SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'
                AND name NOT LIKE 'story_words%' AND name NOT LIKE '%sqlite%'"""
        ).fetchall():
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            key = [str(column[1]) for column in columns if column[5]]
            spoilt = [str(name) for _, name, kind, *_, of_key in columns if kind == "TEXT" and bool(of_key) == keys]
            if spoilt:
                for row in _first(db, table, key):
                    change, where = (
                        ", ".join(f"{name} = {value}" for name in spoilt),
                        " AND ".join(f"{name} IS ?" for name in key),
                    )
                    db.execute(f"UPDATE OR IGNORE {table} SET {change} WHERE {where}", row)  # noqa: S608  # of the schema


def _first(db: sqlite3.Connection, table: str, key: list[str]) -> list[Any]:
    of_each_kind = {"deliveries": "state, kind", "entries": "standing, relevant, story IS NULL"}.get(table, "+1")
    found = f"SELECT {', '.join(key)}, min(rowid) FROM {table} GROUP BY {of_each_kind}"  # noqa: S608
    try:
        return [row[:-1] for row in db.execute(found).fetchall()]
    except sqlite3.OperationalError:  # a table without rowids
        return db.execute(f"SELECT {', '.join(key)} FROM {table} LIMIT 1").fetchall()  # noqa: S608


@pytest.mark.parametrize("keys", [False, True], ids=["values", "keys"])
@pytest.mark.parametrize("value", [GARBLED, GARBAGE, EMPTY], ids=["garbled", "garbage", "empty"])
async def test_whatever_a_row_of_each_table_holds_nothing_stops(tmp_path: Path, value: str, keys: bool) -> None:
    path = tmp_path / "regpulse.db"
    store = await Sqlite.open(path)
    await has_done_all_there_is(store)
    await store.close()
    _spoil(path, value, keys=keys)
    store = await Sqlite.open(path, checked=LATER)
    assert await _met(store) == {}
    await store.close()
