"""Words that channels muted. Each function is part of one transaction."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from bot.core import query
from bot.errors import UserError
from bot.model import Channel
from bot.store import directs, rows, unreadable


def mute(db: sqlite3.Connection, channel: Channel, word: str, now: datetime, by: str = "") -> None:
    directs.note(db, channel, by)
    db.execute(
        "INSERT OR IGNORE INTO mutes (platform, space, channel, word, created) VALUES (?, ?, ?, ?, ?)",
        (*rows.here(channel), word, rows.moment(now)),
    )


def unmute(db: sqlite3.Connection, channel: Channel, word: str) -> bool:
    return db.execute(f"DELETE FROM mutes WHERE {rows.HERE} AND word = ?", (*rows.here(channel), word)).rowcount > 0  # noqa: S608


def words(db: sqlite3.Connection, channel: Channel) -> tuple[str, ...]:
    found = db.execute(f"SELECT * FROM mutes WHERE {rows.HERE} ORDER BY word", rows.here(channel))  # noqa: S608
    return tuple(word for _, word in read(db, found))


def read(db: sqlite3.Connection, found: Iterable[sqlite3.Row]) -> Iterator[tuple[Channel, str]]:
    return unreadable.legible(
        db, "mutes of channel", found, lambda row: (rows.channel(row), row["word"]), key="channel"
    )


def is_muted(db: sqlite3.Connection, channel: Channel, story: int) -> bool:
    """Whether the story has a word that the channel muted."""
    found = "SELECT 1 FROM story_words WHERE rowid = ? AND story_words MATCH ?"
    return any(db.execute(found, (story, asked)).fetchone() for asked in silenced(db, channel))


def left_out(db: sqlite3.Connection, stories: Iterable[int], now: datetime) -> None:
    """Taken out of what waited, for its words: a line on the trail, once, for who unmutes them and asks. It names no channel."""
    db.executemany(
        """INSERT INTO decisions (story, at, step, outcome, why) SELECT ?, ?, 'left out', 'of what waited for a channel',
            'a word of it was muted there' WHERE NOT EXISTS (SELECT 1 FROM decisions WHERE story = ? AND step = 'left out')""",
        [(story, rows.moment(now), story) for story in stories],
    )


def silenced(db: sqlite3.Connection, channel: Channel) -> Iterator[str]:
    """What the channel muted, as full-text search asks for it."""
    for word in words(db, channel):
        if asked := unreadable.one(db, "mutes of channel", channel.id, partial(_asked_for, word)):
            yield asked


def _asked_for(word: str) -> str:
    try:
        return query.to_fts(query.parse(query.quoted(word)))
    except UserError as error:
        raise ValueError(str(error)) from error
