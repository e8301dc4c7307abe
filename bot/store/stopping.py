"""Stopping a subscription so that it can be taken up again whole. Each function is one transaction's body."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.core.novelty import is_news
from bot.model import Alert, Channel, Subscription
from bot.store import digests, filing, lines, muting, rows, timetable, unreadable, unwanted

_ASKED = "platform, space, channel, query, created_by, created, name, every, stages_only, mention, mention_from"
_WAITS = """state IN ('pending', 'gathered') AND kind = 'alert'
    AND (digest IS NULL OR (SELECT state FROM deliveries AS d WHERE d.id = w.digest) = 'pending')
    AND EXISTS (SELECT 1 FROM json_each(iif(json_valid(subscriptions), subscriptions, '[]')) WHERE value = ?)"""
_THIS = f"{rows.HERE} AND id = ?"


def unsubscribe(db: sqlite3.Connection, channel: Channel, number: int, now: datetime) -> bool:
    """As long as a button may stand that undoes it, the subscription is kept, and what waited because of it."""
    this = (*rows.here(channel), number)
    lines.let_go(db, now)
    db.execute(
        f"INSERT INTO stopped (id, {_ASKED}, at, waited) SELECT id, {_ASKED}, ?, ? FROM subscriptions WHERE {_THIS}",  # noqa: S608
        (rows.moment(now), json.dumps(_waiting(db, channel, number)), *this),
    )
    stopped = db.execute(f"DELETE FROM subscriptions WHERE {_THIS}", this).rowcount > 0  # noqa: S608
    unwanted.unasked(db, channel, now)
    return stopped


def resume(
    db: sqlite3.Connection, channel: Channel, number: int, now: datetime
) -> tuple[Subscription, int, int] | None:
    """What waited when it was stopped is news for as long as what waits for a closed channel; it may have been told where
    that was before a backup was put back: this may have been done in between.
    """
    this = (*rows.here(channel), number)
    stopped = db.execute(f"SELECT at, waited FROM stopped WHERE {_THIS}", this).fetchone()  # noqa: S608
    if stopped is None:
        return None
    at, restored = rows.time(stopped["at"]), digests.restored(db)
    late = not is_news(at, now) or bool(restored and at <= restored)
    if late:  # what was gathered for it alone may still be there, for the next look at it
        timetable.replan(db, now)
    back = db.execute(
        f"INSERT OR IGNORE INTO subscriptions (id, {_ASKED}) SELECT id, {_ASKED} FROM stopped WHERE {_THIS}",  # noqa: S608
        this,
    )
    if not back.rowcount:
        return None
    db.execute("DELETE FROM stopped WHERE id = ?", (number,))
    waited = json.loads(stopped["waited"])
    if not late:
        _enqueue(db, channel, number, waited, now)
    row = db.execute("SELECT * FROM subscriptions WHERE id = ?", (number,)).fetchone()
    waits = len(_waiting(db, channel, number))
    return rows.subscription(row, muting.words(db, channel)), waits, late * max(0, len(waited) - waits)


def move(db: sqlite3.Connection, stopped: Subscription, instead: Subscription, now: datetime) -> None:
    """What waits for the one waits for the other, which is there already and asks for it in another channel."""
    row = db.execute(
        f"SELECT id FROM subscriptions WHERE {rows.HERE} AND query = ?",  # noqa: S608
        (*rows.here(instead.channel), instead.query),
    ).fetchone()
    waiting = _waiting(db, stopped.channel, stopped.id)
    unsubscribe(db, stopped.channel, stopped.id, now)
    _enqueue(db, instead.channel, row["id"], waiting, now)


def lost(db: sqlite3.Connection, stopped: Subscription, others: frozenset[int]) -> int:
    """How many stories wait for it and for nobody but these others in its channel."""
    found = db.execute(
        f"SELECT id, subscriptions FROM deliveries AS w WHERE {rows.HERE} AND {_WAITS}",  # noqa: S608
        (*rows.here(stopped.channel), stopped.id),
    )
    wanted = unreadable.legible(db, "deliveries", found, lambda row: json.loads(row["subscriptions"]))
    return sum(set(asked) <= others for asked in wanted)


def _enqueue(
    db: sqlite3.Connection, channel: Channel, number: int, waited: Iterable[tuple[int, list[str], int]], now: datetime
) -> None:
    for story, because, importance in waited:
        alive = filing.survivor(db, story)
        alert = Alert(channel, tuple(because), subscriptions=(number,))
        filing.enqueue(db, alive, alert, filing.parts(db, alive), now, asked=False, importance=importance)


def _waiting(db: sqlite3.Connection, channel: Channel, number: int) -> list[tuple[int, list[str], int]]:
    """Story, words and importance of each alert that did not go yet and that this subscription asks for."""
    found = db.execute(
        f"SELECT id, story, because, importance FROM deliveries AS w WHERE {rows.HERE} AND {_WAITS} ORDER BY rowid",  # noqa: S608
        (*rows.here(channel), number),
    )
    return list(unreadable.legible(db, "deliveries", found, _alert))


def _alert(row: sqlite3.Row) -> tuple[int, list[str], int]:
    return row["story"], json.loads(row["because"]), row["importance"]
