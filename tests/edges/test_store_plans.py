"""No statement of the store reads a whole table that grows: `tests/plans.py` reads the plan of each that any test runs."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import lookups, rows
from bot.store.sqlite import Sqlite
from tests import plans
from tests.edges.stored import EVERYWHERE, GAPS, LEASE, LEGAL, NOW, published


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans.Watched, "known", set())


async def without(store: Sqlite, index: str) -> None:
    await store._write(lambda db: db.execute(f"DROP INDEX {index}"))


async def told_and_let_go(store: Sqlite) -> None:
    await published(store, LEGAL)
    await store.unbriefed(9)
    await store.forget_untold(NOW + timedelta(days=9), 9)


async def test_an_alert_is_told_let_go_and_looked_up_without_reading_a_whole_table(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    story = await published(store, LEGAL)
    await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    await store.search("text : act", 9)
    await store.trail(story.entries[0].id)
    await store.to_revise(NOW, EVERYWHERE)
    await store.census()
    await store.forget_untold(NOW + timedelta(days=9), 9)
    assert len(plans.Watched.known) > 30
    await store.close()


@pytest.mark.parametrize("index", ["deliveries_once", "stories_unbriefed", "corrections_story"])
async def test_a_statement_whose_index_is_gone_is_refused(index: str, tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    await without(store, index)
    with pytest.raises(plans.Scans, match="reads all of"):
        await told_and_let_go(store)
    await store.close()


async def test_a_statement_that_is_done_many_times_is_read_too(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    await store.record_all((), NOW)
    with pytest.raises(plans.Scans, match="reads all of entries"):
        await store._write(lambda db: db.executemany("UPDATE entries SET author = '' WHERE title = ?", [("a",)]))
    await store.close()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT d.state FROM deliveries AS d WHERE d.reason = ?", "all of deliveries"),
        ("SELECT b.brief FROM briefs b WHERE b.written > ?", "all of briefs"),
        ("SELECT 1 FROM entries WHERE title = ? OR id = 1", "all of entries"),
        ("SELECT id FROM deliveries WHERE state = 'sent' AND message = ?", "all of deliveries"),
        ("SELECT id FROM deliveries WHERE platform = ? AND message = ''", "all of deliveries"),
    ],
)
async def test_a_table_is_known_by_any_name_and_most_of_it_counts_as_all_of_it(
    sql: str, said: str, tmp_path: Path
) -> None:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    with pytest.raises(plans.Scans, match=said):
        await store._read(lambda db: db.execute(sql, ("",)))
    await store.close()


async def test_what_a_partial_index_is_for_and_small_tables_may_be_read_as_a_whole(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    await store.record_all((), NOW)
    await store.memories()
    await store.unjudged(9)
    await store.grown(9)
    await store.close()


async def test_how_long_alerts_take_is_read_off_the_newest_however_many_there_were(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    story = await published(store, LEGAL)

    def more(db: sqlite3.Connection, number: int) -> None:
        db.execute(
            """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                INSERT INTO deliveries (id, story, platform, space, channel, kind, because, state, due, created, settled)
                SELECT hex(randomblob(12)), ?2, 'slack', 'T1', hex(randomblob(6)), 'alert', '[]', 'sent', ?3, ?3, ?3 FROM n""",
            (number, story.id, rows.moment(NOW)),
        )

    def steps(db: sqlite3.Connection) -> int:
        """Thousands of the database's instructions."""
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        db.set_progress_handler(count, 1_000)
        try:
            assert len(lookups.delays(db)) == lookups.MEASURED
        finally:
            db.set_progress_handler(None, 0)
        return counted

    await store._write(more, lookups.MEASURED)
    few = await store._read(steps)
    await store._write(more, 40 * lookups.MEASURED)
    assert await store._read(steps) <= few + 5
    await store.close()
