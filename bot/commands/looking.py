"""Looking up: the newest, a search, one story with its evidence, what was corrected."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import editing, guide, trying, typed, verbs
from bot.commands.asking import Asked, Handler, Means
from bot.commands.editing import Editing
from bot.core import assisted, audience, cards, query, related, report
from bot.model import Brief, Earlier, Reply, Story

PAGE = 5
MOST_LATEST = 20


@dataclass(frozen=True, slots=True)
class Looking:
    means: Means
    editing: Editing

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "help": self.help,
            "latest": self.latest,
            "search": self.search,
            "story": self.story,
            "evidence": self.evidence,
            "review": self.review,
            "corrections": self.corrections,
        }

    async def help(self, asked: Asked) -> Reply:
        return Reply(guide.on(verbs.named(asked.rest)) if asked.rest else guide.on_all())

    async def latest(self, asked: Asked) -> Reply:
        wanted, page = typed.paged(asked.rest)
        limit = min(typed.count(wanted, PAGE), MOST_LATEST)
        found = await self.means.store.latest(limit + 1, (page - 1) * limit)
        if not found and page == 1:
            return Reply("No story yet: RegPulse has just begun to listen. To see how it is doing: status")
        return self._listed("The newest stories:", found, limit, f"latest {limit}", page)

    async def search(self, asked: Asked) -> Reply:
        words, page = typed.paged(asked.rest)
        parsed = audience.asked(words, self.means.vocabulary)
        found = await self.means.store.search(query.to_fts(parsed), PAGE + 1, (page - 1) * PAGE)
        hint = query.hint(parsed)
        if not found and page == 1:
            fewer = "Fewer words find more; subscribe to be told when there is something."
            doubts = await trying.doubted(self.means, parsed)
            return Reply("\n".join(filter(None, (f"Nothing found for {parsed}. {fewer}", hint, *doubts))))
        text = "\n".join(filter(None, (f"Stories for {parsed}:", hint)))
        return self._listed(text, found, PAGE, f"search {parsed}", page)

    def _listed(self, text: str, found: tuple[Story, ...], limit: int, line: str, page: int) -> Reply:
        if not found:
            return Reply("There are no more.", buttons=typed.turns(line, page, more=False))
        glances = tuple(cards.glance(story, self.means.vocabulary) for story in found[:limit])
        return Reply(text, glances, typed.turns(line, page, more=len(found) > limit))

    async def story(self, asked: Asked) -> Reply:
        if asked.rest.partition(" ")[0].lower() in editing.VERBS:
            return await self.editing.answer(asked.rest, asked.caller)
        story = await self.means.numbered(asked.rest)
        moved = "" if typed.number(asked.rest) == story.id else f"Story {asked.rest} is part of story {story.id} now:"
        brief = await self._as_wanted(await self.means.brief_now(story), asked)
        card = cards.story(brief, story, self.means.vocabulary, await self._earlier(story))
        return Reply(moved, cards=(card,))

    async def _earlier(self, story: Story) -> tuple[Earlier, ...]:
        names = related.instruments(story, self.means.vocabulary)
        found = await self.means.store.about(names, related.since(story), related.LOOKED_AT)
        return related.earlier(story, found, self.means.vocabulary)

    async def evidence(self, asked: Asked) -> Reply:
        """Of what was said under this number, also where the story is part of another now."""
        story = await self.means.numbered(asked.rest)
        said = await self.means.store.brief(typed.number(asked.rest) or story.id) or await self.means.brief_now(story)
        return Reply(cards=(cards.evidence(await self._as_wanted(said, asked), story.entries, story.verdict.tagged),))

    async def _as_wanted(self, brief: Brief, asked: Asked) -> Brief:
        """As this channel wants it: what it is shown of an alert is what it was sent."""
        if brief.plain and await self.means.store.setting(asked.caller.channel, assisted.SETTING) == assisted.OFF:
            return assisted.without_model(brief)
        return brief

    async def review(self, asked: Asked) -> Reply:
        return await self.editing.review(asked.rest, asked.caller)

    async def corrections(self, asked: Asked) -> Reply:
        return Reply(report.corrections(await self.means.store.corrections(PAGE * 2)))
