"""Whose turn it is to have the stories of weeks looked through: one asker a space, and few in all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from bot.errors import UserError
from bot.model import Channel

AT_ONCE = 2
"""In all: each takes a second of the processor that everybody else's lines and alerts need, too."""

MOST_WAITING = 10
"""Of one space, with the one whose turn it is."""

Space = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Turns:
    """Each space in its turn: however many it asks for, one of another waits for no more than one of them."""

    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _lines: WeakValueDictionary[Space, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _asking: Counter[Space] = field(default_factory=Counter)

    def check(self, channel: Channel) -> None:
        """Raises UserError where too many of the space wait. Ask it before anything is changed."""
        if self._asking[channel.tenant] >= MOST_WAITING:
            raise UserError(
                f"{MOST_WAITING} questions about past weeks are being answered here already. Try again in a minute."
            )

    @asynccontextmanager
    async def turn(self, channel: Channel) -> AsyncIterator[None]:
        space = channel.tenant
        line = self._lines.setdefault(space, asyncio.Lock())
        self._asking[space] += 1
        try:
            async with line, self._places:
                yield
        finally:
            self._asking[space] -= 1
            if not self._asking[space]:
                del self._asking[space]
