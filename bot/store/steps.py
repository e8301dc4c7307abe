"""The steps that make a schema, and which of them a file has; those that are left are taken in their order.

The table of what was done is that of sqlite-utils, which took them once: it brings numpy along, and a first start would cost
34 MB and .15 s for a few statements.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

TABLE = "_sqlite_migrations"
"""Where it is written down what was done."""

_MAKE = (
    f"""CREATE TABLE IF NOT EXISTS "{TABLE}" (
        "id" INTEGER PRIMARY KEY, "migration_set" TEXT, "name" TEXT, "applied_at" TEXT)""",
    f"""CREATE UNIQUE INDEX IF NOT EXISTS "idx_{TABLE}_migration_set_name" ON "{TABLE}" ("migration_set", "name")""",
)

Step = Callable[[sqlite3.Connection], None]


class Steps:
    """Each step is a function, in the order of the file; its name is what a file remembers of it."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._steps: dict[str, Step] = {}

    def __call__(self) -> Callable[[Step], Step]:
        """A decorator for the next step."""

        def next_step(function: Step) -> Step:
            self._steps[function.__name__] = function
            return function

        return next_step

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def done(self, db: sqlite3.Connection) -> tuple[str, ...]:
        """The names of the steps this file has taken, those of a newer RegPulse among them."""
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone():
            return ()
        found = db.execute(f"SELECT name FROM {TABLE} WHERE migration_set = ? ORDER BY rowid", (self._schema,))  # noqa: S608
        return tuple(row[0] for row in found)

    def take(self, db: sqlite3.Connection, *, before: str = "") -> None:
        """Those not taken yet, each in a transaction of its own; up to the one named, where one is."""
        done = self.done(db)
        for name, step in self._steps.items():
            if name == before:
                return
            if name not in done:
                self._take(db, name, step)

    def _take(self, db: sqlite3.Connection, name: str, step: Step) -> None:
        db.execute("BEGIN IMMEDIATE")
        try:
            for statement in _MAKE:
                db.execute(statement)
            if name not in self.done(db):  # another process may have been first
                step(db)
                db.execute(
                    f"INSERT INTO {TABLE} (migration_set, name, applied_at) VALUES (?, ?, ?)",  # noqa: S608
                    (self._schema, name, str(datetime.now(UTC))),
                )
            db.commit()
        except BaseException:
            with suppress(sqlite3.Error):  # the first error is the one that counts
                db.rollback()
            raise
