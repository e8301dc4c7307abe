"""What a channel will never take: operators are told of the first, until a message arrives there again."""

import sqlite3
from datetime import datetime

from bot.model import Channel
from bot.model.telling import Closed
from bot.store import alarms, parking, rows

_REMEDY = "It is not sent again. You are told of no other that is refused there until one arrives."


def refused(db: sqlite3.Connection, delivery: str, reason: str, closed: Closed, now: datetime) -> None:
    """Of a channel that is parked they were told already."""
    channel = _channel(db, delivery)
    if channel and not (closed and parking.is_parked(db, channel)) and alarms.noted(db, name(channel), now):
        line = f"{parking.named(channel)}: {reason}"
        alarms.gather(db, "A message was refused", "messages were refused", line, _REMEDY, now)


def arrived(db: sqlite3.Connection, delivery: str) -> None:
    channel = _channel(db, delivery)
    if channel:
        alarms.forget(db, name(channel))


def name(channel: Channel) -> str:
    return f"refusal {channel}"


def _channel(db: sqlite3.Connection, delivery: str) -> Channel | None:
    row = db.execute("SELECT platform, space, channel FROM deliveries WHERE id = ?", (delivery,)).fetchone()
    return rows.channel(row) if row else None
