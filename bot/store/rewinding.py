"""When the clock was put back: what was planned by the old time goes by the new one. Each function is one transaction's body."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store import filing, late, outbox, rows, timeless, unreadable

LEAST = timedelta(seconds=30)
"""A clock put back by less is only waited for."""

SOONER = timedelta(minutes=2)
"""A message that may have been posted is looked for from so long before: how far the clock went back is known to a turn."""

_PLANNED = (
    ("feeds", "next_poll"), ("deliveries", "due"), ("deliveries", "revise"), ("deliveries", "broke"), ("notices", "due"),
    ("pushes", "until"), ("pushes", "again"), ("parked", "again"),
)  # fmt: skip
_HAPPENED = (
    ("feeds", "polled_at"), ("feeds", "ok_at"), ("feeds", "baseline_at"), ("feeds", "changed_at"), ("feeds", "failing_since"),
    ("feeds", "elsewhere_since"), ("deliveries", "attempted"), ("deliveries", "settled"), ("troubles", "since"),
    ("notices", "at"), ("pushes", "asked"), ("pushes", "pushed"), ("pushes", "missed"),
)  # fmt: skip


def note_turn(db: sqlite3.Connection, now: datetime) -> timedelta:
    back = rewind(db, now)
    unreadable.tell(db, now)
    db.execute("INSERT OR REPLACE INTO marks (name, at) VALUES ('turn', ?)", (rows.moment(now),))
    return back


def reclaim(db: sqlite3.Connection, now: datetime) -> int:
    rewind(db, now)
    db.execute("INSERT OR REPLACE INTO marks (name, at) VALUES ('started', ?)", (rows.moment(now),))
    reclaimed = outbox.reclaim(db, now)
    timeless.look_over(db, now)
    return reclaimed


def rewind(db: sqlite3.Connection, now: datetime) -> timedelta:
    """How far the clock was put back since the last turn, or since the process began, nothing where it was not; and then
    nothing waits for the old time.

    What was planned keeps its distance from now, digests are planned anew, and nothing has happened later than now. What was
    given up as too old by the old time, and is not by the new one, waits again.
    """
    marks = db.execute("SELECT name, at FROM marks WHERE name IN ('turn', 'started')").fetchall()
    known = unreadable.legible(db, "marks", marks, lambda row: rows.time(row["at"]), key="name")
    back = max(known, default=now) - now
    if back < LEAST:
        return timedelta(0)
    db.create_function("earlier", 1, _earlier(back), deterministic=True)
    db.create_function("far_earlier", 1, _earlier(back + SOONER), deterministic=True)
    at = rows.moment(now)
    given_up = late.by_wrong_clock(db, now)
    for table in ("deliveries", "notices"):
        db.execute(
            f"UPDATE {table} SET attempted = far_earlier(attempted)"  # noqa: S608
            f" WHERE {rows.OPEN} AND attempted GLOB {rows.MOMENT}"
        )
    db.execute("UPDATE deliveries SET replan = 1 WHERE state = 'gathered' AND digest IS NULL AND due > ?", (at,))
    for table, column in _PLANNED:
        db.execute(f"UPDATE {table} SET {column} = earlier({column}) WHERE {_later(column)}", (at,))  # noqa: S608
    for table, column in _HAPPENED:
        db.execute(f"UPDATE {table} SET {column} = min(earlier({column}), ?) WHERE {_later(column)}", (at, at))  # noqa: S608
    late.take_back(db, given_up, back, now)
    for story in {row["story"] for row in given_up}:  # which may be another's part since
        outbox.hand_over(db, filing.survivor(db, story), now)
    db.execute("DELETE FROM marks WHERE name IN ('checked', 'started') AND at > ?", (at,))
    return back


def _later(column: str) -> str:
    return f"{column} > ? AND {column} GLOB {rows.MOMENT}"


def _earlier(by: timedelta) -> Callable[[str], str]:
    def earlier(at: str) -> str:
        try:
            return rows.moment(rows.time(at) - by)
        except (ValueError, OverflowError):  # a day that no month has
            return at

    return earlier
