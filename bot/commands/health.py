"""How it runs: what works, what does not, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands.asking import Asked, Handler, Means
from bot.core import readiness, report
from bot.model import Reply


@dataclass(frozen=True, slots=True)
class Health:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"status": self.status}

    async def status(self, asked: Asked) -> Reply:
        store, now = self.means.store, self.means.now()
        census = await store.census()
        ops = self.means.ops if asked.caller.operator else None
        unheard = (readiness.unheard(ops, census.unheard),) if ops and census.unheard else ()
        return Reply(
            report.status(
                await store.platforms(),
                report.shown_to(asked.caller, await store.troubled_channels()),
                await self.means.listened(),
                await store.memories(),
                census,
                now,
                (*self.means.troubles, *await self.means.working(census.last_turn), *unheard),
            )
        )
