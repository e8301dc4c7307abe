"""`ports.storing.Listening` and `Hubs`: feeds, their entries, and what hubs sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.model import (
    Added,
    Entry,
    Heard,
    Judged,
    Memory,
    Push,
    Recall,
    Released,
    Verdict,
)
from bot.store import (
    adding,
    listening,
    pushing,
)
from bot.store.sqlite.thread import Thread


class Feeds(Thread):
    async def memories(self, due: datetime | None = None) -> Mapping[str, Memory]:
        return await self._read(listening.memories, due)

    async def polled(self) -> frozenset[str]:
        return await self._read(listening.polled)

    async def memory(self, feed: str) -> Memory | None:
        return await self._read(listening.memory, feed)

    async def next_poll(self, after: datetime) -> datetime | None:
        return await self._read(listening.next_poll, after)

    async def recall(self, feed: str, entries: tuple[Entry, ...]) -> Recall:
        return await self._read(listening.recall, feed, entries)

    async def shares_address(self, entry: Entry) -> bool:
        return await self._read(listening.shares_address, entry)

    async def record(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        return await self._write(listening.record, memory, judged, now)

    async def record_all(self, heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
        return await self._write(listening.record_all, heard, now)

    async def unjudged(self, limit: int) -> tuple[Entry, ...]:
        return await self._read(listening.unjudged, limit)

    async def judge(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        await self._write(listening.judge, verdicts)

    async def untold(self, feed: str, keys: tuple[str, ...], since: datetime, most: int) -> tuple[Entry, ...]:
        return await self._read(listening.untold, feed, keys, since, most)

    async def judge_again(self, judged: Judged, digest: str, now: datetime) -> None:
        await self._write(listening.judge_again, judged, digest, now)

    async def release(self, feed: str, now: datetime, max_age: timedelta) -> Released:
        return await self._write(listening.release, feed, now, max_age)

    async def added_feeds(self) -> tuple[Added, ...]:
        return await self._read(adding.feeds)

    async def add_feed(self, added: Added) -> bool:
        return await self._write(adding.add, added)

    async def remove_feed(self, feed: str) -> Added | None:
        return await self._write(adding.remove, feed)

    async def pushes(self) -> Mapping[str, Push]:
        return await self._read(pushing.pushes)

    async def push_at(self, path: str) -> Push | None:
        return await self._read(pushing.at, path)

    async def trusted_hubs(self, now: datetime) -> frozenset[str]:
        return await self._read(pushing.trusted, now)

    async def put_push(self, push: Push) -> None:
        await self._write(pushing.put, push)

    async def change_push(self, before: Push, after: Push, now: datetime) -> bool:
        return await self._write(pushing.change, before, after, now)

    async def drop_pushes(self, feeds: Sequence[str]) -> None:
        await self._write(pushing.drop, feeds)

    async def record_push(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        return await self._write(pushing.record, memory, judged, now)

    async def miss_pushes(self, feeds: Sequence[str], now: datetime) -> None:
        await self._write(pushing.miss, feeds, now)
