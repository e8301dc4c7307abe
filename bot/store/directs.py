"""Whose direct messages a channel is, so that what stands there can be found for its person; each is part of a transaction."""

import re
import sqlite3

from bot.model import Channel
from bot.store import rows

_PEOPLE = {"slack": "[UW][A-Z0-9]+", "discord": "[0-9]+"}
"""The form of a person's id; an operator, who has none, may say something there too."""


def note(db: sqlite3.Connection, channel: Channel, person: str) -> None:
    """Where something is kept for it, and only there: a person who merely asks leaves nothing behind."""
    if channel.direct and re.fullmatch(_PEOPLE[channel.platform], person):
        db.execute("INSERT OR IGNORE INTO direct_messages VALUES (?, ?, ?, ?)", (*rows.here(channel), person))


def of(db: sqlite3.Connection, platform: str, space: str, person: str) -> tuple[str, ...]:
    """The channels of this person's direct messages. Discord counts people everywhere, Slack within a workspace."""
    found = db.execute(
        "SELECT channel FROM direct_messages WHERE platform = ? AND space = ? AND person = ? ORDER BY channel",
        (platform, space if platform == "slack" else "", person),
    )
    return tuple(row["channel"] for row in found)


def unknown(db: sqlite3.Connection, platform: str, space: str) -> tuple[Channel, ...]:
    """Direct messages for which something is kept, and of which nobody knows the person."""
    kept = " UNION ".join(
        f"SELECT platform, space, channel FROM {table} WHERE platform = :platform AND space = :space"  # noqa: S608
        for table in ("settings", "mutes", "subscriptions", "deliveries")
    )
    found = db.execute(
        f"SELECT * FROM ({kept}) AS k WHERE channel <> '' AND NOT EXISTS (SELECT 1 FROM direct_messages AS d WHERE"  # noqa: S608
        " d.platform = k.platform AND d.space = k.space AND d.channel = k.channel) ORDER BY channel",
        {"platform": platform, "space": space if platform == "slack" else ""},
    )
    return tuple(channel for channel in map(rows.channel, found) if channel.direct)
