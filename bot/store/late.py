"""What could not be told for three days is no news: it is given up, and operators are told once, until a message arrives.

Notes of corrections are none of it: they are about what stands there. Each function is part of one transaction.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.core.novelty import NEWS_FOR, is_news
from bot.model import Channel
from bot.store import alarms, lookups, parking, rows, timetable

_WAITS = "state = 'pending' AND leased = 0 AND kind <> 'correction'"
_BELOW = "What waited so long is no news any more, and “why” says so of each. You are told of no other until one arrives there."
_AWAY = "RegPulse was not running, or not let through"


def let_go(db: sqlite3.Connection, platform: str, now: datetime) -> None:
    """Of what is gathered, what should have gone so long ago."""
    old = rows.moment(now - NEWS_FOR)
    found = db.execute(
        f"""SELECT * FROM deliveries WHERE platform = ? AND {_WAITS} AND created < ?
            UNION ALL SELECT * FROM deliveries WHERE platform = ? AND {timetable.WAITS} AND due < ?""",  # noqa: S608
        (platform, old) * 2,
    )
    give_up(db, found.fetchall(), now)


def is_late(row: sqlite3.Row, now: datetime) -> bool:
    """Of a row that is about to go."""
    return row["kind"] != "correction" and not is_news(rows.time(row["created"]), now)


def give_up(db: sqlite3.Connection, late: Sequence[sqlite3.Row], now: datetime) -> None:
    for row in late:
        closed = parking.is_parked(db, rows.channel(row))  # of which operators were told
        reason = f"It waited three days for {row['platform']}, and is no news any more"
        parking.give_up(db, [row["id"]], parking.TOO_LATE if closed else reason, reason, now)
        if not closed and alarms.noted(db, _name(row), now):
            line = f"{_place(rows.channel(row))}: {_cause(db, row)}."
            alarms.gather(db, "News waited three days and is given up", "places had news given up", line, _BELOW, now)


def arrived(db: sqlite3.Connection, delivery: str) -> None:
    row = db.execute("SELECT * FROM deliveries WHERE id = ?", (delivery,)).fetchone()
    if row:
        alarms.forget(db, _name(row))


def _name(row: sqlite3.Row) -> str:
    return f"late {row['platform']} {row['space']}"


def _cause(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    """What stood in its way when it was last tried, or what the whole platform needs."""
    down = [one.reason for one in lookups.platforms(db) if one.platform == row["platform"] and not one.ok]
    return (down[0] if down else row["reason"] or _AWAY).rstrip(".")


def _place(channel: Channel) -> str:
    return f"{channel.platform} {channel.space}".strip()
