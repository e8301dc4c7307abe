"""All that people chose, read and replaced as a whole. Each function is one transaction's body."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.core import exchange
from bot.core.exchange import Change, Item, Mute, Setting, key
from bot.model import Added, Subscription
from bot.store import adding, lookups, muting, rows, stopping, unreadable


def chosen(db: sqlite3.Connection) -> tuple[Item, ...]:
    mutes = muting.read(db, db.execute("SELECT * FROM mutes"))
    settings = db.execute("SELECT * FROM settings")
    return (
        *lookups.subscriptions(db, None),
        *(Mute(channel, word) for channel, word in mutes),
        *unreadable.legible(db, "settings of channel", settings, _setting, key="channel"),
        *adding.feeds(db),
    )


def _setting(row: sqlite3.Row) -> Setting:
    return Setting(rows.channel(row), row["name"], row["value"])


def choose(
    db: sqlite3.Connection,
    wanted: tuple[Item, ...],
    prune: bool,
    now: datetime,
    configured: frozenset[str],
    dry: bool = False,
) -> tuple[Change, ...]:
    changes = _told(db, exchange.difference(chosen(db), wanted, prune=prune))
    for change in () if dry else changes:
        match change.before, change.after:
            case (Subscription() as before, Subscription() as after) if key(before) != key(after):
                _edit(db, before, after, now)
            case (_, None):
                _drop(db, change.item, now, configured)
            case _:
                _put(db, change.item, now, configured)
    return changes


def _told(db: sqlite3.Connection, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Each with how much is told no more by it."""
    gone = {id(one): one.before for one in changes if one.after is None and isinstance(one.before, Subscription)}
    numbers = frozenset(one.id for one in gone.values())
    return tuple(
        replace(change, lost=stopping.lost(db, gone[id(change)], numbers)) if id(change) in gone else change
        for change in changes
    )


def _edit(db: sqlite3.Connection, before: Subscription, after: Subscription, now: datetime) -> None:
    """In its channel it is the same one, as for who edits it there; in another what waited for it goes along."""
    if before.channel == after.channel:
        lookups.change(db, replace(after, id=before.id))
        db.execute("UPDATE subscriptions SET created_by = ? WHERE id = ?", (after.created_by, before.id))
    else:
        _put(db, after, now, frozenset())
        stopping.move(db, before, after, now)


def _put(db: sqlite3.Connection, item: Item, now: datetime, configured: frozenset[str]) -> None:
    match item:
        case Subscription():
            kept = lookups.subscribe(db, item)
            db.execute("UPDATE subscriptions SET created_by = ? WHERE id = ?", (item.created_by, kept.id))
        case Mute(channel, word):
            muting.mute(db, channel, word, now)
        case Setting(channel, name, value):
            lookups.set_setting(db, channel, name, value)
        case Added():
            if not adding.add(db, item, configured):
                adding.replace(db, item, configured)
        case _:
            assert_never(item)


def _drop(db: sqlite3.Connection, item: Item, now: datetime, configured: frozenset[str]) -> None:
    match item:
        case Subscription():
            stopping.unsubscribe(db, item.channel, item.id, now)
        case Mute(channel, word):
            muting.unmute(db, channel, word)
        case Setting(channel, name, _):
            db.execute(f"DELETE FROM settings WHERE {rows.HERE} AND name = ?", (*rows.here(channel), name))  # noqa: S608
        case Added():
            adding.remove(db, item.feed.id, configured)
        case _:
            assert_never(item)
