"""What stands in the database of a program that is not running, and what is changed there as if time had gone by."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.kills.points import Needs
from bot.store import alarms
from bot.store.rows import moment

FEWEST = 3
"""Of what is gathered for a channel, from which on it is a digest."""


def found(database: Path, query: str, *values: object) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        return db.execute(query, values).fetchall()


def _number(database: Path, query: str) -> int:
    return int(found(database, query)[0][0])


def in_doubt(database: Path) -> set[str]:
    """Deliveries and messages for operators that were under way when the program was killed, or are in doubt since before."""
    open_ones = "state IN ('sending', 'doubt')"
    notices = f"SELECT 'ops-' || id FROM notices WHERE {open_ones}"  # noqa: S608
    return {row[0] for row in found(database, f"SELECT id FROM deliveries WHERE {open_ones} UNION ALL {notices}")}  # noqa: S608


def held(database: Path) -> set[str]:
    """Deliveries that policy holds, but for those that a digest carries."""
    query = """SELECT id FROM deliveries AS d WHERE state = 'held' AND NOT EXISTS (
        SELECT 1 FROM deliveries AS f WHERE f.id = d.digest AND f.state = 'held')"""
    return {row[0] for row in found(database, query)}


def told_as_held(database: Path) -> int:
    """As `status` counts them: with those that a digest carries."""
    return _number(database, "SELECT count(*) FROM deliveries WHERE state = 'held'")


def waiting(database: Path) -> int:
    """Messages that could go now."""
    return _number(database, "SELECT count(*) FROM deliveries WHERE state = 'pending'")


def to_edit(database: Path) -> int:
    return _number(database, "SELECT count(*) FROM deliveries WHERE state = 'sent' AND revise IS NOT NULL")


def sent(database: Path) -> int:
    """Messages posted, as far as it is known."""
    deliveries = "SELECT count(*) FROM deliveries WHERE state = 'sent' AND message <> ''"
    return _number(database, f"SELECT ({deliveries}) + (SELECT count(*) FROM notices WHERE state = 'sent')")  # noqa: S608


def still_open(database: Path) -> int:
    """Messages to be sent or edited."""
    states = "('gathered', 'pending', 'sending', 'doubt')"
    deliveries = f"SELECT count(*) FROM deliveries WHERE state IN {states} OR (state = 'sent' AND revise IS NOT NULL)"  # noqa: S608
    notices = "SELECT count(*) FROM notices WHERE state IN ('pending', 'sending', 'doubt')"
    return _number(database, f"SELECT ({deliveries}) + ({notices})")


def needs_met(database: Path) -> Iterator[Needs]:
    """By what stands in it."""
    if in_doubt(database):
        yield from ("doubt", "outage")
    if waiting(database):
        yield "waiting"
    if to_edit(database):
        yield "grown"


def told_in(database: Path, title: str) -> set[str] | None:
    """The channels that have a message of the story; None where one of them still waits for it."""
    rows = found(
        database,
        """SELECT d.channel, d.state, d.message, f.message AS carried FROM entries AS e JOIN deliveries AS d USING (story)
            LEFT JOIN deliveries AS f ON f.id = d.digest WHERE e.title = ? AND d.kind = 'alert'""",
        title,
    )
    if not rows or any(row["state"] not in ("sent", "held") for row in rows):
        return None
    return {row["channel"] for row in rows if row["state"] == "sent" and (row["message"] or row["carried"])}


# As if time had gone by


def _changes(database: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        for statement, values in statements:
            db.execute(statement, values)


def tells_operators(database: Path, title: str) -> None:
    """One more message for them."""
    with closing(sqlite3.connect(database)) as db, db:
        alarms.tell(db, (title, "It is one of many.", "Nothing needs to be done."), datetime.now(UTC))


def age_doubts(database: Path, by: timedelta) -> None:
    """As if the program had been down for so long."""
    with closing(sqlite3.connect(database)) as db, db:
        for table in ("deliveries", "notices"):
            rows = db.execute(f"SELECT id, attempted FROM {table} WHERE state IN ('sending', 'doubt')").fetchall()  # noqa: S608
            for number, attempted in rows:
                earlier = moment(datetime.fromisoformat(attempted) - by)
                db.execute(f"UPDATE {table} SET attempted = ? WHERE id = ?", (earlier, number))  # noqa: S608


def hasten_doubts(database: Path) -> None:
    """As if the pauses between two looks, which grow with each kill that cut one short, were over."""
    _changes(
        database,
        ("UPDATE deliveries SET due = attempted WHERE state = 'doubt'", ()),
        ("UPDATE notices SET due = at WHERE state IN ('pending', 'doubt')", ()),
    )


def hasten_digests(database: Path, fewest: int = FEWEST) -> None:
    """As if the hour had come where so much is gathered."""
    _changes(
        database,
        (
            """UPDATE deliveries SET due = ?1 WHERE state = 'gathered' AND digest IS NULL AND channel IN (
                SELECT channel FROM deliveries WHERE state = 'gathered' AND digest IS NULL GROUP BY channel
                HAVING count(*) >= ?2)""",
            (moment(datetime.now(UTC)), fewest),
        ),
    )


def hasten_edits(database: Path) -> None:
    """As if the leases of those that a kill cut short, and the pauses after weather, were over."""
    at = moment(datetime.now(UTC))
    _changes(database, ("UPDATE deliveries SET revise = ? WHERE revise > ?", (at, at)))
