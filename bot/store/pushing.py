"""Our subscriptions at hubs, and what hubs send. Each function is the body of one transaction."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import Any

from bot.model import Judged, Memory, Push
from bot.store import listening, rows, unreadable

_ALL = tuple(one.name for one in fields(Push))
_AGREED = ("state", "asked", "until", "again", "attempts", "reason", "told")
_TIMES = ("asked", "until", "again", "pushed", "missed")


def pushes(db: sqlite3.Connection) -> Mapping[str, Push]:
    found = unreadable.legible(db, "pushes", db.execute("SELECT * FROM pushes"), _push, key="feed")
    return {push.feed: push for push in found}


def at(db: sqlite3.Connection, path: str) -> Push | None:
    row = db.execute("SELECT * FROM pushes WHERE path = ?", (path,)).fetchone()
    return unreadable.one(db, "pushes", row["feed"], partial(_push, row)) if row else None


def trusted(db: sqlite3.Connection, now: datetime) -> frozenset[str]:
    found = db.execute(
        "SELECT feed FROM pushes WHERE state = 'on' AND until > ? AND pushed > coalesce(missed, '')",
        (rows.moment(now),),
    )
    return frozenset(row["feed"] for row in found)


def put(db: sqlite3.Connection, push: Push) -> None:
    db.execute(
        f"INSERT OR REPLACE INTO pushes ({', '.join(_ALL)}) VALUES ({', '.join('?' * len(_ALL))})",  # noqa: S608
        _written(push, _ALL),
    )


def change(db: sqlite3.Connection, before: Push, after: Push, now: datetime) -> bool:
    """A source whose hub tells us no more is polled soon: it may have been waiting for hours."""
    changed = db.execute(
        f"UPDATE pushes SET {', '.join(f'{name} = ?' for name in _AGREED)} WHERE path = ? AND state = ? AND asked IS ?",  # noqa: S608
        (*_written(after, _AGREED), before.path, before.state, rows.maybe_moment(before.asked)),
    )
    if changed.rowcount and before.state == "on" and after.state == "off":
        moment = rows.moment(now)
        db.execute("UPDATE feeds SET next_poll = ? WHERE feed = ? AND next_poll > ?", (moment, before.feed, moment))
    return changed.rowcount > 0


def drop(db: sqlite3.Connection, feeds: Sequence[str]) -> None:
    db.executemany("DELETE FROM pushes WHERE feed = ?", [(feed,) for feed in feeds])


def record(db: sqlite3.Connection, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
    """A poll of the same feed may be under way, so only what a push teaches is written of the memory."""
    listening.hear(db, memory)
    db.execute("UPDATE pushes SET pushed = ? WHERE feed = ?", (rows.moment(now), memory.feed))
    return listening.keep(db, judged, now)


def miss(db: sqlite3.Connection, feeds: Sequence[str], now: datetime) -> None:
    db.executemany(
        "UPDATE pushes SET missed = ? WHERE feed = ? AND state = 'on'", [(rows.moment(now), feed) for feed in feeds]
    )


def _push(row: sqlite3.Row) -> Push:
    values: dict[str, Any] = dict(row)
    for name in _TIMES:
        values[name] = rows.maybe_time(values[name])
    return Push(**{**values, "told": bool(values["told"])})


def _written(push: Push, names: Sequence[str]) -> list[object]:
    return [
        rows.moment(value) if isinstance(value, datetime) else value
        for value in (getattr(push, name) for name in names)
    ]
