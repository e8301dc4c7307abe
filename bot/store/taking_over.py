"""What a backup takes over from the file it replaces: what was agreed with others since, and works no more as it was then."""

import sqlite3
from contextlib import suppress

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


def take_over(db: sqlite3.Connection, replaced: str) -> frozenset[str]:
    """`replaced` is the URI of the file; what of it cannot be read is left out. Answers the teams whose tokens it had."""
    teams: list[str] = []
    with suppress(sqlite3.Error):  # there is no such file, or it is none of SQLite's
        db.execute("ATTACH ? AS replaced", (replaced,))
        for table, (key, stays) in _FRESHER.items():
            with suppress(sqlite3.Error):
                _take(db, table, key, stays)
        teams = [row[0] for row in db.execute("SELECT team FROM replaced.slack_installations")]
    return frozenset(teams)


def _take(db: sqlite3.Connection, table: str, key: str, stays: str) -> None:
    """One may be of another version than the other."""
    names = ", ".join(sorted(_columns(db, "main", table) & _columns(db, "replaced", table)))
    with db:
        db.execute(
            f"""INSERT OR REPLACE INTO main.{table} ({names}) SELECT {names} FROM replaced.{table} AS now
                WHERE NOT EXISTS (SELECT 1 FROM main.{table} AS was WHERE was.{key} = now.{key} AND {stays})"""  # noqa: S608
        )


def _columns(db: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA {schema}.table_info({table})")}
