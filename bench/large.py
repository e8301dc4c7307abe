"""What a large database costs: every walk and look-up over 50,000 entries and 200,000 deliveries, beside a hundredth of it.

    make bench-large        (python -m bench.large [ENTRIES DELIVERIES])

Both databases are made anew, as two years of work would have (`bench/archive.py`), then each thing is done in both by turns,
with the real store, desk and pipeline and, for the turns, forty feeds over HTTP that answer 304. Milliseconds by the clock,
the median of five; what is done once (start, backup, retention) is said to be so. *Ratio* is large beside small.
"""

import argparse
import asyncio
import logging
import platform as machine
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import structlog

from bench import archive
from bench.soak.news import story as invented
from bot import app, config, pipeline
from bot.app import App
from bot.config import Config
from bot.model import Caller, Channel, Feed
from bot.store import backups
from bot.store.forgetting import Whom
from bot.store.sqlite import Sqlite
from tests.standins.feeds import FeedServer, rss

SETTINGS = config.load(Path(__file__).parent.parent / "config", environment={})
ROUNDS = 5
SMALLER = 100
DAY = timedelta(days=1)
HERE = Channel("slack", "T1", "C1")
GAPS = {"slack": timedelta(seconds=1), "discord": timedelta(seconds=1)}
LEASE = timedelta(minutes=3)

SINCE = f"{datetime.now(UTC) - 200 * DAY:%Y-%m-%d}"
LINES = (
    "status", "sources", "latest", "subscriptions", "my subscriptions", "search facial recognition",
    'search "Bill 10014"', "search jurisdiction:us stage:signed", f"search since:{SINCE} topic:deepfakes",
    "search bill* OR ai", "search everything", "search nowhere", "subscribe bill* OR ai", "feedback", "corrections",
    "why 5", "evidence 5", "story 5", "catchup 7d",
)  # fmt: skip


@dataclass
class Place:
    """One of the two databases, open."""

    folder: Path
    running: App
    server: FeedServer
    told: int = 0

    @property
    def path(self) -> Path:
        return self.folder / "regpulse.db"


@asynccontextmanager
async def opened(folder: Path, entries: int, deliveries: int) -> AsyncIterator[tuple[Place, dict[str, float]]]:
    folder.mkdir()  # noqa: ASYNC240  # nothing else runs yet
    path, found = folder / "regpulse.db", dict[str, float]()
    await asyncio.to_thread(archive.fill, path, SETTINGS.vocabulary, entries, deliveries, datetime.now(UTC))
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FeedServer())
        for n in range(archive.FEEDS):
            server.publishes(f"/{n}.xml", rss(f"Feed {n}", ()))
        settings = _settings(path, server)
        begun = time.perf_counter()
        store = await Sqlite.open(path, checked=datetime.now(UTC))
        found["start, the first of a day: the file is read through"] = _since(begun)
        await store.close()
        begun = time.perf_counter()
        running = await stack.enter_async_context(app.assembled(settings, (), alone=True))
        found["start, any other"] = _since(begun)
        begun = time.perf_counter()
        await pipeline.turn(running.room, everything=True)
        found["the first turn, all feeds asked, until it is ready"] = _since(begun)
        yield Place(folder, running, server), found


def _settings(path: Path, server: FeedServer) -> Config:
    feeds = tuple(
        Feed(f"feed{n}", server.url(f"/{n}.xml"), f"Outlet {n}", poll_minutes=0) for n in range(archive.FEEDS)
    )
    http = replace(SETTINGS.http, allow_private=(server.address,), host_gap_seconds=0)
    lines = replace(SETTINGS.people, lines_a_minute=0, space_lines_a_minute=0)
    return replace(SETTINGS, feeds=feeds, http=http, people=lines, database=config.Database(path=str(path), backups=""))


def _since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1_000


def _walks(place: Place) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """What is done again and again."""
    store, room = place.running.store, place.running.room

    async def one_story() -> None:
        place.told += 1
        said = invented(80_000 + place.told, 1)
        item = said.item(place.server.address, datetime.now(UTC))
        place.server.publishes("/0.xml", rss("Feed 0", [replace(item, summary=said.text + said.text)]))
        await pipeline.turn(room, everything=True)

    async def all_asked() -> None:
        await pipeline.turn(room, everything=True)

    async def claimed() -> None:
        for delivery, _ in await store.claim(datetime.now(UTC), ("slack", "discord"), lease=LEASE, gaps=GAPS, limit=40):
            await store.hold(delivery.id, "measured", datetime.now(UTC))

    return {
        "a turn, all feeds answer 304": all_asked,
        "a turn with a new story for 200 channels": one_story,
        "40 deliveries claimed and held": claimed,
        "the outbox asked, what is due and when": lambda: _looked(store),
        "/metrics": lambda: store.measures(f"{datetime.now(UTC):%Y-%m}"),
        "/readyz": store.waiting,
        "the local page": lambda: app.latest_cards(place.running, 20, 0),
    }


async def _looked(store: Sqlite) -> None:
    now = datetime.now(UTC)
    await store.next_due(("slack", "discord"), GAPS)
    await store.to_revise(now, ("slack", "discord"))


async def _asked(place: Place, line: str) -> None:
    reply = await place.running.desk.answer(line, Caller(HERE, "U1", "admin"))
    assert reply.text or reply.cards  # noqa: S101  # it was answered


async def _once(place: Place) -> dict[str, float]:
    """What keeps the store busy: a piece of each at a time, and the longest piece is what alerts may wait for."""
    store, found = place.running.store, dict[str, float]()
    begun = time.perf_counter()
    size = await asyncio.to_thread(backups.make, place.path, place.folder / "backup.db")
    found[f"a backup, proven ({size / 1e6:.0f} MB)"] = _since(begun)
    await _pieces(
        found, "retention, untold of the first year", lambda: store.forget_untold(datetime.now(UTC) - 350 * DAY, 200)
    )
    await _pieces(found, "retention, articles of 60 days", lambda: store.forget_pages(datetime.now(UTC) - 30 * DAY, 50))
    begun = time.perf_counter()
    await store.forget(Whom("slack", "T1"), datetime.now(UTC))
    found["a workspace forgotten"] = _since(begun)
    return found


async def _pieces(found: dict[str, float], what: str, piece: Callable[[], Awaitable[int]]) -> None:
    total, longest = 0.0, 0.0
    while True:
        begun = time.perf_counter()
        more = await piece()
        total, longest = total + _since(begun), max(longest, _since(begun))
        if not more:
            break
    found[f"{what}, in all"], found[f"{what}, the longest piece"] = total, longest


async def measured(entries: int, deliveries: int) -> None:
    with TemporaryDirectory(prefix="regpulse-large-") as folder:
        begun = time.perf_counter()
        async with (
            opened(Path(folder) / "large", entries, deliveries) as (large, first_large),
            opened(Path(folder) / "small", entries // SMALLER, deliveries // SMALLER) as (small, first_small),
        ):
            print(f"made in {_since(begun) / 1_000:.0f} s; {large.path.stat().st_size / 1e6:.0f} and "
                  f"{small.path.stat().st_size / 1e6:.0f} MB\n")  # fmt: skip
            print(f"{'':<58}{'large':>10}{'small':>10}{'ratio':>8}")
            _print(first_large, first_small)
            works = zip(_walks(large).items(), _walks(small).values(), strict=True)
            for (what, work), other in works:
                await _row(what, work, other)
            for line in LINES:
                await _row(line, lambda line=line: _asked(large, line), lambda line=line: _asked(small, line))  # type: ignore[misc]
            _print(await _once(large), await _once(small))


def _print(large: Mapping[str, float], small: Mapping[str, float]) -> None:
    for (what, took), other in zip(large.items(), small.values(), strict=True):
        _say(what, took, other)


async def _row(what: str, work: Callable[[], Awaitable[object]], other: Callable[[], Awaitable[object]]) -> None:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for each, times in zip((work, other), took, strict=True):
            begun = time.perf_counter()
            await each()
            times.append(_since(begun))
    _say(what, median(took[0]), median(took[1]))


def _say(what: str, large: float, small: float) -> None:
    print(f"{what:<58}{large:>10,.1f}{small:>10,.1f}{large / small:>8.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="A workspace after two years beside one of a hundredth.")
    parser.add_argument("entries", type=int, nargs="?", default=50_000)
    parser.add_argument("deliveries", type=int, nargs="?", default=200_000)
    asked = parser.parse_args()
    entries, deliveries = asked.entries, asked.deliveries
    print(f"{machine.machine()}, Python {machine.python_version()}; {entries:,} entries and {deliveries:,} deliveries beside "
          f"{entries // SMALLER:,} and {deliveries // SMALLER:,}; milliseconds")  # fmt: skip
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(measured(entries, deliveries))


if __name__ == "__main__":
    main()
