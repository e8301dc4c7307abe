"""What the metrics count that only the database knows. Each function is one transaction's body."""

import sqlite3
from datetime import datetime

from bot.model import Measures
from bot.store import absent, lookups, models, rows, unreadable


def measures(db: sqlite3.Connection, month: str) -> Measures:
    """All of it reads indexes, or counts that are kept: a scrape every few seconds must not slow the alerts."""
    deliveries = db.execute("SELECT platform, state, number FROM delivery_counts WHERE number > 0")
    writers = db.execute("SELECT outcome, count(*) AS number FROM decisions WHERE step = 'briefed' GROUP BY outcome")
    tokens, micro_usd = models.spent(db, month)
    return Measures(
        deliveries={(row["platform"], row["state"]): row["number"] for row in deliveries},
        briefs={row["outcome"]: row["number"] for row in writers},
        platforms={one.platform: one.ok for one in lookups.platforms(db)},
        waiting=waiting(db),
        bytes=lookups.size(db),
        tokens=tokens,
        micro_usd=micro_usd,
    )


def waiting(db: sqlite3.Connection) -> datetime | None:
    """Since when the oldest delivery has waited; one not tried yet waits since it was due, which may be to come, and so
    does one in doubt whose place is closed to us. None does for a platform that is not configured.
    """
    row = db.execute(
        f"""SELECT min(CASE WHEN attempts = 0 OR (state = 'doubt' AND EXISTS (SELECT 1 FROM parked AS p
                WHERE p.platform = d.platform AND p.space = d.space AND p.channel IN (d.channel, '')))
                THEN due ELSE created END)
            FROM deliveries AS d WHERE {rows.OPEN} AND {absent.PRESENT}"""  # noqa: S608
    ).fetchone()
    return unreadable.one(db, "deliveries", "open", lambda: rows.maybe_time(row[0]))


def overdue(db: sqlite3.Connection, before: datetime) -> int:
    """What is new and was seen before then, and is in no story yet or in one that waits for its brief."""
    row = db.execute(
        """SELECT (SELECT count(*) FROM entries
                WHERE relevant = 1 AND story IS NULL AND standing <> 'held' AND standing = 'new' AND seen < :before)
            + (SELECT count(*) FROM stories WHERE told = 1 AND briefed IS NULL AND part_of IS NULL
                AND (SELECT max(seen) FROM entries WHERE entries.story = stories.id) < :before)""",
        {"before": rows.moment(before)},
    ).fetchone()
    return int(row[0])


def first_seen(db: sqlite3.Connection, stories: str) -> dict[int, datetime]:
    found = db.execute(
        "SELECT story, min(seen) AS seen FROM entries WHERE story IN (SELECT value FROM json_each(?)) GROUP BY story",
        (stories,),
    )
    read = unreadable.legible(
        db, "entries of story", found, lambda row: (row["story"], rows.time(row["seen"])), "story"
    )
    return dict(read)
