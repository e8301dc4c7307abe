"""Words a channel never wants to hear; muting and unmuting are said aloud and can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import typed
from bot.commands.asking import Asked, Handler, Means, aloud
from bot.core import query
from bot.errors import UserError
from bot.model import Reply

MOST_MUTES = 50


@dataclass(frozen=True, slots=True)
class Muting:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"mute": self.mute, "unmute": self.unmute}

    async def mute(self, asked: Asked) -> Reply:
        word, channel = typed.word_to_mute(asked.rest), asked.caller.channel
        muted = await self.means.store.mutes(channel)
        if word in muted:
            return Reply(f"“{word}” is muted here already.")
        if len(muted) >= MOST_MUTES:
            raise UserError(f"{len(muted)} words are muted here already. Unmute one first.")
        await self.means.store.mute(channel, word, self.means.now(), by=asked.caller.user)
        undo = asked.line(f"unmute {query.quoted(word)}")
        return aloud(asked, f"{asked.who} muted “{word}”: stories with it are not sent to {asked.whom}.", undo)

    async def unmute(self, asked: Asked) -> Reply:
        word = typed.word_to_mute(asked.rest)
        if not await self.means.store.unmute(asked.caller.channel, word):
            raise UserError(f"“{word}” is not muted here, or not any more. See: {asked.line('subscriptions')}")
        undo = asked.line(f"mute {query.quoted(word)}")
        return aloud(asked, f"{asked.who} lets “{word}” through again.", undo)
