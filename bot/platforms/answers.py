"""Answers to people that are being given: whoever stops listening lets them end first."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger()

ENDING = 2.5
"""Seconds they have for it."""


class Answers:
    """Those under way in one conversation."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around all that is done for one person, by the task that does it."""
        here = {task for task in [asyncio.current_task()] if task}
        self._under_way |= here
        try:
            yield
        finally:
            self._under_way -= here

    async def let_end(self, talk: Coroutine[Any, Any, None]) -> None:
        """The conversation, which goes on until those under way have ended when it is cancelled."""
        talking = asyncio.ensure_future(talk)
        try:
            await asyncio.shield(talking)
        except asyncio.CancelledError:
            await self._end()
            raise
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def _end(self) -> None:
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=ENDING)
        for task in late:
            task.cancel()
        if late:
            log.warning("people are left without an answer", number=len(late))
