"""What people sent us by its platform's id, for a day: a platform sends again what it thinks was not taken."""

import sqlite3
from datetime import datetime, timedelta

from bot.store import rows

KEPT = timedelta(days=1)
"""Slack tries an event for an hour (docs.slack.dev/apis/events-api, "Retries"), or a day where that is switched on."""


def first(db: sqlite3.Connection, key: str, now: datetime) -> bool:
    """Whether it is new; it is known from now on."""
    db.execute("DELETE FROM envelopes WHERE at < ?", (rows.moment(now - KEPT),))
    known = db.execute("INSERT OR IGNORE INTO envelopes (id, at) VALUES (?, ?)", (key, rows.moment(now)))
    return known.rowcount > 0
