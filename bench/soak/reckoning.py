"""What was lost, doubled, late and leaked: what arrived held against what was told and asked for."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.soak import news
from bench.soak.news import Story
from bench.soak.program import Program, Sample
from bot.model import Channel

Told = Mapping[int, tuple[Story, float]]
Arrived = Mapping[tuple[int, str], Sequence[float]]

LATE = 60.0
LONG = 300.0
"""Seconds of a life that says something of growth."""

WARM_UP = 0.5
"""The share of a life after which memory is to be flat."""


@dataclass
class Count:
    stories: int
    wanted: int
    arrived: int
    ages: list[float]
    refused: int
    """While the workspace's token was revoked."""
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
    database: Path, told: Told, arrived: Arrived, channels: int, revoked: Mapping[str, Sequence[tuple[float, float]]]
) -> Count:
    wanting = news.wanting(channels)
    beside = _beside(database)
    wanted = {
        (number, channel.id): channel
        for number, (story, _) in told.items()
        if number not in beside
        for channel in wanting[story.place]
    }
    found = Count(len(told), len(wanted), sum(pair in arrived for pair in wanted), sorted(_ages(told, arrived)), 0)
    found.beside = len(beside)
    found.doubled = [pair for pair, times in arrived.items() if len(times) > 1]
    found.strays = sum(pair not in wanted for pair in arrived)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        of = dict(db.execute("SELECT key, story FROM entries WHERE key LIKE 'story-%'"))
        found.joined = len(of) - len(set(of.values()))
        for (number, _), channel in ((pair, place) for pair, place in wanted.items() if pair not in arrived):
            said, at = _fate(db, of.get(f"story-{number}", -1), channel)
            if said.startswith("refused") and any(
                since <= at <= till + 5 for since, till in revoked.get(channel.space, ())
            ):
                found.refused += 1
            else:
                found.lost[said] += 1
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


def _fate(db: sqlite3.Connection, story: int | None, channel: Channel) -> tuple[str, float]:
    if story == -1:
        return "never heard of", 0
    if story is None:
        return "heard and not filed", 0
    row = db.execute(
        "SELECT state, reason, settled FROM deliveries WHERE story = ? AND platform = ? AND space = ? AND channel = ?",
        (story, channel.platform, channel.space, channel.id),
    ).fetchone()
    if row is None:
        return "never put into the outbox", 0
    return f"{row[0]}: {row[1][:80]}", datetime.fromisoformat(row[2]).timestamp() if row[2] else 0


# What is printed


def report(
    count: Count, program: Program, met: Mapping[str, int], answered: Sequence[float], strange: int
) -> Iterator[str]:
    yield f"{count.stories} stories, {count.wanted:,} deliveries asked for, {count.arrived:,} arrived"
    yield f"lost {sum(count.lost.values())}, doubled {len(count.doubled)}, told unasked {count.strays}"
    yield f"refused while a token was revoked {count.refused}; told of nothing we sent {strange}"
    yield f"stories taken for another {count.joined}, for beside the point {count.beside}"
    yield from (f"  lost: {number} {why}" for why, number in count.lost.most_common())
    yield f"age on arrival: {_shares(count.ages)}; {sum(age > LATE for age in count.ages):,} over {LATE:.0f} s"
    lag, looks = program.lag(0.99)
    longest, _ = program.lag(1.0)
    yield f"loop late: 99 % of {looks:,} looks at most {lag * 1_000:.0f} ms, all at most {longest * 1_000:.0f} ms"
    yield f"slash commands answered: {len(answered)}; {_shares(sorted(answered))}"
    yield from _lives(program)
    yield f"stopped within: {', '.join(f'{took:.1f} s' for took in program.stops)}; crashes {sum(program.crashes.values())}"
    yield "not ready: " + (", ".join(f"{n} looks ({why})" for why, n in program.unready.most_common(5)) or "never")
    yield "met: " + ", ".join(f"{what} {number}" for what, number in sorted(met.items()))
    yield "in the log:"
    yield from (f"  {number:>6} {level:<8} {event}" for (level, event), number in program.logged().most_common(25))


def _shares(ordered: Sequence[float]) -> str:
    if not ordered:
        return "none"
    half, most = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"half within {half:.1f} s, 95 % within {most:.1f} s, all within {ordered[-1]:.1f} s"


def _lives(program: Program) -> Iterator[str]:
    """Memory, files and database of each process; its growth where it lived long enough to say."""
    for life in sorted({sample.life for sample in program.samples}):
        of = [sample for sample in program.samples if sample.life == life]
        quarters = [of[int(part * (len(of) - 1) / 4)] for part in range(5)]
        yield f"process {life}, {of[-1].at - of[0].at:,.0f} s, at its beginning, three quarters and end:"
        for what in ("megabytes", "files", "database"):
            values = [getattr(one, what) for one in quarters]
            yield f"  {what}: {_row(values)}, most {max(getattr(one, what) for one in of):.0f}{_grows(of, what)}"


def _grows(of: Sequence[Sample], what: str) -> str:
    warm = of[int(len(of) * WARM_UP) :]
    if of[-1].at - of[0].at < LONG:
        return ""
    return f"; {_slope(warm, what):+.1f} an hour in its second half"


def _row(values: Iterable[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)


def _slope(samples: Sequence[Sample], what: str) -> float:
    """An hour's growth, by least squares."""
    at, values = [one.at / 3_600 for one in samples], [float(getattr(one, what)) for one in samples]
    middle, level = sum(at) / len(at), sum(values) / len(values)
    spread = sum((one - middle) ** 2 for one in at)
    return (
        sum((one - middle) * (value - level) for one, value in zip(at, values, strict=True)) / spread if spread else 0.0
    )
