"""What polling feeds, and being told by their hubs, needs of a database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

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


class Hubs(Protocol):
    """Our subscriptions at feeds' hubs, and what these sent."""

    async def pushes(self) -> Mapping[str, Push]:
        """By feed id."""
        ...

    async def push_at(self, path: str) -> Push | None: ...

    async def trusted_hubs(self, now: datetime) -> frozenset[str]:
        """The feeds whose hub is bound to tell us, has told us of something, and since missed nothing that a poll found."""
        ...

    async def put_push(self, push: Push) -> None:
        """In place of what there was for its feed."""
        ...

    async def change_push(self, before: Push, after: Push, now: datetime) -> bool:
        """Write what was agreed, unless it is another than `before` by now. A feed whose hub fell silent is polled soon."""
        ...

    async def drop_pushes(self, feeds: Sequence[str]) -> None: ...

    async def record_push(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        """What a hub sent, in one transaction; answers how many entries were unseen. Of the memory only `heard` is kept."""
        ...

    async def miss_pushes(self, feeds: Sequence[str], now: datetime) -> None:
        """A poll found something in these feeds that their hub, bound to tell us, had not sent."""
        ...


class Listening(Protocol):
    """Feeds, their entries, and which of these were shown before."""

    async def memories(self, due: datetime | None = None) -> Mapping[str, Memory]:
        """By feed id, of all feeds or of those to be polled by then; a feed never polled is absent."""
        ...

    async def polled(self) -> frozenset[str]:
        """The ids of all feeds of which something is remembered."""
        ...

    async def memory(self, feed: str) -> Memory | None: ...

    async def next_poll(self, after: datetime) -> datetime | None:
        """When the first feed comes due after that moment; None when none is to."""
        ...

    async def recall(self, feed: str, entries: tuple[Entry, ...]) -> Recall:
        """Which of these entries' keys, links and folded titles the feed has shown before."""
        ...

    async def shares_address(self, entry: Entry) -> bool:
        """Whether its feed has shown another item of the same address."""
        ...

    async def record(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        """Entries, their trail and the feed's memory in one transaction; answers how many entries were unseen.

        An entry already stored under (feed, key) is left as it is. A "held" entry is stored and waits for `release`.
        """
        ...

    async def record_all(self, heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
        """The same for many feeds, all in one transaction."""
        ...

    async def unjudged(self, limit: int) -> tuple[Entry, ...]:
        """Entries stored with `UNJUDGED`, the newest first."""
        ...

    async def judge(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        """Give entries the verdict they wait for; one that has its verdict keeps it."""
        ...

    async def untold(self, feed: str, keys: tuple[str, ...], since: datetime, most: int) -> tuple[Entry, ...]:
        """Those of the feed's entries that were new, seen since then, not found relevant, and looked at in fewer than
        `most` later versions."""
        ...

    async def judge_again(self, judged: Judged, digest: str, now: datetime) -> None:
        """What became of an untold entry's later version; one that is relevant is stored in its place, to be told."""
        ...

    async def release(self, feed: str, now: datetime, max_age: timedelta) -> Released:
        """Let the entries the flood breaker held be told as new; those older than that are only filed."""
        ...

    async def added_feeds(self) -> tuple[Added, ...]:
        """Those that people added; listened to beside the configured ones (`core.catalogue`)."""
        ...

    async def add_feed(self, added: Added) -> bool:
        """False when one with this id is there. What was remembered under the id is forgotten."""
        ...

    async def remove_feed(self, feed: str) -> Added | None:
        """The one that was removed; None when none that people added has this id."""
        ...
