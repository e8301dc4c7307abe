"""What the metrics count that only the database knows. Each function is one transaction's body."""

import sqlite3
from datetime import datetime

from bot.model import Measures
from bot.store import lookups, models, rows


def measures(db: sqlite3.Connection, month: str) -> Measures:
    """All of it reads indexes: a scrape every few seconds must not slow the alerts."""
    deliveries = db.execute("SELECT platform, state, count(*) AS number FROM deliveries GROUP BY state, platform")
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
    """Since when the oldest delivery has waited; one not tried yet waits since it was due, which may be to come."""
    row = db.execute(
        "SELECT min(CASE attempts WHEN 0 THEN due ELSE created END) FROM deliveries"
        " WHERE state IN ('pending', 'sending', 'doubt')"
    ).fetchone()
    return rows.maybe_time(row[0])


def first_seen(db: sqlite3.Connection, stories: str) -> dict[int, datetime]:
    found = db.execute(
        "SELECT story, min(seen) AS seen FROM entries WHERE story IN (SELECT value FROM json_each(?)) GROUP BY story",
        (stories,),
    )
    return {row["story"]: rows.time(row["seen"]) for row in found}
