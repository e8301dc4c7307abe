"""What it costs to run when nothing happens: starting, and a day of polls that all answer 304.

    make bench-idle            (python -m bench.idle --hours 24 --rounds 3; five minutes)

Started is the real program, a process of its own, over the configured feeds served on this machine. The day is the whole
program without a platform but the terminal, on a clock that skips what is only waited for but not what is worked; the feeds
keep the configured intervals and tiers and speak every half day to every fortnight, so that their schedules differ as in
earnest. The CPU is that of the process, the answering side included, which does next to nothing. Exit code 1 when a feed that
has nothing new is not answered with 304, or the process holds a twentieth more memory after an hour or more than before.
"""

import asyncio
import logging
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import structlog

from bench import asking
from bench.claims import Claim, told
from bench.measuring import machine, resident, spread
from bench.polling.publishers import ITEMS, Answers, Publishers, answers, document
from bot import app, config
from bot.config import Config
from bot.model import Feed
from bot.pipeline.newsroom import settle
from bot.platforms.terminal.adapter import Terminal
from tests.standins.clock import Skipping, skipping
from tests.standins.local import free_port

ROOT = Path(__file__).parent.parent
PAUSES = (0.5, 1, 3, 7, 14)
"""Days between two items of a feed."""

FLAT = 1.05
"""Times the memory before."""

WARM = timedelta(hours=1)
"""Before the day is measured: the first look at every feed, and what they held judged."""


class Answering(Publishers):
    """Knows when it was asked first."""

    first: float

    def data_received(self, data: bytes) -> None:
        Answering.first = Answering.first or time.monotonic()
        super().data_received(data)


@asynccontextmanager
async def answering(feeds: int, now: datetime) -> AsyncIterator[str]:
    Answering.answers, Answering.first = [_answers(feed, now) for feed in range(feeds)], 0.0
    Answering.counts[:] = (0, 0)
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _answers(feed: int, now: datetime) -> Answers:
    pause = timedelta(days=PAUSES[feed % len(PAUSES)])
    dates = (format_datetime(now - pause * (n + 0.5) + timedelta(minutes=97 * n % 600)) for n in range(ITEMS))
    body = re.sub(rb"(?<=<pubDate>)[^<]+", lambda _: next(dates).encode(), document(feed, ITEMS))
    return answers(f'"{feed}"', body)


def configured(folder: Path, address: str) -> Config:
    """As shipped, every pack of feeds switched on, each asked of this machine."""
    environment = {
        "REGPULSE_SOURCES_PACKS": "core,extended,spare",
        "REGPULSE_HTTP_ALLOW_PRIVATE": address,
        "REGPULSE_WEB_LISTEN": f"127.0.0.1:{free_port()}",
    }
    found = config.load(ROOT / "config", environment=environment, db=folder / "regpulse.db")
    feeds = tuple(replace(feed, url=f"http://{address}/{n}.xml", kind="rss") for n, feed in enumerate(found.feeds))
    return replace(found, feeds=feeds)


# Starting


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds after the process was started; MB when it was ready; seconds of CPU until then."""

    page: float
    asked: float
    ready: float
    memory: float
    cpu: float


async def started(folder: Path, feeds: int, address: str) -> Start:
    begun, Answering.first = time.monotonic(), 0.0
    listen = f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--config", str(ROOT / "config"),
        "--feeds", str(folder / "feeds.toml"), "--db", str(folder / "regpulse.db"),
        cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("REGPULSE_")}
        | {"REGPULSE_HTTP_ALLOW_PRIVATE": address, "REGPULSE_WEB_LISTEN": listen},
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession() as client:
            page = await _answers_well(client, f"http://{listen}/healthz")
            ready = await _answers_well(client, f"http://{listen}/readyz")
        memory, cpu = resident(process.pid), _worked(process.pid)
        return Start(page - begun, Answering.first - begun, ready - begun, memory, cpu)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


def _worked(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


async def _answers_well(client: aiohttp.ClientSession, url: str) -> float:
    async with asyncio.timeout(180):
        while True:
            try:
                async with client.get(url) as answer:
                    if answer.status == 200:
                        return time.monotonic()
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.01)


async def starts(rounds: int) -> tuple[int, list[Start], list[Start]]:
    """How many feeds; starts on a new database, and on a known one whose feeds are all due."""
    new, known = [], []
    number = len(configured(Path(), "127.0.0.1:1").feeds)
    async with answering(number, datetime.now(UTC)) as address:
        for _ in range(rounds):
            with TemporaryDirectory() as path:
                folder = Path(path)
                (folder / "feeds.toml").write_text("\n".join(map(_row, configured(folder, address).feeds)))
                new.append(await started(folder, number, address))
                with closing(sqlite3.connect(folder / "regpulse.db")) as db, db:
                    db.execute("UPDATE feeds SET next_poll = polled_at")
                known.append(await started(folder, number, address))
    return number, new, known


def _row(feed: Feed) -> str:
    return (
        f'[[feed]]\nid = "{feed.id}"\nurl = "{feed.url}"\nname = "{feed.id}"\ntier = "{feed.tier}"\n'
        f'language = "{feed.language}"\npoll_minutes = {feed.poll_minutes}\n'
    )


# A day


@dataclass(frozen=True, slots=True)
class Idle:
    """Of so many hours: polls, those that were not answered with 304, seconds of CPU, MB before and after."""

    polls: int
    full: int
    cpu: float
    before: float
    after: float
    wall: float
    grown: int
    """Bytes of the database."""


async def idle(loop: Skipping, folder: Path, hours: float) -> Idle:
    number = len(configured(folder, "127.0.0.1:1").feeds)
    async with answering(number, loop.now()) as address:
        settings = configured(folder, address)
        async with app.assembled(settings, (Terminal(quiet=True),), alone=True, now=loop.now) as running:
            settle()
            work = asyncio.create_task(app.run(running))
            await asyncio.sleep(WARM.total_seconds())
            while await running.store.unjudged(1):  # noqa: ASYNC110  # the store says nothing of itself
                await asyncio.sleep(60)
            Answering.counts[:] = (0, 0)
            cpu, wall, size = time.process_time(), time.perf_counter(), _bytes(settings)
            before = resident()
            await asyncio.sleep(hours * 3600)
            full, unchanged = Answering.counts
            found = Idle(
                full + unchanged, full, time.process_time() - cpu, before, resident(),
                time.perf_counter() - wall, _bytes(settings) - size,
            )  # fmt: skip
            assert not work.done()  # noqa: S101
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            return found


def _bytes(settings: Config) -> int:
    return Path(settings.database.path).stat().st_size


def main() -> None:
    parser = asking.parser("idle", __doc__)
    parser.add_argument("--hours", type=asking.number(0.01, 24 * 365), default=24.0, help="of nothing new")
    parser.add_argument("--rounds", type=asking.whole(0, 1_000), default=3, help="starts that are measured; 0 for none")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"{machine()}; medians of {asked.rounds}, least and most beside them\n")
    if asked.rounds:
        number, new, known = asyncio.run(starts(asked.rounds))
        print(f"{number} feeds; seconds after the process was started")
        print(f"{'':<34}{'page answers':>20}{'first poll':>20}{'ready':>20}{'CPU till then':>20}{'MB':>7}")
        for what, found in (("a new database", new), ("a known one, every feed due", known)):
            columns = (spread(getattr(one, name) for one in found) for name in ("page", "asked", "ready", "cpu"))
            print(f"{what:<34}" + "".join(f"{f'{column:.2f}':>20}" for column in columns)
                  + f"{spread(one.memory for one in found).middle:>7.0f}")  # fmt: skip
    with TemporaryDirectory() as path:
        day = skipping(lambda loop: idle(loop, Path(path), asked.hours))
    print(
        f"\n{asked.hours:g} hours of nothing new: {day.polls} polls ({day.polls * 24 / asked.hours:.0f} a day), "
        f"{day.full} answered in full"
    )
    each = f"{day.cpu * 1_000 / day.polls:.1f} ms for each poll, all else included" if day.polls else "no poll"
    print(f"  CPU {day.cpu:.1f} s, {day.cpu / asked.hours / 36:.2f} % of a core; {day.cpu * 24 / asked.hours:.0f} s a day; "
          f"{each} (took {day.wall:.0f} s)")  # fmt: skip
    print(f"  memory {day.before:.0f} MB before, {day.after:.0f} MB after; database {day.grown / 1_000:+.0f} kB")
    sys.exit(told(kept_to(day, asked.hours)))


def kept_to(day: Idle, hours: float) -> Iterator[Claim]:
    yield Claim(
        "a feed with nothing new is answered with 304",
        not day.full if day.polls else None,
        f"{day.full} of {day.polls} polls answered in full",
    )
    grown = day.after / day.before
    yield Claim(f"memory at most {FLAT:g} times what it was", grown <= FLAT if hours >= 1 else None, f"{grown:.2f}")


if __name__ == "__main__":
    main()
