"""The signs of life of a running bot: its pulse and its metrics, read by supervisors and people."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from prometheus_client import CollectorRegistry

from bot.app.failing import Failures
from bot.app.metrics import Metrics
from bot.core import readiness
from bot.core.readiness import Pulse
from bot.errors import StoreDown
from bot.model import Brief, Delivery
from bot.pipeline import Tally
from bot.ports import Platform, Store

T = TypeVar("T")

_PAGES = "pages"

LISTEN_EVERY = 0.5
"""Seconds between two looks at how late the loop is, and at the sockets."""


class Signs:
    """`speaking` are the platforms that are connected now, `asked` the feeds that are being asked, and since when.

    `lost` says that the database is a new one while another has backups, for as long as nobody decided between them.
    """

    def __init__(
        self,
        store: Store,
        speaking: Mapping[str, Platform],
        now: Callable[[], datetime],
        *,
        interval: timedelta,
        asked: Mapping[str, datetime],
        lost: Callable[[], tuple[str, ...]],
    ) -> None:
        self._store = store
        self._speaking = speaking
        self._now = now
        self._lost = lost
        self._heard: dict[str, datetime] = {}
        self._metrics = Metrics(CollectorRegistry())
        self.pulse = Pulse(now(), interval, heard=self._heard, asked=asked)
        self._failures = Failures(self.pulse, lambda: store.damage)

    @contextmanager
    def timed(self) -> Iterator[Callable[[], timedelta]]:
        begun = time.monotonic()
        yield lambda: timedelta(seconds=time.monotonic() - begun)

    def turned(self, tally: Tally, took: timedelta) -> None:
        self.pulse.turn(self._now(), took)
        self._metrics.turned(self._now(), took, polled=tally.polled, unchanged=tally.unchanged, failed=tally.failed)
        self.heard(tally)

    def heard(self, tally: Tally) -> None:
        """What came in beside the turns, or what became of it."""
        self._metrics.heard(entries=tally.entries, relevant=tally.relevant, stories=tally.stories, alerts=tally.alerts)

    async def posted(self, sent: tuple[tuple[Delivery, Brief], ...]) -> None:
        """The age of what was told as news, and at once."""
        news = [(delivery, brief) for delivery, brief in sent if delivery.kind == "alert" and not delivery.waited]
        if not news:
            return
        now, seen = self._now(), await self._store.first_seen(tuple({delivery.story for delivery, _ in news}))
        for delivery, brief in news:
            first = seen.get(delivery.story)
            self._metrics.posted(
                seen=now - first if first else None, published=now - brief.published if brief.published else None
            )

    def crashed(self, loop: str) -> None:
        self._metrics.crashed(loop)

    def store_works(self, loop: str, trouble: str = "") -> bool:
        return self._failures.note(loop, trouble)

    async def listen(self) -> None:
        """Until cancelled: how late the loop is, and when each socket was last heard."""
        while True:
            begun = time.monotonic()
            await asyncio.sleep(LISTEN_EVERY)
            self._metrics.lagged(time.monotonic() - begun - LISTEN_EVERY)
            self.listened()

    def listened(self) -> None:
        for name in [name for name in self._heard if name not in self._speaking]:
            del self._heard[name]  # it is down, and status says why
        for name, platform in self._speaking.items():
            if at := platform.heard:
                self._heard[name] = at

    # What the pages ask

    async def troubles(self) -> tuple[str, ...]:
        found = readiness.troubles(self.pulse, await self._waiting(), self._now(), overdue=await self._overdue())
        return (*self._lost(), *found)

    async def said(self, last_turn: datetime | None) -> tuple[str, ...]:
        """The same for `status`, which may be asked beside the process that makes the turns: of that the database knows."""
        found = tuple(trouble.removesuffix(readiness.SEE_STATUS) for trouble in await self.troubles())
        return found if self.pulse.turned else (*found, *readiness.stopped(last_turn, self._now()))

    async def not_ready(self) -> tuple[str, ...]:
        found = readiness.not_ready(self.pulse, await self._waiting(), self._now(), overdue=await self._overdue())
        return (*self._lost(), *found)

    async def _waiting(self) -> datetime | None:
        return await self._asked(self._store.waiting(), None)

    async def _overdue(self) -> int:
        return await self._asked(self._store.overdue(self._now() - readiness.BRIEFED_LATE), 0)

    async def _asked(self, question: Awaitable[T], otherwise: T) -> T:
        try:
            answer = await question
        except StoreDown as error:
            self.store_works(_PAGES, str(error))
            return otherwise
        self.store_works(_PAGES)
        return answer

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        now = self._now()
        return self._metrics.text(await self._store.measures(f"{now:%Y-%m}"), self._heard, accept, now)
