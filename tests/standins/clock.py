"""Time that passes only by work: a loop that skips what it would only wait for."""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class Skipping(asyncio.SelectorEventLoop):
    """Work takes the CPU time that it takes, of all threads, so that other jobs of the machine do not count, and a disk is
    waited for as long as it takes; where there is only waiting left, the clock is put on to the end of it.

    What it talks to must be in this process, on this loop: it sees what a socket on the same machine brings, and what
    threads it started are still at, and nothing else.
    """

    def __init__(self) -> None:
        self._skipped = self._waited = 0.0
        self._threads = 0
        super().__init__(_Selector(self._wait))

    def time(self) -> float:
        return time.process_time() + self._waited + self._skipped

    @property
    def skipped(self) -> float:
        """Seconds that were only waited for, so far."""
        return self._skipped

    def now(self) -> datetime:
        """The day is invented, its seconds are the loop's."""
        return datetime(2026, 11, 24, 12, tzinfo=UTC) + timedelta(seconds=self.time())

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        self._threads += 1
        under_way = super().run_in_executor(executor, func, *args)
        under_way.add_done_callback(self._thread_ended)
        return under_way

    def _thread_ended(self, ended: object) -> None:
        self._threads -= 1

    def _wait(self, select: Callable[[float | None], T], timeout: float | None) -> T:
        if timeout is None or timeout <= 0 or self._threads:
            begun, worked = time.perf_counter(), time.process_time()
            found = select(timeout)
            self._waited += max(0.0, time.perf_counter() - begun - (time.process_time() - worked))
            return found
        if not (found := select(0)):
            self._skipped += timeout
        return found


class _Selector(selectors.DefaultSelector):
    def __init__(self, wait: Callable[[Callable[[float | None], Any], float | None], Any]) -> None:
        super().__init__()
        self._wait = wait

    def select(self, timeout: float | None = None) -> Any:
        return self._wait(super().select, timeout)


def skipping(work: Callable[[Skipping], Coroutine[Any, Any, T]]) -> T:
    """Run it on such a loop."""
    loops: list[Skipping] = []

    def made() -> Skipping:
        loops.append(Skipping())
        return loops[0]

    async def begun() -> T:
        return await work(loops[0])

    with asyncio.Runner(loop_factory=made) as runner:
        return runner.run(begun())
