"""The steps that make a schema, and which of them a file has; sqlite-utils takes those that are left.

It takes .05 s of a start, so it is imported only where there is a step to take.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bot import without

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLE = "_sqlite_migrations"
"""Where sqlite-utils writes down what was done."""


class Steps:
    """Each step is a function, in the order of the file; its name is what a file remembers of it."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._steps: dict[str, Callable[[Database], None]] = {}

    def __call__(self) -> "Callable[[Callable[[Database], None]], Callable[[Database], None]]":
        """A decorator for the next step."""

        def next_step(function: "Callable[[Database], None]") -> "Callable[[Database], None]":
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
        if set(self._steps) <= set(self.done(db)):
            return
        with without("numpy"):  # .1 s and 34 MB, for column types that no table of ours has
            from sqlite_utils import Database, Migrations

        migrations = Migrations(self._schema)
        for name, function in self._steps.items():
            migrations(name=name)(function)
        migrations.apply(Database(db, execute_plugins=False), stop_before=before or None)
