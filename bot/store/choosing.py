"""All that people chose, read and replaced as a whole; and the feeds they added. Each function is one transaction's body."""

import sqlite3
from datetime import datetime
from typing import assert_never

from bot.core import exchange
from bot.core.exchange import Change, Item, Mute, Setting
from bot.model import Added, Channel, Feed, Subscription
from bot.store import lookups, rows, stopping, unreadable

_CHANNEL = "platform = ? AND space = ? AND channel = ?"
_FEED = ("id", "url", "name", "kind", "tier", "jurisdiction", "language", "on_topic", "filter", "pack", "poll_minutes")


def chosen(db: sqlite3.Connection) -> tuple[Item, ...]:
    mutes = db.execute("SELECT * FROM mutes")
    settings = db.execute("SELECT * FROM settings")
    return (
        *lookups.subscriptions(db, None),
        *(Mute(rows.channel(row), row["word"]) for row in mutes),
        *(Setting(rows.channel(row), row["name"], row["value"]) for row in settings),
        *feeds(db),
    )


def choose(db: sqlite3.Connection, wanted: tuple[Item, ...], prune: bool, now: datetime) -> tuple[Change, ...]:
    changes = exchange.difference(chosen(db), wanted, prune=prune)
    for change in changes:
        if change.after is None:
            _drop(db, change.item, now)
        else:
            _put(db, change.after, now)
    return changes


def _put(db: sqlite3.Connection, item: Item, now: datetime) -> None:
    match item:
        case Subscription():
            kept = lookups.subscribe(db, item)
            db.execute("UPDATE subscriptions SET created_by = ? WHERE id = ?", (item.created_by, kept.id))
        case Mute(channel, word):
            lookups.mute(db, channel, word, now)
        case Setting(channel, name, value):
            lookups.set_setting(db, channel, name, value)
        case Added():
            if not add(db, item):
                _replace(db, item)
        case _:
            assert_never(item)


def _drop(db: sqlite3.Connection, item: Item, now: datetime) -> None:
    match item:
        case Subscription():
            stopping.unsubscribe(db, item.channel, item.id, now)
        case Mute(channel, word):
            lookups.unmute(db, channel, word)
        case Setting(channel, name, _):
            db.execute(f"DELETE FROM settings WHERE {_CHANNEL} AND name = ?", (*_key(channel), name))  # noqa: S608
        case Added():
            remove(db, item.feed.id)
        case _:
            assert_never(item)


def _key(channel: Channel) -> tuple[str, str, str]:
    return channel.platform, channel.space, channel.id


# Feeds


def feeds(db: sqlite3.Connection) -> tuple[Added, ...]:
    return tuple(unreadable.legible(db, "added_feeds", db.execute("SELECT * FROM added_feeds ORDER BY id"), _added))


def _added(row: sqlite3.Row) -> Added:
    return Added(Feed(**{name: row[name] for name in _FEED}), row["added_by"], rows.time(row["added"]))


def add(db: sqlite3.Connection, added: Added) -> bool:
    """What was remembered under its id is forgotten: its first look is a silent baseline, whatever had that id before."""
    row = (*(getattr(added.feed, name) for name in _FEED), added.by, rows.moment(added.at))
    places = ", ".join("?" * len(row))
    names = ", ".join((*_FEED, "added_by", "added"))
    new = db.execute(f"INSERT OR IGNORE INTO added_feeds ({names}) VALUES ({places})", row).rowcount > 0  # noqa: S608
    if new:
        _forget(db, added.feed.id)
    return new


def _replace(db: sqlite3.Connection, added: Added) -> None:
    """At another address it is another feed, whose first look is silent."""
    if not db.execute("SELECT 1 FROM added_feeds WHERE id = ? AND url = ?", (added.feed.id, added.feed.url)).fetchone():
        _forget(db, added.feed.id)
    given = ", ".join(f"{name} = ?" for name in _FEED)
    row = (*(getattr(added.feed, name) for name in _FEED), added.by, added.feed.id)
    db.execute(f"UPDATE added_feeds SET {given}, added_by = ? WHERE id = ?", row)  # noqa: S608


def remove(db: sqlite3.Connection, feed: str) -> Added | None:
    found = next((added for added in feeds(db) if added.feed.id == feed), None)
    if found:
        db.execute("DELETE FROM added_feeds WHERE id = ?", (feed,))
        _forget(db, feed)
    return found


def _forget(db: sqlite3.Connection, feed: str) -> None:
    db.execute("DELETE FROM feeds WHERE feed = ?", (feed,))
    db.execute("DELETE FROM troubles WHERE feed = ?", (feed,))
