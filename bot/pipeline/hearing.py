"""One feed heard: its document read, what is new in it sifted and judged, and sources that went blind.

What reads documents, judges and compares is loaded with the first news: most polls bring none, and it is half of a start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.core import blindness, cadence, novelty, schedule
from bot.model import (
    UNJUDGED,
    Failed,
    Feed,
    Fresh,
    Heard,
    Judged,
    Memory,
    Polled,
    Unchanged,
)
from bot.pipeline import judging, rereading
from bot.pipeline.newsroom import Newsroom, Tally, listened

if TYPE_CHECKING:
    from bot.core import formats

log = structlog.get_logger()

MOST_UNSURE = 10
"""Articles fetched at most to judge one poll's entries."""

Keep = Callable[[tuple[Judged, ...]], Awaitable[int]]
"""Stores entries of a feed, and nothing else that is new of it; answers how many were unseen."""

BELIEVED = 2
"""Looks at a document that breaks off, after which it is read as it is: a line may fail once or twice, some publishers never
write the end."""

QUICK = 250_000
"""Bytes of a document that is read on the event loop, which takes 2.4 ms for 100,000; a longer one is read on a thread."""


async def hear(room: Newsroom, feed: Feed, memory: Memory, *, pushed: bool) -> Heard:
    """What a poll of the feed brings, to be stored. `pushed`: whether its hub has proved to tell us at once."""
    polled: Polled = await room.web.poll(feed, memory)
    now = room.now()
    if isinstance(polled, Fresh):
        async with room.kept.polls.reading:
            polled, document = await _read(feed, polled, memory, now)
            await asyncio.sleep(0)  # what else is waiting for the loop comes before the next document
    if isinstance(polled, Fresh):
        from bot.core import heads

        head = heads.read(polled)
        memory = replace(memory, hub=head.hub, topic=head.topic, hint=head.hint)
    after = schedule.after(feed, memory, polled, now, pushed=pushed)
    if isinstance(polled, Failed):
        upcoming = after.next_poll.isoformat(timespec="minutes") if after.next_poll else ""
        log.warning("feed failed", feed=feed.id, reason=polled.reason, next=upcoming)
    if isinstance(polled, Fresh):
        # As it was before: who is killed now is to ask for the same again.
        return await _new(room, feed, memory, after, document, lambda sure: room.store.record(memory, sure, now))
    return Heard(memory, after, light=isinstance(polled, Unchanged))


async def _read(feed: Feed, fresh: Fresh, memory: Memory, now: datetime) -> tuple[Polled, formats.Document]:
    """Usual documents are read in the time it takes to hand them to a thread."""
    from bot.core import formats

    if len(fresh.body) <= QUICK:
        quick = formats.straight(feed, fresh.body, fresh.content_type, fresh.url, now, memory.items)
        if quick is not None:
            return fresh, quick
    return await asyncio.to_thread(_parse, feed, fresh, memory, now)


def _parse(feed: Feed, fresh: Fresh, memory: Memory, now: datetime) -> tuple[Polled, formats.Document]:
    from bot.core import formats

    if memory.failures < BELIEVED and formats.breaks_off(fresh.body):
        reason = "sent a document that breaks off before its end (the third time it is read as it is)"
        return Failed(reason), formats.Document((), 0)
    try:
        return fresh, formats.unread(feed, fresh.body, fresh.content_type, fresh.url, now, memory.items)
    except formats.NotAFeed as error:
        answered, asked = blindness.site(fresh.url), blindness.site(feed.url)
        where = f", at {answered}, to which {asked} redirects" if answered != asked else ""
        return Failed(f"{error}{where}", cause=error.cause), formats.Document((), 0)


async def hear_push(room: Newsroom, feed: Feed, memory: Memory, fresh: Fresh) -> Tally:
    """What a feed's hub sent, kept as if it had been polled; it may be the new items alone. Raises NotAFeed."""
    from bot.core import formats

    now = room.now()
    document = await asyncio.to_thread(formats.unread, feed, fresh.body, fresh.content_type, fresh.url, now)
    heard = await _new(room, feed, memory, memory, document, lambda sure: room.store.record_push(memory, sure, now))
    unseen = heard.early + await room.store.record_push(heard.after, heard.judged, now)
    if unseen:
        log.info("heard", feed=feed.id, entries=unseen, standing=heard.judged[0].standing, by="hub")
    if news(heard, kept=True):
        room.kept.arrived.set()
    return Tally(entries=unseen, relevant=sum(one.verdict.relevant for one in heard.judged))


def news(heard: Heard, *, kept: bool = False) -> bool:
    """Whether something in it is new and no baseline; `kept`: something that channels may want to know of."""
    return any(judging.tells(one) if kept else one.standing == "new" for one in heard.judged)


async def _new(
    room: Newsroom, feed: Feed, before: Memory, after: Memory, document: formats.Document, keep: Keep
) -> Heard:
    """What is new in the document, judged; the baseline of a feed is judged later: `judging.study`."""
    now, entries = room.now(), document.entries
    recall = await room.store.recall(feed.id, entries) if entries and before.ok_at else novelty.NOTHING
    after = replace(after, items=document.settled(recall))
    if served := {entry.key: entry for entry in entries if entry.key in recall.keys - recall.same}:
        await rereading.look(room, feed, served)
    shown = document.shows(recall.beside)
    sifted = novelty.sift(before, entries, recall, now, max_age=room.max_age, total=document.total, shown=shown)
    judged, early = await _judge(room, feed, before, sifted, keep)
    held = [one for one in judged if one.standing == "held"]
    if held:
        log.warning("feed held", feed=feed.id, entries=len(held), reason=held[0].why)
    after = replace(after, heard=cadence.learnt(before.heard, [one.entry.when for one in judged]))
    return Heard(before, after, judged, early=early)


# Judging


async def _judge(
    room: Newsroom, feed: Feed, before: Memory, sifted: tuple[novelty.Sifted, ...], keep: Keep
) -> tuple[tuple[Judged, ...], int]:
    """And how many were stored already: those that are sure do not wait for the articles of those that are not."""
    if all(one.standing == "baseline" for one in sifted):
        return tuple(Judged(one.entry, UNJUDGED, one.standing, one.why) for one in sifted), 0
    from bot.core import detection

    verdicts = await judging.verdicts(room, feed, [one.entry for one in sifted])
    pairs = zip(sifted, verdicts, strict=True)
    sure = tuple(Judged(one.entry, verdict, one.standing, one.why) for one, verdict in pairs)
    judged = list(novelty.held_by_number(before, sure, room.now()))
    unsure = [
        at for at, one in enumerate(judged) if one.standing == "new" and detection.unsure(one.verdict, room.thresholds)
    ][:MOST_UNSURE]
    early = await _keep_sure(room, [one for at, one in enumerate(judged) if at not in unsure], keep) if unsure else 0
    read = await asyncio.gather(*(judging.with_article(room, feed, judged[at]) for at in unsure))
    for at, again in zip(unsure, read, strict=True):
        judged[at] = again
    return tuple(judged), early


async def _keep_sure(room: Newsroom, judged: list[Judged], keep: Keep) -> int:
    if not any(judging.tells(one) for one in judged):
        return 0
    kept = await keep(tuple(judged))
    room.kept.arrived.set()
    return kept


# Watching


async def watch(room: Newsroom, polled: Mapping[str, Memory]) -> None:
    """Note which of the sources polled went blind or are heard again, for the operators to be told once."""
    feeds = await listened(room)
    asked = tuple(feed for feed in feeds if feed.id in polled)
    changed = await asyncio.to_thread(blindness.changes, asked, polled, await room.store.troubles())
    if not changed:
        return
    memories = await room.store.memories()
    text = blindness.notice(changed, f"{blindness.coverage(feeds, memories)}.")
    await room.store.watch({change.feed.id: change.now for change in changed}, text, room.now())
    for line in text:
        log.warning("sources", notice=line)
