"""Rows that cannot be read back, of another version or damaged: each is stepped past and named, the others are read."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import structlog

from bot.core.text import counted
from bot.store import alarms

log = structlog.get_logger()

T = TypeVar("T")

FAULTS = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
"""What a value that is not as this version writes it meets when it is read."""

MORE = "(SELECT count(*) FROM unreadable)"
"""So many rows more than a limit are looked at, or those met before would keep others from being found."""

REMEDY = (
    "All else goes on. If another version of RegPulse wrote it, run that one; else put a backup back (regpulse restore), "
    "or stop RegPulse and delete the row."
)


def prepare(db: sqlite3.Connection) -> None:
    """Of this connection alone, and in no file: a read must be able to note what it met."""
    db.execute("CREATE TEMP TABLE unreadable (place TEXT PRIMARY KEY, told INTEGER NOT NULL DEFAULT 0)")


def is_garbled(error: sqlite3.Error) -> bool:
    """Whether a text was met that is no UTF-8, which Python refuses to read and SQLite, which gives all else a code, does not."""
    return isinstance(error, sqlite3.OperationalError) and not hasattr(error, "sqlite_errorcode")


@contextmanager
def patiently(db: sqlite3.Connection) -> Iterator[None]:
    """Texts that are no UTF-8 are read as far as they go, and make a row unreadable that is to be read whole.

    A statement without this ends with the first of them, and is quicker where there is none.
    """
    read = db.row_factory, db.text_factory
    db.row_factory, db.text_factory = _Row, _text
    try:
        yield
    finally:
        db.row_factory, db.text_factory = read


class _Garbled(bytes):
    """What stands where a text should."""


def _text(found: bytes) -> str | _Garbled:
    try:
        return found.decode()
    except UnicodeDecodeError:
        return _Garbled(found)


_whole: ContextVar[bool] = ContextVar("whole", default=False)
"""While a row is read that is to be read whole or not at all."""


class _Row(sqlite3.Row):
    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        if not isinstance(value, _Garbled):
            return value
        if _whole.get():
            raise ValueError(f"{key} is no UTF-8")  # and not what it is: logs hold no texts
        return value.decode(errors="replace")

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))


def legible(
    db: sqlite3.Connection,
    table: str,
    found: Iterable[sqlite3.Row],
    read: Callable[[sqlite3.Row], T],
    key: str = "id",
) -> Iterator[T]:
    """What was read of each row that can be."""
    for row in found:
        value = one(db, table, row[key], partial(read, row))
        if value is not None:
            yield value


def one(db: sqlite3.Connection, table: str, key: object, read: Callable[[], T]) -> T | None:
    before = _whole.set(True)
    try:
        return read()
    except FAULTS as error:
        note(db, table, key, error)
        return None
    finally:
        _whole.reset(before)


def note(db: sqlite3.Connection, table: str, key: object, error: Exception) -> None:
    place = f"{table} {key}"
    if db.execute("INSERT OR IGNORE INTO unreadable (place) VALUES (?)", (place,)).rowcount:
        log.error("row cannot be read", table=table, row=key, reason=repr(error)[:200], remedy=REMEDY)


def places(db: sqlite3.Connection) -> tuple[str, ...]:
    """Met since the start."""
    return tuple(row["place"] for row in db.execute("SELECT place FROM unreadable ORDER BY place"))


def tell(db: sqlite3.Connection, now: datetime) -> None:
    """Operators, of each row once."""
    met = db.execute("UPDATE unreadable SET told = 1 WHERE told = 0 RETURNING place").fetchall()
    new = [row["place"] for row in met if alarms.noted(db, f"unreadable {row['place']}", now)]
    if new:
        more = [f"and {len(new) - alarms.NAMED} more; the log has them all"] if len(new) > alarms.NAMED else []
        title = f"{counted(len(new), 'row')} of the database cannot be read"
        alarms.tell(db, (title, *sorted(new)[: alarms.NAMED], *more, REMEDY), now)
