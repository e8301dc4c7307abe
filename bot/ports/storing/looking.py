"""What the desk needs of a database to look things up."""

from datetime import datetime
from typing import Protocol

from bot.model import (
    Channel,
    Decision,
    Delivery,
    Judged,
    Story,
)


class Lookups(Protocol):
    """Stories, how they came about, and where they were told."""

    async def latest(self, limit: int, offset: int = 0, *, adjacent: bool = False) -> tuple[Story, ...]:
        """Newest event first, whether told or not; with those only near AI regulation where `adjacent` says so."""
        ...

    async def search(self, fts: str, limit: int, offset: int = 0) -> tuple[Story, ...]:
        """By an FTS5 expression from `core.query.to_fts`, best first, newer before older at equal rank."""
        ...

    async def story(self, story: int) -> Story | None:
        """The story of this number; the one it is part of, where people merged it."""
        ...

    async def about(self, instruments: tuple[str, ...], before: datetime, limit: int) -> tuple[Story, ...]:
        """Stories about one of these instruments whose first report is older than that, newest first.

        Their entries carry only the start of their texts.
        """
        ...

    async def find(self, link: str) -> tuple[tuple[Judged, int | None], ...]:
        """Entries with this address (canonical form), with their story's id."""
        ...

    async def trail(self, entry: int) -> tuple[Decision, ...]:
        """Everything decided about an entry, oldest first."""
        ...

    async def deliveries(self, story: int) -> tuple[Delivery, ...]:
        """Of the story and of those merged into it; the digests that carry them are not."""
        ...

    async def told_in(self, channel: Channel, since: datetime) -> frozenset[int]:
        """The stories that the channel was sent since then, by the numbers they have now."""
        ...

    async def keep_line(self, line: str, now: datetime) -> str:
        """A line too long for a button, under a key of its own: the same line has the same key."""
        ...

    async def let_lines_go(self, now: datetime) -> None:
        """Those kept for so long that their buttons work no more, and subscriptions stopped as long ago."""
        ...

    async def kept_line(self, line: str) -> str:
        """What was kept under this key; the line itself when it is none. Raises UserError for a key that is kept no more."""
        ...
