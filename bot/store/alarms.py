"""Troubles that last: operators are told of each once, and once when it is over. Each function is part of one transaction."""

import json
import sqlite3
from datetime import datetime

from bot.store import rows


def raised(db: sqlite3.Connection, what: str, text: tuple[str, ...], now: datetime) -> bool:
    if not noted(db, what, now):
        return False
    tell(db, text, now)
    return True


def noted(db: sqlite3.Connection, what: str, now: datetime) -> bool:
    """Whether it is new."""
    given = (what, rows.moment(now))
    return db.execute("INSERT OR IGNORE INTO alarms (what, since) VALUES (?, ?)", given).rowcount > 0


def over(db: sqlite3.Connection, what: str, text: tuple[str, ...], now: datetime) -> bool:
    if not db.execute("DELETE FROM alarms WHERE what = ?", (what,)).rowcount:
        return False
    tell(db, text, now)
    return True


def forget(db: sqlite3.Connection, what: str) -> None:
    """It is over, which is no news to anybody."""
    db.execute("DELETE FROM alarms WHERE what = ?", (what,))


def tell(db: sqlite3.Connection, text: tuple[str, ...], now: datetime) -> None:
    """The next message to operators: its title, its lines, and what stands below them."""
    at = rows.moment(now)
    db.execute("INSERT INTO notices (at, text, due) VALUES (?, ?, ?)", (at, json.dumps(text), at))
