"""Loops that outlive what goes wrong in them, and work that ends when it is asked to."""

import asyncio
from itertools import count

import pytest
from structlog.testing import capture_logs

from bot.app import steady
from bot.app.steady import finishing
from bot.errors import StoreDown


class Watched:
    def __init__(self) -> None:
        self.trouble = ""
        self.crashes: list[str] = []

    def crashed(self, loop: str) -> None:
        self.crashes.append(loop)

    def store_works(self, loop: str, trouble: str = "") -> bool:
        changed, self.trouble = trouble != self.trouble, trouble
        return changed


async def logged(*steps: BaseException | None) -> tuple[Watched, list[str]]:
    """What is told of these steps, one after another."""
    watched, left, done = Watched(), list(steps), asyncio.Event()

    async def step() -> None:
        if not left:
            done.set()
            await asyncio.Event().wait()
        if error := left.pop(0):
            raise error

    with capture_logs() as logs:
        loop = asyncio.create_task(steady.steady("flush", step, watched, pause=0))
        await done.wait()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    return watched, [f"{one['log_level']}: {one['event']}" for one in logs]


async def test_the_machine_s_weather_is_said_when_it_begins_and_when_it_is_over() -> None:
    full = StoreDown("The disk is full.")
    together = ExceptionGroup("tasks", [StoreDown("The disk is full."), ExceptionGroup("inner", [full])])
    watched, said = await logged(None, full, full, together, None, None)
    assert said == ["error: the database fails", "warning: the database works again"]
    assert watched.crashes == []


async def test_a_bug_is_logged_as_one_each_time_and_the_loop_goes_on() -> None:
    watched, said = await logged(KeyError("x"), ExceptionGroup("tasks", [StoreDown("full"), KeyError("x")]), None)
    assert said == ["error: flush crashed"] * 2
    assert watched.crashes == ["flush"] * 2


async def test_work_that_hangs_or_fails_does_not_keep_the_next_from_beginning() -> None:
    watched, numbers, begun, ended = Watched(), count(), asyncio.Queue[int](), []

    async def work() -> None:
        begun.put_nowait(mine := next(numbers))
        if mine == 0:
            await asyncio.Event().wait()
        if mine == 1:
            raise KeyError("x")
        ended.append(mine)

    async def now() -> float:
        return 0

    with capture_logs():
        loop = asyncio.create_task(steady.overlapping("turn", now, work, watched, pause=60))
        assert [await begun.get() for _ in range(4)] == [0, 1, 2, 3]
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    assert (watched.crashes, ended[:2]) == (["turn"], [2, 3])


async def test_what_is_under_way_ends_before_a_stop_and_nothing_new_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, begun, ended = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        begun.set()
        await asked.wait()
        ended.append("whole")

    task = asyncio.create_task(finishing(work(), asked.set))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["whole"]


async def test_what_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "FINISH", 0.05)
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(finishing(work(), lambda: None))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
