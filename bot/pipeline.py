"""A turn: poll what is due, judge and keep what is new, file it under events, brief them, fill the outbox."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import assert_never

import structlog

from bot.core import (
    assisted,
    audience,
    blindness,
    cadence,
    catalogue,
    corrections,
    detection,
    formats,
    importance,
    novelty,
    related,
    schedule,
    stories,
)
from bot.core import brief as briefs
from bot.core.detection import Detector
from bot.core.likeness import Likeness
from bot.core.relevance import Thresholds
from bot.core.routing import Router
from bot.core.shelf import Shelf
from bot.core.vocabulary import Vocabulary
from bot.errors import StoreDown
from bot.model import (
    Alert,
    Article,
    Asking,
    Brief,
    Correction,
    Entry,
    Failed,
    Feed,
    Fresh,
    Judged,
    Memory,
    Polled,
    Story,
    Unchanged,
    Unread,
    Verdict,
)
from bot.ports import Store, Web, Writer

log = structlog.get_logger()

LITTLE_TEXT = 700
"""Characters below which a feed's text seldom carries three points, so the linked article is asked for."""

CORRECTED_FOR = timedelta(days=30)
"""How long after its brief a report is looked at for corrections."""

TIDY_EVERY = timedelta(hours=6)

MOST_UNSURE = 10
"""Articles fetched at most to judge one poll's entries."""

BATCH = 50

BATCH_OF_CHANNELS = 500
"""Channels whose subscriptions are read in one transaction."""


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What a turn works with. `feeds` are the configured ones."""

    store: Store
    web: Web
    writer: Writer
    vocabulary: Vocabulary
    detector: Detector | None
    likeness: Likeness
    thresholds: Thresholds
    feeds: tuple[Feed, ...]
    now: Callable[[], datetime]
    max_age: timedelta
    assistant: Writer | None = None
    """The writer that asks a language model; only stories to be told are worth its cost."""
    keep_pages: timedelta = timedelta(days=90)
    """How long linked articles are kept whole."""
    progress: Callable[[str, int, int], None] = lambda step, done, total: None
    kept: "Kept" = field(default_factory=lambda: Kept())


@dataclass(slots=True)
class Kept:
    """The open stories as the last turn left them, and what channels ask for, so that a turn need not read all again. No
    more than a copy: `changes` is the store's count of regroupings by people when it was made, `heard` the number of the
    last change to subscriptions that it knows of."""

    shelf: Shelf | None = None
    since: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    changes: int = -1
    router: Router = field(default_factory=Router)
    heard: int = 0
    routing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One at a time: a thread may be reading the router."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a turn did. `polled` counts the feeds that answered well; `unchanged` are those of them with nothing new."""

    polled: int = 0
    unchanged: int = 0
    failed: int = 0
    entries: int = 0
    relevant: int = 0
    stories: int = 0
    briefs: int = 0
    passed_over: int = 0
    """Stories only near AI regulation that nobody asked for."""
    alerts: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


async def turn(room: Newsroom, *, everything: bool = False) -> Tally:
    """One pass over all that is due, or over every feed. Work left by a crash is taken up again."""
    heard = await _hear_all(room, everything=everything)
    if heard.polled + heard.failed:
        await _watch(room)
    filed = await _file_all(room)
    told = await _brief_all(room)
    await _retell_all(room)
    await _forget(room)
    await room.store.note_turn(room.now())
    return heard + filed + told


async def _together(room: Newsroom, step: str, parts: Sequence[Coroutine[None, None, Tally]]) -> Tally:
    """Run the parts at once and add up what they did; cancelling the turn cancels them all."""
    tallies: list[Tally] = []
    room.progress(step, 0, len(parts))

    async def one(part: Coroutine[None, None, Tally]) -> None:
        tallies.append(await part)
        room.progress(step, len(tallies), len(parts))

    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(one(part))
    return sum(tallies, Tally())


# Hearing


async def _hear_all(room: Newsroom, *, everything: bool) -> Tally:
    memories = await room.store.memories()
    feeds = schedule.due(await listened(room), memories, room.now(), everything=everything)
    unchanged: list[Memory] = []
    polls = [_hear_safely(room, feed, schedule.remembered(feed, memories.get(feed.id)), unchanged) for feed in feeds]
    tally = await _together(room, "Polling feeds", polls)
    if unchanged:  # most feeds, most of the time: a commit for each would take longer than asking them
        await room.store.remember(tuple(unchanged))
    return tally


async def listened(room: Newsroom) -> tuple[Feed, ...]:
    """Read anew each turn: a feed that somebody added is asked with the next one."""
    return catalogue.together(room.feeds, await room.store.added_feeds())


async def _hear_safely(room: Newsroom, feed: Feed, memory: Memory, unchanged: list[Memory]) -> Tally:
    """A bug met in one feed is logged and remembered as that feed's failure; its neighbours are heard."""
    try:
        return await _hear(room, feed, memory, unchanged)
    except StoreDown:  # no fault of the feed's
        raise
    except Exception as error:  # one feed's bug must not silence the others
        log.exception("feed crashed the poll", feed=feed.id)
        failed = Failed(f"RegPulse itself failed on this feed ({type(error).__name__}); the log has the details")
        await room.store.record(schedule.after(feed, memory, failed, room.now()), (), room.now())
        return Tally(failed=1)


async def _hear(room: Newsroom, feed: Feed, memory: Memory, unchanged: list[Memory]) -> Tally:
    """What is to be remembered of a feed with nothing new is put with the `unchanged`."""
    polled = await room.web.poll(feed, memory)
    now = room.now()
    if isinstance(polled, Fresh):
        polled, document = await asyncio.to_thread(_parse, feed, polled, memory.items, now)
    else:
        document = formats.Document((), 0)
    after = schedule.after(feed, memory, polled, now)
    match polled:
        case Failed():
            upcoming = after.next_poll.isoformat(timespec="minutes") if after.next_poll else ""
            log.warning("feed failed", feed=feed.id, reason=polled.reason, next=upcoming)
            await room.store.record(after, (), now)
            return Tally(failed=1)
        case Unchanged():
            unchanged.append(after)
            return Tally(polled=1, unchanged=1)
        case Fresh():
            return await _keep(room, feed, memory, after, document)
    assert_never(polled)


def _parse(feed: Feed, fresh: Fresh, known: bytes, now: datetime) -> tuple[Polled, formats.Document]:
    try:
        return fresh, formats.unread(feed, fresh.body, fresh.content_type, fresh.url, now, known)
    except formats.NotAFeed as error:
        answered, asked = blindness.site(fresh.url), blindness.site(feed.url)
        where = f", at {answered}, to which {asked} redirects" if answered != asked else ""
        return Failed(f"{error}{where}", cause=error.cause), formats.Document((), 0)


async def _keep(room: Newsroom, feed: Feed, before: Memory, after: Memory, document: formats.Document) -> Tally:
    now, entries = room.now(), document.entries
    recall = await room.store.recall(feed.id, entries)
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
    unseen = await room.store.record(after, judged, now)
    if unseen:
        log.info("heard", feed=feed.id, entries=unseen, standing=judged[0].standing)
    return Tally(polled=1, entries=unseen, relevant=sum(one.verdict.relevant for one in judged))


async def _judge(room: Newsroom, feed: Feed, sifted: tuple[novelty.Sifted, ...]) -> tuple[Judged, ...]:
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
    match await _article(room, judged.entry):
        case Unread(_, reason):
            return _because(judged, f"{left_open}, and its article could not be read: {reason}")
        case Article(text, imprint):
            page = replace(judged.entry, text=text[: detection.READ_TEXT], page="")
            (verdict,) = await asyncio.to_thread(verdicts_on, room, feed, [page])
            read = replace(judged, entry=replace(judged.entry, page=text, imprint=imprint), verdict=verdict)
            return _because(read, f"{left_open}, so its article was read")


def _because(judged: Judged, reason: str) -> Judged:
    return replace(judged, verdict=replace(judged.verdict, reasons=(*judged.verdict.reasons, reason)))


# Watching


async def _watch(room: Newsroom) -> None:
    """Note which sources went blind or are heard again, for the operators to be told once."""
    memories = await room.store.memories()
    feeds = await listened(room)
    changed = await asyncio.to_thread(blindness.changes, feeds, memories, await room.store.troubles())
    if not changed:
        return
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
    if old.page and isinstance(article := await _article(room, old), Article):
        new = replace(new, page=article.text)
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


# Filing


async def _file_all(room: Newsroom) -> Tally:
    total = Tally()
    while batch := await room.store.unfiled(BATCH):
        shelf = await _open_shelf(room, batch)
        for judged in batch:
            story = await _file(room, judged, shelf)
            total += Tally(stories=int(shelf.get(story.id) is None))
            shelf.put(story)
            await _reunite(room, judged.entry, story, shelf)
    return total


async def _open_shelf(room: Newsroom, batch: tuple[Judged, ...]) -> Shelf:
    since = min([room.now(), *(judged.entry.when for judged in batch)]) - stories.WINDOW - stories.LATE
    kept, changes = room.kept, await room.store.regroupings()
    if kept.shelf is None or kept.changes != changes or since < kept.since:
        kept.shelf = await asyncio.to_thread(Shelf, await room.store.open_stories(since))
        kept.since, kept.changes = since, changes
    elif since - kept.since > TIDY_EVERY:
        kept.shelf.take_before(since)
        kept.since = since
    return kept.shelf


async def _file(room: Newsroom, judged: Judged, shelf: Shelf) -> Story:
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


async def _reunite(room: Newsroom, entry: Entry, story: Story, shelf: Shelf) -> None:
    """Put together what the new report shows to be one event; messages posted of either stay, and say so."""
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
    total = Tally()
    while batch := await room.store.unbriefed(BATCH):
        done = await _together(room, "Writing briefs", [_brief_safely(room, story) for story in batch])
        total += done
        if not done.briefs + done.passed_over:  # every story of the batch met a bug: leave them to the next turn
            break
    return total


async def _brief_safely(room: Newsroom, story: Story) -> Tally:
    try:
        return await _brief(room, story)
    except StoreDown:
        raise
    except Exception:  # one story's bug must not hold back the others
        log.exception("story crashed its briefing", story=story.id)
        return Tally()


async def _brief(room: Newsroom, story: Story) -> Tally:
    if not story.verdict.relevant and not await _included(room):
        return await _pass_over(room, story)
    story = await _with_page(room, story)
    alerts = await _routed(room, story)
    if not alerts and not story.verdict.relevant:
        return await _pass_over(room, story)
    brief = await _written(room, story, room.assistant or room.writer)
    points = importance.of(story, room.vocabulary).points
    rows = await room.store.publish(brief, alerts, room.now(), importance=points)
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
        await asyncio.to_thread(_tell_router, kept.router, changed)
        kept.heard = changed[-1].number
    return kept.router


def _tell_router(router: Router, changed: Sequence[Asking]) -> None:
    for asking in changed:
        router.put(asking.channel, asking.subscriptions)


async def _pass_over(room: Newsroom, story: Story) -> Tally:
    await room.store.pass_over(story.id, "only near AI regulation, and no subscription asks for that", room.now())
    log.info("passed over", story=story.id)
    return Tally(passed_over=1)


async def briefed(room: Newsroom, story: Story) -> Brief:
    """The story's brief, its article fetched where the feed gave little; checked, and not stored."""
    return await _written(room, await _with_page(room, story), room.writer)


async def _written(room: Newsroom, story: Story, writer: Writer) -> Brief:
    """The brief, checked. A writer that crashes costs the points, never the alert."""
    try:
        brief = await writer.brief(story, room.now())
    except Exception:  # the headline and its link are still true and still on time
        log.exception("writer failed", story=story.id)
        brief = briefs.frame(story, room.vocabulary, room.now(), writer="none", disclosure="Headline only.")
    found = await room.store.about(related.instruments(story, room.vocabulary), related.since(story), related.LOOKED_AT)
    return replace(assisted.checked(brief, story), earlier=related.earlier(story, found, room.vocabulary))


async def _retell_all(room: Newsroom) -> None:
    """Reports that came after the alert: the posted messages say so, and nothing is posted again."""
    while batch := await room.store.grown(BATCH):
        for story, brief in batch:
            told = briefs.retold(brief, story)
            more = len(told.sources) - len(brief.sources)
            why = f"{more:+} outlets since the brief"
            await room.store.revise(told, room.now(), repost=more != 0, why=why, growth=True)


async def _with_page(room: Newsroom, story: Story) -> Story:
    """The story with its primary report's article, where the feed gave little."""
    first, *others = story.entries
    if len(first.source) >= LITTLE_TEXT or not first.link:
        return story
    article = await _article(room, first)
    if isinstance(article, Article) and len(article.text) <= len(first.source):
        return story
    words = audience.indexed(article.text[: audience.SEARCHED]) if isinstance(article, Article) else ""
    await room.store.keep_page(first.id, article, words=words, now=room.now())
    if isinstance(article, Unread):
        return story
    return replace(story, entries=(replace(first, page=article.text, imprint=article.imprint), *others))


async def _article(room: Newsroom, entry: Entry) -> Article | Unread:
    article = await room.web.article(entry.link)
    if isinstance(article, Unread):
        log.info("article not read", entry=entry.id, link=entry.link, obstacle=article.obstacle, reason=article.reason)
    return article


async def _forget(room: Newsroom) -> None:
    while forgotten := await room.store.forget_pages(room.now() - room.keep_pages, BATCH):
        log.info("articles forgotten", entries=forgotten)
