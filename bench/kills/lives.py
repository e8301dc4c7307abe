"""One life of the program: started, killed where it was to be, and what it said until then."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.kills.points import ANYWHERE, Point
from tests.standins.gate import Gate
from tests.walks.test_cli import starts
from tests.walks.world import World

START, PATIENCE = 600.0, 15.0
"""Seconds in which it must have started, on a machine however busy, and after which it is killed then though it did not come
to the point."""

FIRST = asyncio.FIRST_COMPLETED
STARTED = "page"
"""What its log says once it has."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the program's requests pass through."""

    publisher: Gate
    platform: Gate

    def hold(self, point: Point, first: int) -> Gate:
        """Only there; the other one is open."""
        both = (self.publisher, self.platform)
        at, other = both if point.far_side == "publisher" else both[::-1]
        other.holds("", "before")
        at.holds(point.path, point.when, method=point.method, first=first)
        return at


@dataclass(slots=True)
class Life:
    point: Point
    met: bool = False
    said: list[dict[str, Any]] = field(default_factory=list)
    """The lines of its log."""
    other: list[str] = field(default_factory=list)
    """What it wrote beside."""

    async def reads(self, stream: asyncio.StreamReader, heard: Callable[[], None] = lambda: None) -> None:
        """Its log, to the end."""
        async for raw in stream:
            line = raw.decode()
            if line.startswith("{"):
                self.said.append(json.loads(line))
                heard()
            elif line.strip():
                self.other.append(line.rstrip())

    def writes(self, path: Path) -> None:
        path.write_text("\n".join([*map(json.dumps, self.said), *self.other]) + "\n", encoding="utf-8")

    def deliveries(self, *events: str) -> set[str]:
        """Those that its log names with one of these events."""
        return {line["delivery"] for line in self.said if line["event"] in events and "delivery" in line}

    @property
    def crashes(self) -> list[str]:
        """What went wrong in it that no weather explains."""
        return [str(line["event"]) for line in self.said if "exception" in line] + [
            line for line in self.other if line.startswith("Traceback")
        ]


async def live(made: World, doors: Doors, point: Point, *, first: int, seconds: float, log: Path) -> Life:
    """Killed at the point, after the `first` times that it was met, for which it has these `seconds` more than others; at
    no labelled point, these `seconds` after it started.

    Less than none are seconds after the process was made, so that starting is met, too.
    """
    gate, life = doors.hold(point, first), Life(point)
    started, reached = asyncio.Event(), asyncio.Event()

    def heard() -> None:
        lines = [line["event"] for line in life.said]
        if STARTED in lines:
            started.set()
        if point.line and lines.count(point.line) > first:
            reached.set()

    patience = abs(seconds) + (PATIENCE if point.path or point.line else 0.0)
    process = await starts(made, "run")
    assert process.stderr  # noqa: S101  # a pipe was asked for
    reading = asyncio.create_task(life.reads(process.stderr, heard))
    try:
        died = await _ended(process, [gate.held, reached], started if seconds >= 0 else None, patience)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    await asyncio.gather(process.wait(), reading)
    life.met = gate.held.is_set() or reached.is_set() or point is ANYWHERE
    for door in (doors.publisher, doors.platform):
        door.loses()
    life.writes(log)
    if died:
        raise RuntimeError(f"the program ended by itself, and said last: {(life.said or life.other)[-1:]}")
    return life


async def _ended(
    process: asyncio.subprocess.Process, met: Sequence[asyncio.Event], started: asyncio.Event | None, patience: float
) -> bool:
    """Waits until one of these is met, or for so long once it started; answers whether the process ended meanwhile."""
    ends: list[asyncio.Task[object]] = [asyncio.create_task(one.wait()) for one in met]
    ends.append(asyncio.create_task(process.wait()))
    starting = [asyncio.create_task(started.wait())] if started else []
    try:
        if starting:
            await asyncio.wait([*ends, *starting], timeout=START, return_when=FIRST)
        if not any(one.done() for one in ends):
            await asyncio.wait(ends, timeout=patience, return_when=FIRST)
        return process.returncode is not None
    finally:
        for one in (*ends, *starting):
            one.cancel()
