"""How a bench measures: medians with their spread, processor time, a core and a process of its own, resident memory."""

import os
import platform
import re
import resource
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some rounds."""

    least: float
    middle: float
    most: float

    def __format__(self, how: str) -> str:
        """`f"{one:.1f}"`: the median, and the least and the most beside it."""
        plain = how.lstrip("0123456789")
        return f"{self.middle:{how}} ({self.least:{plain}}–{self.most:{plain}})"


def spread(values: Iterable[float]) -> Spread:
    kept = list(values)
    return Spread(min(kept), median(kept), max(kept))


def worked(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, of all threads of this process."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1_000


def since(begun: float) -> float:
    """Milliseconds by the clock after this moment of `time.perf_counter`."""
    return (time.perf_counter() - begun) * 1_000


def alone(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """In a process of its own, on one core, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_one_core) as pool:
        return pool.submit(work, *arguments, **named).result()


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def resident(process: int | str = "self") -> float:
    """Megabytes in memory now."""
    return _of("VmRSS", process)


def peak(process: int | str = "self") -> float:
    """Megabytes at most. Not `ru_maxrss`, which begins at what the process that started this one had."""
    return _of("VmHWM", process)


def _of(what: str, process: int | str) -> float:
    status = Path(f"/proc/{process}/status")
    if not status.exists():  # macOS says only what this process had at most, in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    found = re.search(rf"{what}:\s+(\d+)", status.read_text(encoding="utf-8"))
    return int(found[1]) / 1024 if found else 0.0


def machine() -> str:
    """What it was measured on, and how busy that was."""
    return f"{platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
