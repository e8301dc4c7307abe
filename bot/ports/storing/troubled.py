"""What is remembered of platforms in trouble: places that are closed, troubles told of, what was heard already."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.model import Channel


class Troubled(Protocol):
    async def alarm(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        """Tell operators with this text (as of `core.blindness.notice`), unless they were told and it is not over."""
        ...

    async def all_clear(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        """Tell them that it is over, if they were told."""
        ...

    async def first(self, key: str, now: datetime) -> bool:
        """Whether what a platform sent us under this name is new, across restarts; it is known from now on."""
        ...

    async def configured(self, platforms: Collection[str], now: datetime) -> None:
        """These platforms are configured: what is to be told on others waits as for a closed channel.

        What could not be told for three days is given up, on all of them.
        """
        ...

    async def is_parked(self, channel: Channel) -> bool:
        """Whether something waits because the channel (or, without an id, any of its space) is closed to us."""
        ...

    async def revive(self, channel: Channel, now: datetime) -> None:
        """Word from a channel (or, without an id, from all of its space): what waits because it was closed is tried."""
        ...
