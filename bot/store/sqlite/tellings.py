"""`ports.storing.Stories`: entries become stories, stories briefs."""

from datetime import datetime

from bot.core.audience import Index
from bot.model import (
    Alert,
    Article,
    Brief,
    Correction,
    Entry,
    Filing,
    Judged,
    Story,
    Unread,
    Verdict,
)
from bot.store import (
    amending,
    filing,
    pages,
    regrouping,
)
from bot.store.sqlite.thread import Thread


class Tellings(Thread):
    async def unfiled(self, limit: int) -> tuple[Judged, ...]:
        return await self._read(filing.unfiled, limit)

    async def open_stories(self, since: datetime) -> tuple[Story, ...]:
        return await self._read(filing.open_stories, since)

    async def regroupings(self) -> int:
        return await self._read(filing.regroupings)

    async def file(
        self, filed: Filing, verdict: Verdict, *, told: bool, text: str, tags: str = "", now: datetime
    ) -> Story:
        return await self._write(filing.file, filed, verdict, told, text, tags, now)

    async def split(self, story: int, entries: tuple[int, ...], *, index: Index, now: datetime) -> Story | None:
        return await self._write(regrouping.split, story, entries, index, now)

    async def came_with(self, story: int) -> tuple[int, ...]:
        return await self._read(regrouping.came_with, story)

    async def merge(self, into: int, gone: int, *, why: str, index: Index, now: datetime) -> Story | None:
        return await self._write(regrouping.merge, into, gone, why, index, now)

    async def tell(self, story: int, now: datetime) -> bool:
        return await self._write(regrouping.tell, story, now)

    async def unbriefed(self, limit: int) -> tuple[Story, ...]:
        return await self._read(filing.unbriefed, limit)

    async def keep_page(self, entry: int, article: Article | Unread, *, words: str, now: datetime) -> None:
        await self._write(pages.keep, entry, article, words, now)

    async def forget_pages(self, before: datetime, limit: int) -> int:
        return await self._write(pages.forget, before, limit)

    async def publish(
        self, brief: Brief, alerts: tuple[Alert, ...], now: datetime, *, asked: bool = False, importance: int = 0
    ) -> int:
        return await self._write(filing.publish, brief, alerts, now, asked, importance)

    async def pass_over(self, story: int, why: str, now: datetime) -> None:
        await self._write(filing.pass_over, story, why, now)

    async def brief(self, story: int) -> Brief | None:
        return await self._read(filing.brief, story)

    async def grown(self, limit: int) -> tuple[tuple[Story, Brief], ...]:
        return await self._read(filing.grown, limit)

    async def revise(self, brief: Brief, now: datetime, *, repost: bool, why: str, growth: bool = False) -> None:
        await self._write(filing.revise, brief, now, repost, why, growth=growth)

    async def told(self, feed: str, keys: tuple[str, ...], since: datetime) -> tuple[tuple[Entry, Brief | None], ...]:
        return await self._read(amending.told, feed, keys, since)

    async def is_told(self, story: int) -> bool:
        return await self._read(amending.is_told, story)

    async def known_version(self, entry: int, digest: str) -> bool:
        return await self._read(amending.known, entry, digest)

    async def last_version(self, entry: int) -> str:
        return await self._read(amending.last, entry)

    async def see_version(self, entry: int, digest: str, now: datetime) -> None:
        await self._write(amending.see, entry, digest, now)

    async def correct(
        self, correction: Correction, brief: Brief, digest: str, now: datetime, *, also: tuple[Correction, ...] = ()
    ) -> None:
        await self._write(amending.correct, correction, brief, digest, now, also=also)

    async def amend(self, story: int | None, correction: Correction, digest: str, now: datetime) -> None:
        await self._write(amending.amend, story, correction, digest, now)

    async def corrections(self, limit: int) -> tuple[tuple[int, Correction], ...]:
        return await self._read(amending.corrections, limit)
