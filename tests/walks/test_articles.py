"""From a feed's one line to the linked article: read, quoted, explained, and forgotten in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import app, pipeline
from bot.core.brief import check
from bot.model import Caller, Story
from tests.core.pages import COOKIES, Text, semantic
from tests.standins import pdfs
from tests.standins.feeds import Item, rss
from tests.walks.world import NEWS, World, world

TITLE, BODY = NEWS[0]
ARTICLE = Text(TITLE, tuple(f"{sentence}." for sentence in BODY.rstrip(".").split(". ")))


async def links(made: World, path: str) -> str:
    """A feed that says no more than the title, and where to read on."""
    made.has_feed("one")
    await made.turns()
    link = made.feeds.url(path)
    items = [Item(TITLE, link, "", datetime.now(UTC)), *made.documents["one"]]
    made.feeds.publishes("/one.xml", rss("one", items))
    await made.turns()
    return link


async def told(made: World) -> tuple[Story, str]:
    """The newest story, and what a person reads who asks for its evidence."""
    async with made.opens() as running:
        (story, *_) = await running.store.latest(1)
        reply = await running.desk.answer(f"evidence {story.id}", Caller(app.TERMINAL, "tester", rank="manager"))
    return story, "\n".join(point for card in reply.cards for point in card.points)


async def test_the_points_come_from_the_linked_article(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.publishes("/story/1", semantic(ARTICLE), "text/html")
        link = await links(made, "/story/1")
        story, evidence = await told(made)
        assert "hand over its risk assessments by 15 December 2026" in evidence
        assert story.entries[0].imprint.author == "Mara Finch"
        assert "characters)" in await made.says(f"why {link}")


async def test_the_points_come_from_the_linked_pdf(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.feeds.publishes("/decision.pdf", pdfs.document(ARTICLE.paragraphs), "application/pdf")
        await links(made, "/decision.pdf")
        _, evidence = await told(made)
        assert "hand over its risk assessments by 15 December 2026" in evidence


async def test_why_says_what_stood_in_the_way_of_the_article(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        wall = f"<html><body>{COOKIES}<p>This story is for our subscribers.</p></body></html>"
        made.feeds.publishes("/story/1", wall, "text/html")
        link = await links(made, "/story/1")
        assert "the article stands behind a paywall" in await made.says(f"why {link}")


async def test_a_forgotten_article_leaves_the_evidence_whole(tmp_path: Path) -> None:
    """Three months on the text is gone; the brief, its quotes and its check are as they were."""
    async with world(tmp_path) as made:
        made.feeds.publishes("/story/1", semantic(ARTICLE), "text/html")
        await links(made, "/story/1")
        before, said = await told(made)
        later = datetime.now(UTC) + timedelta(days=92)
        async with app.assembled(made.config(), (), alone=True, now=lambda: later) as running:
            await pipeline.turn(running.room)
            story, brief = await running.store.story(before.id), await running.store.brief(before.id)
        assert story
        assert brief
        assert story.entries[0].page.count("\n") > before.entries[0].page.count("\n")
        assert check(brief, story) == ()
        assert (await told(made))[1] == said
