"""What a running program holds in memory: `python -m bench.soak.census run …` is `regpulse run …` that writes it at SIGUSR1.

A line of JSON into the file that CENSUS names: what the kernel, the allocator and SQLite say, how many objects there are of each
type, the largest containers, how full each cache is, threads, tasks, and the longest steps of the event loop by processor time.
Between two lines stands what grew.
"""

import asyncio
import ctypes
import functools
import gc
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.measuring import resident

LARGE = 300
OWN_STALL = 0.02
"""Seconds."""

MOST = 150


class _Mallinfo(ctypes.Structure):
    """As glibc says it (mallinfo2(3))."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    )


def _allocator() -> dict[str, float]:
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _Mallinfo
    found = libc.mallinfo2()
    named = {"heap": found.arena, "mapped": found.hblkhd, "used": found.uordblks, "free": found.fordblks}
    return {name: size / 1e6 for name, size in named.items()}


def sqlite() -> float:
    """Megabytes that SQLite holds, of all connections."""
    used = ctypes.CDLL("libsqlite3.so.0").sqlite3_memory_used
    used.restype = ctypes.c_int64
    return float(used()) / 1e6


def _caches(known: list[object]) -> Iterator[tuple[str, int]]:
    for one in known:
        if isinstance(one, functools._lru_cache_wrapper):
            yield f"{getattr(one, '__module__', '')}.{getattr(one, '__name__', '')}", one.cache_info().currsize


def _containers(known: list[object]) -> Iterator[tuple[int, str]]:
    for one in known:
        if isinstance(one, (dict, list, set)) and len(one) > LARGE:
            yield len(one), f"{type(one).__name__} {next(iter(one))!r:.60}"


def _tasks(known: list[object]) -> Counter[str]:
    loops = [one for one in known if isinstance(one, asyncio.AbstractEventLoop)]
    return Counter(_named(task) for loop in loops for task in asyncio.all_tasks(loop))


class Bursts:
    """What each step of the event loop took of the processor: stalls that are the program's own, however busy the machine is."""

    def __init__(self) -> None:
        self.longest: list[tuple[float, str]] = []
        self.steps = 0

    def begins(self) -> None:
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            begun = time.thread_time()
            run(handle)
            took = time.thread_time() - begun
            self.steps += 1
            if took > OWN_STALL:
                self.longest.append(
                    (took, _named(getattr(getattr(handle, "_callback", None), "__self__", None)) or repr(handle)[:200])
                )

        asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]


def _named(one: object) -> str:
    return str(getattr(one.get_coro(), "__qualname__", "")) if isinstance(one, asyncio.Task) else ""


def taken() -> dict[str, object]:
    megabytes = resident()
    gc.unfreeze()  # what was loaded at the start holds the caches
    gc.collect()
    known = gc.get_objects()
    found: dict[str, object] = {
        "at": time.time(),
        "resident": megabytes,
        "allocator": _allocator(),
        "sqlite": sqlite(),
        "python_blocks": sys.getallocatedblocks(),
        "steps": bursts.steps,
        "long_steps": sorted(bursts.longest, reverse=True)[:MOST],
        "threads": Counter(thread.name for thread in threading.enumerate()),
        "tasks": _tasks(known),
        "caches": dict(_caches(known)),
        "containers": sorted(_containers(known), reverse=True)[:MOST],
        "types": dict(Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in known).most_common(MOST)),
    }
    gc.freeze()
    return found


bursts = Bursts()


def _write(_: object, __: object) -> None:
    with Path(os.environ["CENSUS"]).open("a", encoding="utf-8") as out:
        out.write(json.dumps(taken(), default=str) + "\n")


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _write)
    bursts.begins()
    from bot.__main__ import main

    main()
