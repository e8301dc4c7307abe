"""Opening the database file: its settings, its schema, and what to tell a person when it cannot be used."""

import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import UserError
from bot.store import backups, rows, trouble, unreadable
from bot.store.migrations import migrations
from bot.store.steps import TABLE

BUSY = 10_000
"""Milliseconds to wait for another process's write, `regpulse ask` beside `regpulse run`."""

WHOLE_FOR = timedelta(days=1)
"""How long a file that was read through and found whole is taken to be so at the next start."""

SMALLEST = 512
"""Bytes of the smallest page of a database (sqlite.org/fileformat2.html)."""

CACHE = 16_000
"""kB of the file held in memory: what a batch of new feeds writes is then written once, when it is committed."""

LOG_PAGES = 4_000
"""Pages of 4 kB in the write-ahead log from which they are moved into the file."""

LOG_AT_MOST = 64_000_000
"""Bytes that the write-ahead log keeps on the disk after a large transaction."""


def opened(path: Path, folder: Path | None = None, checked: datetime | None = None) -> sqlite3.Connection:
    """On the store's thread: a connection belongs to the thread that made it.

    `folder` holds the backups, the newest good one of which is named when the file is damaged. `checked` is the time
    now, where a file that was not read through for a day is to be.
    """
    if path.is_dir():
        raise UserError(f"{path}: is a folder, not a database file. Name a file in it with --db FILE.")
    if _is_stub(path):
        raise UserError(trouble.no_database(path, backups.last_good(path, folder)))
    with suppress(OSError):  # what stands in the way SQLite says in a moment
        if not path.exists():
            path.touch(mode=backups.ONLY_OURS)
    try:
        db = sqlite3.connect(path)
    except sqlite3.Error as error:
        raise UserError(trouble.at_opening(path, error, None)) from error
    try:
        _prepare(db, path)
        if checked and not _found_whole(db, checked):
            raise UserError(trouble.damaged(path, backups.last_good(path, folder)))
    except BaseException as error:
        db.close()
        if isinstance(error, sqlite3.Error):
            raise UserError(trouble.at_opening(path, error, _last_good(path, error, folder))) from error
        raise
    return db


def _is_stub(path: Path) -> bool:
    """Whether the file holds something, and less than any database: SQLite takes it for a new one, and writes over it."""
    with suppress(OSError):
        return 0 < path.stat().st_size < SMALLEST
    return False


def _last_good(path: Path, error: sqlite3.Error, folder: Path | None) -> Path | None:
    """Reading backups through takes a while, so only for a file that wants one."""
    wants = trouble.code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return backups.last_good(path, folder) if wants else None


def _found_whole(db: sqlite3.Connection, now: datetime) -> bool:
    lately = "SELECT 1 FROM marks WHERE name = 'checked' AND at > ? AND at <= ?"
    if db.execute(lately, (rows.moment(now - WHOLE_FOR), rows.moment(now))).fetchone():
        return True
    if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        return False
    db.execute("INSERT OR REPLACE INTO marks (name, at) VALUES ('checked', ?)", (rows.moment(now),))
    db.commit()
    return True


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.row_factory = sqlite3.Row
    db.execute(f"PRAGMA busy_timeout = {BUSY}")
    _check_ours(db, path)
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # of a new file; an old one becomes so when it is restored
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    db.execute(f"PRAGMA journal_size_limit = {LOG_AT_MOST}")
    db.execute(f"PRAGMA cache_size = -{CACHE}")
    # FULL: a "sent" lost to a power cut would be sent again (in WAL, NORMAL may lose the last commits:
    # sqlite.org/pragma.html#pragma_synchronous).
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA recursive_triggers = ON")  # REPLACE fires those of DELETE, too
    migrations.take(db)
    unreadable.prepare(db)
    # A file that can only be read opens without a word, and even begins; only a statement that writes is refused.
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM marks WHERE name = ''")
    db.rollback()


def _check_ours(db: sqlite3.Connection, path: Path) -> None:
    """Before anything is written: a mistyped --db must not cost another program its database."""
    done = set(migrations.done(db))
    if done - set(migrations):
        raise UserError(
            f"{path}: was written by a newer RegPulse. Update this one, or name another file with --db FILE."
        )
    if not done and db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name <> ?", (TABLE,)).fetchone():
        raise UserError(f"{path}: is the database of another program. Name another file with --db FILE.")
