"""The feeds that people added: read at every turn, so apart from what else they chose. Each function is a transaction's body."""

import sqlite3
from collections.abc import Collection

from bot.model import Added, Feed
from bot.store import rows, unreadable

_FEED = ("id", "url", "name", "kind", "tier", "jurisdiction", "language", "on_topic", "filter", "pack", "poll_minutes")


def feeds(db: sqlite3.Connection) -> tuple[Added, ...]:
    return tuple(unreadable.legible(db, "added_feeds", db.execute("SELECT * FROM added_feeds ORDER BY id"), _added))


def _added(row: sqlite3.Row) -> Added:
    return Added(Feed(**{name: row[name] for name in _FEED}), row["added_by"], rows.time(row["added"]))


def add(db: sqlite3.Connection, added: Added, configured: Collection[str] = ()) -> bool:
    """What was remembered under its id is forgotten: its first look is a silent baseline, whatever had that id before.

    But where the id is a `configured` feed's, which is listened to in its place: the memory is that one's.
    """
    row = (*(getattr(added.feed, name) for name in _FEED), added.by, rows.moment(added.at))
    places = ", ".join("?" * len(row))
    names = ", ".join((*_FEED, "added_by", "added"))
    new = db.execute(f"INSERT OR IGNORE INTO added_feeds ({names}) VALUES ({places})", row).rowcount > 0  # noqa: S608
    if new and added.feed.id not in configured:
        _forget(db, added.feed.id)
    return new


def replace(db: sqlite3.Connection, added: Added, configured: Collection[str]) -> None:
    """At another address it is another feed, whose first look is silent."""
    known = db.execute("SELECT 1 FROM added_feeds WHERE id = ? AND url = ?", (added.feed.id, added.feed.url)).fetchone()
    if not known and added.feed.id not in configured:
        _forget(db, added.feed.id)
    given = ", ".join(f"{name} = ?" for name in _FEED)
    row = (*(getattr(added.feed, name) for name in _FEED), added.by, added.feed.id)
    db.execute(f"UPDATE added_feeds SET {given}, added_by = ? WHERE id = ?", row)  # noqa: S608


def remove(db: sqlite3.Connection, feed: str, configured: Collection[str] = ()) -> Added | None:
    found = next((added for added in feeds(db) if added.feed.id == feed), None)
    if found:
        db.execute("DELETE FROM added_feeds WHERE id = ?", (feed,))
        if feed not in configured:
            _forget(db, feed)
    return found


def _forget(db: sqlite3.Connection, feed: str) -> None:
    db.execute("DELETE FROM feeds WHERE feed = ?", (feed,))
    db.execute("DELETE FROM troubles WHERE feed = ?", (feed,))
