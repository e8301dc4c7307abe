"""A desk's outside world, for tests that do not leave the room."""

from collections.abc import Mapping

from bot.commands import Outside
from bot.core import relevance
from bot.model import Article, Failed, Feed, Memory, Polled, Unread
from bot.writers.extract import Extract
from tests.core.vocabulary import SHIPPED


class NoPages:
    """A web in which nothing can be read."""

    ahead = None

    async def poll(self, feed: Feed, memory: Memory) -> Polled:
        return Failed("not asked in these tests")

    async def article(self, url: str) -> Article | Unread:
        return Unread("not there", "not there")

    async def ask_hub(self, hub: str, form: Mapping[str, str]) -> Failed | None:
        return Failed("not asked in these tests")


INDOORS = Outside(
    NoPages(),
    Extract(SHIPPED),
    lambda entries, feed: tuple(relevance.judge(entry, feed, SHIPPED) for entry in entries),
)
"""Judged by rules alone."""
