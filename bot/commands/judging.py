"""Feedback: what people say of a story, kept and counted, and a narrower query they may apply. Nothing else is learned."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import trying, wanted
from bot.commands.asking import Asked, Handler, Means
from bot.core import audience, backtest, cards, feedback, query
from bot.core.backtest import SPAN
from bot.core.text import counted
from bot.errors import UserError
from bot.model import Button, Feedback, Opinion, Reply, Story, Subscription

MOST_PROPOSED = 4
REASONS: tuple[Opinion, ...] = ("jurisdiction", "commentary", "topic")


@dataclass(frozen=True, slots=True)
class Judging:
    means: Means

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"feedback": self.feedback}

    async def feedback(self, asked: Asked) -> Reply:
        number, _, word = asked.rest.partition(" ")
        if not number:
            found = await self.means.store.feedback(asked.caller.channel, since=self.means.now() - SPAN)
            return Reply(feedback.summary(found, SPAN.days))
        story = await self.means.numbered(number)
        opinion = _opinion(word)
        at, channel = self.means.now(), asked.caller.channel
        await self.means.store.give_feedback(Feedback(story.id, channel, asked.caller.user, opinion, at))
        match opinion:
            case "relevant":
                return Reply(f"Noted: story {story.id} is for {asked.whom}. Who said what of a story: why {story.id}")
            case "unwanted":
                return await self._which(story, asked)
            case _:
                return await self._narrower(story, opinion, asked)

    async def _which(self, story: Story, asked: Asked) -> Reply:
        """Not for us: why not?"""
        lines = {opinion: asked.line(f"feedback {story.id} {opinion}") for opinion in REASONS}
        text = f"Noted: story {story.id} is not for {asked.whom}. What is wrong with it? You get a narrower query to apply."
        buttons = [Button(feedback.MEANS[opinion].capitalize(), line) for opinion, line in lines.items()]
        return Reply(text, buttons=(*buttons, *(await self._mutes(story, asked))))

    async def _mutes(self, story: Story, asked: Asked) -> tuple[Button, ...]:
        """A button that silences the first word it was sent for."""
        here = [one for one in await self.means.store.deliveries(story.id) if one.channel == asked.caller.channel]
        found = cards.mute(tuple(word for one in here for word in one.because))
        return tuple(replace(button, line=asked.line(button.line)) for button in found)

    async def _narrower(self, story: Story, opinion: Opinion, asked: Asked) -> Reply:
        text = audience.text_of(story, self.means.vocabulary)
        known = await self.means.store.subscriptions(asked.caller.channel)
        matching = [one for one in known if audience.heard(one, text)]
        lines = [f"Noted: story {story.id}, {feedback.MEANS[opinion]}."]
        if not matching:
            return Reply(f"{lines[0]} No subscription of {asked.whom} asks for it now, so there is nothing to narrow.")
        buttons: list[Button] = []
        for one in matching[:MOST_PROPOSED]:
            proposed, line = await self._proposed(one, story, text, opinion)
            lines.append(line)
            buttons += [Button(f"Apply to {one.id}", asked.line(f"edit {one.id} {proposed}"))] if proposed else []
        return Reply("\n".join(lines), buttons=tuple(buttons))

    async def _proposed(self, one: Subscription, story: Story, text: query.Text, opinion: Opinion) -> tuple[str, str]:
        """The query to apply, "" for none, and what to say of it."""
        new = feedback.narrower(query.parse(one.query), story, text, opinion)
        if new is None:
            return (
                "",
                f"Number {one.id}, {one.query}: no tag of the story could leave it out. To be quiet of a word: mute",
            )
        trial = await trying.on(self.means, one, (new,))
        left = trial.remaining[str(new)]
        return wanted.words(str(new)), (
            f"Number {one.id}, {one.query} → {new}: {backtest.within(trial)} it would have sent {left} of "
            f"{counted(trial.number, 'story', 'stories')}, and not this one."
        )


def _opinion(word: str) -> Opinion:
    """ "" is that it is not for this channel. Raises UserError."""
    said = word.strip().lower()
    if not said:
        return "unwanted"
    found = next((opinion for opinion in feedback.MEANS if opinion == said), None)
    if found is None:
        raise UserError("Say: feedback 12 relevant, or in place of relevant: jurisdiction, commentary, topic.")
    return found
