"""The first half of a turn: feeds that are due are asked, each on its own, and what they bring is stored as it arrives."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from bot.core import schedule
from bot.core.text import counted
from bot.errors import StoreDown
from bot.model import Failed, Feed, Heard, Memory
from bot.pipeline import hearing
from bot.pipeline.newsroom import Newsroom, Tally, listened

log = structlog.get_logger()

TOGETHER = 50
"""Feeds whose news is stored in one transaction."""

STORE_EVERY = 1.0
"""Seconds in which what was heard is stored; what channels may want to know is stored at once."""


@dataclass(slots=True)
class _Round:
    """The feeds of one turn: what was heard and is not stored yet, and what came of it."""

    taken: set[str]
    """The feeds that this turn alone may ask. One that is stored is free: a later turn may take it before this one ends."""
    trusted: frozenset[str] = frozenset()
    """The feeds whose hub tells us at once."""
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    heard: list[tuple[Feed, Heard]] = field(default_factory=list)
    memories: dict[str, Memory] = field(default_factory=dict)
    """Of the feeds polled, as they are after it."""
    done: int = 0
    tally: Tally = field(default_factory=Tally)


async def hear_all(room: Newsroom, *, everything: bool) -> Tally:
    """Poll the feeds that are due, or all; but for those that an earlier turn is asking still."""
    first, room.kept.first = room.kept.first, False
    try:
        return await _hear_all(room, first=first, everything=everything)
    except BaseException:
        room.kept.first = room.kept.first or first  # it is still to be done
        raise


async def _hear_all(room: Newsroom, *, first: bool, everything: bool) -> Tally:
    feeds, under_way, memories = await _chosen(room, first=first, everything=everything)
    this = _Round({feed.id for feed in feeds}, tally=Tally(under_way=under_way))
    try:
        if feeds:
            await _ask(room, this, feeds, memories)
    finally:
        for feed in this.taken:
            room.kept.polls.free(feed)
    # What a crash kept from being looked at is looked at first: the next poll of a source may be a day away.
    if first or feeds:
        await hearing.watch(room, {**memories, **this.memories} if first else this.memories)
    return this.tally


async def _chosen(
    room: Newsroom, *, first: bool, everything: bool
) -> tuple[tuple[Feed, ...], int, Mapping[str, Memory]]:
    """The feeds to ask now, taken, how many more are being asked, and what is remembered; at the first turn of all."""
    polls = room.kept.polls
    async with polls.choosing:
        taken = set(polls.feeds)  # before their memories are read, which may change until they are
        memories = await room.store.memories(None if everything or first else room.now())
        polled = await room.store.polled()
        listening = await listened(room)
        due = schedule.due(listening, memories, room.now(), polled=polled, everything=everything)
        feeds = schedule.spread(tuple(feed for feed in due if feed.id not in taken))
        polls.feeds.update(feed.id for feed in feeds)
    return feeds, len(due) - len(feeds), memories


async def _ask(room: Newsroom, this: _Round, feeds: Sequence[Feed], memories: Mapping[str, Memory]) -> None:
    """Each on its own; what they bring is stored together."""
    this.trusted = await room.store.trusted_hubs(room.now())
    room.progress("Polling feeds", 0, len(feeds))
    async with asyncio.TaskGroup() as group:
        asked = {group.create_task(_heard(room, this, feed, memories, len(feeds))) for feed in feeds}
        while asked:
            _, asked = await asyncio.wait(asked, timeout=STORE_EVERY)
            await _store(room, this)


async def _heard(room: Newsroom, this: _Round, feed: Feed, memories: Mapping[str, Memory], number: int) -> None:
    """Ask it when there is a place; store at once what channels may want to know.

    Who waits for the store keeps its place: else a slow one had the news of all feeds pile up before it.
    """
    host, memory = schedule.host(feed.url), schedule.remembered(feed, memories.get(feed.id))
    lane = room.kept.polls.failing if memory.failures else room.kept.polls.places
    async with room.kept.polls.hosts[host], lane:
        room.kept.polls.asked[feed.id] = room.now()
        heard = await _safely(room, this, feed, memory)
        this.heard.append((feed, heard))
        this.done += 1
        room.progress("Polling feeds", this.done, number)
        if len(this.heard) >= TOGETHER or hearing.news(heard, kept=True):
            await _store(room, this)


async def _safely(room: Newsroom, this: _Round, feed: Feed, memory: Memory) -> Heard:
    """A bug met in one feed is logged and remembered as that feed's failure; its neighbours are heard."""
    try:
        return await hearing.hear(room, feed, memory, pushed=feed.id in this.trusted)
    except StoreDown:  # no fault of the feed's
        raise
    except Exception as error:  # one feed's bug must not silence the others
        log.exception("feed crashed the poll", feed=feed.id)
        return _crashed(room, feed, memory, error)


def _crashed(room: Newsroom, feed: Feed, memory: Memory, error: Exception) -> Heard:
    failed = Failed(f"RegPulse itself failed on this feed ({type(error).__name__}); the log has the details")
    return Heard(memory, schedule.after(feed, memory, failed, room.now()))


async def _store(room: Newsroom, this: _Round) -> None:
    """All that was heard and is not stored yet, in one transaction; then its news can be told."""
    async with this.storing:
        heard, this.heard = this.heard, []
        stored = await _stored(room, heard) if heard else []
    for feed, one, unseen in stored:
        _count(room, this, feed, one, unseen)
    if missed := [feed.id for feed, one, unseen in stored if unseen + one.early and hearing.news(one)]:
        await room.store.miss_pushes(missed, room.now())


async def _stored(room: Newsroom, heard: list[tuple[Feed, Heard]]) -> list[tuple[Feed, Heard, int]]:
    """With the number of its entries that were unseen."""
    try:
        unseen = await room.store.record_all([one for _, one in heard], room.now())
    except StoreDown:
        raise
    except Exception:  # which of them it was, shows when each is stored alone
        log.exception("storing crashed", feeds=len(heard))
        return [await _stored_alone(room, feed, one) for feed, one in heard]
    return [(feed, one, number) for (feed, one), number in zip(heard, unseen, strict=True)]


async def _stored_alone(room: Newsroom, feed: Feed, heard: Heard) -> tuple[Feed, Heard, int]:
    try:
        return feed, heard, await room.store.record(heard.after, heard.judged, room.now())
    except StoreDown:
        raise
    except Exception as error:  # the validators did not advance: it is asked for the same again
        log.exception("feed crashed the store", feed=feed.id)
        crashed = _crashed(room, feed, heard.before, error)
        stored, failed = await _stored_one_by_one(room, heard)
        baseline = heard.before.ok_at is None  # of which nothing could be stored: it is still to come
        after = crashed.after if baseline and failed == len(heard.judged) else _all_but(heard, failed)
        await room.store.record(after, (), room.now())
        return feed, replace(crashed, after=after, judged=heard.judged), stored


async def _stored_one_by_one(room: Newsroom, heard: Heard) -> tuple[int, int]:
    """How many were unseen of those that can be stored, and how many cannot; nothing else that is new of the feed is."""
    unseen = failed = 0
    for one in heard.judged:
        try:
            unseen += await room.store.record(heard.before, (one,), room.now())
        except StoreDown:
            raise
        except Exception as error:
            log.error("entry crashed the store", link=one.entry.link, error=type(error).__name__)
            failed += 1
    return unseen, failed


def _all_but(heard: Heard, failed: int) -> Memory:
    """As after a good answer, but that the same is asked for again."""
    before = heard.before
    reason = f"RegPulse itself failed to store {counted(failed, 'item')} of it; the log has the details"
    same = replace(heard.after, etag=before.etag, last_modified=before.last_modified, body_hash=before.body_hash)
    return replace(same, items=before.items, reason=reason)


def _count(room: Newsroom, this: _Round, feed: Feed, heard: Heard, stored: int) -> None:
    unseen = stored + heard.early
    room.kept.polls.free(feed.id)
    this.taken.discard(feed.id)
    this.memories[feed.id] = heard.after
    failed = heard.after.failures > 0
    this.tally += Tally(
        polled=int(not failed),
        unchanged=int(heard.light),
        failed=int(failed),
        entries=unseen,
        relevant=sum(one.verdict.relevant for one in heard.judged),
    )
    if unseen:
        log.info("heard", feed=feed.id, entries=unseen, standing=heard.judged[0].standing)
    if stored and hearing.news(heard, kept=True):
        room.kept.arrived.set()
