"""What could not be told for three days is no news: it is given up, and operators are told once, until a message arrives.

Notes of corrections are none of it: they are about what stands there. Each function is part of one transaction.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core import clocks
from bot.core.novelty import NEWS_FOR, is_news
from bot.core.text import counted
from bot.model import Channel
from bot.store import alarms, lookups, parking, rows, timetable

_WAITS = "state = 'pending' AND leased = 0 AND kind <> 'correction'"
_GATHERED = "(slot NOT IN ('now', 'asked') AND timing <> '')"
"""Of what was given up: it waited for an hour, which is planned anew, and was not released yet."""
_BELOW = "What waited so long is no news any more, and “why” says so of each. You are told of no other until one arrives there."
_REASON = "It waited three days for {}, and is no news any more"
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
        reason = _REASON.format(row["platform"])
        parking.give_up(db, [row["id"]], parking.TOO_LATE if closed else reason, reason, now)
        if not closed and alarms.noted(db, _name(row), now):
            line = f"{_place(rows.channel(row))}: {_cause(db, row)}."
            alarms.gather(db, "News waited three days and is given up", "places had news given up", line, _BELOW, now)


def by_wrong_clock(db: sqlite3.Connection, now: datetime) -> list[sqlite3.Row]:
    """What was given up by a clock that was ahead, and is no older than news by the right one."""
    found = db.execute(
        f"""SELECT *, {_GATHERED} AS gathered FROM deliveries INDEXED BY deliveries_trouble
            WHERE state IN ('refused', 'doubt', 'held') AND +state = 'refused' AND digest IS NULL
            AND settled > :now AND settled GLOB {rows.MOMENT} AND reason IN (:parked, replace(:late, '{{}}', platform))
            AND iif({_GATHERED}, due, created) >= :old""",  # noqa: S608
        {
            "now": rows.moment(now),
            "old": rows.moment(now - NEWS_FOR),
            "late": _REASON,
            "parked": parking.TOO_LATE,
        },
    )
    return found.fetchall()


def take_back(db: sqlite3.Connection, given_up: Sequence[sqlite3.Row], back: timedelta, now: datetime) -> None:
    """As it waited before: at its hour, or now; a digest with what it carries."""
    for row in given_up:
        state, due = ("gathered", row["due"]) if row["gathered"] else ("pending", min(row["due"], rows.moment(now)))
        db.execute(
            "UPDATE deliveries SET state = ?, due = ?, replan = ?, settled = NULL, reason = '' WHERE id = ?",
            (state, due, row["gathered"], row["id"]),
        )
        db.execute(
            """UPDATE deliveries SET state = 'gathered', settled = NULL, reason = ''
                WHERE digest = ? AND state = 'refused' AND thread = ''""",
            (row["id"],),
        )
        alarms.forget(db, _name(row))
    if given_up:
        line = f"{counted(len(given_up), 'message')}, by a clock that was {clocks.length(back)} ahead."
        alarms.tell(
            db, ("A wrong clock gave up what waits again", line, "It goes at its hour. Nothing need be done."), now
        )


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
