"""How many lines a minute: a bucket that fills at an even pace and gives one for each line, so that a burst is fine."""

import math
from dataclasses import dataclass
from datetime import datetime

MOST = 10_000
"""Buckets remembered; full ones are like none."""


@dataclass(frozen=True, slots=True)
class Bucket:
    left: float
    at: datetime


def drawn(bucket: Bucket | None, a_minute: int, now: datetime) -> tuple[Bucket, int]:
    """The bucket with one less, and 0; where nothing was left, as it is, and the seconds until there is one."""
    left = _left(bucket, a_minute, now)
    if left >= 1:
        return Bucket(left - 1, now), 0
    return Bucket(left, now), math.ceil((1 - left) * 60 / a_minute)


def full(bucket: Bucket, a_minute: int, now: datetime) -> bool:
    return _left(bucket, a_minute, now) >= a_minute


def _left(bucket: Bucket | None, a_minute: int, now: datetime) -> float:
    if bucket is None:
        return float(a_minute)
    return min(float(a_minute), bucket.left + max(0.0, (now - bucket.at).total_seconds()) * a_minute / 60)
