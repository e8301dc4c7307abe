"""Loops that outlive what goes wrong in them, and ends without loose ones."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

import structlog

from bot.errors import StoreDown

log = structlog.get_logger()

T = TypeVar("T")

FINISH = 3.0
"""Seconds that what is under way has to end when the process is asked to stop: a request and its receipt."""


class Watched(Protocol):
    """Who is told how it goes."""

    def crashed(self, loop: str) -> None: ...

    def store_works(self, loop: str, trouble: str = "") -> bool:
        """Note it; answers whether the database is in another state than before."""
        ...


async def steady(what: str, step: Callable[[], Awaitable[float | None]], watched: Watched, *, pause: float) -> None:
    """Step after step until cancelled. A bug in one is logged once; its work is in the store for the next.

    A step may answer how many seconds to pause, in place of `pause`.
    """
    while True:
        wait = await attempted(what, step, watched)
        await asyncio.sleep(pause if wait is None else wait)


async def overlapping(
    what: str,
    wait: Callable[[], Awaitable[float | None]],
    work: Callable[[], Awaitable[None]],
    watched: Watched,
    *,
    pause: float,
) -> None:
    """Until cancelled: each time `wait` ends the work is begun, whether or not what was begun before it has ended."""
    async with asyncio.TaskGroup() as group:

        async def step() -> float | None:
            known = await wait()
            group.create_task(attempted(what, work, watched))
            return known

        await steady(f"{what}, to be begun", step, watched, pause=pause)


async def attempted(what: str, step: Callable[[], Awaitable[T]], watched: Watched) -> T | None:
    """What the step answers; None after a bug or a database that fails."""
    try:
        answer = await step()
        if watched.store_works(what):
            log.warning("the database works again")
    except Exception as error:
        weather = store_down(error)
        if weather is None:
            watched.crashed(what)
            log.exception(f"{what} crashed")
        elif watched.store_works(what, str(weather)):  # said when it begins, not at every try
            log.error("the database fails", during=what, reason=str(weather))
        return None
    return answer


def store_down(error: BaseException) -> StoreDown | None:
    """When it is all that a group of tasks met."""
    if isinstance(error, StoreDown):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = [store_down(one) for one in error.exceptions]
        return found[0] if all(found) else None
    return None


async def finishing(work: Coroutine[Any, Any, T], stop: Callable[[], None]) -> T:
    """The work; when cancelled, it is asked to `stop` and given a moment to end what is under way."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait({task}, timeout=FINISH)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
