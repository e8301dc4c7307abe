"""Trying a subscription on the stories of the last 30 days."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.commands.asking import Means
from bot.core import audience, doubts, query
from bot.core.backtest import SPAN, Trial
from bot.core.query import Query
from bot.model import Story, Subscription

MOST_TRIED = 1_000
"""Stories it is tried on at most."""

BATCH = 100
KEPT = 5
"""Stories kept of those it would have sent; the others are counted."""


@dataclass(slots=True)
class _Tally:
    number: int = 0
    before: int = 0
    newest: list[Story] = field(default_factory=list)
    remaining: Counter[str] = field(default_factory=Counter)


async def doubted(means: Means, wanted: Query) -> tuple[str, ...]:
    """What of it can never match, a sentence each."""
    asked = [tag for tag in query.tags_in(wanted) if tag.field == "source"]
    names = {feed.id: feed.name for feed in await means.listened()} if asked else {}
    called = {query.tag("source", name) for pair in names.items() for name in pair}
    strange = [tag for tag in asked if query.tag("source", tag.value) not in called]
    heard = [await means.store.search(query.to_fts(query.All((tag, query.IncludeAdjacent()))), 1) for tag in strange]
    unknown = [tag for tag, stories in zip(strange, heard, strict=True) if not stories]
    return (*doubts.of(wanted, means.vocabulary), *(doubts.unknown_source(tag, names) for tag in unknown))


async def on(means: Means, subscription: Subscription, others: tuple[Query, ...] = ()) -> Trial:
    """What it would have sent, and how much of that each of the others."""
    async with means.turns.turn(subscription.channel):
        return await _on(means, subscription, others)


async def _on(means: Means, subscription: Subscription, others: tuple[Query, ...]) -> Trial:
    now = means.now()
    since = oldest = now - SPAN
    tally, tried = _Tally(), 0
    adjacent = query.includes_adjacent(query.parse(subscription.query))
    while tried < MOST_TRIED:
        batch = await means.store.latest(BATCH, tried, adjacent=adjacent)
        recent = [story for story in batch if _latest(story) >= since]
        # On a thread: taking a hundred texts apart would hold up every other conversation.
        await asyncio.to_thread(_count, means, subscription, others, recent, tally)
        tried += len(recent)
        if len(recent) < BATCH:
            break
        oldest = _latest(recent[-1])
    else:
        since = oldest
    trial = Trial(tally.number, tuple(tally.newest), tally.remaining, tried, now - since)
    began = await _began(means)
    if began is None or began <= since:
        return trial
    return replace(trial, span=now - began, since=began, before=tally.before)


async def _began(means: Means) -> datetime | None:
    """The first good look at any feed; None where there was none."""
    memories = (await means.store.memories()).values()
    return min((memory.baseline_at for memory in memories if memory.baseline_at), default=None)


def _latest(story: Story) -> datetime:
    return max(entry.when for entry in story.entries)


def _count(
    means: Means, subscription: Subscription, others: tuple[Query, ...], stories: list[Story], tally: _Tally
) -> None:
    for story in (one for one in stories if one.standing):
        text = audience.text_of(story, means.vocabulary)
        if audience.heard(subscription, text):
            tally.number += 1
            tally.before += not story.told
            tally.newest += [story] if len(tally.newest) < KEPT else []
            tally.remaining.update(str(one) for one in others if query.matched(one, text) is not None)
