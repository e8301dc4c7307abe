"""One turn of RegPulse over the benchmark's feeds, by rules alone; or the judging of what the first one kept.

`alone` prints CPU milliseconds a feed of the turn without the start. `beside` prints at the 99th percentile how many
milliseconds the event loop is late, how many of them it works itself, and how long a command takes that somebody gives
meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.polling.given import given
from bot import config, logs, pipeline
from bot.detector import coefficients
from bot.model import Feed
from bot.pipeline import newsroom
from bot.sources.web import Http
from bot.store.sqlite import Sqlite
from bot.writers.extract import Extract

SETTINGS = Path(__file__).parent.parent.parent / "config"


def main() -> None:
    ways = {"judging": _judge, "alone": _alone, "beside": _beside}
    address, feeds, folder, way = given(__doc__, ways)
    asyncio.run(ways.get(way, _poll)(address, feeds, folder))


async def _poll(address: str, feeds: int, folder: Path) -> None:
    async with _room(address, feeds, folder) as room:
        tally = await pipeline.turn(room, everything=True)
        assert tally.failed == 0  # noqa: S101


async def _judge(address: str, feeds: int, folder: Path) -> None:
    """As it is done between two turns."""
    async with _room(address, feeds, folder) as room:
        while await pipeline.study(room, 500):
            pass


async def _alone(address: str, feeds: int, folder: Path) -> None:
    async with _room(address, feeds, folder) as room:
        begun = time.process_time()
        await pipeline.turn(room, everything=True)
        print((time.process_time() - begun) / feeds * 1000)


async def _beside(address: str, feeds: int, folder: Path) -> None:
    from bench.polling import beside

    async with _room(address, feeds, folder) as room:
        watching = [asyncio.create_task(watch) for watch in (beside.lateness(), beside.commands(room))]
        await pipeline.turn(room, everything=True)
        for task in watching:
            task.cancel()
        columns = [column for found in await asyncio.gather(*watching) for column in zip(*found, strict=True)]
        print(*(sorted(column)[len(column) * 99 // 100] * 1000 for column in columns))


@asynccontextmanager
async def _room(address: str, feeds: int, folder: Path) -> AsyncIterator[newsroom.Newsroom]:
    settings = config.load(SETTINGS, environment={})
    trained = coefficients.load(folder / "no model")
    logs.configure(level="warning", json=True, secrets=())
    reading = Http("bench", allow_private=(address.removeprefix("http://"),))
    store = await Sqlite.open(folder / "regpulse.db")
    room = newsroom.Newsroom(
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


if __name__ == "__main__":
    main()
