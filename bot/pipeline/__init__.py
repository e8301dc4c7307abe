"""A turn: poll what is due, judge and keep what is new, file it under events, brief them, fill the outbox.

What files, briefs and revises is loaded with the first story: most turns have none, and a start without it is much shorter.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import structlog

from bot.core import audience, importance, novelty
from bot.errors import StoreDown
from bot.pipeline import judging, polling, stepping, writing
from bot.pipeline.judging import verdicts_on
from bot.pipeline.newsroom import Newsroom, Tally, listened, together
from bot.pipeline.stepping import BATCH

if TYPE_CHECKING:
    from bot.core.routing import Router
    from bot.core.shelf import Shelf
    from bot.model import Alert, Asking, Brief, Channel, Entry, Judged, Story

__all__ = ["Newsroom", "Tally", "briefed", "listened", "study", "tell", "turn", "verdicts_on"]

log = structlog.get_logger()

TIDY_EVERY = timedelta(hours=6)

AT_ONE_GO = 3
"""Times that a story is briefed in a turn where its reports change beneath it: what is to be briefed still waits for the next."""

BATCH_OF_CHANNELS = 500
"""Channels whose subscriptions are read in one transaction."""


async def turn(room: Newsroom, *, everything: bool = False) -> Tally:
    """One pass over all that is due, or over every feed. Work left by a crash is taken up again."""
    heard = await polling.hear_all(room, everything=everything)
    told = await tell(room)
    await _forget(room)
    if back := await room.store.note_turn(room.now()):
        log.warning(
            "the clock was put back", seconds=round(back.total_seconds()), done="what was planned was put back with it"
        )
    room.kept.turned.set()
    return heard + told


async def tell(room: Newsroom) -> Tally:
    """The second half of a turn alone, for what is stored while others are still asked. Any number may run at once."""
    told = await _file_all(room) + await _brief_all(room)
    async with room.kept.retelling:
        await _retell_all(room)
    await stepping.tell_operators(room)
    return told


async def study(room: Newsroom, limit: int) -> Tally | None:
    """Judge and file some of what was in the feeds when they were first read; None when nothing is left of it.

    None of it is told, so it need not be known by the end of a poll; it is for whoever looks something up.
    """
    judged = await judging.study(room, limit)
    filed = await _file_all(room) if judged else Tally()
    await stepping.tell_operators(room)
    return judged + filed if judged else None


# Filing


async def _file_all(room: Newsroom) -> Tally:
    total, filed = Tally(), True
    while filed:
        async with room.kept.filing:
            batch = await stepping.batch(room, "filing", room.store.unfiled, lambda judged: judged.entry.id)
            total, filed = total + await _file_batch(room, batch), bool(batch)
    return total


async def _file_batch(room: Newsroom, batch: tuple[Judged, ...]) -> Tally:
    if not batch:
        return Tally()
    shelf, total = await _open_shelf(room, batch), Tally()
    for judged in batch:
        story = await stepping.safely(room, "filing", judged.entry.id, _file(room, judged, shelf))
        if story is None:
            continue
        total += Tally(stories=int(shelf.get(story.id) is None))
        if _shelve(room, shelf, (story,)):
            await _reunite_safely(room, judged.entry, story, shelf)
    return total


async def _open_shelf(room: Newsroom, batch: tuple[Judged, ...]) -> Shelf:
    from bot.core import stories
    from bot.core.shelf import Shelf

    since = min([room.now(), *(judged.entry.when for judged in batch)]) - stories.WINDOW - stories.LATE
    kept, changes = room.kept, await room.store.regroupings()
    again = kept.setbacks["shelving"].is_due(room.now())
    if kept.shelf is None or kept.changes != changes or since < kept.since or again:
        shelf, found = Shelf(), await room.store.open_stories(since)
        kept.setbacks["shelving"].keep({story.id for story in found})
        await asyncio.to_thread(_shelve, room, shelf, found)
        kept.shelf, kept.since, kept.changes = shelf, since, changes
    elif since - kept.since > TIDY_EVERY:
        kept.shelf.take_before(since)
        kept.since = since
    return kept.shelf


def _shelve(room: Newsroom, shelf: Shelf, found: Sequence[Story]) -> int:
    """How many could be: one that meets a bug is joined by no report until that is mended."""
    failed, shelved = room.kept.setbacks["shelving"], 0
    for story in found:
        try:
            shelf.put(story)
        except Exception as error:  # one story's bug must not hold back all filing
            stepping.meet(room, "shelving", story.id, error)
        else:
            failed.overcome(story.id)
            shelved += 1
    return shelved


async def _file(room: Newsroom, judged: Judged, shelf: Shelf) -> Story:
    from bot.core import stories

    filing = await asyncio.to_thread(stories.assign, judged.entry, judged.verdict, shelf, room.likeness)
    verdict = stories.merge(filing.story, judged.entry, judged.verdict) if filing.story else judged.verdict
    index = audience.Index(room.vocabulary)
    story = await room.store.file(
        filing,
        verdict,
        told=judged.standing == "new",
        text=index.words(judged.entry),
        tags=index.tags(stories.joined(filing, judged.verdict)),
        now=room.now(),
    )
    log.info("filed", story=story.id, entry=judged.entry.id, why=filing.why)
    return story


async def _reunite_safely(room: Newsroom, entry: Entry, story: Story, shelf: Shelf) -> None:
    """It is filed and told, whatever this comes to."""
    try:
        await _reunite(room, entry, story, shelf)
    except StoreDown:
        raise
    except Exception:  # one entry's bug must not hold back the others
        log.exception("entry crashed its reunion", entry=entry.id, story=story.id)
        room.kept.shelf = None  # it may have been left half way: the next batch reads it anew


async def _reunite(room: Newsroom, entry: Entry, story: Story, shelf: Shelf) -> None:
    """Put together what the new report shows to be one event; messages posted of either stay, and say so."""
    from bot.core import stories

    while found := await asyncio.to_thread(stories.reunited, entry, story, shelf, room.likeness):
        kept, gone, index = found.story.id, found.gone.id, audience.Index(room.vocabulary)
        merged = await room.store.merge(kept, gone, why=found.why, index=index, now=room.now())
        if merged is None:  # an editor changed one of them meanwhile: the next batch reads them anew
            return
        log.info("reunited", story=kept, gone=gone, why=found.why)
        shelf.take(gone)
        shelf.put(merged)
        story = merged


# Briefing


async def _brief_all(room: Newsroom) -> Tally:
    total, times = Tally(), Counter[int]()
    while batch := await _taken(room, frozenset(one for one, briefed in times.items() if briefed == AT_ONE_GO)):
        times.update(story.id for story in batch)
        try:
            total += await together(room, "Writing briefs", [_brief_safely(room, story) for story in batch])
        finally:
            room.kept.briefing.difference_update(story.id for story in batch)
    return total


async def _taken(room: Newsroom, but: frozenset[int]) -> tuple[Story, ...]:
    """Stories to brief, but for those under way."""
    async with room.kept.taking:
        under_way = room.kept.briefing | but  # before they are read: what ends meanwhile may be read as unbriefed
        taken = await stepping.batch(room, "briefing", room.store.unbriefed, lambda story: story.id, but=under_way)
        room.kept.briefing.update(story.id for story in taken)
    return taken


async def _brief_safely(room: Newsroom, story: Story) -> Tally:
    return await stepping.safely(room, "briefing", story.id, _brief(room, story)) or Tally()


async def _brief(room: Newsroom, story: Story) -> Tally:
    if not story.verdict.relevant and not await _included(room):
        return await _pass_over(room, story)
    if not story.standing:
        return await _pass_over(room, story, "retracted before it was told")
    if not novelty.is_news(max(entry.seen for entry in story.entries), room.now()):
        return await _pass_over(room, story, "it waited three days for its brief, and is no news any more")
    story = await writing.with_page(room, story)
    alerts = await _routed(room, story)
    if not alerts and not story.verdict.relevant:
        return await _pass_over(room, story)
    brief = await writing.written(room, story, room.assistant or room.writer)
    await _take_place(room, story, brief)
    points = importance.of(story, room.vocabulary).points
    rows = await room.store.publish(brief, alerts, room.now(), importance=points)
    if rows:
        room.kept.published.set()
    log.info("briefed", story=story.id, takeaways=len(brief.takeaways), alerts=rows)
    return Tally(briefs=1, alerts=rows)


async def _included(room: Newsroom) -> bool:
    """Whether anybody asks for stories only near AI regulation."""
    async with room.kept.routing:
        return (await _router(room)).includes_adjacent


async def _routed(room: Newsroom, story: Story) -> tuple[Alert, ...]:
    async with room.kept.routing:
        router = await _router(room)
        return await asyncio.to_thread(router.alerts, story, room.vocabulary)


async def _router(room: Newsroom) -> Router:
    """The one kept, having heard what channels changed since."""
    kept = room.kept
    while changed := await room.store.subscriptions_changed(kept.heard, BATCH_OF_CHANNELS):
        for channel in await asyncio.to_thread(_tell_router, kept.router, changed):
            line = f"{channel}: RegPulse fails to read a subscription there; the log says why. All others are heard."
            text = ("A channel is not heard", line, "Please report it; what is subscribed anew there is read again.")
            await room.store.alarm(f"routing {channel}", text, room.now())
        kept.heard = changed[-1].number
    return kept.router


def _tell_router(router: Router, changed: Sequence[Asking]) -> tuple[Channel, ...]:
    """The channels in which a bug is met."""
    failed = []
    for asking in changed:
        try:
            router.put(asking.channel, asking.subscriptions)
        except Exception:  # one channel's bug must not hold back all briefing
            log.exception("subscriptions crashed the router", channel=str(asking.channel))
            failed.append(asking.channel)
    return tuple(failed)


async def _pass_over(
    room: Newsroom, story: Story, why: str = "only near AI regulation, and no subscription asks for that"
) -> Tally:
    await room.store.pass_over(story.id, why, room.now())
    log.info("passed over", story=story.id)
    return Tally(passed_over=1)


async def briefed(room: Newsroom, story: Story) -> Brief:
    """The story's brief, its article fetched where the feed gave little; checked, and not stored."""
    return await writing.written(room, await writing.with_page(room, story), room.writer)


async def _take_place(room: Newsroom, story: Story, new: Brief) -> None:
    """Who was told by a report that was retracted since reads the story by the one that stands."""
    from bot.core import leading

    if story.standing == story.entries:
        return
    async with room.kept.retelling:
        old = await room.store.brief(story.id)
        if old and old.retracted and await room.store.is_told(old.story):
            await _lead(room, story, old, leading.anew(old, new, story, room.now(), told=True))


async def _retell_all(room: Newsroom) -> None:
    """Reports that came after the alert: the posted messages say so, and nothing is posted again."""
    while batch := await stepping.batch(room, "retelling", room.store.grown, lambda grown: grown[0].id):
        for number, grown in groupby(batch, lambda grown: grown[0].id):
            await stepping.safely(room, "retelling", number, _retell(room, tuple(grown)))


async def _retell(room: Newsroom, grown: Sequence[tuple[Story, Brief]]) -> None:
    """One story's briefs, its own last: till that is revised it counts as grown."""
    from bot.core import brief as briefs
    from bot.core import leading

    for story, brief in grown:
        if leading.late(brief, story):
            await _lead(room, story, brief, await writing.led_anew(room, story, brief))
            continue
        told = briefs.retold(brief, story)
        more = len(told.sources) - len(brief.sources)
        why = f"{more:+} {'outlet' if abs(more) == 1 else 'outlets'} since the brief"
        over = not set(brief.differences) <= set(told.differences)
        await room.store.revise(told, room.now(), repost=more != 0 or over, why=why, growth=True)


async def _lead(room: Newsroom, story: Story, old: Brief, new: Brief) -> None:
    """The words of another report take the place of those in the posted messages."""
    first, said = story.entries[0], [one for one in new.corrections if one not in old.corrections]
    log.info("led anew", story=old.story, entry=first.id, told=len(said))
    if said:
        await room.store.correct(said[-1], new, writing.FIRST, room.now())
    else:
        await room.store.revise(new, room.now(), repost=True, why=f"told by {first.outlet}'s own report")


async def _forget(room: Newsroom) -> None:
    while forgotten := await room.store.forget_pages(room.now() - room.keep_pages, BATCH):
        log.info("articles forgotten", entries=forgotten)
