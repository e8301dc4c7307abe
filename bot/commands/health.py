"""How it runs: what works, what does not, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands.asking import Asked, Handler, Means
from bot.core import condition, readiness
from bot.model import Reply


@dataclass(frozen=True, slots=True)
class Health:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"status": self.status}

    async def status(self, asked: Asked) -> Reply:
        store, now = self.means.store, self.means.now()
        operators = self.means.operates(asked.caller)
        late = readiness.late(await store.overdue(now - readiness.BRIEFED_LATE))
        return Reply(
            condition.status(
                await store.platforms(),
                await store.troubled_channels(),
                await self.means.listened(),
                await store.memories(),
                await store.census(),
                now,
                (*(self.means.troubles() if operators else ()), *late),
                here=None if operators else asked.caller.channel,
            )
        )
