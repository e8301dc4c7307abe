"""A brief of any public page on the spot: read now, shown to who asked, and then forgotten."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.commands import typed
from bot.commands.asking import Asked, Handler, Means
from bot.core import assisted, cards, single
from bot.core.text import shorten
from bot.errors import UserError
from bot.model import Article, Brief, Card, Reply, Story, Unread

MOST_AT_ONCE = 4
"""Of all spaces together. One is given a place only while more are free than it holds: one that asks for all gets two, a
second and a third one each. So the slow pages of one space, or of two, keep no other out."""

MOST_SECONDS = 40.0
MOST_READ = 50_000
"""Characters of a page that are read."""

UNJUDGED = "Read on the spot: not judged as news, not filed as a story, told to nobody else."


@dataclass(slots=True)
class OnTheSpot:
    """`story` answers for a number, as `story 12` does."""

    means: Means
    story: Handler
    under_way: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Pages being read, by the space that asked."""

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"brief": self.brief}

    async def brief(self, asked: Asked) -> Reply:
        text = asked.rest
        if not text:
            raise UserError("Say which page: brief https://example.org/news/1")
        if typed.number(text) is not None:
            return await self.story(asked)
        first = text.partition(" ")[0]
        link = typed.link(first if "://" in first else text)
        if reply := await self._known(link, asked):
            return reply
        space = asked.caller.channel.tenant
        if self.under_way[space] >= MOST_AT_ONCE - self.under_way.total():
            raise UserError("As many pages are being read at this moment as may be. Try again in a minute.")
        self.under_way[space] += 1
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await self._read(link, asked)
        except TimeoutError:
            raise UserError(
                f"{shorten(link, 200)}: reading it took more than {MOST_SECONDS:g} s. Try again later."
            ) from None
        finally:
            self.under_way -= Counter((space,))  # which forgets who has none

    async def _known(self, link: str, asked: Asked) -> Reply | None:
        """The story that a report with this address is in."""
        numbers = (number for _, number in await self.means.store.find(link) if number) if link else iter(())
        if (number := next(numbers, None)) is None:
            return None
        reply = await self.story(replace(asked, rest=str(number)))
        return replace(reply, text=reply.text or f"RegPulse has this already, as story {number}:")

    async def _read(self, link: str, asked: Asked) -> Reply:
        article = await self.means.outside.web.article(link)
        if isinstance(article, Unread):
            raise UserError(f"{shorten(link, 200)}: {article.reason}.")
        if reply := await self._known(article.imprint.link, asked):
            return reply
        return await self._briefed(replace(article, text=article.text[:MOST_READ]), link)

    async def _briefed(self, article: Article, link: str) -> Reply:
        entry = single.entry(article, link, link, self.means.now())
        (verdict,) = await asyncio.to_thread(self.means.outside.judge, (entry,), single.NOWHERE)
        story = Story((entry,), verdict, self.means.now(), id=1)
        brief = assisted.checked(await self.means.outside.writer.brief(story, self.means.now()), story)
        return Reply(cards=(self._card(brief, story, article), cards.evidence(brief, story.entries)))

    def _card(self, brief: Brief, story: Story, article: Article) -> Card:
        """Without buttons, whose lines would lead to a story there is not."""
        shown = cards.story(brief, story, self.means.vocabulary)
        cut = f"Only its first {MOST_READ:,} characters were read." if len(article.text) >= MOST_READ else ""
        said = article.remark[:1].upper() + article.remark[1:]
        notes = (UNJUDGED, cut, f"{said}." if said else "", brief.note, brief.disclosure)
        return replace(shown, notes=tuple(filter(None, notes)), buttons=(), mark="On the spot")
