"""Troubles that last: operators are told of each once, and once when it is over. Each function is part of one transaction."""

import json
import sqlite3
from datetime import datetime, timedelta

from bot.store import rows

SOON, GATHERED = timedelta(minutes=10), timedelta(minutes=1)
"""After one message, those that follow within this time are of its kind still, and wait for so long for more of it."""

AMONG = 20
"""The newest messages, among which one of its kind is looked for."""

NAMED = 5


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
    _keep(db, text, now, now)


def gather(db: sqlite3.Connection, one: str, many: str, line: str, below: str, now: datetime) -> None:
    """The first of its kind at once; those that follow soon with one message, which counts them and names a few.

    `one` is the title of one, and `many` of more, without the number.
    """
    latest = db.execute(
        "SELECT * FROM notices WHERE id > (SELECT max(id) FROM notices) - ? AND at >= ? ORDER BY id DESC",
        (AMONG, rows.moment(now - SOON)),
    )
    for row in latest.fetchall():
        try:
            title, *lines, _ = map(str, json.loads(row["text"]))
        except (ValueError, TypeError):
            continue  # it is refused, and told of, when its turn comes
        if title != one and not title.endswith(f" {many}"):
            continue
        if row["state"] != "pending" or row["attempts"]:
            return _keep(db, (one, line, below), now, now + GATHERED)
        number = 2 if title == one else int(title.split()[0]) + 1
        more = [f"and {number - NAMED} more"] if number > NAMED else []
        text = json.dumps((f"{number} {many}", *[*lines, line][:NAMED], *more, below))
        db.execute("UPDATE notices SET text = ? WHERE id = ?", (text, row["id"]))
        return None
    return _keep(db, (one, line, below), now, now)


def _keep(db: sqlite3.Connection, text: tuple[str, ...], now: datetime, due: datetime) -> None:
    row = (rows.moment(now), json.dumps(text), rows.moment(due))
    db.execute("INSERT INTO notices (at, text, due) VALUES (?, ?, ?)", row)
