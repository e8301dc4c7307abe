"""Catching up: what a channel was told, or would have heard, in the last days, the most important first."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.commands import typed
from bot.commands.asking import Asked, Handler, Means
from bot.core import audience, catchup, query
from bot.core.text import counted
from bot.model import Channel, Reply, Story, Subscription

PAGE = 12
MOST = 2_000
"""Stories that are looked at."""

BATCH = 200


@dataclass(frozen=True, slots=True)
class Catching:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"catchup": self.catchup}

    async def catchup(self, asked: Asked) -> Reply:
        self.means.turns.check(asked.caller.channel)
        async with self.means.turns.turn(asked.caller.channel):
            return await self._caught_up(asked)

    async def _caught_up(self, asked: Asked) -> Reply:
        rest, page = typed.paged(asked.rest)
        channel = asked.caller.channel
        back, words = catchup.span(rest)
        wanted = audience.asked(words, self.means.vocabulary) if words else None
        since = self.means.now() - back
        told = await self.means.store.told_in(channel, since)
        subscribed = await self.means.store.subscriptions(channel)
        found, whole = await self._found(subscribed or await self._everything(channel), wanted, told, since)
        line = " ".join(filter(None, ("catchup", catchup.said(back), str(wanted) if wanted else "")))
        if not found:
            nothing = f"Nothing since {_day(since)}" + (f" for {wanted}" if wanted else "")
            return Reply(f"{nothing}. Further back: catchup 4w")
        groups = await asyncio.to_thread(catchup.grouped, found, self.means.vocabulary)
        shown = catchup.page(groups, (page - 1) * PAGE, PAGE)
        if not shown:
            return Reply("There are no more.")
        head = _headed(asked.whom, since, len(found), subscribed=bool(subscribed), whole=whole)
        shown_as = tuple(catchup.card(group, told, self.means.vocabulary) for group in shown)
        turns = typed.turns(line, page, more=len(found) > page * PAGE)
        return Reply(head if page == 1 else "", shown_as, turns)

    async def _everything(self, channel: Channel) -> tuple[Subscription, ...]:
        """For a channel that is subscribed to nothing: all but what it muted."""
        muted = await self.means.store.mutes(channel)
        return (Subscription(channel, query.EVERYTHING, "", self.means.now(), mutes=muted),)

    async def _found(
        self, asked: tuple[Subscription, ...], wanted: query.Query | None, told: frozenset[int], since: datetime
    ) -> tuple[tuple[Story, ...], bool]:
        """The stories, and whether all of that time were looked at."""
        found: list[Story] = []
        for skip in range(0, MOST, BATCH):
            batch = await self.means.store.latest(BATCH, skip, adjacent=True)
            recent = [story for story in batch if max(entry.when for entry in story.entries) >= since]
            # On a thread: taking a hundred texts apart would hold up every other conversation.
            found += await asyncio.to_thread(self._heard, recent, asked, wanted, told)
            if len(recent) < BATCH:
                return tuple(found), True
        return tuple(found), False

    def _heard(
        self, stories: list[Story], asked: tuple[Subscription, ...], wanted: query.Query | None, told: frozenset[int]
    ) -> list[Story]:
        found = []
        for story in stories:
            text = audience.text_of(story, self.means.vocabulary)
            heard = story.id in told or any(audience.heard(one, text) for one in asked)
            if heard and (wanted is None or query.matched(wanted, text) is not None):
                found.append(story)
        return found


def _headed(whom: str, since: datetime, stories: int, *, subscribed: bool, whole: bool) -> str:
    were = "were" if whom == "you" else "was"
    what = f"{were} told or would have heard" if subscribed else "could have heard, subscribed to nothing,"
    among = "" if whole else f" among the newest {MOST:,}"
    number = counted(stories, "story", "stories")
    return f"Since {_day(since)} {whom} {what} {number}{among}, the most important first."


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}, {moment:%H:%M} UTC"
