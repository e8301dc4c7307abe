"""Alerts in a forum: each is a post with the tags that fit, found again by its starter message."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import discord

from bot.core.text import clean, fold, shorten
from bot.model import Card

NAME = 100
TAGS = 5
ARCHIVED = 50
"""Archived posts looked through for one that may or may not have been made."""

STALE_TAGS = (40067, 10087)
"""Discord's codes where a tag is demanded, or one we name is no more: its tags changed since we looked."""

CLOSED = (10003, 50083, 160005)
"""Discord's codes for a post that is gone, archived for good, or locked."""

_ANYTHING = {"news", "alert", "alerts", "general", "other", "update", "updates"}


def name(card: Card) -> str:
    """The post's title: the headline."""
    return shorten(clean(card.title), NAME) or "RegPulse"


def tags(forum: discord.ForumChannel, card: Card) -> list[discord.ForumTag]:
    """Those named as the alert's category, places, stage or words; where the forum demands one, the least wrong."""
    free = [tag for tag in forum.available_tags if not tag.moderated]  # the others need Manage Threads
    words = _words(card)
    fitting = [tag for tag in free if fold(tag.name) in words]
    if not fitting and forum.flags.require_tag:
        fitting = [tag for tag in free if fold(tag.name) in _ANYTHING][:1] or free[:1]
    return fitting[:TAGS]


def _words(card: Card) -> set[str]:
    """What the card says of itself, as a tag may be named."""
    because = card.because.partition(":")[2]
    notes = (note.partition(":")[2] for note in card.notes)
    said = (card.category, card.where, card.mark, because, *notes, *_stages(card.earlier))
    return {fold(part.strip(" .")) for text in said for part in (text, *_parts(text)) if part.strip(" .")}


def _parts(text: str) -> Sequence[str]:
    for divider in (" · ", "; ", " and ", "→", "("):
        text = text.replace(divider, ",")
    return text.split(",")


def _stages(earlier: tuple[str, ...]) -> tuple[str, ...]:
    """ "Earlier on the EU AI Act: delayed → signed" names the stages."""
    return tuple(line.partition(":")[2] for line in earlier[:1])


async def made_since(forum: discord.ForumChannel, bot: int, since: datetime) -> AsyncIterator[discord.Thread]:
    """The bot's own posts since then, those still open first."""
    for post in await forum.guild.active_threads():
        if post.parent_id == forum.id and post.owner_id == bot and _made(post) >= since:
            yield post
    async for post in forum.archived_threads(limit=ARCHIVED):
        if post.owner_id == bot and _made(post) >= since:
            yield post


def _made(post: discord.Thread) -> datetime:
    return discord.utils.snowflake_time(post.id)
