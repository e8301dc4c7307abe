"""Every statement the store runs in any test, its query plan read once: what grows for years must not be read as a whole."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

SMALL = {
    "feeds", "marks", "platforms", "troubles", "pushes", "added_feeds", "slack_installations", "slack_states",
    "parked", "alarms", "delivery_counts", "stopped", "waited", "_sqlite_migrations",
}  # fmt: skip
"""Tables with a row for each feed, workspace, platform or channel in trouble, and what is kept for some days: those may be
read as a whole. Any other table grows."""

READ_AS_A_WHOLE: Mapping[str, str] = {
    # The beginning of a statement, and why it may.
    "SELECT * FROM stories WHERE part_of IS NULL AND adjacent = 0 ORDER BY latest": "the newest first, as many as asked for",
    "SELECT * FROM stories WHERE part_of IS NULL ORDER BY latest": "the newest first, as many as asked for",
    "SELECT * FROM corrections ORDER BY id DESC LIMIT": "the newest first, as many as asked for",
    "SELECT d.settled, (SELECT min(seen)": "the newest 5,000 deliveries",
    "SELECT count(*) FROM": "status counts what there is",
    "SELECT min(CASE WHEN attempts = 0 OR (state = 'doubt' AND EXISTS": "only what is open",
    "SELECT min(created) FROM deliveries WHERE state IN ('pending'": "only what is open",
    "UPDATE deliveries SET leased = 0, due = min(due, :now)": "only what is open",
    "DELETE FROM deliveries AS c WHERE story IN": "only what waits",
    "UPDATE deliveries SET digest = NULL, due = ?": "only what is gathered",
    "SELECT * FROM deliveries WHERE story IN (SELECT value FROM json_each(:parts)) AND (state = 'pending'": "only what waits",
    "UPDATE deliveries SET because = '[]'": "retention: what was told, at most once a day",
    "SELECT json_extract(t.value, '$.entry') AS entry": "retention: what briefs quote of articles, at most once a day",
    "DELETE FROM notices WHERE at <": "retention: some months of messages to operators",
    "DELETE FROM versions WHERE at <": "retention: later versions of what was told",
    "DELETE FROM model_spend WHERE at <": "retention: a row a call",
    "SELECT story, why FROM decisions WHERE step = 'revised'": "regpulse forget, with the bot stopped",
    "SELECT id, text FROM notices": "regpulse forget, with the bot stopped",
    "SELECT channel AS id FROM mutes WHERE": "regpulse forget, with the bot stopped",
    "SELECT * FROM (SELECT platform, space, channel FROM settings": "regpulse forget, with the bot stopped",
    "UPDATE deliveries SET attempted = far_earlier(attempted)": "the clock was put back",
    "UPDATE deliveries SET replan = 1 WHERE state = 'gathered' AND digest IS NULL AND due >": "the clock was put back",
    "DELETE FROM deliveries WHERE platform = :platform AND": "regpulse forget, with the bot stopped",
    "UPDATE deliveries SET due = earlier(due)": "the clock was put back",
    "UPDATE deliveries SET revise = earlier(revise)": "the clock was put back",
    "UPDATE deliveries SET broke = earlier(broke)": "the clock was put back",
    "UPDATE deliveries SET attempted = min(earlier(attempted)": "the clock was put back",
    "UPDATE deliveries SET settled = min(earlier(settled)": "the clock was put back",
    "UPDATE notices SET due = earlier(due)": "the clock was put back",
    "UPDATE notices SET at = min(earlier(at)": "the clock was put back",
    "SELECT platform FROM platforms WHERE platform IN": "at the start and every ten minutes",
    "SELECT * FROM subscriptions ORDER BY id": "regpulse export writes all of them",
    "SELECT * FROM mutes": "regpulse export writes all of them",
    "SELECT * FROM settings": "regpulse export writes all of them",
}

_WIDE = re.compile(
    r"INDEX deliveries_(?:state|once|channel|spoken) \((?:state=\?( AND platform=\?)?|platform=\?( AND space=\?)?)\)"
)
"""Nearly all deliveries are sent, and most are of one platform and workspace: to search for those is to read them all."""

_FULL_TEXT = re.compile(r"VIRTUAL TABLE INDEX \d+:.")


class Scans(AssertionError):
    """A statement that reads a whole table that grows."""


class Watched(sqlite3.Connection):
    """Refuses the first statement of a kind whose plan is to read a whole table that grows."""

    watches = False
    known: ClassVar[set[str]] = set()

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if self.watches and sql not in self.known:
            self._looks_at(sql, parameters)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        if self.watches and sql not in self.known:
            self._looks_at(sql, _Anything() if ":" in sql and "?" not in sql else (None,) * sql.count("?"))
        return super().executemany(sql, parameters)

    def _looks_at(self, sql: str, parameters: Any) -> None:
        if not sql.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            return
        found = tuple(scans(self, sql, parameters))
        if found:
            raise Scans(f"{'; '.join(found)}, in: {' '.join(sql.split())}")
        self.known.add(sql)


class _Anything(dict[str, None]):
    def __missing__(self, name: str) -> None:
        return None


def scans(db: sqlite3.Connection, sql: str, parameters: Any = ()) -> Iterator[str]:
    """What of the statement's plan reads a whole table that grows; of a partial index, only what it is for is read."""
    if " ".join(sql.split()).startswith(tuple(READ_AS_A_WHOLE)):
        return
    named = _named(db, " ".join(sql.split()))
    for row in sqlite3.Connection.execute(db, f"EXPLAIN QUERY PLAN {sql}", parameters):
        step = str(row[3])
        read = re.match(r"(SCAN|SEARCH) (\w+)", step)
        if (
            read
            and (table := named.get(read[2]))
            and (_WIDE.search(step) or (read[1] == "SCAN" and not _little(db, step)))
        ):
            yield f"reads all of {table} ({step})"


def _named(db: sqlite3.Connection, sql: str) -> dict[str, str]:
    """Tables that grow, by the names a plan may call them."""
    found = sqlite3.Connection.execute(db, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = {row[0]: row[0] for row in found if row[0] not in SMALL}
    return tables | {alias: table for table in tables for alias in re.findall(rf"\b{table}(?: AS)? (\w+)", sql)}


def _little(db: sqlite3.Connection, step: str) -> bool:
    if _FULL_TEXT.search(step):
        return True
    index = re.search(r"USING (?:COVERING )?INDEX (\w+)", step)
    if index is None:
        return False
    made = sqlite3.Connection.execute(db, "SELECT sql FROM sqlite_schema WHERE name = ?", (index[1],)).fetchone()
    return bool(made and made[0] and " WHERE " in made[0])
