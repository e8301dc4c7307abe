"""Fills a database as years of work do: entries, stories, briefs and deliveries, written by the store's own statements.

Only that a delivery was sent, and where, is written at once for all of them instead of by 200,000 claims and receipts.
"""

import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bench.soak.news import story as invented
from bot.core import stories
from bot.core.audience import Index
from bot.core.vocabulary import Vocabulary
from bot.model import Alert, Article, Channel, Entry, Filing, Judged, Memory, Story, Subscription, Verdict
from bot.store import filing, listening, lookups, opening, pages, rows
from tests.edges.stored import brief_of

DAYS = 700
FEEDS = 40
CHANNELS = 200
OF_ONE_STORY = 2
"""Reports of a story, on average of those that are about AI regulation."""

RELEVANT = 0.5
BATCH = 500
PAGES_OF = timedelta(days=90)


def channels() -> tuple[Channel, ...]:
    slack = (Channel("slack", f"T{n % 10}", f"C{n}") for n in range(CHANNELS // 2))
    return *slack, *(Channel("discord", "100", str(200_000 + n)) for n in range(CHANNELS // 2))


def fill(path: Path, vocabulary: Vocabulary, entries: int, deliveries: int, now: datetime) -> None:
    db = opening.opened(path)
    try:
        Filler(db, vocabulary, entries, deliveries, now).fill()
    finally:
        db.close()


class Filler:
    def __init__(
        self, db: sqlite3.Connection, vocabulary: Vocabulary, entries: int, deliveries: int, now: datetime
    ) -> None:
        self._db, self._vocabulary, self._now = db, vocabulary, now
        self._entries = entries
        self._stories = int(entries * RELEVANT / OF_ONE_STORY)
        self._each = deliveries / self._stories
        self._chance = random.Random(1)  # noqa: S311  # figures, not secrets
        self._channels = channels()
        self._index = Index(vocabulary)
        self._open: list[Story] = []

    def fill(self) -> None:
        self._whole(self._subscribe)
        for start in range(0, self._entries, BATCH):
            self._whole(lambda start=start: self._batch(range(start, min(start + BATCH, self._entries))))  # type: ignore[misc]
        self._whole(self._all_sent)

    def _whole(self, work: Callable[[], None]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        work()
        self._db.commit()

    def _subscribe(self) -> None:
        for channel in self._channels:
            lookups.subscribe(self._db, Subscription(channel, "everything", "U1", self._now))
            lookups.subscribe(
                self._db, Subscription(channel, f'"Bill {self._chance.randrange(10**4)}" -opinion', "U2", self._now)
            )

    def _batch(self, numbers: Sequence[int]) -> None:
        listening.keep(self._db, tuple(self._judged(number) for number in numbers), self._now)
        for judged in filing.unfiled(self._db, len(numbers)):
            self._file(judged)

    def _judged(self, number: int) -> Judged:
        told = invented(number % 90_000, 1)
        at = self._now - timedelta(days=DAYS) * (1 - number / self._entries) - timedelta(minutes=1)
        entry = Entry(
            f"feed{number % FEEDS}", str(number), told.title, f"https://feed{number % FEEDS}.invalid/{number}", told.text,
            f"Outlet {number % FEEDS}", "press", "US", "en", at, at, "A. Reporter",
        )  # fmt: skip
        relevant = self._chance.random() < RELEVANT
        verdict = self._verdict() if relevant else Verdict("negative", 0.05, ("nothing about public power over AI",))
        return Judged(entry, verdict, "new", "first seen now")

    def _verdict(self) -> Verdict:
        some, known = self._chance.choice, self._vocabulary
        return Verdict(
            "positive", 0.9, ("AI in the title: AI", "governance in the title: Bill"), (some(tuple(known.places)),),
            (some(tuple(known.instruments)),) if self._chance.random() < 0.3 else (), some(tuple(known.type_names)),
            some(tuple(known.stage_names)), (some(tuple(known.topic_names)),),
        )  # fmt: skip

    def _file(self, judged: Judged) -> None:
        entry, at = judged.entry, judged.entry.seen
        joins = self._open.pop() if self._open and self._chance.random() < 1 - 1 / OF_ONE_STORY else None
        filed = Filing(entry, joins, "alike" if joins else "no open story resembles it")
        joined = stories.joined(filed, judged.verdict)
        story = filing.file(
            self._db, filed, joined.verdict, True, self._index.words(entry), self._index.tags(joined), at
        )
        if joins is None:
            self._brief(story, at)
            self._open = [story, *self._open[:20]]
        if self._now - at < PAGES_OF and self._chance.random() < 0.3:
            pages.keep(self._db, entry.id, Article(f"{entry.text} " * 8), "", at)

    def _brief(self, story: Story, at: datetime) -> None:
        some = self._chance.sample(self._channels, min(len(self._channels), round(self._each)))
        alerts = tuple(Alert(channel, ("“AI”",)) for channel in some)
        brief = replace(brief_of(story, dek=story.entries[0].text[:200]), written=at)
        filing.publish(self._db, brief, alerts, at, False, 10)

    def _all_sent(self) -> None:
        """Two in a thousand were refused; each feed was polled a minute ago."""
        self._db.execute(
            """UPDATE deliveries SET state = CASE rowid % 500 WHEN 0 THEN 'refused' ELSE 'sent' END, attempts = 1,
                attempted = created, settled = created, message = '17' || rowid,
                reason = CASE rowid % 500 WHEN 0 THEN 'Slack says is_archived' ELSE '' END"""
        )
        self._db.execute("UPDATE stories SET grown = 0")
        for n in range(FEEDS):
            listening.remember(
                self._db, Memory(f"feed{n}", baseline_at=self._now, polled_at=self._now, ok_at=self._now)
            )
        self._db.execute("INSERT OR REPLACE INTO marks (name, at) VALUES ('turn', ?)", (rows.moment(self._now),))
