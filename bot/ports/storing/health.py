"""What operators, and care for the file itself, need of a database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import (
    Census,
    ChannelHealth,
    Measures,
    PlatformHealth,
    Trouble,
)


class Health(Protocol):
    """How sources, platforms and the program are, in numbers and in words."""

    async def forget_untold(self, before: datetime, limit: int) -> int:
        """Of what was last heard of before then and never told keep no more than that it is known; answers how many."""
        ...

    async def platforms(self) -> tuple[PlatformHealth, ...]: ...

    async def troubled_channels(self) -> tuple[ChannelHealth, ...]: ...

    async def troubles(self) -> Mapping[str, Trouble]:
        """What operators were told of sources and is not over, by feed id."""
        ...

    async def watch(self, changed: Mapping[str, Trouble | None], text: tuple[str, ...], now: datetime) -> None:
        """What became of these sources, and the message that says so, in one transaction."""
        ...

    async def note_turn(self, now: datetime) -> timedelta:
        """Answers how far the clock was put back since the last one, nothing where it was not.

        Then nothing waits for the old time: what was planned keeps its distance from now, digests are planned anew.
        """
        ...

    async def look_over(self, now: datetime) -> None:
        """What waits by a time that is none is taken up soon, and operators are told; to be called now and then."""
        ...

    async def measures(self, month: str) -> Measures:
        """What the metrics count that only the database knows; `month` is the one whose spending is meant."""
        ...

    async def waiting(self) -> datetime | None:
        """Since when the oldest delivery that should have gone has waited; None when none waits."""
        ...

    async def overdue(self, before: datetime) -> int:
        """How many reports and stories to be told were seen before then, and are not briefed yet."""
        ...

    async def first_seen(self, stories: tuple[int, ...]) -> Mapping[int, datetime]:
        """When the first report of each was first seen."""
        ...

    async def census(self) -> Census: ...
