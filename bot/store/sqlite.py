"""The store on one SQLite file: every method is one transaction, run whole on the store's own thread.

Only receipts that come while others are being written share one (`together`).
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from bot.core.audience import Index
from bot.core.exchange import Change, Item
from bot.model import (
    Added,
    Alert,
    Article,
    Asking,
    Brief,
    Census,
    Channel,
    ChannelHealth,
    Correction,
    Decision,
    Delivery,
    Entry,
    Feedback,
    Filing,
    Heard,
    Installation,
    Judged,
    Measures,
    Memory,
    Notice,
    Outcome,
    PlatformHealth,
    Push,
    Recall,
    Story,
    Subscription,
    Trouble,
    Unread,
    Verdict,
)
from bot.store import (
    alarms,
    amending,
    choosing,
    envelopes,
    filing,
    forgetting,
    installing,
    lines,
    listening,
    lookups,
    measuring,
    models,
    opening,
    outbox,
    pages,
    parking,
    pushing,
    regrouping,
    retention,
    rewinding,
    stopping,
    trouble,
    watching,
)
from bot.store.together import Together

P = ParamSpec("P")
T = TypeVar("T")


class Sqlite:
    """Implements `ports.Store`. Make it with `await Sqlite.open(path)`."""

    def __init__(self, thread: ThreadPoolExecutor, db: sqlite3.Connection) -> None:
        self._thread = thread
        self._db = db
        self._receipts = Together(self._write)

    @classmethod
    async def open(cls, path: Path, *, backups: Path | None = None, checked: datetime | None = None) -> Self:
        """Open or make the file and bring its schema up to date. Raises UserError when it cannot be used.

        `backups` and `checked` as in `opening.opened`.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            found = await asyncio.get_running_loop().run_in_executor(thread, opening.opened, path, backups, checked)
            return cls(thread, found)
        except BaseException:
            thread.shutdown()
            raise

    async def close(self) -> None:
        """After what was begun before it."""
        await self._receipts.ended()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
        self._thread.shutdown()

    async def _read(
        self, body: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run("BEGIN", body, *args, **kwargs)

    async def _write(
        self, body: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        # IMMEDIATE: a transaction that reads first and writes later could otherwise fail half-way for another's write.
        return await self._run("BEGIN IMMEDIATE", body, *args, **kwargs)

    async def _run(
        self, begin: str, body: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Whole, even when whoever waits for it is cancelled."""

        def transaction() -> T:
            self._db.execute(begin)
            try:
                answer = body(self._db, *args, **kwargs)
                self._db.commit()
            except BaseException:  # a commit can fail too, on a full disk, and leaves its transaction open
                with suppress(
                    sqlite3.Error
                ):  # SQLite may have rolled back itself; the first error is the one that counts
                    self._db.rollback()
                raise
            return answer

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)
        except sqlite3.Error as error:
            if down := trouble.at_work(error):
                raise down from error
            raise

    # Listening

    async def memories(self, due: datetime | None = None) -> Mapping[str, Memory]:
        return await self._read(listening.memories, due)

    async def polled(self) -> frozenset[str]:
        return await self._read(listening.polled)

    async def memory(self, feed: str) -> Memory | None:
        return await self._read(listening.memory, feed)

    async def next_poll(self, after: datetime) -> datetime | None:
        return await self._read(listening.next_poll, after)

    async def recall(self, feed: str, entries: tuple[Entry, ...]) -> Recall:
        return await self._read(listening.recall, feed, entries)

    async def record(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        return await self._write(listening.record, memory, judged, now)

    async def record_all(self, heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
        return await self._write(listening.record_all, heard, now)

    async def unjudged(self, limit: int) -> tuple[Entry, ...]:
        return await self._read(listening.unjudged, limit)

    async def judge(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        await self._write(listening.judge, verdicts)

    async def release(self, feed: str, now: datetime) -> int:
        return await self._write(listening.release, feed, now)

    async def pushes(self) -> Mapping[str, Push]:
        return await self._read(pushing.pushes)

    async def push_at(self, path: str) -> Push | None:
        return await self._read(pushing.at, path)

    async def trusted_hubs(self, now: datetime) -> frozenset[str]:
        return await self._read(pushing.trusted, now)

    async def put_push(self, push: Push) -> None:
        await self._write(pushing.put, push)

    async def change_push(self, before: Push, after: Push, now: datetime) -> bool:
        return await self._write(pushing.change, before, after, now)

    async def drop_pushes(self, feeds: Sequence[str]) -> None:
        await self._write(pushing.drop, feeds)

    async def record_push(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        return await self._write(pushing.record, memory, judged, now)

    async def miss_pushes(self, feeds: Sequence[str], now: datetime) -> None:
        await self._write(pushing.miss, feeds, now)

    async def added_feeds(self) -> tuple[Added, ...]:
        return await self._read(choosing.feeds)

    async def add_feed(self, added: Added) -> bool:
        return await self._write(choosing.add, added)

    async def remove_feed(self, feed: str) -> Added | None:
        return await self._write(choosing.remove, feed)

    # Filing

    async def unfiled(self, limit: int) -> tuple[Judged, ...]:
        return await self._read(filing.unfiled, limit)

    async def open_stories(self, since: datetime) -> tuple[Story, ...]:
        return await self._read(filing.open_stories, since)

    async def regroupings(self) -> int:
        return await self._read(filing.regroupings)

    async def file(
        self, filed: Filing, verdict: Verdict, *, told: bool, text: str, tags: str = "", now: datetime
    ) -> Story:
        return await self._write(filing.file, filed, verdict, told, text, tags, now)

    async def split(self, story: int, entries: tuple[int, ...], *, index: Index, now: datetime) -> Story | None:
        return await self._write(regrouping.split, story, entries, index, now)

    async def merge(self, into: int, gone: int, *, why: str, index: Index, now: datetime) -> Story | None:
        return await self._write(regrouping.merge, into, gone, why, index, now)

    async def tell(self, story: int, now: datetime) -> bool:
        return await self._write(regrouping.tell, story, now)

    # Briefing

    async def unbriefed(self, limit: int) -> tuple[Story, ...]:
        return await self._read(filing.unbriefed, limit)

    async def keep_page(self, entry: int, article: Article | Unread, *, words: str, now: datetime) -> None:
        await self._write(pages.keep, entry, article, words, now)

    async def forget_pages(self, before: datetime, limit: int) -> int:
        return await self._write(pages.forget, before, limit)

    async def publish(
        self, brief: Brief, alerts: tuple[Alert, ...], now: datetime, *, asked: bool = False, importance: int = 0
    ) -> int:
        return await self._write(filing.publish, brief, alerts, now, asked, importance)

    async def pass_over(self, story: int, why: str, now: datetime) -> None:
        await self._write(filing.pass_over, story, why, now)

    async def brief(self, story: int) -> Brief | None:
        return await self._read(filing.brief, story)

    async def grown(self, limit: int) -> tuple[tuple[Story, Brief], ...]:
        return await self._read(filing.grown, limit)

    async def revise(self, brief: Brief, now: datetime, *, repost: bool, why: str, growth: bool = False) -> None:
        await self._write(filing.revise, brief, now, repost, why, growth=growth)

    # Corrections

    async def told(self, feed: str, keys: tuple[str, ...], since: datetime) -> tuple[tuple[Entry, Brief], ...]:
        return await self._read(amending.told, feed, keys, since)

    async def known_version(self, entry: int, digest: str) -> bool:
        return await self._read(amending.known, entry, digest)

    async def see_version(self, entry: int, digest: str, now: datetime) -> None:
        await self._write(amending.see, entry, digest, now)

    async def correct(self, correction: Correction, brief: Brief, digest: str, now: datetime) -> None:
        await self._write(amending.correct, correction, brief, digest, now)

    async def corrections(self, limit: int) -> tuple[tuple[int, Correction], ...]:
        return await self._read(amending.corrections, limit)

    # Language models

    async def reserve(
        self,
        month: str,
        tokens: int,
        micro_usd: int,
        *,
        most_tokens: int,
        most_micro_usd: int,
        story: int,
        now: datetime,
    ) -> int | None:
        return await self._write(models.reserve, month, tokens, micro_usd, most_tokens, most_micro_usd, story, now)

    async def settle_spend(self, number: int, tokens: int, micro_usd: int) -> None:
        await self._write(models.settle, number, tokens, micro_usd)

    async def spent(self, month: str) -> tuple[int, int]:
        return await self._read(models.spent, month)

    async def model_answer(self, key: str) -> str:
        return await self._read(models.answer, key)

    async def keep_model_answer(self, key: str, text: str, now: datetime) -> None:
        await self._write(models.keep_answer, key, text, now)

    # Slack workspaces

    async def installations(self) -> tuple[Installation, ...]:
        return await self._read(installing.installations)

    async def installation(self, team: str) -> Installation | None:
        return await self._read(installing.installation, team)

    async def install(self, installation: Installation) -> None:
        await self._write(installing.install, installation)

    async def reseal(self, team: str, was: bytes, sealed: bytes, expires: datetime | None) -> bool:
        return await self._write(installing.reseal, team, was, sealed, expires)

    async def uninstall(self, team: str, text: tuple[str, ...], now: datetime) -> bool:
        return await self._write(installing.uninstall, team, text, now)

    async def issue(self, state: str, *, until: datetime, now: datetime) -> None:
        await self._write(installing.issue, state, until, now)

    async def redeem(self, state: str, now: datetime) -> bool:
        return await self._write(installing.redeem, state, now)

    # The outbox

    async def claim(
        self,
        now: datetime,
        platforms: tuple[str, ...],
        *,
        lease: timedelta,
        gaps: Mapping[str, timedelta],
        limit: int,
        share: int | None = None,
        alone: Collection[str] = (),
    ) -> tuple[tuple[Delivery, Brief], ...]:
        share = limit if share is None else share
        return await self._write(outbox.claim, now, platforms, lease, gaps, limit, share, alone)

    async def settle(
        self, delivery: str, outcome: Outcome, now: datetime, retry: timedelta, *, threads: bool = False
    ) -> None:
        await self._receipts.written(lambda db: outbox.settle(db, delivery, outcome, now, retry, threads))

    async def put_off(self, platform: str, space: str, until: datetime) -> None:
        await self._write(outbox.put_off, platform, space, until)

    async def reclaim(self, now: datetime) -> int:
        return await self._write(rewinding.reclaim, now)

    async def hold(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...] = ()) -> None:
        await self._write(outbox.hold, delivery, reason, now, notice)

    async def resend(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...]) -> None:
        await self._write(outbox.resend, delivery, reason, now, notice)

    async def next_due(self, platforms: tuple[str, ...], gaps: Mapping[str, timedelta]) -> datetime | None:
        return await self._read(outbox.next_due, platforms, gaps)

    async def to_revise(self, now: datetime, platforms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return await self._read(outbox.to_revise, now, platforms)

    async def claim_revisions(
        self, now: datetime, platform: str, space: str, *, until: datetime, limit: int
    ) -> tuple[tuple[Delivery, Brief], ...]:
        return await self._write(outbox.claim_revisions, now, platform, space, until, limit)

    async def settle_revision(
        self, delivery: str, *, until: datetime, again: datetime | None, failed: bool = False
    ) -> None:
        await self._write(outbox.settle_revision, delivery, until, again, failed)

    # Subscriptions

    async def subscriptions(self, channel: Channel | None = None) -> tuple[Subscription, ...]:
        return await self._read(lookups.subscriptions, channel)

    async def subscriptions_changed(self, since: int, limit: int) -> tuple[Asking, ...]:
        return await self._read(lookups.subscriptions_changed, since, limit)

    async def subscribe(self, subscription: Subscription) -> Subscription:
        return await self._write(lookups.subscribe, subscription)

    async def change(self, subscription: Subscription) -> bool:
        return await self._write(lookups.change, subscription)

    async def subscribed_by(self, platform: str, space: str, person: str) -> tuple[Channel, ...]:
        return await self._read(lookups.subscribed_by, platform, space, person)

    async def give_feedback(self, feedback: Feedback) -> None:
        await self._write(lookups.give_feedback, feedback)

    async def feedback(
        self, channel: Channel, *, story: int | None = None, since: datetime | None = None
    ) -> tuple[Feedback, ...]:
        return await self._read(lookups.feedback, channel, story, since)

    async def unsubscribe(self, channel: Channel, subscription: int, now: datetime) -> bool:
        return await self._write(stopping.unsubscribe, channel, subscription, now)

    async def resume(self, channel: Channel, subscription: int, now: datetime) -> tuple[Subscription, int] | None:
        return await self._write(stopping.resume, channel, subscription, now)

    async def setting(self, channel: Channel, name: str) -> str:
        return await self._read(lookups.setting, channel, name)

    async def set(self, channel: Channel, name: str, value: str) -> None:
        await self._write(lookups.set_setting, channel, name, value)

    async def mute(self, channel: Channel, word: str, now: datetime) -> None:
        await self._write(lookups.mute, channel, word, now)

    async def unmute(self, channel: Channel, word: str) -> bool:
        return await self._write(lookups.unmute, channel, word)

    async def mutes(self, channel: Channel) -> tuple[str, ...]:
        return await self._read(lookups.mutes, channel)

    async def keep_line(self, line: str, now: datetime) -> str:
        return await self._write(lines.keep, line, now)

    async def kept_line(self, line: str) -> str:
        return await self._read(lines.kept, line)

    async def chosen(self) -> tuple[Item, ...]:
        return await self._read(choosing.chosen)

    async def choose(self, wanted: tuple[Item, ...], *, prune: bool, now: datetime) -> tuple[Change, ...]:
        return await self._write(choosing.choose, wanted, prune, now)

    # Looking up

    async def latest(self, limit: int, offset: int = 0, *, adjacent: bool = False) -> tuple[Story, ...]:
        return await self._read(lookups.latest, limit, offset, adjacent)

    async def search(self, fts: str, limit: int, offset: int = 0) -> tuple[Story, ...]:
        return await self._read(lookups.search, fts, limit, offset)

    async def story(self, story: int) -> Story | None:
        return await self._read(filing.story, story)

    async def about(self, instruments: tuple[str, ...], before: datetime, limit: int) -> tuple[Story, ...]:
        return await self._read(filing.about, instruments, before, limit)

    async def find(self, link: str) -> tuple[tuple[Judged, int | None], ...]:
        return await self._read(lookups.find, link)

    async def trail(self, entry: int) -> tuple[Decision, ...]:
        return await self._read(lookups.trail, entry)

    async def deliveries(self, story: int) -> tuple[Delivery, ...]:
        return await self._read(lookups.deliveries, story)

    async def told_in(self, channel: Channel, since: datetime) -> frozenset[int]:
        return await self._read(lookups.told_in, channel, since)

    # Care

    async def forget_untold(self, before: datetime, limit: int) -> int:
        return await self._write(retention.forget, before, limit)

    async def found(self, whom: forgetting.Whom) -> tuple[tuple[str, str, int], ...]:
        return await self._read(forgetting.found, whom)

    async def forget(self, whom: forgetting.Whom, now: datetime) -> tuple[tuple[str, str, int], ...]:
        """Deleted, and gone from the file's log too."""
        held = await self._write(forgetting.forget, whom, now)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._empty_the_log)
        return held

    def _empty_the_log(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Health

    async def note_platform(self, platform: str, *, ok: bool, reason: str, now: datetime) -> None:
        await self._write(lookups.note_platform, platform, ok, reason, now)

    async def platforms(self) -> tuple[PlatformHealth, ...]:
        return await self._read(lookups.platforms)

    async def troubled_channels(self) -> tuple[ChannelHealth, ...]:
        return await self._read(lookups.troubled_channels)

    async def troubles(self) -> Mapping[str, Trouble]:
        return await self._read(watching.troubles)

    async def watch(self, changed: Mapping[str, Trouble | None], text: tuple[str, ...], now: datetime) -> None:
        await self._write(watching.watch, changed, text, now)

    async def alarm(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        return await self._write(alarms.raised, what, text, now)

    async def all_clear(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        return await self._write(alarms.over, what, text, now)

    async def first(self, key: str, now: datetime) -> bool:
        return await self._write(envelopes.first, key, now)

    async def revive(self, channel: Channel, now: datetime) -> None:
        await self._write(parking.revive, channel, now)

    async def is_parked(self, channel: Channel) -> bool:
        return await self._read(parking.is_parked, channel)

    async def claim_notice(self, now: datetime, *, since: datetime, lease: timedelta) -> Notice | None:
        return await self._write(watching.claim, now, since, lease)

    async def settle_notice(self, notice: int, outcome: Outcome, now: datetime, retry: timedelta) -> None:
        await self._write(watching.settle, notice, outcome, now, retry)

    async def note_turn(self, now: datetime) -> timedelta:
        return await self._write(rewinding.note_turn, now)

    async def measures(self, month: str) -> Measures:
        return await self._read(measuring.measures, month)

    async def waiting(self) -> datetime | None:
        return await self._read(measuring.waiting)

    async def first_seen(self, stories: tuple[int, ...]) -> Mapping[int, datetime]:
        return await self._read(measuring.first_seen, json.dumps(stories))

    async def census(self) -> Census:
        return await self._read(lookups.census)
