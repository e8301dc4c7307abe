"""The SQLite store's transactions: whole or not at all, whoever is cancelled or killed; and quick, by an index."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreDown
from bot.model import Alert, Channel, Entry, Filing, Memory, Sent, Story
from bot.store import filing, listening, lookups, measuring, opening, outbox
from bot.store.sqlite import Sqlite
from tests.edges.stored import (
    GAPS,
    LEASE,
    LEGAL,
    MINUTE,
    NOW,
    YES,
    alert,
    brief_of,
    entry,
    filed,
    judged,
    published,
)

MANY = tuple(judged(entry(str(number))) for number in range(1_000))
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Sqlite]:
    made = await Sqlite.open(tmp_path / "x.db")
    yield made
    await made.close()


async def test_a_cancelled_caller_leaves_no_half_transaction(store: Sqlite) -> None:
    """Cancelled while the store's thread writes: all of it is there, and the next call finds a free store."""
    writing = asyncio.create_task(store.record(Memory("gazette"), MANY, NOW))
    reading = asyncio.create_task(store.census())
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert (await reading).entries in (0, len(MANY))
    assert await store.record(Memory("gazette"), MANY, NOW) in (0, len(MANY))
    assert (await store.census()).entries == len(MANY)


@pytest.mark.parametrize("instead", ["nothing", "another file"])
async def test_nothing_is_written_into_a_file_that_was_taken_away(store: Sqlite, tmp_path: Path, instead: str) -> None:
    """Whoever looks for it would never find what was told."""
    there, away = tmp_path / "x.db", tmp_path / "away.db"
    await store.record(Memory("gazette"), MANY[:1], NOW)
    there.rename(away)
    if instead == "another file":
        there.touch()
    with pytest.raises(StoreDown, match=r"was taken away from .*x\.db: put it back"):
        await store.record(Memory("gazette"), MANY, NOW)
    away.rename(there)
    assert (await store.census()).entries == 1, "it goes on with the file in its place"


async def test_calls_made_at_once_wait_for_each_other(store: Sqlite) -> None:
    parts = [MANY[start : start + 100] for start in range(0, len(MANY), 100)]
    counts = await asyncio.gather(*(store.record(Memory(f"feed {n}"), part, NOW) for n, part in enumerate(parts)))
    assert counts == [100] * 10


async def test_what_was_begun_before_closing_is_written(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "x.db")
    writing = asyncio.create_task(store.record(Memory("gazette"), MANY, NOW))
    await asyncio.sleep(0)
    await store.close()
    assert await writing == len(MANY)


async def test_a_commit_that_fails_leaves_the_store_usable(tmp_path: Path) -> None:
    """A foreign key checked at the commit stands in for a full disk: the error comes from COMMIT itself."""
    thread = ThreadPoolExecutor(1)
    db = await asyncio.get_running_loop().run_in_executor(thread, opening.opened, tmp_path / "x.db")
    store = Sqlite(thread, db, tmp_path / "x.db")
    await asyncio.get_running_loop().run_in_executor(thread, _checked_at_the_commit, db)
    with pytest.raises(sqlite3.IntegrityError):
        await store.note_turn(NOW)
    assert (await store.census()).last_turn is None
    await store.record(Memory("gazette"), MANY, NOW)
    assert (await store.census()).entries == len(MANY)
    await store.close()


def _checked_at_the_commit(db: sqlite3.Connection) -> None:
    db.executescript(
        """CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TEMP TRIGGER orphan AFTER INSERT ON main.marks BEGIN INSERT INTO children VALUES (1); END;"""
    )


# Killed

LIFE = """
import asyncio, os, signal, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from bot.store import opening
from bot.store.sqlite import Sqlite
from tests.edges import test_store_transactions as acts

def armed(path, table):
    db = opening.opened(path)
    rows = iter(range(2, -1, -1))
    db.create_function("row", 0, lambda: next(rows) or os.kill(os.getpid(), signal.SIGKILL))
    db.execute("PRAGMA cache_size = 5")  # so that half a transaction does reach the disk
    db.execute(f"CREATE TEMP TRIGGER fatal AFTER INSERT ON main.{table} BEGIN SELECT row(); END")
    return db

thread = ThreadPoolExecutor(1)
path, act, table = sys.argv[1:]
store = Sqlite(thread, thread.submit(armed, Path(path), table).result(), Path(path))
asyncio.run(getattr(acts, act)(store))
"""


async def hears(store: Sqlite) -> None:
    await store.record(Memory("gazette", etag="new"), MANY, NOW)


async def publishes(store: Sqlite) -> None:
    (story,) = await store.unbriefed(1)
    alerts = tuple(Alert(Channel("slack", "T1", f"C{number}"), ()) for number in range(9))
    await store.publish(brief_of(story), alerts, NOW)


async def releases(store: Sqlite) -> None:
    await store.release("herald", NOW, LEASE)


async def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    store = await Sqlite.open(path)
    await store.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608


@pytest.mark.parametrize(
    ("act", "table"), [("hears", "entries"), ("publishes", "deliveries"), ("releases", "decisions")]
)
async def test_a_process_killed_amid_a_transaction_leaves_the_file_as_it_was(
    tmp_path: Path, act: str, table: str
) -> None:
    path = tmp_path / "x.db"
    store = await Sqlite.open(path)
    await filed(store, judged(entry("told", feed="journal")))
    held = tuple(judged(entry(str(number), feed="herald"), standing="held") for number in range(9))
    await store.record(Memory("herald", reason="held back"), held, NOW)
    await store.close()
    before = await contents(path)
    life = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", LIFE, str(path), act, table], cwd=ROOT, capture_output=True, check=False
    )
    assert life.returncode == -signal.SIGKILL, life.stderr.decode()
    assert await contents(path) == before
    store = await Sqlite.open(path)
    await {"hears": hears, "publishes": publishes, "releases": releases}[act](store)
    await store.close()
    assert await contents(path) != before


# Quick


Body = Callable[[sqlite3.Connection], object]
QUESTIONS: dict[str, Body] = {
    "recall": lambda db: listening.recall(db, "gazette", (entry("1"),)),
    "unfiled": lambda db: filing.unfiled(db, 5),
    "open_stories": lambda db: filing.open_stories(db, NOW),
    "file": lambda db: filing.file(db, Filing(_kept(db), None, "why"), YES, True, "text", "tags", NOW),
    "unbriefed": lambda db: filing.unbriefed(db, 5),
    "publish": lambda db: filing.publish(db, brief_of(_story(db)), (alert(),), NOW, False),
    "claim": lambda db: outbox.claim(db, NOW + MINUTE, ("slack",), LEASE, GAPS, 5, 2),
    "settle": lambda db: outbox.settle(db, "0" * 24, Sent("1"), NOW, MINUTE),
    "put_off": lambda db: outbox.put_off(db, "slack", "T1", NOW + MINUTE),
    "to_revise": lambda db: outbox.to_revise(db, NOW, ("slack",)),
    "claim_revisions": lambda db: outbox.claim_revisions(db, NOW, "slack", "T1", NOW + LEASE, 5),
    "next_due": lambda db: outbox.next_due(db, ("slack",), GAPS),
    "subscriptions": lambda db: lookups.subscriptions(db, LEGAL),
    "subscriptions_changed": lambda db: lookups.subscriptions_changed(db, 0, 5),
    "subscribed_by": lambda db: lookups.subscribed_by(db, "slack", "T1", "U1"),
    "feedback": lambda db: lookups.feedback(db, LEGAL, 1, NOW),
    "latest": lambda db: lookups.latest(db, 5, 0, False),
    "story": lambda db: filing.story(db, 1),
    "find": lambda db: lookups.find(db, entry("told").link),
    "trail": lambda db: lookups.trail(db, 1),
    "deliveries": lambda db: lookups.deliveries(db, 1),
    "overdue": lambda db: measuring.overdue(db, NOW),
    "troubled_channels": lookups.troubled_channels,
}
TABLES = (
    "entries",
    "stories",
    "decisions",
    "briefs",
    "subscriptions",
    "mutes",
    "feedback",
    "asking",
    "deliveries",
    "c",
    "d",
    "f",
    "s",
)
LISTS = ("c", "d")
"""What a statement made itself: the channels with open rows, the channels in trouble."""


STEERED = {
    "unfiled": "INDEX entries_unfiled",
    "overdue": "INDEX entries_unfiled",
    "recall": "INDEX entries_link (link=? AND feed=?)",
}
"""Where another index would do too, and pass over most of what is remembered."""


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_question_asked_all_day_is_answered_by_an_index(tmp_path: Path, name: str) -> None:
    store = await Sqlite.open(tmp_path / "x.db")
    await published(store, LEGAL, key="told")
    await store.close()
    db = opening.opened(tmp_path / "x.db")
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    QUESTIONS[name](db)
    db.set_trace_callback(None)
    plans = {statement: _plan(db, statement) for statement in asked if _plain(statement)}
    db.close()
    assert plans
    assert any(STEERED.get(name, "") in step for plan in plans.values() for step in plan), plans
    for statement, plan in plans.items():
        for step in plan:
            words = step.split()
            whole = words[0] == "SCAN" and words[1] in set(TABLES) - set(LISTS) and "INDEX" not in step
            assert not whole, f"{statement}\n{plan}"
        if name in ("unfiled", "unbriefed", "latest"):
            assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan if "LIMIT" in statement), plan


def _plain(statement: str) -> bool:
    """Not what full-text search runs within itself, nor what `tests/plans.py` asks of the schema."""
    return not statement.startswith(("--", "EXPLAIN")) and not any(
        of in statement for of in ("story_words", "sqlite_schema")
    )


def _plan(db: sqlite3.Connection, statement: str) -> list[str]:
    return [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]


def _kept(db: sqlite3.Connection) -> Entry:
    return lookups.find(db, entry("told").link)[0][0].entry


def _story(db: sqlite3.Connection) -> Story:
    (story,) = lookups.latest(db, 1, 0, False)
    return story
