"""Loops that outlive what goes wrong in them, and work that ends when it is asked to."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot import steady
from bot.errors import StoreDown
from bot.steady import finishing


class Watched:
    def __init__(self) -> None:
        self.trouble = ""
        self.crashes: list[str] = []

    def crashed(self, loop: str) -> None:
        self.crashes.append(loop)

    def store_works(self, trouble: str = "") -> bool:
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
