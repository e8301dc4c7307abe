"""`ports.storing.Wishes` and `Lookups`: what people chose, and what they look up."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from bot.model import (
    Asking,
    Channel,
    Decision,
    Delivery,
    Feedback,
    Judged,
    Story,
    Subscription,
)
from bot.store import (
    filing,
    lines,
    lookups,
    muting,
    stopping,
)
from bot.store.sqlite.thread import Thread

if TYPE_CHECKING:
    from bot.core.exchange import Change, Item


class Choices(Thread):
    async def subscriptions(self, channel: Channel | None = None) -> tuple[Subscription, ...]:
        return await self._read(lookups.subscriptions, channel)

    async def subscriptions_changed(self, since: int, limit: int) -> tuple[Asking, ...]:
        return await self._read(lookups.subscriptions_changed, since, limit)

    async def subscribe(self, subscription: Subscription) -> Subscription:
        return await self._write(lookups.subscribe, subscription)

    async def change(self, subscription: Subscription) -> bool:
        return await self._write(lookups.change, subscription)

    async def subscribed_by(self, platform: str, space: str, person: str) -> tuple[Channel, ...]:
        return await self._read(lookups.subscribed_by, platform, space, person)

    async def give_feedback(self, feedback: Feedback) -> None:
        await self._write(lookups.give_feedback, feedback)

    async def feedback(
        self, channel: Channel, *, story: int | None = None, since: datetime | None = None
    ) -> tuple[Feedback, ...]:
        return await self._read(lookups.feedback, channel, story, since)

    async def unsubscribe(self, channel: Channel, subscription: int, now: datetime) -> bool:
        return await self._write(stopping.unsubscribe, channel, subscription, now)

    async def resume(self, channel: Channel, subscription: int, now: datetime) -> tuple[Subscription, int, int] | None:
        return await self._write(stopping.resume, channel, subscription, now)

    async def setting(self, channel: Channel, name: str) -> str:
        return await self._read(lookups.setting, channel, name)

    async def set(self, channel: Channel, name: str, value: str, *, by: str = "") -> None:
        await self._write(lookups.set_setting, channel, name, value, by)

    async def mute(self, channel: Channel, word: str, now: datetime, *, by: str = "") -> None:
        await self._write(muting.mute, channel, word, now, by)

    async def unmute(self, channel: Channel, word: str) -> bool:
        return await self._write(muting.unmute, channel, word)

    async def mutes(self, channel: Channel) -> tuple[str, ...]:
        return await self._read(muting.words, channel)

    async def chosen(self) -> "tuple[Item, ...]":
        from bot.store import choosing  # with all that reads and compares documents, for export and import alone

        return await self._read(choosing.chosen)

    async def choose(
        self,
        wanted: "tuple[Item, ...]",
        *,
        prune: bool,
        now: datetime,
        configured: Collection[str] = (),
        dry: bool = False,
    ) -> "tuple[Change, ...]":
        from bot.store import choosing

        return await self._write(choosing.choose, wanted, prune, now, frozenset(configured), dry)

    async def latest(self, limit: int, offset: int = 0, *, adjacent: bool = False) -> tuple[Story, ...]:
        return await self._read(lookups.latest, limit, offset, adjacent)

    async def search(self, fts: str, limit: int, offset: int = 0) -> tuple[Story, ...]:
        return await self._read(lookups.search, fts, limit, offset)

    async def story(self, story: int) -> Story | None:
        return await self._read(filing.story, story)

    async def about(self, instruments: tuple[str, ...], before: datetime, limit: int) -> tuple[Story, ...]:
        return await self._read(filing.about, instruments, before, limit)

    async def find(self, link: str) -> tuple[tuple[Judged, int | None], ...]:
        return await self._read(lookups.find, link)

    async def trail(self, entry: int) -> tuple[Decision, ...]:
        return await self._read(lookups.trail, entry)

    async def deliveries(self, story: int) -> tuple[Delivery, ...]:
        return await self._read(lookups.deliveries, story)

    async def told_in(self, channel: Channel, since: datetime) -> frozenset[int]:
        return await self._read(lookups.told_in, channel, since)

    async def keep_line(self, line: str, now: datetime) -> str:
        return await self._write(lines.keep, line, now)

    async def let_lines_go(self, now: datetime) -> None:
        await self._write(lines.let_go, now)

    async def kept_line(self, line: str) -> str:
        return await self._read(lines.kept, line)
