"""What the process that lived longest kept: memory by the minute, its trend once it was warm, and open files."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.soak.program import Sample

WARM_AFTER = 1 / 3
"""Of a life: until then it reads its models, fills the database's cache and whatever else it keeps a bounded number of."""

LONG = 240.0
"""Seconds of a life that says something of growth."""

FLAT = 15.0
"""Megabytes an hour that are no growth: what the allocator gives and takes back within a quarter of an hour comes to that."""

FEW = 3
"""Open files more in the quietest tenth of its last third than of its first."""


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
    files: tuple[float, float]
    """In the quietest tenth of the first and of the last third."""

    @property
    def is_flat(self) -> bool:
        return self.an_hour <= FLAT

    @property
    def keeps_files(self) -> bool:
        return self.files[1] - self.files[0] > FEW


def longest(samples: Sequence[Sample]) -> Growth | None:
    """None where no process lived long enough to say."""
    lives = [[one for one in samples if one.life == life] for life in sorted({one.life for one in samples})]
    life = max(lives, key=lambda of: of[-1].at - of[0].at, default=[])
    if not life or life[-1].at - life[0].at < LONG:
        return None
    since, until = life[0].at, life[-1].at
    warm = [one for one in life if one.at - since >= WARM_AFTER * (until - since)]
    third = len(warm) // 3
    return Growth(
        warm[0].life,
        until - since,
        tuple(
            median([one.megabytes for one in life if minute * 60 <= one.at - since < (minute + 1) * 60])
            for minute in range(int((until - since) / 60))
        ),
        slope(warm, "megabytes"),
        (_quietest(warm[:third]), _quietest(warm[-third:])),
    )


def _quietest(samples: Sequence[Sample]) -> float:
    """Files that stay open between storms."""
    return quantiles((one.files for one in samples), n=10)[0]


def slope(samples: Sequence[Sample], what: str) -> float:
    """An hour's growth, by least squares."""
    at, values = [one.at / 3_600 for one in samples], [float(getattr(one, what)) for one in samples]
    middle, level = sum(at) / len(at), sum(values) / len(values)
    spread = sum((one - middle) ** 2 for one in at)
    return (
        sum((one - middle) * (value - level) for one, value in zip(at, values, strict=True)) / spread if spread else 0.0
    )
