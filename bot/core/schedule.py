"""When to look again: feeds by their rhythm and their failures, deliveries by their attempts."""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import assert_never
from urllib.parse import urlsplit

from bot.core import blindness, rhythm
from bot.model import Failed, Feed, Fresh, Memory, Polled, Unchanged

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
        of_host = host(feed.url)
        ranked.append((before[of_host], feed))
        before[of_host] += 1
    return tuple(feed for _, feed in sorted(ranked, key=lambda pair: pair[0]))


@lru_cache(maxsize=20_000)
def host(url: str) -> str:
    """Asked of each feed twice at every turn."""
    return urlsplit(url).netloc


def remembered(feed: Feed, memory: Memory | None) -> Memory:
    """What still holds of the memory: after the operator changed the address, validators and redirects do not."""
    if memory is None:
        return Memory(feed.id, configured=feed.url)
    if memory.configured == feed.url:
        return memory
    return replace(memory, configured=feed.url, url="", etag="", last_modified="", body_hash="")


def after(feed: Feed, memory: Memory, polled: Polled, now: datetime, *, pushed: bool = False) -> Memory:
    """The memory once this answer's entries are stored; validators advance only with a good answer.

    `pushed` as in `rhythm.of`.
    """
    match polled:
        case Failed():
            failures = memory.failures + 1
            wait = max(_backed_off(timedelta(minutes=feed.poll_minutes), failures), polled.retry_after or timedelta(0))
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
                next_poll=rhythm.next_look(feed, memory, now, pushed=pushed),
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
    answered = polled.url or polled.moved_to or memory.url or feed.url
    if answered == feed.url:
        return ""
    site = blindness.site(answered)
    return "" if site == blindness.site(feed.url) else site


def _backed_off(interval: timedelta, failures: int) -> timedelta:
    """Soon at first, for most failures pass; then twice as long each time."""
    base = min(rhythm.LEAST, interval) or timedelta(seconds=15)
    doubled: timedelta = base * 2 ** min(failures - 1, 12)
    return min(LONGEST, doubled)


CLOCK_FAST = timedelta(hours=1)
"""How long before its attempt a message in doubt is looked for: our clock dates the attempt, the platform's the message."""


def outbox_retry(attempts: int) -> timedelta:
    """5 s after the first attempt, doubling, at most 15 minutes."""
    doubled: timedelta = timedelta(seconds=5) * 2 ** min(max(attempts - 1, 0), 12)
    return min(timedelta(minutes=15), doubled)
