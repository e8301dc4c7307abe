"""What a large database costs: every walk and look-up over 50,000 entries and 200,000 deliveries, beside a hundredth of it.

    make bench-large        (python -m bench.large [ENTRIES DELIVERIES]; five to ten minutes)

Both databases are made anew, as two years of work would have (`bench/archive.py`), then each thing is done in both by turns,
with the real store, desk and pipeline and, for the turns, forty feeds over HTTP that answer 304. Milliseconds by the clock,
the median of five with the least and the most; start, backup, retention and forgetting are done once. *Ratio* is large beside
small; *waits* is the longest that a question of the outbox waited for the large database meanwhile, for so long do alerts, and
*CPU* the longest by the processor time of this process, which says the same on a busy machine, but for the disk. Exit code 1
when what is done all the time costs more than five times as much in the large one, or alerts wait over a second of CPU.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bench import archive, asking
from bench.claims import Claim, told
from bench.measuring import Spread, machine, since, spread
from bench.soak.news import story as invented
from bot import app, config, pipeline
from bot.app import App
from bot.config import Config
from bot.model import Caller, Channel, Feed
from bot.ports import Store
from bot.store import backups
from bot.store.forgetting import Whom
from bot.store.sqlite import Sqlite
from tests.standins.feeds import FeedServer, rss

SETTINGS = config.load(Path(__file__).parent.parent / "config", environment={})
ROUNDS = 5
SMALLER = 100
GROWS = 5.0
WAITS = 1_000
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


ALWAYS = (
    A_TURN := "a turn, all feeds answer 304",
    A_STORY := "a turn with a new story for 200 channels",
    CLAIMED := "40 deliveries claimed and held",
    LOOKED := "the outbox asked, what is due and when",
    READY := "/readyz",
)
"""What is done each second, or for each alert."""

HEAD = f"{'':<54}{'large':>24}{'small':>24}{'ratio':>8}{'waits':>8}{'CPU':>8}"

Work = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Waits:
    """Of the outbox, while something else is done: the longest, milliseconds by the clock and by the processor."""

    clock: float = 0.0
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Once:
    """Milliseconds that it took."""

    took: float
    waits: Waits | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds."""

    what: str
    large: Spread
    small: Spread
    waits: Waits | None

    @property
    def ratio(self) -> float:
        return self.large.middle / self.small.middle

    def __str__(self) -> str:
        waits = f"{self.waits.clock:8,.0f}{self.waits.cpu:8,.0f}" if self.waits else ""
        return f"{self.what:<54}{_shown(self.large):>24}{_shown(self.small):>24}{self.ratio:8.1f}{waits}"


def _shown(times: Spread) -> str:
    return f"{times.middle:,.1f}" if times.least == times.most else f"{times:,.1f}"


@dataclass
class Place:
    """One of the two databases, open."""

    folder: Path
    running: App
    server: FeedServer
    published: int = 0

    @property
    def path(self) -> Path:
        return self.folder / "regpulse.db"


@asynccontextmanager
async def opened(folder: Path, entries: int, deliveries: int) -> AsyncIterator[tuple[Place, dict[str, Once]]]:
    folder.mkdir()  # noqa: ASYNC240  # nothing else runs yet
    path, found = folder / "regpulse.db", dict[str, Once]()
    await asyncio.to_thread(archive.fill, path, SETTINGS.vocabulary, entries, deliveries, datetime.now(UTC))
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FeedServer())
        for n in range(archive.FEEDS):
            server.publishes(f"/{n}.xml", rss(f"Feed {n}", ()))
        settings = _settings(path, server)
        begun = time.perf_counter()
        store = await Sqlite.open(path, checked=datetime.now(UTC))
        found["start, the first of a day: the file is read through"] = Once(since(begun))
        await store.close()
        begun = time.perf_counter()
        running = await stack.enter_async_context(app.assembled(settings, (), alone=True))
        found["start, any other"] = Once(since(begun))
        begun = time.perf_counter()
        await pipeline.turn(running.room, everything=True)
        found["the first turn, all feeds asked, until it is ready"] = Once(since(begun))
        yield Place(folder, running, server), found


def _settings(path: Path, server: FeedServer) -> Config:
    feeds = tuple(
        Feed(f"feed{n}", server.url(f"/{n}.xml"), f"Outlet {n}", poll_minutes=0) for n in range(archive.FEEDS)
    )
    http = replace(SETTINGS.http, allow_private=(server.address,), host_gap_seconds=0)
    lines = replace(SETTINGS.people, lines_a_minute=0, space_lines_a_minute=0)
    return replace(SETTINGS, feeds=feeds, http=http, people=lines, database=config.Database(path=str(path), backups=""))


def _walks(place: Place) -> Mapping[str, Work]:
    """What is done again and again."""
    store, room = place.running.store, place.running.room

    async def one_story() -> None:
        place.published += 1
        said = invented(80_000 + place.published, 1)
        item = said.item(place.server.address, datetime.now(UTC))
        place.server.publishes("/0.xml", rss("Feed 0", [replace(item, summary=said.text + said.text)]))
        await pipeline.turn(room, everything=True)

    async def all_asked() -> None:
        await pipeline.turn(room, everything=True)

    async def claimed() -> None:
        for delivery, _ in await store.claim(datetime.now(UTC), ("slack", "discord"), lease=LEASE, gaps=GAPS, limit=40):
            await store.hold(delivery.id, "measured", datetime.now(UTC))

    return {
        A_TURN: all_asked,
        A_STORY: one_story,
        CLAIMED: claimed,
        LOOKED: lambda: _looked(store),
        READY: place.running.signs.not_ready,
        "/metrics": lambda: place.running.signs.metrics(""),
        "the local page": lambda: app.latest_cards(place.running, 20, 0),
    }


async def _looked(store: Store) -> None:
    now = datetime.now(UTC)
    await store.next_due(("slack", "discord"), GAPS)
    await store.to_revise(now, ("slack", "discord"))


async def _asked(place: Place, line: str) -> None:
    reply = await place.running.desk.answer(line, Caller(HERE, "U1", "admin"))
    assert reply.text or reply.cards  # noqa: S101  # it was answered


async def _once(place: Place) -> dict[str, Once]:
    """What is done piece by piece, so that alerts may go in between."""
    store, found = place.running.store, dict[str, Once]()
    backup = place.folder / "backup.db"
    found["a backup, proven"] = await _pieces(
        store, lambda: asyncio.to_thread(backups.make, place.path, backup), once=True
    )
    year, month = (datetime.now(UTC) - DAY * days for days in (350, 30))
    found["retention: untold of the first year, 200 at a time"] = await _pieces(
        store, lambda: store.forget_untold(year, 200)
    )
    found["retention: articles of 60 days, 50 at a time"] = await _pieces(store, lambda: store.forget_pages(month, 50))
    return found


async def _pieces(store: Store, piece: Callable[[], Awaitable[int]], *, once: bool = False) -> Once:
    async with _beside(store) as waits:
        begun = time.perf_counter()
        while await piece() and not once:
            pass
        return Once(since(begun), waits)


async def _forgotten(place: Place) -> Once:
    """As `regpulse forget` does, with the bot stopped: nobody waits for it."""
    store = await Sqlite.open(place.path)
    begun = time.perf_counter()
    await store.forget(Whom("slack", "T1"), datetime.now(UTC))
    took = since(begun)
    await store.close()
    return Once(took)


@asynccontextmanager
async def _beside(store: Store) -> AsyncIterator[Waits]:
    waits, over = Waits(), asyncio.Event()

    async def asks() -> None:
        while not over.is_set():
            begun, worked = time.perf_counter(), time.process_time()
            await store.waiting()
            waits.clock = max(waits.clock, since(begun))
            waits.cpu = max(waits.cpu, (time.process_time() - worked) * 1_000)

    async with asyncio.TaskGroup() as group:
        group.create_task(asks())
        yield waits
        over.set()  # and the last question waits for its answer


async def measured(entries: int, deliveries: int) -> tuple[Row, ...]:
    rows: list[Row] = []

    def said(*more: Row) -> None:
        rows.extend(more)
        print(*more, sep="\n", flush=True)

    with TemporaryDirectory(prefix="regpulse-large-") as name:
        folder, begun = Path(name), time.perf_counter()
        async with AsyncExitStack() as stack:
            large, first_large = await stack.enter_async_context(opened(folder / "large", entries, deliveries))
            small, first_small = await stack.enter_async_context(
                opened(folder / "small", entries // SMALLER, deliveries // SMALLER)
            )
            print(f"made in {since(begun) / 1_000:.0f} s; {large.path.stat().st_size / 1e6:.0f} and "
                  f"{small.path.stat().st_size / 1e6:.0f} MB\n\n{HEAD}")  # fmt: skip
            said(*_paired(first_large, first_small))
            works = zip(_walks(large).items(), _walks(small).values(), strict=True)
            for (what, work), other in works:
                said(await _row(what, large, work, other))
            for line in LINES:
                said(await _row(line, large, partial(_asked, large, line), partial(_asked, small, line)))
            said(*_paired(await _once(large), await _once(small)))
        forgotten = [{"a workspace forgotten": await _forgotten(place)} for place in (large, small)]
        said(*_paired(*forgotten))
    return tuple(rows)


def _paired(large: Mapping[str, Once], small: Mapping[str, Once]) -> Iterator[Row]:
    for what, once in large.items():
        yield Row(what, spread([once.took]), spread([small[what].took]), once.waits)


async def _row(what: str, place: Place, work: Work, other: Work) -> Row:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for each, times in zip((work, other), took, strict=True):
            begun = time.perf_counter()
            await each()
            times.append(since(begun))
    async with _beside(place.running.store) as waits:
        await work()
    return Row(what, spread(took[0]), spread(took[1]), waits)


def judged(rows: Sequence[Row]) -> Iterator[Claim]:
    most = max((row for row in rows if row.what in ALWAYS), key=lambda row: row.ratio)
    yield Claim(
        f"what is done all the time costs at most {GROWS:g} times as much beside {SMALLER} times as much",
        most.ratio <= GROWS,
        f"{most.ratio:.1f} times at most ({most.what})",
    )
    longest, what = max((row.waits.cpu, row.what) for row in rows if row.waits)
    yield Claim(
        f"alerts wait for the database {WAITS:,} ms of CPU at most", longest <= WAITS, f"{longest:,.0f} ms ({what})"
    )


def main() -> None:
    parser = asking.parser("large", __doc__)
    parser.add_argument("entries", type=asking.whole(500, 1_000_000), nargs="?", default=50_000)
    parser.add_argument("deliveries", type=asking.whole(500, 10_000_000), nargs="?", default=200_000)
    asked = parser.parse_args()
    entries, deliveries = asked.entries, asked.deliveries
    print(f"{machine()}; {entries:,} entries and {deliveries:,} deliveries beside "
          f"{entries // SMALLER:,} and {deliveries // SMALLER:,}; milliseconds")  # fmt: skip
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.exit(told(judged(asyncio.run(measured(entries, deliveries)))))


if __name__ == "__main__":
    main()
