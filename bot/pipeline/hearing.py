"""One feed heard: its document read, what is new in it judged, corrections noted, and sources that went blind.

What reads documents, judges and compares is loaded with the first news: most polls bring none, and it is half of a start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from bot.core import blindness, cadence, catalogue, novelty, schedule
from bot.core.text import shorten
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
from bot.pipeline import stepping
from bot.pipeline.newsroom import Newsroom, Tally, article

if TYPE_CHECKING:
    from bot.core import formats

log = structlog.get_logger()

CORRECTED_FOR = timedelta(days=30)
"""How long after its brief a report is looked at for corrections."""

REWRITTEN_FOR = timedelta(days=7)
"""How long after it was first seen an entry that was no news is looked at for becoming some, ..."""

MOST_VERSIONS = 5
"""... and in how many versions at most."""

MOST_UNSURE = 10
"""Articles fetched at most to judge one poll's entries."""

Keep = Callable[[tuple[Judged, ...]], Awaitable[int]]
"""Stores entries of a feed, and nothing else that is new of it; answers how many were unseen."""

BELIEVED = 2
"""Looks at a document that breaks off, after which it is read as it is: a line may fail once or twice, some publishers never
write the end."""

QUICK = 250_000
"""Bytes of a document that is read on the event loop, which takes 2.4 ms for 100,000; a longer one is read on a thread."""


async def listened(room: Newsroom) -> tuple[Feed, ...]:
    """Read anew each turn: a feed that somebody added is asked with the next one."""
    return catalogue.together(room.feeds, await room.store.added_feeds())


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
    return any(_tells(one) if kept else one.standing == "new" for one in heard.judged)


def _tells(one: Judged) -> bool:
    return one.standing == "new" and one.verdict.kept


async def _new(
    room: Newsroom, feed: Feed, before: Memory, after: Memory, document: formats.Document, keep: Keep
) -> Heard:
    """What is new in the document, judged; the baseline of a feed is judged later: `study`."""
    now, entries = room.now(), document.entries
    recall = await room.store.recall(feed.id, entries) if entries and before.ok_at else novelty.NOTHING
    after = replace(after, items=document.settled(recall))
    if served := {entry.key: entry for entry in entries if entry.key in recall.keys}:
        await _safely(_correct_all(room, feed, served), feed)
        await _safely(_judge_rewritten(room, feed, served), feed)
    shown = document.shows(recall.beside)
    sifted = novelty.sift(before, entries, recall, now, max_age=room.max_age, total=document.total, shown=shown)
    judged, early = await _judge(room, feed, sifted, keep)
    held = [one for one in judged if one.standing == "held"]
    if held:
        log.warning("feed held", feed=feed.id, entries=len(held), reason=held[0].why)
    after = replace(after, heard=cadence.learnt(before.heard, [one.entry.when for one in judged]))
    return Heard(before, after, judged, early=early)


# Judging


async def _judge(
    room: Newsroom, feed: Feed, sifted: tuple[novelty.Sifted, ...], keep: Keep
) -> tuple[tuple[Judged, ...], int]:
    """And how many were stored already: those that are sure do not wait for the articles of those that are not."""
    if all(one.standing == "baseline" for one in sifted):
        return tuple(Judged(one.entry, UNJUDGED, one.standing, one.why) for one in sifted), 0
    from bot.core import detection

    verdicts = await _verdicts(room, feed, [one.entry for one in sifted])
    judged = [Judged(one.entry, verdict, one.standing, one.why) for one, verdict in zip(sifted, verdicts, strict=True)]
    unsure = [
        at for at, one in enumerate(judged) if one.standing == "new" and detection.unsure(one.verdict, room.thresholds)
    ][:MOST_UNSURE]
    early = await _keep_sure(room, [one for at, one in enumerate(judged) if at not in unsure], keep) if unsure else 0
    read = await asyncio.gather(*(_judge_page_safely(room, feed, judged[at]) for at in unsure))
    for at, again in zip(unsure, read, strict=True):
        judged[at] = again
    return tuple(judged), early


async def _keep_sure(room: Newsroom, judged: list[Judged], keep: Keep) -> int:
    if not any(_tells(one) for one in judged):
        return 0
    kept = await keep(tuple(judged))
    room.kept.arrived.set()
    return kept


def verdicts_on(room: Newsroom, feed: Feed, entries: Sequence[Entry]) -> tuple[Verdict, ...]:
    """As the feed's own words have it; takes its time, so it is for a thread."""
    from bot.core import detection

    return detection.judge(entries, feed, room.vocabulary, room.detector, room.thresholds)


async def _verdicts(room: Newsroom, feed: Feed, entries: Sequence[Entry]) -> tuple[Verdict, ...]:
    """UNJUDGED for one in which a bug is met: it waits with the baselines, and is told when that is mended."""
    try:
        return await asyncio.to_thread(verdicts_on, room, feed, entries)
    except Exception:  # in which of them, shows when each is judged alone
        return tuple([await _verdict(room, feed, entry) for entry in entries])


async def _verdict(room: Newsroom, feed: Feed, entry: Entry) -> Verdict:
    try:
        return await _alone(room, feed, entry)
    except Exception:  # `study` meets it again, and tells operators
        log.exception("entry crashed its judging", feed=feed.id, link=entry.link)
        return UNJUDGED


async def _alone(room: Newsroom, feed: Feed, entry: Entry) -> Verdict:
    (verdict,) = await asyncio.to_thread(verdicts_on, room, feed, [entry])
    return verdict


async def _judge_page_safely(room: Newsroom, feed: Feed, judged: Judged) -> Judged:
    try:
        return await _judge_page(room, feed, judged)
    except Exception:  # one article's bug must not hold back the feed
        log.exception("article crashed its judging", feed=feed.id, link=judged.entry.link)
        return _because(judged, "the feed's words left it open, and RegPulse itself failed on its article")


async def _judge_page(room: Newsroom, feed: Feed, judged: Judged) -> Judged:
    """The entry judged again with the start of its article, where the feed's words left it open."""
    if not judged.entry.link:
        return judged
    from bot.core.detection import READ_TEXT

    left_open = f"the feed's words left it open ({judged.verdict.score:.0%})"
    match await article(room, judged.entry):
        case Unread(_, reason):
            return _because(judged, f"{left_open}, and its article could not be read: {reason}")
        case Article(text, imprint):
            page = replace(judged.entry, text=text[:READ_TEXT], page="")
            verdict = await _alone(room, feed, page)
            read = replace(judged, entry=replace(judged.entry, page=text, imprint=imprint), verdict=verdict)
            return _because(read, f"{left_open}, so its article was read")


def _because(judged: Judged, reason: str) -> Judged:
    return replace(judged, verdict=replace(judged.verdict, reasons=(*judged.verdict.reasons, reason)))


async def study(room: Newsroom, limit: int) -> Tally | None:
    """Judge entries that were in a feed when it was first read, the newest first; None when none is left."""
    found = await stepping.batch(room, "judging", room.store.unjudged, lambda entry: entry.id, most=limit)
    relevant = 0
    for feed, entries in _by_feed(await listened(room), found):
        verdicts = await _studied(room, feed, entries)
        await room.store.judge(verdicts)
        relevant += sum(verdict.relevant for _, verdict in verdicts)
    return Tally(relevant=relevant) if found else None


async def _studied(room: Newsroom, feed: Feed, entries: Sequence[Entry]) -> list[tuple[int, Verdict]]:
    """Each with its number; without those in which a bug is met."""
    try:
        found = await asyncio.to_thread(verdicts_on, room, feed, entries)
    except Exception:  # in which of them, shows when each is judged alone
        alone = [
            (entry.id, await stepping.safely(room, "judging", entry.id, _alone(room, feed, entry))) for entry in entries
        ]
        return [(number, verdict) for number, verdict in alone if verdict]
    for entry in entries:
        room.kept.setbacks["judging"].overcome(entry.id)
    return [(entry.id, verdict) for entry, verdict in zip(entries, found, strict=True)]


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


# Correcting


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
        digest = version(new)
        if (new.title, new.text) != (old.title, old.text) and not await room.store.known_version(old.id, digest):
            changed.append((old, new, brief, digest))
    for each in changed:
        await _correct(room, *each)


def version(entry: Entry) -> str:
    """By which the words an entry is served with are known again."""
    return sha256(f"{entry.title}\n{entry.text}".encode()).hexdigest()


async def _correct(room: Newsroom, old: Entry, new: Entry, brief: Brief, digest: str) -> None:
    from bot.core import corrections

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
    from bot.core import detection

    now = room.now()
    why = f"rewritten by its publisher; first seen {old.seen:%d %b %H:%M} UTC as “{shorten(old.title, 80)}”"
    judged = Judged(replace(new, id=old.id, seen=now), await _verdict(room, feed, new), "new", why)
    if judged.verdict == UNJUDGED:
        return
    if detection.unsure(judged.verdict, room.thresholds):
        judged = await _judge_page_safely(room, feed, judged)
    await room.store.judge_again(judged, version(new), now)
    if _tells(judged):
        log.info("became news", feed=feed.id, entry=old.id)
        room.kept.arrived.set()
