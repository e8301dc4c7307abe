"""The thread that the database is used on: a transaction runs there whole, or not at all."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from bot.store import (
    opening,
    trouble,
    unreadable,
)
from bot.store.together import Together

P = ParamSpec("P")
T = TypeVar("T")


class Thread:
    """One connection, used on one thread, one transaction at a time."""

    def __init__(self, thread: ThreadPoolExecutor, db: sqlite3.Connection, path: Path) -> None:
        self._thread = thread
        self._db = db
        self._path = path
        self._file = path.stat()
        self._receipts = Together(self._write)

    @classmethod
    async def open(cls, path: Path, *, backups: Path | None = None, checked: datetime | None = None) -> Self:
        """Open or make the file and bring its schema up to date. Raises UserError when it cannot be used.

        `backups` and `checked` as in `opening.opened`.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            found = await asyncio.get_running_loop().run_in_executor(thread, opening.opened, path, backups, checked)
            return cls(thread, found, path)
        except BaseException:
            thread.shutdown()
            raise

    async def close(self) -> None:
        """After what was begun before it."""
        await self._receipts.ended()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
        self._thread.shutdown()

    async def _read(
        self, body: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run("BEGIN", body, *args, **kwargs)

    async def _write(
        self, body: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        # IMMEDIATE: a transaction that reads first and writes later could otherwise fail half-way for another's write.
        return await self._run("BEGIN IMMEDIATE", body, *args, **kwargs)

    async def _run(
        self, begin: str, body: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Whole, even when whoever waits for it is cancelled."""

        def attempt() -> T:
            trouble.see_that_it_is_there(self._path, self._file)
            self._db.execute(begin)
            try:
                answer = body(self._db, *args, **kwargs)
                self._db.commit()
            except BaseException:  # a commit can fail too, on a full disk, and leaves its transaction open
                with suppress(
                    sqlite3.Error
                ):  # SQLite may have rolled back itself; the first error is the one that counts
                    self._db.rollback()
                raise
            return answer

        def transaction() -> T:
            try:
                return attempt()
            except sqlite3.Error as error:
                if not unreadable.is_garbled(error):
                    raise
            with unreadable.patiently(self._db):
                return attempt()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)
        except sqlite3.Error as error:
            if down := trouble.at_work(error):
                raise down from error
            raise
