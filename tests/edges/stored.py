"""Verbs that arrange what a store remembers; invented news throughout."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from bot.model import (
    Alert,
    Brief,
    Channel,
    Claim,
    Delivery,
    Entry,
    Evidence,
    Filing,
    Judged,
    Memory,
    Source,
    Standing,
    Story,
    Tier,
    Verdict,
)
from bot.ports import Store
from bot.store.sqlite import Sqlite

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 3 * MINUTE
GAPS = {"slack": timedelta(seconds=1), "discord": timedelta(0)}
EVERYWHERE = ("slack", "discord")
LEGAL = Channel("slack", "T1", "C1")
POLICY = Channel("slack", "T1", "C2")
LAB = Channel("discord", "100", "200")
TIERS: tuple[Tier, ...] = get_args(Tier)

YES = Verdict(
    "positive", 0.9, ("names the Examplar AI Act",), ("XX", "EU"), ("xx-ai-act",), "law", "in force", ("safety",)
)
NO = Verdict("negative", 0.1, ())


async def _sqlite(folder: Path) -> Store:
    return await Sqlite.open(folder / "regpulse.db")


STORES: Mapping[str, Callable[[Path], Awaitable[Store]]] = {"sqlite": _sqlite}
"""Every store there is, each over the files of a folder; the contract tests run on all of them."""


def entry(key: str = "1", *, feed: str = "gazette", title: str = "", minutes: int = 0, tier: Tier = "press") -> Entry:
    """As its publisher wrote it, so many minutes after noon."""
    at = NOW + minutes * MINUTE
    return Entry(
        feed=feed,
        key=key,
        title=title or f"Parliament passes act number {key}",
        link=f"https://{feed}.invalid/{key}",
        text=f"The act number {key} obliges makers of models. It starts in May.",
        outlet=feed.title(),
        tier=tier,
        jurisdiction="XX",
        language="en",
        published=at,
        seen=at,
        author="A. Reporter",
    )


def judged(one: Entry, verdict: Verdict = YES, standing: Standing = "new", why: str = "first seen now") -> Judged:
    return Judged(one, verdict, standing, why)


async def heard(store: Store, *found: Judged) -> None:
    """The feeds showed these."""
    for one in found:
        await store.record(Memory(one.entry.feed, polled_at=NOW), (one,), NOW)


async def filed(
    store: Store,
    one: Judged,
    *,
    joins: Story | None = None,
    told: bool = True,
    text: str = "",
    tags: str = "",
    at: datetime = NOW,
) -> Story:
    """Heard, and put into a story."""
    await heard(store, one)
    (kept,) = [found.entry for found, _ in await store.find(one.entry.link) if found.entry.key == one.entry.key]
    filing = Filing(kept, joins, "alike" if joins else "no open story tells this event")
    return await store.file(filing, one.verdict, told=told, text=text or kept.title, tags=tags, now=at)


def brief_of(story: Story, *, dek: str = "Makers of models are obliged.") -> Brief:
    first = story.entries[0]
    quote = first.source[:10]
    claim = Claim(dek, (Evidence(first.id, 0, 10, quote),))
    return Brief(
        story=story.id,
        category="Law",
        jurisdictions=("XX",),
        headline=first.title,
        link=first.link,
        dek=(claim,),
        takeaways=(claim, replace(claim, text="It starts in May.")),
        watch=(claim,),
        sources=(Source(first.outlet, first.tier, first.title, first.link),),
        disclosure="Written without a model.",
        minutes=1,
        writer="extract",
        written=NOW,
        published=first.published,
        note="The source carries two points.",
    )


def alert(channel: Channel = LEGAL) -> Alert:
    return Alert(channel, ("Examplar AI Act", "“models”"))


async def published(store: Store, *channels: Channel, key: str = "1", at: datetime = NOW) -> Story:
    """A story of its own, briefed and on its way to these channels."""
    story = await filed(store, judged(entry(key)))
    await store.publish(brief_of(story), tuple(alert(channel) for channel in channels), at)
    return story


async def revised(store: Store, at: datetime, *, until: datetime | None = None) -> list[tuple[Delivery, Brief]]:
    """What is to be edited by then, of every space, leased."""
    spaces = await store.to_revise(at, EVERYWHERE)
    found = [await store.claim_revisions(at, *where, until=until or at + LEASE, limit=9) for where in spaces]
    return [one for claimed in found for one in claimed]
