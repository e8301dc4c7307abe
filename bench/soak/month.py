"""Weeks of news in minutes: what a program that has run for long keeps in memory, once stories begin to leave as others come.

    python -m bench.soak.month --days 30 --stories 300

RegPulse in one process over a clock that goes an hour at each turn; the news is the soak's, told at the terminal. An open
story is kept for eleven days, and what was compared of some thousand reports until others take its place, so that no shorter
run can tell growth from filling up. Prints, for each day, the open stories and the megabytes of the process. Exit code 1 when
the last days have more than the first ones after everything was full.
"""

import asyncio
import gc
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import structlog

from bench import asking, claims
from bench.claims import Claim
from bench.measuring import resident
from bench.soak import news
from bench.soak.census import sqlite
from bot import app
from bot.app import App, memory
from bot.core import stories, traits
from bot.detector import remembering
from bot.model import Subscription
from bot.platforms.terminal.adapter import Terminal
from tests.standins.feeds import Item, rss
from tests.walks.world import World, world

SHOWN = 120
"""Items the feed's document holds."""

FLAT = 0.01
"""Of the memory in the middle of the first days after everything was full, by which the last may have more."""

A_FEW = 4
"""Days."""


@dataclass(frozen=True, slots=True)
class Day:
    told: int
    """Stories, from the beginning."""
    open: int
    megabytes: float
    of_sqlite: float
    """Of these, what SQLite holds of its file."""


def full_after(stories_a_day: int) -> int:
    """Days: what is held longest is full, by age or by number."""
    held = max(traits.KEPT, remembering.MOST) / stories_a_day
    return int(max((stories.WINDOW + stories.LATE) / timedelta(days=1), held)) + 2


async def days(number: int, stories_a_day: int, folder: Path) -> AsyncIterator[Day]:
    async with world(folder) as made:
        now = [datetime.now(UTC)]
        items = [news.aside(n, now[0] - timedelta(days=2)) for n in range(SHOWN)]
        made.paths.append("wire")
        _serves(made, items)
        async with app.assembled(made.config(), (Terminal(quiet=True),), alone=True, now=lambda: now[0]) as running:
            await running.store.subscribe(Subscription(app.TERMINAL, app.EVERYTHING, "month", now[0]))
            await app.once(running, everything=True)
            told = 0
            for hour in range(24 * number):
                now[0] += timedelta(hours=1)
                while told < stories_a_day * (hour + 1) / 24:
                    items[:0] = [_told(told, now[0]), news.aside(SHOWN + told, now[0])]
                    told += 1
                del items[SHOWN:]
                _serves(made, items)
                await app.once(running, everything=True)
                if hour % 24 == 23:
                    yield _day(running, told)


def _told(number: int, when: datetime) -> Item:
    story = news.story(number, seed=1)
    return Item(story.title, f"https://news.invalid{story.path}", story.text, when, guid=f"story-{number}")


def _serves(made: World, items: list[Item]) -> None:
    made.feeds.publishes("/wire.xml", rss("wire", items))


def _day(running: App, told: int) -> Day:
    gc.collect()
    return Day(told, len(running.room.kept.shelf or ()), resident(), sqlite())


async def _run(number: int, stories_a_day: int) -> int:
    full, seen = full_after(stories_a_day), list[Day]()
    print("day  stories  open  MB  of it SQLite")
    with tempfile.TemporaryDirectory(prefix="regpulse-month-") as folder:
        async for day in days(number, stories_a_day, Path(folder)):
            seen.append(day)
            said = "  all is full from here" if len(seen) == full else ""
            print(
                f"{len(seen):>3} {day.told:>8,} {day.open:>5,} {day.megabytes:>4.0f} {day.of_sqlite:>13.1f}{said}",
                flush=True,
            )
    return claims.told([flatness(seen, full)])


def flatness(seen: Sequence[Day], full: int) -> Claim:
    claim = "memory is flat once what is kept for days is full"
    if len(seen) < full + 2 * A_FEW:
        return Claim(claim, None, f"all is full after {full} days, and {full + 2 * A_FEW} tell whether it grows on")
    first, last = (median(day.megabytes for day in part) for part in (seen[full : full + A_FEW], seen[-A_FEW:]))
    figures = (
        f"{first:.1f} MB in days {full + 1} to {full + A_FEW}, {last:.1f} in the last {A_FEW}; {FLAT:.0%} more at most"
    )
    return Claim(claim, last <= first * (1 + FLAT), figures)


def main() -> None:
    parser = asking.parser("soak.month", __doc__)
    parser.add_argument("--days", type=asking.whole(1), default=30)
    parser.add_argument("--stories", type=asking.whole(24, 900), default=300, help="a day")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    memory.give_back()
    sys.exit(asyncio.run(_run(given.days, given.stories)))


if __name__ == "__main__":
    main()
