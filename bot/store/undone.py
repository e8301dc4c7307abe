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
    people chose that does."""
    with suppress(sqlite3.Error):
        return tuple(_choices(db))
    return ()


def _choices(db: sqlite3.Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    for kind, columns, one, other in (
        ("There again, though ended since the backup", _KEY, "main", "replaced"),
        ("Gone, for they were made since the backup", _KEY, "replaced", "main"),
        ("As they were then, though changed since", f"{_KEY}, {_TIMES}", "main", "replaced"),
    ):
        found = db.execute(
            f"""SELECT platform, space, channel, query FROM
                (SELECT {columns} FROM {one}.subscriptions EXCEPT SELECT {columns} FROM {other}.subscriptions)
                WHERE ? = '' OR ({_KEY}) IN (SELECT {_KEY} FROM {other}.subscriptions)""",  # noqa: S608
            ("" if columns == _KEY else columns,),
        )
        if named := tuple(f"{Whom(*row[:3])} “{row[3]}”" for row in found):
            yield kind, named
    if other_things := tuple(what for table, what in CHOSEN.items() if _differ(db, table)):
        yield "As in the backup, too", other_things


def _differ(db: sqlite3.Connection, table: str) -> bool:
    names = taking_over.shared(db, table)
    one, other = (f"SELECT {names} FROM {schema}.{table}" for schema in ("main", "replaced"))  # noqa: S608
    found = db.execute(f"SELECT 1 FROM ({one} EXCEPT {other}) UNION ALL SELECT 1 FROM ({other} EXCEPT {one}) LIMIT 1")  # noqa: S608
    return found.fetchone() is not None
