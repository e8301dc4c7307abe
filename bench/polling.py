"""What a poll costs: RegPulse beside the `reader` library, a plain loop and a bare fetch, over feeds served on this machine.

    make bench-polling       (python -m bench.polling --feeds 300 --rounds 3)

Each poll is a process of its own, start-up included: cold, then nothing changed (304), then 5 % of the feeds with a new item.
RegPulse judges by rules alone; what the first documents held it judges after a cold poll, and that is a line of its own.
Medians of all rounds, with the least and the most beside them.
"""

import argparse
import asyncio
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.request import urlopen

import aiohttp
import structlog

from bench.publishers import ITEMS, document

if TYPE_CHECKING:  # who polls imports what it needs: the start is measured too
    from bot.newsroom import Newsroom

ROOT = Path(__file__).parent.parent
READER = Path(os.environ.get("READER_PYTHON", ROOT / ".venv" / "reader" / "bin" / "python"))
POLLS = ("cold", "304", "changed")


# Those who poll


@asynccontextmanager
async def _room(address: str, feeds: int, folder: Path) -> "AsyncIterator[Newsroom]":
    from bot import config, newsroom, pipeline
    from bot.detector import coefficients
    from bot.model import Feed
    from bot.sources.web import Http
    from bot.store.sqlite import Sqlite
    from bot.writers.extract import Extract

    settings = config.load(ROOT / "config", environment={})
    trained = coefficients.load(folder / "no model")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    reading = Http("bench", allow_private=(address.removeprefix("http://"),))
    store = await Sqlite.open(folder / "regpulse.db")
    room = pipeline.Newsroom(
        store=store,
        web=reading,
        writer=Extract(settings.vocabulary),
        vocabulary=settings.vocabulary,
        detector=trained.detector,
        likeness=trained.likeness,
        thresholds=settings.detection.thresholds,
        feeds=tuple(Feed(str(n), f"{address}/{n}.xml", f"Feed {n}") for n in range(feeds)),
        now=lambda: datetime.now(UTC),
        max_age=timedelta(days=3650),
    )
    newsroom.settle()
    yield room
    await reading.close()
    await store.close()


async def regpulse(address: str, feeds: int, folder: Path) -> None:
    async with _room(address, feeds, folder) as room:
        await _poll(room, feeds)


async def judging(address: str, feeds: int, folder: Path) -> None:
    """What the first documents held, as it is done between two turns."""
    from bot import pipeline

    async with _room(address, feeds, folder) as room:
        while await pipeline.study(room, 500):
            pass


async def _poll(room: "Newsroom", feeds: int) -> None:
    from bot import pipeline

    lag = asyncio.create_task(_lag()) if "FIGURES" in os.environ else None
    begun = time.process_time()
    tally = await pipeline.turn(room, everything=True)
    assert tally.failed == 0  # noqa: S101
    if lag:
        cpu = time.process_time() - begun
        lag.cancel()
        late = [sorted(values) for values in zip(*await lag, strict=True)]
        print(cpu / feeds * 1000, *(values[len(values) * 99 // 100] * 1000 for values in late))


async def _lag() -> list[tuple[float, float]]:
    """Until cancelled: how many seconds too late the loop came back to a task that slept for 5 ms, and what of that time the
    loop itself worked. On a machine that is busy with other things only the second says something of RegPulse."""
    late, clock, worked = [], time.perf_counter, time.thread_time
    try:
        while True:
            begun, before = clock(), worked()
            await asyncio.sleep(0.005)
            late.append((clock() - begun - 0.005, worked() - before))
    except asyncio.CancelledError:
        return late


async def loop(address: str, feeds: int, folder: Path) -> None:
    """What one would write in an afternoon: aiohttp, feedparser, SQLite."""
    import feedparser

    db = sqlite3.connect(folder / "loop.db")
    db.execute("CREATE TABLE IF NOT EXISTS feeds (n INTEGER PRIMARY KEY, etag TEXT)")
    db.execute("CREATE TABLE IF NOT EXISTS entries (n INTEGER, id TEXT, title TEXT, text TEXT, PRIMARY KEY (n, id))")
    etags = dict(db.execute("SELECT n, etag FROM feeds"))

    def keep(n: int, etag: str, body: bytes) -> None:
        if body:
            rows = [(n, e.id, e.title, e.summary) for e in feedparser.parse(body).entries]
            db.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)", rows)
            db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (n, etag))

    await _fetch(address, feeds, etags, keep)
    db.commit()


async def bare(address: str, feeds: int, folder: Path) -> None:
    """The requests alone; nothing but the validators is kept."""
    path = folder / "etags"
    etags = dict(enumerate(path.read_text().split())) if path.exists() else {}

    def keep(n: int, etag: str, _: bytes) -> None:
        etags[n] = etag

    await _fetch(address, feeds, etags, keep)
    path.write_text("\n".join(etags[n] for n in range(feeds)))


async def _fetch(address: str, feeds: int, etags: dict[int, str], keep: Callable[[int, str, bytes], None]) -> None:
    places = asyncio.Semaphore(16)

    async def one(session: aiohttp.ClientSession, n: int) -> None:
        headers = {"If-None-Match": etags[n]} if n in etags else {}
        async with places, session.get(f"{address}/{n}.xml", headers=headers) as response:
            keep(n, response.headers["ETag"], await response.read())

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session, n) for n in range(feeds)))


POLLERS: dict[str, Callable[[str, int, Path], Coroutine[None, None, None]]] = {
    "regpulse": regpulse,
    "judging": judging,
    "loop": loop,
    "bare": bare,
}


# The figures


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and MB."""

    wall: float
    cpu: float
    peak: float


def measure(command: list[str]) -> Cost:
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT)  # noqa: S603
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def one_round(feeds: int, costs: dict[tuple[str, str], list[Cost]], names: list[str]) -> None:
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bench.publishers", str(feeds)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout  # noqa: S101
        address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        with TemporaryDirectory() as folder:
            for poll in POLLS:
                if poll == "changed":
                    urlopen(f"{address}/change").close()  # noqa: S310
                for name in names:
                    own = [str(READER), "bench/polling_reader.py"]
                    command = own if name == "reader" else [sys.executable, "-m", "bench.polling", name]
                    costs.setdefault((name, poll), []).append(measure([*command, address, str(feeds), folder]))
            command = [sys.executable, "-m", "bench.polling", "judging", address, str(feeds), folder]
            costs.setdefault(("regpulse", "judged later"), []).append(measure(command))
    finally:
        server.kill()
        server.wait()


def shown(costs: dict[tuple[str, str], list[Cost]], names: list[str]) -> None:
    for poll in POLLS:
        print(f"\n{poll:10}{'wall s':>24}{'CPU s':>24}{'peak MB':>9}   RegPulse's wall and CPU to this one's")
        ours = costs["regpulse", poll]
        for name in names:
            theirs = costs[name, poll]
            wall, cpu = ([getattr(cost, field) for cost in theirs] for field in ("wall", "cpu"))
            ratios = (
                median(getattr(cost, field) for cost in ours) / median(getattr(cost, field) for cost in theirs)
                for field in ("wall", "cpu")
            )
            print(
                f"{name:10}{_spread(wall):>24}{_spread(cpu):>24}{median(cost.peak for cost in theirs):9.0f}   "
                + " ".join(f"{ratio:.2f}" for ratio in ratios)
            )
    later = costs["regpulse", "judged later"]
    wall, cpu = ([getattr(cost, field) for cost in later] for field in ("wall", "cpu"))
    print(
        "\nRegPulse judges and files what the first documents held\n"
        f"{'regpulse':10}{_spread(wall):>24}{_spread(cpu):>24}{median(cost.peak for cost in later):9.0f}"
    )


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in POLLERS:
        name, address, count, folder = sys.argv[1:]
        asyncio.run(POLLERS[name](address, int(count), Path(folder)))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    feeds, rounds = asked.feeds, asked.rounds
    names = ["regpulse", "reader", "loop", "bare"]
    if not READER.exists():
        names.remove("reader")
        print(f"reader is left out: no {READER} (READER_PYTHON names a Python that has it)")
    costs: dict[tuple[str, str], list[Cost]] = {}
    for number in range(1, rounds + 1):
        one_round(feeds, costs, names)
        print(f"round {number} of {rounds} done", file=sys.stderr)
    print(f"{feeds} feeds of {len(document(0, ITEMS)) / 1000:.0f} kB, {rounds} rounds, load {os.getloadavg()[0]:.1f}")
    shown(costs, names)


if __name__ == "__main__":
    main()
