"""What putting a backup back would undo without a word: what was forgotten since stays so, what was chosen since is named."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from bot.store import digests, forgetting, taking_over
from bot.store.forgetting import Whom

CHOSEN = {"mutes": "muted words", "settings": "settings", "added_feeds": "feeds that people added"}

_KEY = "platform, space, channel, query"
_TIMES = "name, every, stages_only, mention, mention_from"


def forget_again(db: sqlite3.Connection, now: datetime) -> tuple[str, ...]:
    """Whoever the backup names, and the file that is replaced nowhere: that names whoever once was there, until they are
    forgotten. Answers who. Of a file that is no later state of the backup nothing follows.
    """
    try:
        if not (taking_over.is_same(db) and _is_later(db)):
            return ()
        since = forgetting.named(db, "replaced")
    except sqlite3.Error:
        return ()
    gone = forgetting.named(db, "main") - since
    spaces = {one for one in gone if one.space and not one.id}
    within = {one for one in gone - spaces if Whom(one.platform, one.space) not in spaces}
    with db:
        for one in sorted(spaces | within, key=str):
            forgetting.forget(db, one, now)
    return tuple(sorted(map(str, spaces | within)))


def _is_later(db: sqlite3.Connection) -> bool:
    """Nothing was put back in between, and no number was given in the backup alone."""
    return not db.execute(
        """SELECT (SELECT at FROM main.marks WHERE name = ?1) IS NOT (SELECT at FROM replaced.marks WHERE name = ?1)
            OR EXISTS (SELECT 1 FROM main.sqlite_sequence AS a LEFT JOIN replaced.sqlite_sequence AS b USING (name)
                WHERE a.seq > coalesce(b.seq, 0))""",
        (digests.RESTORED,),
    ).fetchone()[0]


def choices(db: sqlite3.Connection) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """How the subscriptions differ from those of the file that is replaced, each kind with the subscriptions; and what else
    people chose that does. Of a file begun anew only what is lost with it.
    """
    with suppress(sqlite3.Error):
        return tuple(_choices(db))
    return ()


def _choices(db: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    ended = "SELECT {0} FROM main.subscriptions EXCEPT SELECT {0} FROM replaced.subscriptions"
    made = f"SELECT {_KEY} FROM replaced.subscriptions EXCEPT SELECT {_KEY} FROM main.subscriptions"  # noqa: S608
    same = taking_over.is_same(db)
    if same and (there := _named(db, ended.format(_KEY))):
        yield "There again, though ended since the backup", there
    if gone := _named(db, made):
        yield "Gone, for they were made since the backup", gone
    both = f"({_KEY}) IN (SELECT {_KEY} FROM replaced.subscriptions)"  # noqa: S608
    if same and (changed := _named(db, ended.format(f"{_KEY}, {_TIMES}"), both)):
        yield "As they were then, though changed since", changed
    if same and (others := tuple(what for table, what in CHOSEN.items() if _differ(db, table))):
        yield "As in the backup, too", others


def _named(db: sqlite3.Connection, found: str, which: str = "1") -> tuple[str, ...]:
    rows = db.execute(f"SELECT {_KEY} FROM ({found}) WHERE {which}")  # noqa: S608
    return tuple(f"{Whom(*row[:3])} “{row[3]}”" for row in rows)


def _differ(db: sqlite3.Connection, table: str) -> bool:
    names = taking_over.shared(db, table)
    one, other = (f"SELECT {names} FROM {schema}.{table}" for schema in ("main", "replaced"))  # noqa: S608
    found = db.execute(f"SELECT 1 FROM ({one} EXCEPT {other}) UNION ALL SELECT 1 FROM ({other} EXCEPT {one}) LIMIT 1")  # noqa: S608
    return found.fetchone() is not None
