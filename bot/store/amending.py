"""Corrections by publishers: what was told, and what became of it. Each function is one transaction's body."""

import json
import sqlite3
from datetime import datetime
from functools import partial

from bot.model import Brief, Correction, Entry
from bot.store import filing, notes, rows, unreadable


def told(db: sqlite3.Connection, feed: str, keys: tuple[str, ...], since: datetime) -> tuple[tuple[Entry, Brief], ...]:
    """A report of a story that became part of another stands behind the briefs of both."""
    found = db.execute(
        """SELECT entries.*, briefs.brief, briefs.story AS told FROM json_each(?) AS given CROSS JOIN entries
            ON entries.feed = ? AND entries.key = given.value JOIN briefs ON briefs.story IN (entries.story, entries.home)
            WHERE briefs.written >= ? AND EXISTS (SELECT 1 FROM deliveries WHERE story IN (entries.story, entries.home)
                AND deliveries.state IN ('gathered', 'sending', 'sent', 'doubt', 'held'))""",
        (json.dumps(keys), feed, rows.moment(since)),
    )
    read = (
        (entry, unreadable.one(db, "briefs", told, partial(rows.brief, text)))
        for entry, told, text in unreadable.legible(
            db, "entries", found, lambda row: (rows.entry(row), row["told"], row["brief"])
        )
    )
    return tuple((entry, brief) for entry, brief in read if brief)


def is_told(db: sqlite3.Connection, story: int) -> bool:
    found = "SELECT 1 FROM deliveries WHERE story = ? AND state IN ('sending', 'sent', 'doubt', 'held') LIMIT 1"
    return bool(db.execute(found, (story,)).fetchone())


def known(db: sqlite3.Connection, entry: int, digest: str) -> bool:
    return bool(db.execute("SELECT 1 FROM versions WHERE entry = ? AND digest = ?", (entry, digest)).fetchone())


def see(db: sqlite3.Connection, entry: int, digest: str, now: datetime) -> None:
    db.execute("INSERT OR IGNORE INTO versions (entry, digest, at) VALUES (?, ?, ?)", (entry, digest, rows.moment(now)))


def correct(db: sqlite3.Connection, correction: Correction, brief: Brief, digest: str, now: datetime) -> None:
    see(db, correction.entry, digest, now)
    db.execute(
        """INSERT INTO corrections (story, entry, outlet, retracted, was, now, at, instead_of)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (brief.story, correction.entry, correction.outlet, correction.retracted, correction.was, correction.now,
         rows.moment(correction.at), correction.instead_of),
    )  # fmt: skip
    what = "retracted" if correction.retracted else "told anew" if correction.instead_of else "corrected"
    filing.revise(db, brief, now, repost=True, why=f"{what} by {correction.outlet}")
    if not _stands_there(db, correction):
        notes.follow_up(db, brief.story, correction, now)


def _stands_there(db: sqlite3.Connection, correction: Correction) -> bool:
    """Whether its note may have been posted before a backup was put back: it was seen with the silent look after that."""
    found = """SELECT 1 FROM entries JOIN feeds USING (feed) WHERE entries.id = :entry
        AND ((feeds.baseline_at IS NULL AND feeds.ok_at IS NOT NULL) OR (:instead_of <> '' AND standing = 'silent'))"""
    given = {"entry": correction.entry, "instead_of": correction.instead_of}
    return bool(db.execute(found, given).fetchone())


def corrections(db: sqlite3.Connection, limit: int) -> tuple[tuple[int, Correction], ...]:
    found = db.execute("SELECT * FROM corrections ORDER BY id DESC LIMIT ?", (limit,))
    return tuple(unreadable.legible(db, "corrections", found, _correction))


def _correction(row: sqlite3.Row) -> tuple[int, Correction]:
    return row["story"], Correction(
        row["entry"],
        row["outlet"],
        bool(row["retracted"]),
        row["was"],
        row["now"],
        rows.time(row["at"]),
        row["instead_of"],
    )
