"""The first half of a turn: poll what is due, keep what is new with its verdict, note corrections and sources gone blind."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from bot.core import blindness, cadence, catalogue, corrections, detection, formats, heads, novelty, schedule
from bot.errors import StoreDown
from bot.model import (
    UNJUDGED,
    Article,
    Brief,
    Correction,
    Entry,
    Failed,
    Feed,
    Fresh,
    Heard,
    Judged,
    Memory,
    Polled,
    Unchanged,
    Unread,
    Verdict,
)
from bot.newsroom import Newsroom, Tally, article

log = structlog.get_logger()

CORRECTED_FOR = timedelta(days=30)
"""How long after its brief a report is looked at for corrections."""

MOST_UNSURE = 10
"""Articles fetched at most to judge one poll's entries."""

AT_ONCE = 48
"""Feeds under way; how many of them are being asked is the web's own bound."""

TOGETHER = 50
"""Feeds whose news is stored in one transaction."""

BELIEVED = 2
"""Looks at a document that breaks off, after which it is read as it is: a line may fail once or twice, some publishers never
write the end."""

QUICK = 250_000
"""Bytes of a document that is read on the event loop, which takes 4 ms for 100,000; a longer one is read on a thread."""


@dataclass(slots=True)
class _Round:
    """What was heard and is not stored yet. One document is read at a time, so that others get their turn in between."""

    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    heard: list[tuple[Feed, Heard]] = field(default_factory=list)
    memories: dict[str, Memory] = field(default_factory=dict)
    """Of the feeds polled, as they are after it."""
    trusted: frozenset[str] = frozenset()
    """The feeds whose hub tells us at once."""
    missed: list[str] = field(default_factory=list)
    """Feeds in which there was something new that no hub had told us of."""
    done: int = 0
    tally: Tally = field(default_factory=Tally)


async def hear_all(room: Newsroom, *, everything: bool) -> Tally:
    """Poll the feeds that are due, or all."""
    first, room.kept.first = room.kept.first, False
    memories = await room.store.memories(None if everything or first else room.now())
    polled = await room.store.polled()
    listening = await listened(room)
    feeds = schedule.spread(schedule.due(listening, memories, room.now(), polled=polled, everything=everything))
    if not feeds:
        return Tally()
    this, waiting = _Round(trusted=await room.store.trusted_hubs(room.now())), iter(feeds)
    room.progress("Polling feeds", 0, len(feeds))

    async def worker() -> None:
        for feed in waiting:
            await _hear_safely(room, this, feed, schedule.remembered(feed, memories.get(feed.id)))
            this.done += 1
            room.progress("Polling feeds", this.done, len(feeds))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(feeds))):
            group.create_task(worker())
    await _store(room, this)
    if this.missed:
        await room.store.miss_pushes(this.missed, room.now())
    # What a crash kept from being looked at is looked at first: the next poll of a source may be a day away.
    await _watch(room, {**memories, **this.memories} if first else this.memories)
    return this.tally


async def listened(room: Newsroom) -> tuple[Feed, ...]:
    """Read anew each turn: a feed that somebody added is asked with the next one."""
    return catalogue.together(room.feeds, await room.store.added_feeds())


async def _hear_safely(room: Newsroom, this: _Round, feed: Feed, memory: Memory) -> None:
    """A bug met in one feed is logged and remembered as that feed's failure; its neighbours are heard."""
    try:
        heard = await _hear(room, this, feed, memory)
    except StoreDown:  # no fault of the feed's
        raise
    except Exception as error:  # one feed's bug must not silence the others
        log.exception("feed crashed the poll", feed=feed.id)
        heard = _crashed(room, feed, memory, error)
    this.heard.append((feed, heard))
    if len(this.heard) >= TOGETHER:
        await _store(room, this)


def _crashed(room: Newsroom, feed: Feed, memory: Memory, error: Exception) -> Heard:
    failed = Failed(f"RegPulse itself failed on this feed ({type(error).__name__}); the log has the details")
    return Heard(memory, schedule.after(feed, memory, failed, room.now()))


async def _hear(room: Newsroom, this: _Round, feed: Feed, memory: Memory) -> Heard:
    polled: Polled = await room.web.poll(feed, memory)
    now, document = room.now(), formats.Document((), 0)
    if isinstance(polled, Fresh):
        async with this.reading:
            polled, document = await _read(feed, polled, memory, now)
            await asyncio.sleep(0)  # what else is waiting for the loop comes before the next document
    if isinstance(polled, Fresh):
        head = heads.read(polled)
        memory = replace(memory, hub=head.hub, topic=head.topic, hint=head.hint)
    after = schedule.after(feed, memory, polled, now, pushed=feed.id in this.trusted)
    if isinstance(polled, Failed):
        upcoming = after.next_poll.isoformat(timespec="minutes") if after.next_poll else ""
        log.warning("feed failed", feed=feed.id, reason=polled.reason, next=upcoming)
    if isinstance(polled, Fresh):
        heard = await _new(room, feed, memory, after, document)
        if any(one.standing == "new" for one in heard.judged):
            this.missed.append(feed.id)
        return heard
    return Heard(memory, after, light=isinstance(polled, Unchanged))


async def _read(feed: Feed, fresh: Fresh, memory: Memory, now: datetime) -> tuple[Polled, formats.Document]:
    """Usual documents are read in the time it takes to hand them to a thread."""
    if len(fresh.body) <= QUICK:
        quick = formats.straight(feed, fresh.body, fresh.content_type, fresh.url, now, memory.items)
        if quick is not None:
            return fresh, quick
    if memory.failures < BELIEVED and formats.breaks_off(fresh.body):
        return Failed("sent a document that breaks off before its end"), formats.Document((), 0)
    return await asyncio.to_thread(_parse, feed, fresh, memory.items, now)


def _parse(feed: Feed, fresh: Fresh, known: bytes, now: datetime) -> tuple[Polled, formats.Document]:
    try:
        return fresh, formats.unread(feed, fresh.body, fresh.content_type, fresh.url, now, known)
    except formats.NotAFeed as error:
        answered, asked = blindness.site(fresh.url), blindness.site(feed.url)
        where = f", at {answered}, to which {asked} redirects" if answered != asked else ""
        return Failed(f"{error}{where}", cause=error.cause), formats.Document((), 0)


async def hear_push(room: Newsroom, feed: Feed, memory: Memory, fresh: Fresh) -> Tally:
    """What a feed's hub sent, kept as if it had been polled; it may be the new items alone. Raises NotAFeed."""
    now = room.now()
    document = await asyncio.to_thread(formats.unread, feed, fresh.body, fresh.content_type, fresh.url, now)
    heard = await _new(room, feed, memory, memory, document)
    unseen = await room.store.record_push(heard.after, heard.judged, now)
    if unseen:
        log.info("heard", feed=feed.id, entries=unseen, standing=heard.judged[0].standing, by="hub")
    return Tally(entries=unseen, relevant=sum(one.verdict.relevant for one in heard.judged))


async def _new(room: Newsroom, feed: Feed, before: Memory, after: Memory, document: formats.Document) -> Heard:
    """What is new in the document, judged; the baseline of a feed is judged later: `study`."""
    now, entries = room.now(), document.entries
    recall = await room.store.recall(feed.id, entries) if entries and before.ok_at else novelty.NOTHING
    after = replace(after, items=document.settled(recall))
    if served := {entry.key: entry for entry in entries if entry.key in recall.keys}:
        await _correct_all(room, feed, served)
    sifted = novelty.sift(before, entries, recall, now, max_age=room.max_age, total=document.total)
    judged = await _judge(room, feed, sifted)
    held = [one for one in judged if one.standing == "held"]
    if held:
        after = replace(after, reason=held[0].why)
        log.warning("feed held", feed=feed.id, entries=len(held), reason=held[0].why)
    after = replace(after, heard=cadence.learnt(before.heard, [one.entry.when for one in judged]))
    return Heard(before, after, judged)


async def _store(room: Newsroom, this: _Round) -> None:
    """All that was heard and is not stored yet, in one transaction."""
    async with this.storing:
        heard, this.heard = this.heard, []
        if not heard:
            return
        try:
            unseen = await room.store.record_all([one for _, one in heard], room.now())
        except StoreDown:
            raise
        except Exception:  # which of them it was, shows when each is stored alone
            log.exception("storing crashed", feeds=len(heard))
            for feed, one in heard:
                await _store_alone(room, this, feed, one)
            return
        for (feed, one), number in zip(heard, unseen, strict=True):
            _count(this, feed, one, number)


async def _store_alone(room: Newsroom, this: _Round, feed: Feed, heard: Heard) -> None:
    try:
        number = await room.store.record(heard.after, heard.judged, room.now())
    except StoreDown:
        raise
    except Exception as error:  # the validators did not advance: it is asked for the same again
        log.exception("feed crashed the store", feed=feed.id)
        heard, number = _crashed(room, feed, heard.before, error), 0
        await room.store.record(heard.after, (), room.now())
    _count(this, feed, heard, number)


def _count(this: _Round, feed: Feed, heard: Heard, unseen: int) -> None:
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


# Judging


async def _judge(room: Newsroom, feed: Feed, sifted: tuple[novelty.Sifted, ...]) -> tuple[Judged, ...]:
    if all(one.standing == "baseline" for one in sifted):
        return tuple(Judged(one.entry, UNJUDGED, one.standing, one.why) for one in sifted)
    verdicts = await asyncio.to_thread(verdicts_on, room, feed, [one.entry for one in sifted])
    judged = [Judged(one.entry, verdict, one.standing, one.why) for one, verdict in zip(sifted, verdicts, strict=True)]
    unsure = [
        at for at, one in enumerate(judged) if one.standing == "new" and detection.unsure(one.verdict, room.thresholds)
    ]
    for at, again in zip(
        unsure,
        await asyncio.gather(*(_judge_page(room, feed, judged[at]) for at in unsure[:MOST_UNSURE])),
        strict=False,
    ):
        judged[at] = again
    return tuple(judged)


def verdicts_on(room: Newsroom, feed: Feed, entries: Sequence[Entry]) -> tuple[Verdict, ...]:
    """As the feed's own words have it; takes its time, so it is for a thread."""
    return detection.judge(entries, feed, room.vocabulary, room.detector, room.thresholds)


async def _judge_page(room: Newsroom, feed: Feed, judged: Judged) -> Judged:
    """The entry judged again with the start of its article, where the feed's words left it open."""
    if not judged.entry.link:
        return judged
    left_open = f"the feed's words left it open ({judged.verdict.score:.0%})"
    match await article(room, judged.entry):
        case Unread(_, reason):
            return _because(judged, f"{left_open}, and its article could not be read: {reason}")
        case Article(text, imprint):
            page = replace(judged.entry, text=text[: detection.READ_TEXT], page="")
            (verdict,) = await asyncio.to_thread(verdicts_on, room, feed, [page])
            read = replace(judged, entry=replace(judged.entry, page=text, imprint=imprint), verdict=verdict)
            return _because(read, f"{left_open}, so its article was read")


def _because(judged: Judged, reason: str) -> Judged:
    return replace(judged, verdict=replace(judged.verdict, reasons=(*judged.verdict.reasons, reason)))


async def study(room: Newsroom, limit: int) -> Tally | None:
    """Judge entries that were in a feed when it was first read, the newest first; None when none is left."""
    found = await room.store.unjudged(limit)
    relevant = 0
    for feed, entries in _by_feed(await listened(room), found):
        verdicts = await asyncio.to_thread(verdicts_on, room, feed, entries)
        await room.store.judge([(entry.id, verdict) for entry, verdict in zip(entries, verdicts, strict=True)])
        relevant += sum(verdict.relevant for verdict in verdicts)
    return Tally(relevant=relevant) if found else None


def _by_feed(known: Sequence[Feed], entries: Sequence[Entry]) -> Iterator[tuple[Feed, list[Entry]]]:
    """With the feed each came from; one that is configured no more is known by what its entries say."""
    feeds = {feed.id: feed for feed in known}
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.feed, []).append(entry)
    for name, group in grouped.items():
        one = group[0]
        gone = Feed(name, "", one.outlet, tier=one.tier, jurisdiction=one.jurisdiction, language=one.language)
        yield feeds.get(name, gone), group


# Watching


async def _watch(room: Newsroom, polled: Mapping[str, Memory]) -> None:
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


# Correcting


async def _correct_all(room: Newsroom, feed: Feed, served: dict[str, Entry]) -> None:
    """Reports that were told and read otherwise now, each in every brief it stands behind."""
    changed = []
    for old, brief in await room.store.told(feed.id, tuple(served), room.now() - CORRECTED_FOR):
        new = served[old.key]
        digest = sha256(f"{new.title}\n{new.text}".encode()).hexdigest()
        if (new.title, new.text) != (old.title, old.text) and not await room.store.known_version(old.id, digest):
            changed.append((old, new, brief, digest))
    for each in changed:
        await _correct(room, *each)


async def _correct(room: Newsroom, old: Entry, new: Entry, brief: Brief, digest: str) -> None:
    if old.page and isinstance(read := await article(room, old), Article):
        new = replace(new, page=read.text)
    elif old.page:
        new = replace(new, page=old.page)
    change = await asyncio.to_thread(corrections.between, old, new, brief)
    if change is None:
        await room.store.see_version(old.id, digest, room.now())
        return
    seen = Correction(old.id, old.outlet, change.retracted, change.was, change.now, room.now())
    told = corrections.applied(brief, seen, change.quotes)
    await room.store.correct(seen, told, digest, room.now())
    log.warning("corrected", story=brief.story, entry=old.id, retracted=change.retracted, claims=len(change.quotes))
