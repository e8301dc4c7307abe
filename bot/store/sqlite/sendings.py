"""`ports.storing.Deliveries`: the outbox, and messages for operators."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.model import (
    Brief,
    Delivery,
    Notice,
    Outcome,
    Traceable,
)
from bot.store import (
    outbox,
    rewinding,
    watching,
)
from bot.store.sqlite.thread import Thread


class Sendings(Thread):
    async def claim(
        self,
        now: datetime,
        platforms: tuple[str, ...],
        *,
        lease: timedelta,
        gaps: Mapping[str, timedelta],
        limit: int,
        share: int | None = None,
        traceable: Traceable | None = None,
    ) -> tuple[tuple[Delivery, Brief], ...]:
        share = limit if share is None else share
        return await self._write(outbox.claim, now, platforms, lease, gaps, limit, share, traceable)

    async def settle(
        self, delivery: str, outcome: Outcome, now: datetime, retry: timedelta, *, threads: bool = False
    ) -> None:
        await self._receipts.written(lambda db: outbox.settle(db, delivery, outcome, now, retry, threads))

    async def put_off(self, platform: str, space: str, until: datetime) -> None:
        await self._write(outbox.put_off, platform, space, until)

    async def reclaim(self, now: datetime) -> int:
        return await self._write(rewinding.reclaim, now)

    async def hold(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...] = ()) -> None:
        await self._write(outbox.hold, delivery, reason, now, notice)

    async def resend(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...]) -> None:
        await self._write(outbox.resend, delivery, reason, now, notice)

    async def next_due(self, platforms: tuple[str, ...], gaps: Mapping[str, timedelta]) -> datetime | None:
        return await self._read(outbox.next_due, platforms, gaps)

    async def to_revise(self, now: datetime, platforms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return await self._read(outbox.to_revise, now, platforms)

    async def claim_revisions(
        self, now: datetime, platform: str, space: str, *, until: datetime, limit: int
    ) -> tuple[tuple[Delivery, Brief], ...]:
        return await self._write(outbox.claim_revisions, now, platform, space, until, limit)

    async def settle_revision(
        self,
        delivery: str,
        *,
        until: datetime,
        again: datetime | None,
        failed: bool = False,
        closed: bool = False,
        reason: str = "",
    ) -> None:
        await self._write(outbox.settle_revision, delivery, until, again, failed, closed, reason)

    async def claim_notice(self, now: datetime, *, since: datetime, lease: timedelta) -> Notice | None:
        return await self._write(watching.claim, now, since, lease)

    async def settle_notice(self, notice: int, outcome: Outcome, now: datetime, retry: timedelta) -> None:
        await self._write(watching.settle, notice, outcome, now, retry)
