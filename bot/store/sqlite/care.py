"""`ports.storing.Ledger`, `Vault`, `Troubled` and `Health`: models, workspaces, and how everything is."""

import asyncio
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.model import (
    Census,
    Channel,
    ChannelHealth,
    Installation,
    Measures,
    PlatformHealth,
    Trouble,
)
from bot.store import (
    absent,
    alarms,
    digests,
    envelopes,
    forgetting,
    installing,
    lookups,
    measuring,
    models,
    parking,
    retention,
    rewinding,
    timeless,
    watching,
)
from bot.store.sqlite.thread import Thread


class Care(Thread):
    async def reserve(
        self,
        month: str,
        tokens: int,
        micro_usd: int,
        *,
        most_tokens: int,
        most_micro_usd: int,
        story: int,
        now: datetime,
    ) -> int | None:
        return await self._write(models.reserve, month, tokens, micro_usd, most_tokens, most_micro_usd, story, now)

    async def settle_spend(self, number: int, tokens: int, micro_usd: int) -> None:
        await self._write(models.settle, number, tokens, micro_usd)

    async def spent(self, month: str) -> tuple[int, int]:
        return await self._read(models.spent, month)

    async def model_answer(self, key: str) -> str:
        return await self._read(models.answer, key)

    async def keep_model_answer(self, key: str, text: str, now: datetime) -> None:
        await self._write(models.keep_answer, key, text, now)

    async def note_platform(self, platform: str, *, ok: bool, reason: str, now: datetime) -> None:
        await self._write(lookups.note_platform, platform, ok, reason, now)

    async def installations(self) -> tuple[Installation, ...]:
        return await self._read(installing.installations)

    async def installation(self, team: str) -> Installation | None:
        return await self._read(installing.installation, team)

    async def install(self, installation: Installation) -> None:
        await self._write(installing.install, installation)

    async def reseal(self, team: str, was: bytes, sealed: bytes, expires: datetime | None) -> bool:
        return await self._write(installing.reseal, team, was, sealed, expires)

    async def uninstall(self, team: str, text: tuple[str, ...], now: datetime) -> bool:
        return await self._write(installing.uninstall, team, text, now)

    async def note_tokens(self, opened: Collection[str], shut: Collection[str], reason: str, now: datetime) -> None:
        await self._write(installing.note_tokens, opened, shut, reason, now)

    async def redeem(self, state: str, *, until: datetime, now: datetime) -> bool:
        return await self._write(installing.redeem, state, until, now)

    async def restored(self) -> datetime | None:
        return await self._read(digests.restored)

    async def alarm(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        return await self._write(alarms.raised, what, text, now)

    async def all_clear(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        return await self._write(alarms.over, what, text, now)

    async def first(self, key: str, now: datetime) -> bool:
        return await self._write(envelopes.first, key, now)

    async def configured(self, platforms: Collection[str], now: datetime) -> None:
        await self._write(absent.configured, platforms, now)

    async def revive(self, channel: Channel, now: datetime) -> None:
        await self._write(parking.revive, channel, now)

    async def is_parked(self, channel: Channel) -> bool:
        return await self._read(parking.is_parked, channel)

    async def forget_untold(self, before: datetime, limit: int) -> int:
        return await self._write(retention.forget, before, limit)

    async def found(self, whom: forgetting.Whom) -> tuple[tuple[str, str, int], ...]:
        return await self._read(forgetting.found, whom)

    async def strangers(self, whom: forgetting.Whom) -> tuple[forgetting.Whom, ...]:
        return await self._read(forgetting.strangers, whom)

    async def forget(self, whom: forgetting.Whom, now: datetime) -> tuple[tuple[str, str, int], ...]:
        """Deleted, and gone from the file's log too."""
        held = await self._write(forgetting.forget, whom, now)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._empty_the_log)
        return held

    def _empty_the_log(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def platforms(self) -> tuple[PlatformHealth, ...]:
        return await self._read(lookups.platforms)

    async def troubled_channels(self) -> tuple[ChannelHealth, ...]:
        return await self._read(lookups.troubled_channels)

    async def troubles(self) -> Mapping[str, Trouble]:
        return await self._read(watching.troubles)

    async def watch(self, changed: Mapping[str, Trouble | None], text: tuple[str, ...], now: datetime) -> None:
        await self._write(watching.watch, changed, text, now)

    async def note_turn(self, now: datetime) -> timedelta:
        return await self._write(rewinding.note_turn, now)

    async def look_over(self, now: datetime) -> None:
        await self._write(timeless.look_over, now)

    async def measures(self, month: str) -> Measures:
        return await self._read(measuring.measures, month)

    async def waiting(self) -> datetime | None:
        return await self._read(measuring.waiting)

    async def overdue(self, before: datetime) -> int:
        return await self._read(measuring.overdue, before)

    async def first_seen(self, stories: tuple[int, ...]) -> Mapping[int, datetime]:
        return await self._read(measuring.first_seen, json.dumps(stories))

    async def census(self) -> Census:
        return await self._read(lookups.census)
