"""What was heard before and reads otherwise now: a report that was told is corrected, one that was no news may have become some.

What compares and judges is loaded with the first of it: most polls bring none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from bot.core import novelty
from bot.core.text import shorten
from bot.errors import StoreDown
from bot.model import UNJUDGED, Article, Brief, Correction, Entry, Feed, Judged
from bot.pipeline import judging, writing
from bot.pipeline.newsroom import Newsroom, article

if TYPE_CHECKING:
    from bot.core.corrections import Change

log = structlog.get_logger()

CORRECTED_FOR = timedelta(days=30)
"""How long after its brief a report is looked at for corrections."""

REWRITTEN_FOR = timedelta(days=7)
"""How long after it was first seen an entry that was no news is looked at for becoming some, ..."""

MOST_VERSIONS = 5
"""... and in how many versions at most."""


async def look(room: Newsroom, feed: Feed, served: dict[str, Entry]) -> None:
    """`served`: by key, the items of a document that are stored already."""
    await _safely(_correct_all(room, feed, served), feed)
    await _safely(_judge_rewritten(room, feed, served), feed)


async def _safely(looked_at_again: Awaitable[None], feed: Feed) -> None:
    """Whatever it comes to, what is new is heard."""
    try:
        await looked_at_again
    except StoreDown:
        raise
    except Exception:  # a bug in one report heard before must not hold back the feed
        log.exception("correction crashed", feed=feed.id)


async def _correct_all(room: Newsroom, feed: Feed, served: dict[str, Entry]) -> None:
    """Reports that were told and read otherwise now, each in every brief it stands behind."""
    changed = []
    for old, brief in await room.store.told(feed.id, tuple(served), room.now() - CORRECTED_FOR):
        new = served[old.key]
        digest = writing.FIRST if (new.title, new.text) == (old.title, old.text) else version(new)
        if await room.store.last_version(old.id) != digest:
            changed.append((old, new, brief, digest))
    for each in changed:
        await _correct(room, *each)


def version(entry: Entry) -> str:
    """By which the words an entry is served with are known again."""
    return sha256(f"{entry.title}\n{entry.text}".encode()).hexdigest()


async def _correct(room: Newsroom, old: Entry, new: Entry, brief: Brief | None, digest: str) -> None:
    from bot.core import corrections

    if brief is None:
        if taken_back := corrections.retraction(old, new):
            await _amend(room, None, old, taken_back, digest)
        return
    read = await article(room, old) if old.page else None
    if old.page:
        new = replace(new, page=read.text if isinstance(read, Article) else old.page)
    changes = await asyncio.to_thread(corrections.between, old, new, brief)
    if old.page and not isinstance(read, Article):  # what stands in its place here is what was read at first
        changes = tuple(one for one in changes if not (one.undone or old.amended == "retracted"))
        if old.amended and not changes:
            return  # it is asked for again at the next look: it may have been taken back
    counted = corrections.recounted(old, new, brief)
    if not changes:
        await room.store.see_version(old.id, digest, room.now())
        if counted != brief:
            await room.store.revise(counted, room.now(), repost=True, why="its headline counts on")
        return
    if not changes[0].told:
        await _amend(room, brief.story, old, changes[0], digest)
        return
    now = room.now()
    seen = tuple(_seen(old, change, now) for change in changes)
    told = reduce(corrections.applied, seen, counted)
    if seen[0].retracted:
        told = await _by_who_stands(room, old, told)
    await room.store.correct(seen[0], told, digest, now, also=seen[1:])
    log.warning("corrected", story=brief.story, entry=old.id, what=[corrections.heading(one) for one in seen])


def _seen(old: Entry, change: Change, now: datetime) -> Correction:
    return Correction(old.id, old.outlet, change.retracted, change.was, change.now, now)


async def _by_who_stands(room: Newsroom, old: Entry, told: Brief) -> Brief:
    """Where the report it is told by was retracted now and others stand: by the first of those, for who was told."""
    if not told.retracted or not await room.store.is_told(told.story):
        return told
    story = await room.store.story(told.story)
    others = [one for one in story.entries if one.id != old.id] if story else []
    if story is None or not (left := replace(story, entries=(*others, replace(old, amended="retracted")))).standing:
        return told
    try:
        return await writing.led_anew(room, left, told)
    except StoreDown:
        raise
    except Exception:  # that it was retracted is told, whatever this comes to; the next retelling tries it again
        log.exception("not told by the report that stands", story=told.story)
        return told


async def _amend(room: Newsroom, story: int | None, old: Entry, change: Change, digest: str) -> None:
    now = room.now()
    await room.store.amend(story, _seen(old, change, now), digest, now)
    log.info("a report that nothing is told by was amended", story=story, entry=old.id, retracted=change.retracted)


# Judging again


async def _judge_rewritten(room: Newsroom, feed: Feed, served: dict[str, Entry]) -> None:
    """What was no news to anybody when it was first seen, and reads otherwise now."""
    changed = [
        (old, served[old.key])
        for old in await room.store.untold(feed.id, tuple(served), room.now() - REWRITTEN_FOR, MOST_VERSIONS)
        if novelty.is_rewritten(old, served[old.key])
        and not await room.store.known_version(old.id, version(served[old.key]))
    ]
    if len(changed) >= novelty.FLOOD:  # another template, rather than other news
        log.info("rewritten at once, so not judged again", feed=feed.id, entries=len(changed))
        changed = []
    for old, new in changed:
        await _judge_again(room, feed, old, new)


async def _judge_again(room: Newsroom, feed: Feed, old: Entry, new: Entry) -> None:
    from bot.core import corrections, detection

    now = room.now()
    if corrections.retraction(old, new):
        await room.store.see_version(old.id, version(new), now)
        return
    why = f"rewritten by its publisher; first seen {old.seen:%d %b %H:%M} UTC as “{shorten(old.title, 80)}”"
    judged = Judged(replace(new, id=old.id, seen=now), await judging.verdict(room, feed, new), "new", why)
    if judged.verdict == UNJUDGED:
        return
    if detection.unsure(judged.verdict, room.thresholds):
        judged = await judging.with_article(room, feed, judged)
    await room.store.judge_again(judged, version(new), now)
    if judging.tells(judged):
        log.info("became news", feed=feed.id, entry=old.id)
        room.kept.arrived.set()
