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
) -> tuple[T, ...]:
    """What this work is to be done on next, past those that failed lately. `read` is given how many are wanted."""
    failed = room.kept.setbacks[work]
    passed = failed.resting(room.now()) | but
    found = await read(BATCH + len(passed))
    if len(found) < BATCH + len(passed):  # it is all there is
        failed.keep({number(one) for one in found} | but)
    return tuple(one for one in found if number(one) not in passed)


async def safely(room: Newsroom, work: Work, number: int, step: Awaitable[T]) -> T | None:
    """What the step answers; None after a bug."""
    failed = room.kept.setbacks[work]
    try:
        answer = await step
    except StoreDown:  # no fault of the entry's
        raise
    except Exception as error:  # one entry's bug must not hold back the others
        times = failed.meet(number, room.now())
        if times == 1:
            log.exception("crashed on one", during=work, number=number)
        else:
            log.warning("crashes on it still", during=work, number=number, times=times, error=type(error).__name__)
        return None
    failed.overcome(number)
    return answer


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
