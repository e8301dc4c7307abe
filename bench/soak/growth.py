"""What the process that lived longest kept: memory by the minute, its trend once it was warm, and open files."""

import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.soak.news import Story
from bench.soak.program import Sample
from bot.core import stories
from bot.core.shelf import Shelf
from bot.store.sqlite import Sqlite

WARM_AFTER = 1 / 3
"""Of a life: until then it reads its models, fills the database's cache and whatever else it keeps a bounded number of."""

LONG = 240.0
"""Seconds of a life that says something of growth."""

FLAT = 15.0
"""Megabytes an hour beyond the open stories that are no growth: what the allocator gives and takes back within a quarter
of an hour comes to that."""

FEW = 6
"""Open files more, in the middle, in the last third of it than in the first: connections come and go by the dozen."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one life, from when it was warm."""

    life: int
    seconds: float
    """How long it lived."""
    minutes: tuple[float, ...]
    """Megabytes in each minute of all its life, in the middle."""
    an_hour: float
    """Megabytes, by least squares."""
    open_stories: float
    """Megabytes an hour that the open stories came to: kept for as long as a report may still join them."""
    story_bytes: float
    files: tuple[float, float]
    """In the middle, in the first and in the last third."""

    @property
    def beyond(self) -> float:
        return self.an_hour - self.open_stories

    @property
    def is_flat(self) -> bool:
        return self.beyond <= FLAT

    @property
    def keeps_files(self) -> bool:
        return self.files[1] - self.files[0] > FEW


def longest(samples: Sequence[Sample], told: Mapping[int, tuple[Story, float]], story_bytes: float) -> Growth | None:
    """None where no process lived long enough to say."""
    lives = [[one for one in samples if one.life == life] for life in sorted({one.life for one in samples})]
    life = max(lives, key=lambda of: of[-1].at - of[0].at, default=[])
    if not life or life[-1].at - life[0].at < LONG:
        return None
    since, until = life[0].at, life[-1].at
    warm = [one for one in life if one.at - since >= WARM_AFTER * (until - since)]
    third = len(warm) // 3
    heard = sum(warm[0].wall <= at <= warm[-1].wall for _, at in told.values())
    return Growth(
        warm[0].life,
        until - since,
        tuple(
            median([one.megabytes for one in life if minute * 60 <= one.at - since < (minute + 1) * 60])
            for minute in range(int((until - since) / 60))
        ),
        slope(warm, "megabytes"),
        heard * story_bytes / 1e6 / ((warm[-1].at - warm[0].at) / 3_600),
        story_bytes,
        (median(one.files for one in warm[:third]), median(one.files for one in warm[-third:])),
    )


def slope(samples: Sequence[Sample], what: str) -> float:
    """An hour's growth, by least squares."""
    at, values = [one.at / 3_600 for one in samples], [float(getattr(one, what)) for one in samples]
    middle, level = sum(at) / len(at), sum(values) / len(values)
    spread = sum((one - middle) ** 2 for one in at)
    return (
        sum((one - middle) * (value - level) for one, value in zip(at, values, strict=True)) / spread if spread else 0.0
    )


async def bytes_of_a_story(database: Path) -> float:
    """Of one that is open: as it is read, and what it is found again by."""
    store = await Sqlite.open(database)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        shelf = Shelf(await store.open_stories(datetime.now(UTC) - stories.WINDOW - stories.LATE))
        return (tracemalloc.get_traced_memory()[0] - before) / max(1, len(shelf))
    finally:
        tracemalloc.stop()
        await store.close()
