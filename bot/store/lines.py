"""Lines too long for a button, each kept under a key that fits. Each function is the body of one transaction."""

import hashlib
import sqlite3
from datetime import datetime, timedelta

from bot.errors import UserError
from bot.store import rows

KEPT = timedelta(days=180)
"""How long a button with a long line works."""

_MARK = "="


def keep(db: sqlite3.Connection, line: str, now: datetime) -> str:
    key = _MARK + hashlib.sha256(line.encode()).hexdigest()[:24]
    let_go(db, now)
    db.execute("INSERT OR REPLACE INTO lines (key, line, at) VALUES (?, ?, ?)", (key, line, rows.moment(now)))
    return key


def let_go(db: sqlite3.Connection, now: datetime) -> None:
    """What no button works for any more: its line, and what was stopped and could be taken up again by one."""
    for table in ("lines", "stopped"):
        db.execute(f"DELETE FROM {table} WHERE at < ?", (rows.moment(now - KEPT),))  # noqa: S608


def kept(db: sqlite3.Connection, line: str) -> str:
    if not line.startswith(_MARK):
        return line
    found = db.execute("SELECT line FROM lines WHERE key = ?", (line,)).fetchone()
    if found is None:
        raise UserError("This button is too old: please type the command anew.")
    return str(found["line"])
