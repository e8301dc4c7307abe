"""Letting go by age: what was told stays whole, of all else only that it is known. Each function is one transaction's body."""

import json
import sqlite3
from datetime import datetime

from bot.store import filing, rows

TOLD_BY = ("briefs", "deliveries", "corrections", "feedback")
"""Tables whose rows make a story one that was told."""

GOES_WITH = ("story_instruments", "decisions", "waited")
"""Tables whose rows go with a story that was never told. The count of regroupings only grows, so those stay."""

PAGES_FREED = 2_000
"""Free pages given back to the disk at a time: 8 MB, some milliseconds."""


def forget(db: sqlite3.Connection, before: datetime, limit: int) -> int:
    """Of what was last heard of before then and never told keep feed, key, link and title; answers how many entries.

    The next time a feed shows such an item it is known, so nothing is told for being forgotten.
    """
    gone = [*_alone(db, before, limit), *_of_untold_stories(db, before, limit)]
    _drop(db, gone, before)
    _repack(db, gone)
    if not gone:
        _tidy(db, before, limit)
    _shrink(db)
    return len(gone)


def _shrink(db: sqlite3.Connection) -> None:
    free = db.execute("PRAGMA freelist_count").fetchone()[0]
    for _ in range(min(free, PAGES_FREED)):
        db.execute("PRAGMA incremental_vacuum(1)")  # steps once a page, and Python's sqlite3 takes one step


def _alone(db: sqlite3.Connection, before: datetime, limit: int) -> list[int]:
    found = db.execute(
        "SELECT id FROM entries WHERE forgotten = 0 AND story IS NULL AND seen < ? ORDER BY seen LIMIT ?",
        (rows.moment(before), limit),
    )
    return [row["id"] for row in found]


def _of_untold_stories(db: sqlite3.Connection, before: datetime, limit: int) -> list[int]:
    """The stories go; answers the entries they were made of."""
    untold = " ".join(f"AND NOT EXISTS (SELECT 1 FROM {table} WHERE story = stories.id)" for table in TOLD_BY)  # noqa: S608
    at = rows.moment(before)
    found = db.execute(
        f"""SELECT id FROM stories WHERE created < ? AND latest < ? AND part_of IS NULL {untold}
            AND NOT EXISTS (SELECT 1 FROM entries WHERE story = stories.id AND seen >= ?) ORDER BY created LIMIT ?""",  # noqa: S608
        (at, at, at, limit),
    ).fetchall()
    return [entry for row in found for entry in _take_down(db, row["id"])]


def _take_down(db: sqlite3.Connection, story: int) -> list[int]:
    parts = filing.parts(db, story)
    of_parts = "IN (SELECT value FROM json_each(:parts))"
    told = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE story {of_parts})" for table in TOLD_BY)  # noqa: S608
    if db.execute(f"SELECT {told}", {"parts": parts}).fetchone()[0]:
        return []  # one that was merged into it was told
    entries = [row["id"] for row in db.execute(f"SELECT id FROM entries WHERE story {of_parts}", {"parts": parts})]  # noqa: S608
    db.execute(f"UPDATE entries SET story = NULL, home = NULL, relevant = 0 WHERE story {of_parts}", {"parts": parts})  # noqa: S608
    db.execute(f"UPDATE entries SET home = NULL WHERE home {of_parts}", {"parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM decisions WHERE story {of_parts} AND step <> 'regrouped'", {"parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM story_instruments WHERE story {of_parts}", {"parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM waited WHERE story {of_parts}", {"parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM story_words WHERE rowid {of_parts}", {"parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM stories WHERE part_of {of_parts}", {"parts": parts})  # noqa: S608
    db.execute(f"DELETE FROM stories WHERE id {of_parts}", {"parts": parts})  # noqa: S608
    return entries


def _drop(db: sqlite3.Connection, entries: list[int], before: datetime) -> None:
    given = json.dumps(entries)
    db.execute(
        """UPDATE entries SET text = '', page = '', page_read = NULL, quotes = '', imprint = '', author = '',
            relevant = 0, forgotten = 1, standing = 'forgotten', why = ?,
            verdict = CASE WHEN NOT json_valid(verdict) THEN '{"label": "negative", "score": 0.0, "reasons": []}' ELSE
                json_object('label', json_extract(verdict, '$.label'), 'score', json_extract(verdict, '$.score'),
                    'reasons', json_array()) END
            WHERE id IN (SELECT value FROM json_each(?))""",
        (f"never told; its text was dropped because it was heard before {before:%d %b %Y}", given),
    )
    db.execute(
        "DELETE FROM decisions WHERE entry IN (SELECT value FROM json_each(?)) AND step <> 'regrouped'", (given,)
    )


def _repack(db: sqlite3.Connection, entries: list[int]) -> None:
    """Out and in again: a row that shrinks where it stands leaves its page as empty as a sieve, and nothing fills it."""
    where = "WHERE id IN (SELECT value FROM json_each(?))"
    db.execute("PRAGMA defer_foreign_keys = ON")
    kept = [tuple(row) for row in db.execute(f"SELECT * FROM entries {where}", (json.dumps(entries),))]  # noqa: S608
    db.execute(f"DELETE FROM entries {where}", (json.dumps(entries),))  # noqa: S608
    if kept:
        places = ", ".join("?" * len(kept[0]))
        db.executemany(f"INSERT INTO entries VALUES ({places})", kept)  # noqa: S608


def _tidy(db: sqlite3.Connection, before: datetime, limit: int) -> None:
    """Of deliveries that are over, that they were, where and as which message; what served only its day goes."""
    at = rows.moment(before)
    db.execute(
        """UPDATE deliveries SET because = '[]', reason = '' WHERE rowid IN (SELECT rowid FROM deliveries
            WHERE state IN ('sent', 'refused') AND settled < ? AND (because <> '[]' OR reason <> '') LIMIT ?)""",
        (at, limit),
    )
    db.execute("DELETE FROM notices WHERE at < ? AND state NOT IN ('sending', 'doubt')", (at,))
    db.execute("DELETE FROM parked WHERE again < ?", (at,))  # nothing was to be told there since
    db.execute("DELETE FROM versions WHERE at < ?", (at,))
    db.execute("DELETE FROM model_spend WHERE at < ?", (at,))
