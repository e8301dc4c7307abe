"""What a backup that is put back knew as it was then, and what may have come of it since: each is part of a transaction.

The file that is replaced is attached as `replaced`, where it is one.
"""

import sqlite3
from contextlib import suppress
from datetime import datetime

from bot.store import digests, rows

NUMBERED, FURTHER_ON = ("entries", "stories", "subscriptions"), 10_000
"""What people, or briefs, call by its number, and how many at least were not given since the backup that is restored."""

SILENT = "heard before the backup that was restored: it may have been told since"


def doubt_what_was_open(db: sqlite3.Connection, now: datetime) -> None:
    """What is not due yet waits on. What a digest under way carries goes that digest's way, which is in doubt itself; the
    mark says of which rows `digests.settle` must take care.
    """
    at = rows.moment(now)
    db.execute(
        """UPDATE deliveries SET leased = 0, due = created, timing = CASE state WHEN 'gathered' THEN '' ELSE timing END,
            state = 'doubt' WHERE state IN ('pending', 'sending')
            OR (state = 'gathered' AND digest IS NULL AND due <= ?)""",
        (at,),
    )
    db.execute("INSERT OR REPLACE INTO marks (name, at) VALUES (?, ?)", (digests.RESTORED, at))
    db.execute(
        f"UPDATE notices SET state = 'doubt', due = at, attempted = coalesce(attempted, at) WHERE {rows.OPEN}"  # noqa: S608
    )
    db.execute(
        "UPDATE entries SET standing = 'silent', why = ? WHERE story IS NULL AND standing IN ('new', 'held')",
        (SILENT,),
    )
    db.execute("UPDATE stories SET told = 0, briefed = ? WHERE told = 1 AND briefed IS NULL", (at,))
    db.execute("UPDATE feeds SET baseline_at = NULL, etag = '', last_modified = '', body_hash = '', items = x''")


def number_on(db: sqlite3.Connection) -> None:
    """Buttons, mails and digests name stories by numbers that were given since; given again they would show another event."""
    given, since = _numbers(db, "main"), dict[str, int]()
    with suppress(sqlite3.Error):  # it is damaged, or not there
        since = _numbers(db, "replaced")
    for table in NUMBERED:
        last = max(given.get(table, 0) + FURTHER_ON, since.get(table, 0))
        db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))


def _numbers(db: sqlite3.Connection, schema: str) -> dict[str, int]:
    """The last number given of each table."""
    return {row[0]: row[1] for row in db.execute(f"SELECT name, seq FROM {schema}.sqlite_sequence")}  # noqa: S608
