"""When to look again: feeds by their interval and their failures, deliveries by their attempts."""

import hashlib
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never
from urllib.parse import urlsplit

from bot.core import blindness
from bot.model import Failed, Feed, Fresh, Memory, Polled, Unchanged

LEAST = timedelta(minutes=5)
"""No publisher is asked more often, whatever the configuration says; but 0 minutes means every turn."""

SPREAD = 0.1
"""Feeds of one interval are spread over ± this share of it, so that they do not come due together."""

LONGEST = timedelta(hours=24)


def due(
    feeds: tuple[Feed, ...],
    memories: Mapping[str, Memory],
    now: datetime,
    *,
    polled: Container[str] = (),
    everything: bool = False,
) -> tuple[Feed, ...]:
    """The feeds to poll now; one never polled is due. `polled` are those that were, whether or not in `memories`."""
    return tuple(feed for feed in feeds if everything or _is_due(feed, memories.get(feed.id), polled, now))


def _is_due(feed: Feed, memory: Memory | None, polled: Container[str], now: datetime) -> bool:
    if memory is None:
        return feed.id not in polled
    return memory.next_poll is None or memory.next_poll <= now


def spread(feeds: tuple[Feed, ...]) -> tuple[Feed, ...]:
    """One feed of each host, then a second of each: who waits for a host must not keep others waiting."""
    before: Counter[str] = Counter()
    ranked = []
    for feed in feeds:
        host = urlsplit(feed.url).netloc
        ranked.append((before[host], feed))
        before[host] += 1
    return tuple(feed for _, feed in sorted(ranked, key=lambda pair: pair[0]))


def remembered(feed: Feed, memory: Memory | None) -> Memory:
    """What still holds of the memory: after the operator changed the address, validators and redirects do not."""
    if memory is None:
        return Memory(feed.id, configured=feed.url)
    if memory.configured == feed.url:
        return memory
    return replace(memory, configured=feed.url, url="", etag="", last_modified="", body_hash="")


def after(feed: Feed, memory: Memory, polled: Polled, now: datetime) -> Memory:
    """The memory once this answer's entries are stored; validators advance only with a good answer."""
    match polled:
        case Failed():
            failures = memory.failures + 1
            wait = max(_backed_off(_interval(feed), failures), polled.retry_after or timedelta(0))
            return replace(
                memory,
                polled_at=now,
                next_poll=now + wait,
                failures=failures,
                reason=polled.reason,
                cause=polled.cause,
                failing_since=memory.failing_since or now,
            )
        case Fresh() | Unchanged():
            elsewhere = _elsewhere(feed, memory, polled)
            return replace(
                memory,
                url=polled.moved_to or memory.url,
                etag=polled.etag,
                last_modified=polled.last_modified,
                body_hash=polled.body_hash if isinstance(polled, Fresh) else memory.body_hash,
                baseline_at=memory.baseline_at or now,
                polled_at=now,
                ok_at=now,
                next_poll=now + _interval(feed),
                failures=0,
                reason="",
                cause="",
                failing_since=None,
                changed_at=now if isinstance(polled, Fresh) else memory.changed_at,
                elsewhere=elsewhere,
                elsewhere_since=(memory.elsewhere_since or now) if elsewhere else None,
            )
    assert_never(polled)


def _elsewhere(feed: Feed, memory: Memory, polled: Fresh | Unchanged) -> str:
    answered = blindness.site(polled.url or polled.moved_to or memory.url or feed.url)
    return "" if answered == blindness.site(feed.url) else answered


def _interval(feed: Feed) -> timedelta:
    if feed.poll_minutes == 0:
        return timedelta(0)
    minutes = timedelta(minutes=feed.poll_minutes)
    share = int.from_bytes(hashlib.sha256(feed.id.encode()).digest()[:4]) / 0xFFFFFFFF
    spread: timedelta = minutes * (1 - SPREAD + 2 * SPREAD * share)
    return max(LEAST, spread)


def _backed_off(interval: timedelta, failures: int) -> timedelta:
    """Soon at first, for most failures pass; then twice as long each time."""
    base = min(LEAST, interval) or timedelta(seconds=15)
    doubled: timedelta = base * 2 ** min(failures - 1, 12)
    return min(LONGEST, doubled)


def outbox_retry(attempts: int) -> timedelta:
    """5 s after the first attempt, doubling, at most 15 minutes."""
    doubled: timedelta = timedelta(seconds=5) * 2 ** min(max(attempts - 1, 0), 12)
    return min(timedelta(minutes=15), doubled)
