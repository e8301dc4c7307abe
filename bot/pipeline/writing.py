"""What a brief is written from, and by whose report: for a new story, and in the place of one that was told before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.core import audience
from bot.model import Article, Unread
from bot.pipeline.newsroom import Newsroom, article

if TYPE_CHECKING:
    from bot.model import Brief, Story
    from bot.ports import Writer

log = structlog.get_logger()

LITTLE_TEXT = 700
"""Characters below which a feed's text seldom carries three points, so the linked article is asked for."""

FIRST = ""
"""The version an entry was stored in."""


async def written(room: Newsroom, story: Story, writer: Writer) -> Brief:
    """The brief, checked. A writer that crashes costs the points, never the alert."""
    from bot.core import assisted, leading, related
    from bot.core import brief as briefs

    whole, story = story, leading.heard(story)
    try:
        brief = await writer.brief(story, room.now())
    except Exception:  # the headline and its link are still true and still on time
        log.exception("writer failed", story=story.id)
        brief = briefs.frame(story, room.vocabulary, room.now(), writer="none", disclosure="Headline only.")
    found = await room.store.about(related.instruments(story, room.vocabulary), related.since(story), related.LOOKED_AT)
    checked = assisted.checked(brief, story)
    told = briefs.retold(checked, whole) if story != whole else checked
    return replace(told, earlier=related.earlier(story, found, room.vocabulary))


async def with_page(room: Newsroom, story: Story) -> Story:
    """The story with its primary report's article, where the feed gave little."""
    first, *others = story.entries
    if len(first.source) >= LITTLE_TEXT or not first.link:
        return story
    read = await article(room, first)
    if isinstance(read, Article) and len(read.text) <= len(first.source):
        return story
    words = audience.indexed(read.text[: audience.SEARCHED]) if isinstance(read, Article) else ""
    await room.store.keep_page(first.id, read, words=words, now=room.now())
    if isinstance(read, Unread):
        return story
    return replace(story, entries=(replace(first, page=read.text, imprint=read.imprint), *others))


async def led_anew(room: Newsroom, story: Story, old: Brief) -> Brief:
    """The brief by the story's first report, in the place of one that was told by another."""
    from bot.core import leading

    read = await with_page(room, story)
    new = await written(room, read, room.assistant or room.writer)
    await room.store.see_version(new.lead, FIRST, room.now())  # what it says now is held against these words, too
    return leading.anew(old, new, read, room.now(), told=await room.store.is_told(old.story))
