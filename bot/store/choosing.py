"""All that people chose, read and replaced as a whole. Each function is one transaction's body."""

import sqlite3
from datetime import datetime
from typing import assert_never

from bot.core import exchange
from bot.core.exchange import Change, Item, Mute, Setting
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
            muting.mute(db, channel, word, now)
        case Setting(channel, name, value):
            lookups.set_setting(db, channel, name, value)
        case Added():
            if not adding.add(db, item):
                adding.replace(db, item)
        case _:
            assert_never(item)


def _drop(db: sqlite3.Connection, item: Item, now: datetime) -> None:
    match item:
        case Subscription():
            stopping.unsubscribe(db, item.channel, item.id, now)
        case Mute(channel, word):
            muting.unmute(db, channel, word)
        case Setting(channel, name, _):
            db.execute(f"DELETE FROM settings WHERE {rows.HERE} AND name = ?", (*rows.here(channel), name))  # noqa: S608
        case Added():
            adding.remove(db, item.feed.id)
        case _:
            assert_never(item)
