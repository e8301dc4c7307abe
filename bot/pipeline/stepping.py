"""A bug met in one entry or story holds back no other: it is logged, stepped past, told to operators, and tried again."""

from collections.abc import Awaitable, Callable, Sequence, Set
from typing import TypeVar

import structlog

from bot.core import setbacks
from bot.errors import StoreDown
from bot.pipeline.newsroom import Newsroom, Work

log = structlog.get_logger()

T = TypeVar("T")

BATCH = 50

ALARM = "bugs met in single reports"


async def batch(
    room: Newsroom,
    work: Work,
    read: Callable[[int], Awaitable[Sequence[T]]],
    number: Callable[[T], int],
    *,
    but: Set[int] = frozenset(),
    most: int = 0,
) -> tuple[T, ...]:
    """What this work is to be done on next, past those that failed lately. `read` is given how many are wanted."""
    failed = room.kept.setbacks[work]
    passed = failed.resting(room.now()) | but
    wanted = (most or BATCH) + len(passed)
    found = await read(wanted)
    if len(found) < wanted:  # it is all there is
        failed.keep({number(one) for one in found} | but)
    return tuple(one for one in found if number(one) not in passed)


async def safely(room: Newsroom, work: Work, number: int, step: Awaitable[T]) -> T | None:
    """What the step answers; None after a bug."""
    try:
        answer = await step
    except StoreDown:  # no fault of the entry's
        raise
    except Exception as error:  # one entry's bug must not hold back the others
        meet(room, work, number, error)
        return None
    room.kept.setbacks[work].overcome(number)
    return answer


def meet(room: Newsroom, work: Work, number: int, error: Exception) -> None:
    """Leave it alone for a while."""
    times = room.kept.setbacks[work].meet(number, room.now())
    if times == 1:
        log.error("crashed on one", during=work, number=number, exc_info=error)
    else:
        log.warning("crashes on it still", during=work, number=number, times=times, error=type(error).__name__)


async def tell_operators(room: Newsroom) -> None:
    """Once when something is stuck, and once when nothing is any more."""
    kept = room.kept
    stuck = sum(len(failed) for failed in kept.setbacks.values())
    if kept.stuck == (stuck > 0):
        return
    if stuck:
        await room.store.alarm(ALARM, setbacks.notice(stuck), room.now())
    else:
        await room.store.all_clear(ALARM, setbacks.MENDED, room.now())
    kept.stuck = stuck > 0
