"""Letting go by age: what was told stays whole, and what was not is still known when a feed shows it again."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.app import keeping
from bot.config.sections import Database as Settings
from bot.core import novelty, report
from bot.core.audience import Index
from bot.model import UNJUDGED, Memory, Refused, Sent, Subscription
from bot.store import retention
from bot.store.migrations import migrations
from bot.store.sqlite import Sqlite
from tests.core.vocabulary import SHIPPED
from tests.edges.stored import GAPS, LEASE, LEGAL, NO, NOW, alert, brief_of, entry, filed, heard, judged, published

INDEX = Index(SHIPPED)
LATER = NOW + timedelta(days=1)
"""Everything heard at noon is older than this."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Sqlite]:
    opened = await Sqlite.open(tmp_path / "x.db")
    yield opened
    await opened.close()


async def test_that_a_channel_is_closed_is_forgotten_when_it_was_long_not_tried(store: Sqlite) -> None:
    await published(store, LEGAL)
    ((delivery, _),) = await store.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Refused("archived", "", "channel"), NOW, LEASE)
    await keeping.let_go(store, NOW)
    assert await store.is_parked(LEGAL)
    await keeping.let_go(store, LATER)
    assert not await store.is_parked(LEGAL)


async def test_what_buttons_led_to_goes_when_they_work_no_more_though_nobody_makes_another(
    store: Sqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_house = asyncio.Event()

    async def last(before: object, limit: int) -> int:
        kept_house.set()
        return 0

    monkeypatch.setattr(store, "forget_untold", last)
    await store.keep_line("subscribe acts", NOW)
    stopped = await store.subscribe(Subscription(LEGAL, "acts", "U1", NOW))
    await store.unsubscribe(LEGAL, stopped.id, NOW)
    kept = Settings(str(tmp_path / "x.db"), backups="")
    for days, left in ((180, 1), (181, 0)):
        kept_house.clear()
        now = partial(NOW.__add__, timedelta(days=days))
        keeper = asyncio.create_task(keeping.keep(store, kept, now, ("slack",), print))
        await kept_house.wait()
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        for count in ("SELECT count(*) FROM lines", "SELECT count(*) FROM stopped"):
            assert await store._read(lambda db, asked: db.execute(asked).fetchone()[0], count) == left


async def test_what_was_told_stays_whole_with_its_trail_and_its_message(store: Sqlite) -> None:
    story = await published(store, LEGAL)
    ((delivery, _),) = await store.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Sent("1.2"), NOW, LEASE)
    trail = await store.trail(story.entries[0].id)
    assert await keeping.let_go(store, LATER) == 0
    assert await store.story(story.id) == story
    assert await store.trail(story.entries[0].id) == trail
    assert await store.brief(story.id) == brief_of(story)
    (kept,) = await store.deliveries(story.id)
    assert (kept.message, kept.state) == ("1.2", "sent")
    assert await store.publish(brief_of(story), (alert(LEGAL),), NOW) == 0, "never sent twice"


async def test_a_story_never_told_goes_with_its_words_and_is_still_known_to_its_feed(store: Sqlite) -> None:
    story = await filed(store, judged(entry("1")), told=False, text="parliament passes")
    assert await store.search("parliament", 5) == (story,)
    assert await keeping.let_go(store, LATER) == 1
    assert await store.search("parliament", 5) == ()
    assert (await store.latest(5), await store.story(story.id)) == ((), None)
    assert await store._read(lambda db: db.execute("SELECT count(*) FROM story_words").fetchone()[0]) == 0
    ((kept, number),) = await store.find(entry("1").link)
    assert (kept.entry.text, kept.entry.author, number) == ("", "", None)
    again = entry("1", minutes=60 * 24 * 800)
    recall = await store.recall("gazette", (again,))
    assert novelty.sift(Memory("gazette", baseline_at=NOW), (again,), recall, again.seen, max_age=LEASE, total=9) == ()
    assert await store.unfiled(9) == (), "it is not filed anew either"
    assert "its text was dropped" in report.in_no_story(kept)
    assert await store.trail(kept.entry.id)


async def test_what_was_found_irrelevant_keeps_key_link_title_and_score_only(store: Sqlite) -> None:
    await heard(store, judged(entry("1"), NO))
    assert await keeping.let_go(store, LATER) == 1
    ((kept, _),) = await store.find(entry("1").link)
    assert (kept.entry.key, kept.entry.title, kept.entry.text) == ("1", entry("1").title, "")
    assert (kept.verdict.label, kept.verdict.score) == (NO.label, NO.score)
    assert (await store.recall("gazette", (entry("1"),))).keys == {"1"}


async def test_what_was_never_judged_goes_and_is_judged_no_more(store: Sqlite) -> None:
    await heard(store, replace(judged(entry("1"), standing="baseline"), verdict=UNJUDGED))
    assert await keeping.let_go(store, LATER) == 1
    assert await store.unjudged(9) == ()
    ((kept, _),) = await store.find(entry("1").link)
    assert (kept.verdict.label, kept.entry.text) == ("negative", "")


async def test_what_is_younger_stays(store: Sqlite) -> None:
    story = await filed(store, judged(entry("1")), told=False)
    await heard(store, judged(entry("2"), NO))
    assert await keeping.let_go(store, NOW - timedelta(seconds=1)) == 0
    assert await store.story(story.id) == story


async def test_an_old_item_heard_of_lately_stays(store: Sqlite) -> None:
    """Its publisher dates it years ago; we have it since today."""
    await heard(store, judged(entry("1", minutes=-60 * 24 * 900)))
    story = await filed(store, judged(entry("2", minutes=5)), told=False)
    assert await keeping.let_go(store, NOW + timedelta(minutes=1)) == 1
    assert await store.story(story.id) == story


async def test_a_story_with_a_part_that_was_told_stays(store: Sqlite, tmp_path: Path) -> None:
    told = await published(store, LEGAL, key="1")
    ((delivery, _),) = await store.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Sent("1.2"), NOW, LEASE)
    quiet = await filed(store, judged(entry("2")), told=False)
    merged = await store.merge(quiet.id, told.id, why="an editor said so", index=INDEX, now=NOW)
    assert merged
    assert await keeping.let_go(store, LATER) == 0
    assert await store.story(told.id) == merged


async def test_stories_merged_and_never_told_go_together(store: Sqlite) -> None:
    one = await filed(store, judged(entry("1")), told=False)
    two = await filed(store, judged(entry("2")), told=False)
    await store.merge(one.id, two.id, why="an editor said so", index=INDEX, now=NOW)
    changes = await store.regroupings()
    assert await keeping.let_go(store, LATER) == 2
    assert await store.latest(9) == ()
    assert await store.regroupings() == changes, "turns tell by it that they must read the stories anew"


async def test_a_large_past_is_let_go_in_small_steps(store: Sqlite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 3)
    await store.record(Memory("gazette"), tuple(judged(entry(str(n)), NO) for n in range(10)), NOW)
    assert await keeping.let_go(store, LATER) == 10
    assert await keeping.let_go(store, LATER) == 0


async def test_the_file_shrinks(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await Sqlite.open(path)
    many = tuple(judged(entry(str(n)), NO) for n in range(2_000))
    await store.record(
        Memory("gazette"), tuple(replace(one, entry=replace(one.entry, text="words " * 500)) for one in many), NOW
    )
    before = (await store.census()).bytes
    await keeping.let_go(store, LATER)
    after = (await store.census()).bytes
    await store.close()
    assert after < before / 2
    assert path.stat().st_size == after


def test_every_table_that_counts_stories_is_decided_about() -> None:
    """A new one is to say whether its rows make a story one that was told, or go with it."""
    decided = {*retention.TOLD_BY, *retention.GOES_WITH, "entries", "model_spend"}
    with closing(sqlite3.connect(":memory:")) as raw:
        migrations.take(raw)
        db = Database(raw, execute_plugins=False)
        found = {table.name for table in db.tables if "story" in {column.name for column in table.columns}}
    assert found <= decided
