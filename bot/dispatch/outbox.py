"""What a flush works with: the store, the platforms that may be spoken to, the pace of each, and who is to be left alone."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.core.vocabulary import Vocabulary
from bot.model import Channel, Feed
from bot.pacing import Pacer
from bot.ports import Platform, Store

LEASE = timedelta(minutes=3)
"""Longer than the slowest send: its turn in the pace and one request's deadline."""

SENDING, EDITING = "sending", "editing"


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a flush works with. `platforms` are those that may be spoken to now, by name."""

    store: Store
    platforms: Mapping[str, Platform]
    vocabulary: Vocabulary
    now: Callable[[], datetime]
    doubt: Literal["resend", "hold"]
    """What to do with a delivery that may or may not have been posted, when the platform cannot tell."""
    ops: Channel | None = None
    """Where operators are told of their sources; None for the log alone."""
    feeds: tuple[Feed, ...] = ()
    """Of whose health a digest tells."""
    pacers: dict[tuple[str, str, str], Pacer] = field(default_factory=dict)
    """By platform, space where that has a pace of its own, and what is paced."""
    waits: dict[tuple[str, str, str], tuple[datetime, timedelta]] = field(default_factory=dict)
    """Until when we are asked not to do this in that space of the platform, and how long that was when it was asked."""
    unshown: set[str] = field(default_factory=set)
    """What RegPulse itself failed to lay out, of which operators were told."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Begin nothing new: what is under way ends, so that nothing is left in doubt."""
        self.stopping.set()

    @property
    def up(self) -> Mapping[str, Platform]:
        """As they are now: one may be given up while a look at the database is waited for."""
        return {name: platform for name, platform in self.platforms.items() if not platform.down}

    @property
    def gaps(self) -> Mapping[str, timedelta]:
        return {name: platform.pace.channel_gap for name, platform in self.platforms.items()}

    async def turn(self, platform: Platform, space: str) -> None:
        await self._pacer(platform, space, SENDING, platform.pace.per_second).turn()

    async def edit_turn(self, platform: Platform, space: str) -> None:
        await self._pacer(platform, space, EDITING, platform.pace.edits_per_second).turn()
        await self.turn(platform, space)

    def _pacer(self, platform: Platform, space: str, what: str, per_second: float) -> Pacer:
        key = (platform.name, space if platform.pace.by_space else "", what)
        if key not in self.pacers:
            self.pacers[key] = Pacer(per_second)
        return self.pacers[key]

    def is_to_wait(self, platform: str, space: str, what: str, wait: timedelta) -> None:
        self.waits[platform, space, what] = self.now() + wait, wait

    def waits_for(self, platform: str, space: str, what: str) -> timedelta | None:
        """How long this is not to be done there yet; None when it may."""
        until, asked = self.waits.get((platform, space, what), (self.now(), timedelta(0)))
        left = until - self.now()
        return left if timedelta(0) < left <= asked else None  # more is left only when the clock was put back
