"""Verdicts on entries: by the feed's own words, by the article where they leave it open, and bit by bit on a baseline.

What judges is loaded with the first news: most polls bring none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import structlog

from bot.model import UNJUDGED, Article, Entry, Feed, Judged, Unread, Verdict
from bot.pipeline import stepping
from bot.pipeline.newsroom import Newsroom, Tally, article, listened

log = structlog.get_logger()


def tells(one: Judged) -> bool:
    """Whether channels may want to know of it."""
    return one.standing == "new" and one.verdict.kept


def verdicts_on(room: Newsroom, feed: Feed, entries: Sequence[Entry]) -> tuple[Verdict, ...]:
    """As the feed's own words have it; takes its time, so it is for a thread."""
    from bot.core import detection

    return detection.judge(entries, feed, room.vocabulary, room.detector, room.thresholds)


async def verdicts(room: Newsroom, feed: Feed, entries: Sequence[Entry]) -> tuple[Verdict, ...]:
    """UNJUDGED for one in which a bug is met: it waits with the baselines, and is told when that is mended."""
    try:
        return await asyncio.to_thread(verdicts_on, room, feed, entries)
    except Exception:  # in which of them, shows when each is judged alone
        return tuple([await verdict(room, feed, entry) for entry in entries])


async def verdict(room: Newsroom, feed: Feed, entry: Entry) -> Verdict:
    try:
        return await _alone(room, feed, entry)
    except Exception:  # `study` meets it again, and tells operators
        log.exception("entry crashed its judging", feed=feed.id, link=entry.link)
        return UNJUDGED


async def _alone(room: Newsroom, feed: Feed, entry: Entry) -> Verdict:
    (verdict,) = await asyncio.to_thread(verdicts_on, room, feed, [entry])
    return verdict


async def with_article(room: Newsroom, feed: Feed, judged: Judged) -> Judged:
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
