"""How it runs: what works, what does not, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.commands.asking import Asked, Handler, Means
from bot.core import condition, readiness
from bot.model import Census, Reply


@dataclass(frozen=True, slots=True)
class Health:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"status": self.status}

    async def status(self, asked: Asked) -> Reply:
        store, now = self.means.store, self.means.now()
        census, operators = await store.census(), self.means.operates(asked.caller)
        return Reply(
            condition.status(
                await store.platforms(),
                await store.troubled_channels(),
                await self.means.listened(),
                await store.memories(),
                census,
                now,
                await (self._for_operators(census) if operators else self._for_anybody(census, now)),
                here=None if operators else asked.caller.channel,
            )
        )

    async def _for_operators(self, census: Census) -> tuple[str, ...]:
        ops = self.means.ops
        unheard = (readiness.unheard(ops, census.unheard),) if ops and census.unheard else ()
        return (*self.means.troubles(), *await self.means.working(census.last_turn), *unheard)

    async def _for_anybody(self, census: Census, now: datetime) -> tuple[str, ...]:
        """That news is late, not what of the machine is at fault."""
        late = readiness.late(await self.means.store.overdue(now - readiness.BRIEFED_LATE))
        return (*late, *readiness.stopped(census.last_turn, now))
