"""What a turn works with, and what it did."""

from __future__ import annotations

import asyncio
import gc
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from operator import add, attrgetter
from typing import TYPE_CHECKING, Literal

import structlog

from bot.core import catalogue
from bot.core.routing import Router
from bot.core.setbacks import Setbacks
from bot.model import Article, Entry, Feed, Unread

if TYPE_CHECKING:  # what judges and files is loaded with the first news
    from bot.core.detection import Detector
    from bot.core.likeness import Likeness
    from bot.core.shelf import Shelf
    from bot.core.thresholds import Thresholds
    from bot.core.vocabulary import Vocabulary
    from bot.ports import Store, Web, Writer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What a turn works with. `feeds` are the configured ones."""

    store: Store
    web: Web
    writer: Writer
    vocabulary: Vocabulary
    detector: Detector | None
    likeness: Likeness
    thresholds: Thresholds
    feeds: tuple[Feed, ...]
    now: Callable[[], datetime]
    max_age: timedelta
    assistant: Writer | None = None
    """The writer that asks a language model; only stories to be told are worth its cost."""
    keep_pages: timedelta = timedelta(days=90)
    """How long linked articles are kept whole."""
    progress: Callable[[str, int, int], None] = lambda step, done, total: None
    kept: Kept = field(default_factory=lambda: Kept())


AT_ONCE, SHARE = 48, 16
"""Feeds under way at once, and of these on one host, which may be slow; how many are being asked is the web's own bound."""

FAILING = 12
"""Feeds under way at once that failed when they were asked last: those that hang leave room for the others."""


@dataclass(slots=True)
class Polls:
    """What turns that overlap share, so that no feed is asked twice at once and none keeps the others from being asked."""

    feeds: set[str] = field(default_factory=set)
    """Being asked, waiting for it, or not stored yet."""
    asked: dict[str, datetime] = field(default_factory=dict)
    """Those of them that wait no more, and since when: a feed that stays here hangs."""
    choosing: asyncio.Lock = field(default_factory=asyncio.Lock)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    failing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FAILING))
    hosts: defaultdict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(SHARE))
    )
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One document at a time, so that what else waits for the loop gets its turn in between."""

    def free(self, feed: str) -> None:
        self.feeds.discard(feed)
        self.asked.pop(feed, None)


Work = Literal["judging", "shelving", "filing", "briefing", "retelling"]


@dataclass(slots=True)
class Kept:
    """What the last turn left, so that a turn need not read it all again. No more than copies.

    `shelf` holds the open stories, `changes` is the store's count of regroupings by people when it was made; `first`
    is whether this is the process's first turn; `router` holds what channels ask for, `heard`
    is the number of the last change to subscriptions that it knows of.
    """

    shelf: Shelf | None = None
    since: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    changes: int = -1
    first: bool = True
    router: Router = field(default_factory=Router)
    heard: int = 0
    routing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One at a time: a thread may be reading the router."""
    filing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One batch at a time: what was heard is filed while a turn goes on."""
    briefing: set[int] = field(default_factory=set)
    """The stories that are being briefed."""
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)
    retelling: asyncio.Lock = field(default_factory=asyncio.Lock)
    setbacks: defaultdict[Work, Setbacks] = field(default_factory=lambda: defaultdict(Setbacks))
    stuck: bool | None = None
    """What operators were told last of news on which RegPulse itself fails; None when this process told nothing yet."""
    polls: Polls = field(default_factory=Polls)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something was stored that channels may want to know of."""
    turned: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a turn has ended."""
    previewed: bool = False
    """Whether a newcomer was shown what the baseline held, or needs it no more."""
    published: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something was put into the outbox."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a turn did. `polled` counts the feeds that answered well; `unchanged` are those of them with nothing new."""

    under_way: int = 0
    """Feeds that were due and left alone, as an earlier turn was asking them still."""
    polled: int = 0
    unchanged: int = 0
    failed: int = 0
    entries: int = 0
    relevant: int = 0
    stories: int = 0
    briefs: int = 0
    passed_over: int = 0
    """Stories only near AI regulation that nobody asked for."""
    alerts: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(add, _counts(self), _counts(other)))


_counts = attrgetter(*(one.name for one in fields(Tally)))


def settle() -> None:
    """Call it when all parts are loaded: the collector of cycles need not look at them again."""
    gc.freeze()


async def together(room: Newsroom, step: str, parts: Sequence[Coroutine[None, None, Tally]]) -> Tally:
    """Run the parts at once and add up what they did; cancelling the turn cancels them all."""
    tallies: list[Tally] = []
    room.progress(step, 0, len(parts))

    async def one(part: Coroutine[None, None, Tally]) -> None:
        tallies.append(await part)
        room.progress(step, len(tallies), len(parts))

    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(one(part))
    return sum(tallies, Tally())


async def article(room: Newsroom, entry: Entry) -> Article | Unread:
    """The page the entry links to."""
    if await room.store.shares_address(entry):
        return Unread("no article", "several items of its feed have this address, so the page tells of all of them")
    read = await room.web.article(entry.link)
    if isinstance(read, Unread):
        log.info("article not read", entry=entry.id, link=entry.link, obstacle=read.obstacle, reason=read.reason)
    return read


async def listened(room: Newsroom) -> tuple[Feed, ...]:
    """Read anew each turn: a feed that somebody added is asked with the next one."""
    return catalogue.together(room.feeds, await room.store.added_feeds())
