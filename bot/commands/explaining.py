"""Why, both ways: what became of a link or a story here, step by step, and which part of which subscription failed."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import typed
from bot.commands.asking import Asked, Handler, Means, place
from bot.core import audience, cards, feedback, report
from bot.core.text import shorten
from bot.errors import UserError
from bot.model import Entry, Judged, Reply, Story

MOST_FOUND = 3

Found = tuple[tuple[Judged, int | None], ...]
"""Entries, each with its story's number."""


@dataclass(frozen=True, slots=True)
class Explaining:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"why": self.why}

    async def why(self, asked: Asked) -> Reply:
        if not asked.rest:
            raise UserError("Say which: a link, or a story number, as in: why 12")
        if typed.number(asked.rest) is not None:
            story = await self.means.numbered(asked.rest)
            return Reply(await self._of_story(story.entries[0], story, asked))
        link = typed.link(asked.rest)
        found = await self.means.store.find(link)
        if not found:
            return Reply(
                f"No feed has shown this link: {shorten(link, 200)}\n"
                "Either none of our sources carries it, or it was there before RegPulse listened. See: sources"
            )
        shown = _meant(found, asked.rest)
        answers = []
        for judged, number in shown:
            filed = await self.means.store.story(number) if number else None
            if filed:
                answers.append(await self._of_story(judged.entry, filed, asked))
            else:
                trail = report.trail(judged.entry, await self.means.store.trail(judged.entry.id))
                answers.append("\n".join((report.in_no_story(judged), report.HOW, *trail)))
        if len(found) > len(shown):
            answers.append(f"{len(found)} items have this address; these are the newest of those you may mean.")
        return Reply("\n\n".join(answers))

    async def _of_story(self, entry: Entry, story: Story, asked: Asked) -> str:
        channel = asked.caller.channel
        decisions = await self.means.store.trail(entry.id)
        subscriptions = await self.means.store.subscriptions(channel)
        deliveries = await self.means.store.deliveries(story.id)
        here = [delivery for delivery in deliveries if delivery.channel == channel]
        text = audience.text_of(story, self.means.vocabulary)
        lines = [f"Story {story.id}: {story.headline}"]
        muted = audience.muted(await self.means.store.mutes(channel), text)
        down = await self._down(asked) if here else ""
        lines += [report.delivery(delivery, self.means.now(), muted, down) for delivery in here]
        if not here:
            lines.append(report.not_here(story, subscriptions, text, decisions, others=deliveries, here=place(channel)))
        lines += [report.verdict_of(subscription, text) for subscription in subscriptions]
        lines += feedback.said(await self.means.store.feedback(channel, story=story.id))
        lines += [cards.standing(story, self.means.vocabulary), report.tagged(story), report.HOW]
        return "\n".join((*lines, *report.trail(entry, decisions, under=story.headline)))

    async def _down(self, asked: Asked) -> str:
        """That nothing can be told on the platform of the channel, and to operators why; "" where it can."""
        name = asked.caller.channel.platform
        found = next((one for one in await self.means.store.platforms() if one.platform == name and not one.ok), None)
        if found is None:
            return ""
        why = found.reason if self.means.operates(asked.caller) else "it goes when that is over"
        return f"{name} cannot be spoken to; {why.rstrip('.')}."


def _meant(found: Found, said: str) -> Found:
    """The newest of this address; of a register's items those at the place that was said, where it names one."""
    place = said.strip("<>").partition("|")[0].partition("#")[2]
    there = tuple(one for one in found if place and one[0].entry.key.endswith(f"#{place}"))
    return (there or found)[-MOST_FOUND:]
