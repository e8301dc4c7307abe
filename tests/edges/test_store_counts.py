"""Deliveries are counted as they come and go, and the counts are right whatever changes them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.migrations import migrations
from bot.store.sqlite import Sqlite
from tests.edges.stored import LEGAL, NOW, POLICY, published
from tests.edges.test_store_damaged import WORK, has_done_all_there_is

COUNTED = "SELECT platform, state, number FROM delivery_counts WHERE number <> 0"
THERE = "SELECT platform, state, count(*) FROM deliveries GROUP BY platform, state"


def agree(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        there = set(db.execute(THERE).fetchall())
        assert set(db.execute(COUNTED).fetchall()) == there
    return sum(number for _, _, number in there)


async def test_whatever_is_done_the_counts_are_of_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "regpulse.db"
    store = await Sqlite.open(path)
    await has_done_all_there_is(store)
    assert agree(path) > 6
    for work in WORK.values():
        await work(store)
        agree(path)
    await store.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA recursive_triggers = ON")
        first = db.execute("SELECT * FROM deliveries LIMIT 1").fetchone()
        db.execute(f"REPLACE INTO deliveries VALUES ({', '.join('?' * len(first))})", first)  # noqa: S608
        db.execute(f"INSERT OR IGNORE INTO deliveries VALUES ({', '.join('?' * len(first))})", first)  # noqa: S608
        db.execute("UPDATE deliveries SET platform = 'discord', state = 'held' WHERE rowid % 2")
        db.execute("DELETE FROM deliveries WHERE rowid % 3 = 0")
    assert agree(path)


async def test_a_file_that_was_written_before_they_were_counted_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "regpulse.db"
    store = await Sqlite.open(path)
    await published(store, LEGAL, POLICY)
    await store.close()
    with closing(sqlite3.connect(path)) as db, db:
        for trigger in ("come", "go", "change"):
            db.execute(f"DROP TRIGGER deliveries_{trigger}")
        db.execute("DROP TABLE delivery_counts")
        (counting,) = [step for step in migrations if "deliveries_are_counted" in step]
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (counting,))
    store = await Sqlite.open(path)
    assert (await store.measures("2026-11")).deliveries == {("slack", "pending"): 2}
    assert (await store.census()).deliveries == {"pending": 2}
    await published(store, LEGAL, key="2", at=NOW)
    assert (await store.census()).deliveries == {"pending": 3}
    await store.close()
