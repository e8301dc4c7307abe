"""How it runs: the feeds and what fails, what works and what does not."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import typed
from bot.commands.asking import Asked, Handler, Means
from bot.core import report
from bot.errors import UserError
from bot.model import Reply


@dataclass(frozen=True, slots=True)
class Health:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"sources": self.sources, "status": self.status}

    async def sources(self, asked: Asked) -> Reply:
        rest, page = typed.paged(asked.rest)
        if rest:
            return await self._release(rest, asked)
        memories = await self.means.store.memories()
        text, more = report.sources(self.means.feeds, memories, self.means.now(), page=page)
        return Reply(text, buttons=typed.turns("sources", page, more=more))

    async def _release(self, text: str, asked: Asked) -> Reply:
        verb, _, name = text.partition(" ")
        if verb.lower() != "release" or name not in {feed.id for feed in self.means.feeds}:
            raise UserError("Say: sources, or: sources release <feed>, with the feed's id as sources shows it.")
        if asked.own:
            raise UserError("Feeds are the same for all channels: say it in a channel that you may manage.")
        await self.means.gate.check(asked.caller, "my subscribe")
        released = await self.means.store.release(name, self.means.now())
        return Reply(report.released(name, released))

    async def status(self, asked: Asked) -> Reply:
        store = self.means.store
        return Reply(
            report.status(
                await store.platforms(),
                await store.troubled_channels(),
                self.means.feeds,
                await store.memories(),
                await store.census(),
                self.means.now(),
                self.means.troubles,
            )
        )
