"""Which sources operators know to be in trouble, and the messages they are told it with; a transaction each."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.model import Doubt, Later, Notice, Outcome, Refused, Sent, Trouble, Unheard
from bot.store import alarms, parking, rows, unreadable


def troubles(db: sqlite3.Connection) -> Mapping[str, Trouble]:
    found = db.execute("SELECT feed, cause, since, reason FROM troubles")
    return dict(unreadable.legible(db, "troubles", found, _trouble, key="feed"))


def _trouble(row: sqlite3.Row) -> tuple[str, Trouble]:
    return row["feed"], Trouble(row["cause"], rows.time(row["since"]), row["reason"])


def watch(db: sqlite3.Connection, changed: Mapping[str, Trouble | None], text: tuple[str, ...], now: datetime) -> None:
    for feed, trouble in changed.items():
        if trouble is None:
            db.execute("DELETE FROM troubles WHERE feed = ?", (feed,))
        else:
            row = (feed, trouble.cause, rows.moment(trouble.since), trouble.reason)
            db.execute("INSERT OR REPLACE INTO troubles (feed, cause, since, reason) VALUES (?, ?, ?, ?)", row)
    alarms.tell(db, text, now)


def claim(db: sqlite3.Connection, now: datetime, since: datetime, lease: timedelta) -> Notice | None:
    while True:
        row = db.execute(
            f"""SELECT * FROM notices WHERE {rows.OPEN} AND at >= ?
                AND (attempts > 0 OR due <= ?) ORDER BY id LIMIT 1""",  # noqa: S608
            (rows.moment(since), rows.moment(now)),
        ).fetchone()
        if row is None or row["due"] > rows.moment(now):
            return None
        if notice := unreadable.one(db, "notices", row["id"], partial(_claimed, db, row, now, lease)):
            return notice
        db.execute("UPDATE notices SET state = 'refused' WHERE id = ?", (row["id"],))


def _claimed(db: sqlite3.Connection, row: sqlite3.Row, now: datetime, lease: timedelta) -> Notice:
    doubt = row["state"] != "pending"
    attempted = rows.time(row["attempted"]) if doubt else now
    attempts = row["attempts"] + (not doubt)
    db.execute(
        "UPDATE notices SET state = 'sending', due = ?, attempts = ?, attempted = ? WHERE id = ?",
        (rows.moment(now + lease), attempts, rows.moment(attempted), row["id"]),
    )
    title, *others, last = json.loads(row["text"])
    text = (title, *others, last)
    return Notice(row["id"], text, rows.time(row["at"]), attempted, attempts, doubt)


def unheard(db: sqlite3.Connection) -> Unheard | None:
    """Why the message that was tried last did not arrive, and how many wait; none where a later one did."""
    last = db.execute(
        f"""SELECT id, at, reason FROM notices AS n WHERE {rows.OPEN} AND attempts > 0
            AND reason <> '' AND NOT EXISTS (SELECT 1 FROM notices AS s WHERE s.id > n.id AND s.state = 'sent')
            ORDER BY id DESC LIMIT 1"""  # noqa: S608
    ).fetchone()
    if last is None:
        return None
    waiting = db.execute(
        f"SELECT count(*) FROM notices WHERE {rows.OPEN} AND id >= ?",  # noqa: S608
        (last["id"],),
    ).fetchone()
    return Unheard(last["reason"], rows.time(last["at"]), int(waiting[0]))


def reclaim(db: sqlite3.Connection, now: datetime) -> None:
    db.execute(  # open and sending: as with `rows.PENDING`
        f"UPDATE notices INDEXED BY notices_open SET due = min(due, ?) WHERE {rows.OPEN} AND state = 'sending' AND id > 0",  # noqa: S608
        (rows.moment(now),),
    )


def settle(db: sqlite3.Connection, number: int, outcome: Outcome, now: datetime, retry: timedelta) -> None:
    match outcome:
        case Sent(message):
            state, reason, due = "sent", "", now
        case Refused(reason, remedy, closed):  # their own channel closed: it waits, as long as it is news
            reason = f"{reason}. {remedy}" if remedy else reason
            state, message, due = "pending" if closed else "refused", "", now + parking.FIRST_PAUSE
        case Later(reason, after):
            state, message, due = "pending", "", now + (retry if after is None else after)
        case Doubt(reason, knowable, after):
            state, message, due = "doubt" if knowable else "held", "", now + (retry if after is None else after)
    db.execute(
        "UPDATE notices SET state = ?, message = ?, reason = ?, due = ? WHERE id = ?",
        (state, message, reason, rows.moment(due), number),
    )
