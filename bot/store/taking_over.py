"""What a backup takes over from the file it replaces: what was agreed with others since, and what was told since.

What was agreed works no more as it was then. What was told is known story by story, all of it or nothing: so that it is told
nobody again, and its messages go on following what publishers say.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from bot.store import rows, unreadable

_FRESHER = {
    # A refresh token works once (docs.slack.dev/authentication/using-token-rotation), so what is older is spent.
    "slack_installations": (
        "team",
        "(was.installed, coalesce(was.expires, '')) > (now.installed, coalesce(now.expires, ''))",
    ),
    "pushes": ("feed", "false"),
    # Of a feed that came since it is known that it was heard, so that the next look at it is silent, too.
    "feeds": ("feed", "true"),
}
"""By what a row is known, and when the backup's own stays."""

_OF_STORIES = ("story_words", "story_instruments", "briefs", "decisions", "corrections")
"""In which all there is of a story is put in the place of what the backup has."""

_NUMBERED_HERE = ("decisions", "corrections")
"""Whose numbers say nothing: rows that came since may have those of others."""


def attach(db: sqlite3.Connection, replaced: str) -> None:
    """`replaced` is the URI of the file; where there is none, or it is none of SQLite's, nothing can be taken over."""
    with suppress(sqlite3.Error):
        db.execute("ATTACH ? AS replaced", (replaced,))


def agreed(db: sqlite3.Connection) -> frozenset[str]:
    """What cannot be read is left out. Answers the teams whose tokens were taken."""
    for table, (key, stays) in _FRESHER.items():
        with suppress(sqlite3.Error):
            _take(db, table, key, stays)
    with suppress(sqlite3.Error):
        return frozenset(row[0] for row in db.execute("SELECT team FROM replaced.slack_installations"))
    return frozenset()


def _take(db: sqlite3.Connection, table: str, key: str, stays: str) -> None:
    names = shared(db, table)
    with db:
        db.execute(
            f"""INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM replaced.{table} AS now
                WHERE NOT EXISTS (SELECT 1 FROM main.{table} AS was WHERE was.{key} = now.{key} AND {stays})"""  # noqa: S608
        )


def shared(db: sqlite3.Connection, table: str, *, but: str = "") -> str:
    """The columns of both: one may be of another version than the other."""
    return ", ".join(sorted((_columns(db, "main", table) & _columns(db, "replaced", table)) - {but}))


def _columns(db: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA {schema}.table_info({table})")}


# What was told


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of what was told since the backup."""

    known: bool
    """Whether the file is the same database, and could be read."""
    unreadable: tuple[int, ...] = ()
    """Stories of which something cannot be read, so that they are as in the backup."""


def told(db: sqlite3.Connection) -> Told:
    try:
        if not is_same(db):
            return Told(known=False)
        with unreadable.patiently(db):
            events = _events(db)
            bad = {number for number in events if not _can_be_read(db, number)}
            spoilt = {event for number, event in events.items() if number in bad}
        good = [number for number, event in events.items() if event not in spoilt]
        with db:
            _take_stories(db, good)
    except (sqlite3.Error, ValueError, TypeError):  # it is damaged, and has not even numbers where they should be
        return Told(known=False)
    return Told(known=True, unreadable=tuple(sorted(bad)))


def is_same(db: sqlite3.Connection) -> bool:
    """Whether both are the database that was begun in the same moment, and call the same things by the same numbers."""
    began = "(SELECT min(applied_at) FROM {}._sqlite_migrations)"
    return not db.execute(
        f"""SELECT {began.format("main")} IS NOT {began.format("replaced")}
            OR EXISTS (SELECT 1 FROM main.stories AS a JOIN replaced.stories AS b USING (id) WHERE a.created <> b.created)
            OR EXISTS (SELECT 1 FROM main.entries AS a JOIN replaced.entries AS b USING (id)
                WHERE (a.feed, a.key) <> (b.feed, b.key))
            OR EXISTS (SELECT 1 FROM main.entries AS a JOIN replaced.entries AS b USING (feed, key)
                WHERE a.id <> b.id)"""  # noqa: S608
    ).fetchone()[0]


def _events(db: sqlite3.Connection) -> dict[int, int]:
    """Each story of which anything was to be told, with all that were merged with it, and the one they are now."""
    part_of = {int(row[0]): row[1] for row in db.execute("SELECT id, part_of FROM replaced.stories")}

    def whole(number: int) -> int:
        seen = set[int]()
        while (further := part_of.get(number)) is not None and number not in seen:
            seen.add(number)
            number = further
        return number

    told = {whole(row[0]) for row in db.execute("SELECT DISTINCT story FROM replaced.deliveries")}
    return {number: event for number in part_of if (event := whole(number)) in told}


def _can_be_read(db: sqlite3.Connection, number: int) -> bool:
    read = unreadable.one(db, "stories", number, lambda: list(_reads(db, number)))
    return read is not None


def _reads(db: sqlite3.Connection, number: int) -> Iterator[object]:
    for row in _rows(db, "stories", "id", number):
        yield rows.verdict(row["verdict"]), rows.time(row["created"]), rows.time(row["latest"])
    for row in _rows(db, "entries", "story", number):
        yield rows.judged(row)
    for row in _rows(db, "briefs", "story", number):
        yield rows.brief(row["brief"])
    for row in _rows(db, "deliveries", "story", number):
        yield rows.delivery(row), json.loads(row["subscriptions"]), rows.maybe_time(row["settled"])


def _rows(db: sqlite3.Connection, table: str, column: str, number: int) -> Iterable[sqlite3.Row]:
    found: list[sqlite3.Row] = db.execute(
        f"SELECT * FROM replaced.{table} WHERE {column} = ?",  # noqa: S608
        (number,),
    ).fetchall()
    return found


def _take_stories(db: sqlite3.Connection, numbers: list[int]) -> None:
    db.execute("CREATE TEMP TABLE told (story INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO told VALUES (?)", [(number,) for number in numbers])
    before = _dangling(db)
    _put(db, "stories", "id IN told")
    _put(db, "entries", "story IN told")
    for table in _OF_STORIES:
        key = "rowid" if table == "story_words" else "story"
        db.execute(f"DELETE FROM main.{table} WHERE {key} IN told")  # noqa: S608
        _put(db, table, f"{key} IN told", but="id" if table in _NUMBERED_HERE else "")
    of_reports = "entry IN (SELECT id FROM replaced.entries WHERE story IN told)"
    db.execute(f"DELETE FROM main.decisions WHERE story IS NULL AND {of_reports}")  # noqa: S608
    _put(db, "decisions", f"story IS NULL AND {of_reports}", but="id")
    _put(db, "versions", of_reports)
    _put(db, "deliveries", "story IN told")
    if _dangling(db) > before:
        raise sqlite3.IntegrityError("what was told hangs together with what was not")


def _put(db: sqlite3.Connection, table: str, which: str, *, but: str = "") -> None:
    names, place = shared(db, table, but=but), "rowid, " if table == "story_words" else ""
    db.execute(
        f"INSERT OR REPLACE INTO main.{table} ({place}{names}) SELECT {place}{names} FROM replaced.{table} WHERE {which}"  # noqa: S608
        + (f" ORDER BY {but}" if but else "")
    )


def _dangling(db: sqlite3.Connection) -> int:
    return len(db.execute("PRAGMA main.foreign_key_check").fetchall())
