"""What was lost, doubled and late: what arrived held against what was told and asked for."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.soak import news
from bench.soak.news import Story
from bot.model import Channel

Told = Mapping[int, tuple[Story, float]]
Arrived = Mapping[tuple[int, str], Sequence[float]]
Revoked = Mapping[str, Sequence[tuple[float, float]]]
"""By workspace, from when till when."""

LATE = 60.0
REVIVED_WITHIN = 60.0
"""Seconds in which what waited for a workspace goes once the app is installed there again, at five a second and workspace."""


@dataclass
class Count:
    stories: int
    wanted: int
    arrived: int
    ages: list[float]
    late: int = 0
    waited: int = 0
    """Of the late, those whose workspace had removed the app meanwhile."""
    lost: Counter[str] = field(default_factory=Counter)
    """By what the database says of them."""
    doubled: list[tuple[int, str]] = field(default_factory=list)
    strays: int = 0
    """Told to channels that had not asked."""
    joined: int = 0
    """Stories that were taken for another."""
    beside: int = 0
    """Stories that were not taken for AI regulation, and so are wanted nowhere."""


def owed(database: Path, told: Told, arrived: Arrived, channels: int) -> bool:
    """Whether anything may still come."""
    beside = _beside(database)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        filed = {row[0] for row in db.execute("SELECT key FROM entries WHERE story IN (SELECT story FROM briefs)")}
        waits = db.execute("SELECT 1 FROM deliveries WHERE state IN ('pending', 'sending', 'doubt') LIMIT 1").fetchone()
    return bool(waits) or any(f"story-{number}" not in filed for number in told if number not in beside)


def count(
    database: Path, told: Told, served: Mapping[int, float], arrived: Arrived, channels: int, revoked: Revoked
) -> Count:
    wanting = news.wanting(channels)
    beside = _beside(database)
    wanted = {
        (number, channel.id): channel
        for number, (story, _) in told.items()
        if number not in beside
        for channel in wanting[story.place]
    }
    found = Count(len(told), len(wanted), sum(pair in arrived for pair in wanted), sorted(_ages(told, arrived)))
    found.beside = len(beside)
    found.late, found.waited = _late(served, arrived, wanted, revoked)
    found.doubled = [pair for pair, times in arrived.items() if len(times) > 1]
    found.strays = sum(pair not in wanted for pair in arrived)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        of = dict(db.execute("SELECT key, story FROM entries WHERE key LIKE 'story-%'"))
        found.joined = len(of) - len(set(of.values()))
        for (number, _), channel in ((pair, place) for pair, place in wanted.items() if pair not in arrived):
            found.lost[_fate(db, of.get(f"story-{number}", -1), channel)] += 1
    return found


def _beside(database: Path) -> frozenset[int]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        found = db.execute(
            "SELECT key FROM entries WHERE key LIKE 'story-%' AND json_extract(verdict, '$.label') <> 'positive'"
        )
        return frozenset(int(row[0].removeprefix("story-")) for row in found)


def _ages(told: Told, arrived: Arrived) -> Iterator[float]:
    for (number, _), times in arrived.items():
        if number in told:
            yield times[0] - told[number][1]


def _late(
    served: Mapping[int, float], arrived: Arrived, wanted: Mapping[tuple[int, str], Channel], revoked: Revoked
) -> tuple[int, int]:
    """How many came late, and how many of these while, or just after, their workspace had no token."""
    late, waited = 0, 0
    for pair, times in arrived.items():
        if pair not in wanted or times[0] - (since := served[pair[0]]) <= LATE:
            continue
        without = revoked.get(wanted[pair].space, ())
        late += 1
        waited += any(since <= till and times[0] <= till + REVIVED_WITHIN for _, till in without)
    return late, waited


def _fate(db: sqlite3.Connection, story: int | None, channel: Channel) -> str:
    if story == -1:
        return "never heard of"
    if story is None:
        return "heard and not filed"
    row = db.execute(
        "SELECT state, reason FROM deliveries WHERE story = ? AND platform = ? AND space = ? AND channel = ?",
        (story, channel.platform, channel.space, channel.id),
    ).fetchone()
    if row is None:
        return "never put into the outbox"
    return f"{row[0]}: {row[1][:80]}"
