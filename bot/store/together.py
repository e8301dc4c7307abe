"""Many small writes in few transactions: what comes while one is under way shares the next one."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable

from bot.errors import StoreDown

Body = Callable[[sqlite3.Connection], None]


class Together:
    """Nothing waits for company: the first goes at once, and a thousand receipts of one second need no thousand commits.

    `write` runs a body as one transaction.
    """

    def __init__(self, write: Callable[[Body], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[Body, asyncio.Future[None]]] = []
        self._under_way: asyncio.Task[None] | None = None

    async def written(self, body: Body) -> None:
        """Returns once it is. Whole, even when whoever waits for it is cancelled."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._go())
        await done

    async def ended(self) -> None:
        """Returns when nothing is under way any more."""
        if self._under_way:
            await asyncio.wait([self._under_way])

    async def _go(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._try(batch)
        finally:
            self._under_way = None

    async def _try(self, batch: list[tuple[Body, "asyncio.Future[None]"]]) -> None:
        """Where one of them fails by itself, only that one."""

        def all_of_them(db: sqlite3.Connection) -> None:
            for body, _ in batch:
                body(db)

        try:
            await self._write(all_of_them)
        except Exception as error:  # whoever waits for it is told
            if len(batch) > 1 and not isinstance(error, StoreDown):
                for one in batch:
                    await self._try([one])
            else:
                _tell(batch, error)
        else:
            _tell(batch, None)


def _tell(batch: list[tuple[Body, "asyncio.Future[None]"]], error: Exception | None) -> None:
    for _, done in batch:
        if done.done():  # whoever waited was cancelled
            continue
        if error:
            done.set_exception(error)
        else:
            done.set_result(None)
