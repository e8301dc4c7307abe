"""Time that passes only by work: a loop that skips what it would only wait for."""

import asyncio
import fcntl
import selectors
import sys
import termios
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
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
        if timeout is not None and timeout <= 0:
            return select(timeout)  # without a wait: what the machine does meanwhile does not count
        if timeout is None or self._threads:
            begun, worked = time.perf_counter(), time.process_time()
            found = select(timeout)
            self._waited += max(0.0, time.perf_counter() - begun - (time.process_time() - worked))
            return found
        if not (found := select(0)):
            self._skipped += timeout
        return found


class Still(asyncio.SelectorEventLoop):
    """Work takes no time, so that no deadline passes because the machine is slow: only what is waited for takes any.

    Where nothing is left to do it passes ten times as fast, and skips to the next moment that somebody waits for where
    there is nobody to hear from. While threads are at work it passes at a tenth of its pace, so that theirs is no wait
    either, and while a program that it started is under way as it always does.
    """

    def __init__(self) -> None:
        self._passed = 0.0
        self._threads = 0
        self._programs: list[asyncio.SubprocessTransport] = []
        self._sockets = _Selector(self._wait)
        super().__init__(self._sockets)

    def time(self) -> float:
        return self._passed

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        self._threads += 1
        under_way = super().run_in_executor(executor, func, *args)
        under_way.add_done_callback(self._thread_ended)
        return under_way

    def works(self, seconds: float) -> None:
        """As if somebody had kept it busy for so long."""
        self._passed += seconds

    async def subprocess_exec(self, *args: Any, **given: Any) -> Any:
        transport, protocol = await super().subprocess_exec(*args, **given)
        self._programs.append(transport)
        return transport, protocol

    def _thread_ended(self, ended: object) -> None:
        self._threads -= 1

    def _wait(self, select: Callable[[float | None], T], timeout: float | None) -> T:
        if timeout is None or timeout <= 0:
            return select(timeout)
        self._programs = [one for one in self._programs if one.get_returncode() is None]
        if self._programs or self._threads:
            slower, begun = 1 if self._programs else 10, time.monotonic()
            found = select(timeout * slower)
            self._passed += timeout if not found else min(timeout, (time.monotonic() - begun) / slower)
            return found
        alone = len(self._sockets.get_map()) == 1  # but for the socket by which threads wake it
        patience = 0 if alone else timeout / 10  # a library may look at a watch
        found = select(patience) or (select(timeout - patience) if self._is_on_its_way() else select(0))
        if not found:
            self._passed += timeout
        return found

    def _is_on_its_way(self) -> bool:
        """Whether something sent has not reached the other side yet: on a busy machine that takes its time."""
        return any(_unsent(key.fd) for key in self._sockets.get_map().values())


def _unsent(file: int) -> int:
    with suppress(OSError):
        return int.from_bytes(fcntl.ioctl(file, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    return 0


class _Selector(selectors.DefaultSelector):
    def __init__(self, wait: Callable[[Callable[[float | None], Any], float | None], Any]) -> None:
        super().__init__()
        self._wait = wait

    def select(self, timeout: float | None = None) -> Any:
        return self._wait(super().select, timeout)


def still() -> Still:
    """The running one, as every test has it that is not about real time."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Still)
    return loop


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
