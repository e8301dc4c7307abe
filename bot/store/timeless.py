"""What waits by a time that is none, damaged or of another version, would wait for ever: it is taken up soon, and told of.

Each function is one transaction's body.
"""

import sqlite3
from datetime import datetime, timedelta

from bot.core.text import counted
from bot.store import alarms, rows, timetable

SOON = timedelta(minutes=5)
"""And not at once: what is being sent or edited just now is not to be taken up a second time."""

FAR = timedelta(days=366)
"""Nothing is planned for so long ahead."""

WAITING = (
    ("deliveries", "due", "id", "INDEXED BY deliveries_waiting", rows.OPEN),
    ("deliveries", "due", "id", "INDEXED BY deliveries_gathered_here", timetable.WAITS),
    ("deliveries", "revise", "id", "INDEXED BY deliveries_revise", "revise IS NOT NULL"),
    ("notices", "due", "id", "INDEXED BY notices_open", f"{rows.OPEN} AND id > 0"),
    ("notices", "at", "id", "INDEXED BY notices_open", f"{rows.OPEN} AND id > 0"),
    ("feeds", "next_poll", "feed", "", "1"),
    ("pushes", "until", "feed", "", "1"),
    ("pushes", "again", "feed", "", "1"),
    ("parked", "again", "channel", "", "1"),
)
"""Table, column, by what its row is named, and where those rows are that wait by it."""

_BELOW = "What waited by it is taken up within some minutes. If it happens again, look at the disk of this machine."


def look_over(db: sqlite3.Connection, now: datetime) -> None:
    found = [line for place in WAITING for line in _mended(db, *place, now)] + _orphans(db, now)
    if found:
        more = [f"and {len(found) - alarms.NAMED} more"] if len(found) > alarms.NAMED else []
        title = f"{counted(len(found), 'row')} of the database waited for what never comes"
        alarms.tell(db, (title, *found[: alarms.NAMED], *more, _BELOW), now)


def _mended(
    db: sqlite3.Connection, table: str, column: str, key: str, index: str, which: str, now: datetime
) -> list[str]:
    given = {"soon": rows.moment(now + SOON), "far": rows.moment(now + FAR)}
    mended = db.execute(
        f"""UPDATE {table} {index} SET {column} = :soon WHERE {which}
            AND ({column} NOT GLOB {rows.MOMENT} OR {column} > :far) RETURNING {key} AS name""",  # noqa: S608  # our own
        given,
    )
    return [f"{table} {row['name']}: its “{column}” is no time that can be" for row in mended.fetchall()]


def _orphans(db: sqlite3.Connection, now: datetime) -> list[str]:
    """What a digest carries that there is not."""
    freed = db.execute(
        """UPDATE deliveries SET digest = NULL, due = ? WHERE state = 'gathered' AND digest IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.id = deliveries.digest) RETURNING id""",
        (rows.moment(now),),
    )
    return [f"deliveries {row['id']}: the digest that carries it is not there" for row in freed.fetchall()]
