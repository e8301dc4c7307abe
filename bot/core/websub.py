"""The subscriber's side of WebSub (W3C Recommendation, 23 January 2018): what to ask a hub, and what to believe of it."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from bot.core.text import clean, counted, shorten
from bot.model import Feed, Memory, Push

LEASE = timedelta(days=10)
"""What is asked for; the hub decides."""

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=90)
"""Of what a hub may grant: a shorter lease is renewed at that pace, and a longer one before it is forgotten."""

EARLY = 0.25
"""The share of its lease that is left when a subscription is renewed."""

PATIENCE = timedelta(minutes=10)
"""In which a hub should ask back whether we mean it."""

FIRST_RETRY, LAST_RETRY = timedelta(minutes=5), timedelta(days=1)

SURE = 3
"""Attempts in a row without success before operators are told."""

ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Want:
    """What is to be done about a feed's hub; `push` is what there is, None before the first time."""

    feed: Feed
    hub: str
    topic: str
    push: Push | None

    @property
    def same(self) -> bool:
        return self.push is not None and (self.push.hub, self.push.topic) == (self.hub, self.topic)


def wanted(
    feeds: tuple[Feed, ...], memories: Mapping[str, Memory], pushes: Mapping[str, Push], now: datetime
) -> tuple[Want, ...]:
    """The feeds whose hub is to be asked now: a new one, a lease that ends, an attempt whose time has come."""
    found = []
    for feed in feeds:
        memory, push = memories.get(feed.id), pushes.get(feed.id)
        if memory is None or not memory.hub or memory.baseline_at is None:
            continue
        want = Want(feed, memory.hub, memory.topic, push)
        if push is None or not want.same or push.again is None or push.again <= now:
            found.append(want)
    return tuple(found)


def gone(feeds: tuple[Feed, ...], memories: Mapping[str, Memory], pushes: Mapping[str, Push]) -> tuple[str, ...]:
    """The feeds that are not listened to any more, or have no hub any more."""
    listened = {feed.id for feed in feeds}
    return tuple(
        name
        for name in pushes
        if name not in listened or ((memory := memories.get(name)) is not None and not memory.hub)
    )


def form(push: Push, callback: str) -> Mapping[str, str]:
    """What is posted to the hub (§5.1)."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": push.topic,
        "hub.callback": callback,
        "hub.secret": push.secret,
        "hub.lease_seconds": str(round(LEASE.total_seconds())),
    }


def asking(push: Push, now: datetime) -> Push:
    """Before it is asked: its question back may come before its answer. A lease that still runs goes on."""
    attempts = push.attempts + 1
    waits = PATIENCE + min(LAST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 12))
    asked = replace(push, asked=now, again=now + waits, attempts=attempts)
    if push.asked is not None:
        return replace(asked, state=_left(push, now), reason="it never asked back whether we mean it")
    if push.state == "on" and _left(push, now) == "off":
        return replace(asked, state="off", reason="what it granted has ended, and it has not renewed it")
    return asked


def _left(push: Push, now: datetime) -> Literal["on", "off"]:
    """What a failure leaves of it."""
    return "on" if push.state == "on" and push.until is not None and push.until > now else "off"


def failed(push: Push, reason: str, now: datetime) -> Push:
    """The hub could not be asked, or said no at once. A lease that still runs goes on."""
    again = now + min(LAST_RETRY, FIRST_RETRY * 2 ** min(max(push.attempts - 1, 0), 12))
    return replace(push, state=_left(push, now), asked=None, again=again, reason=reason)


def granted(push: Push, topic: str, seconds: str, now: datetime) -> Push | None:
    """When the hub asks back (§5.3): the subscription as it is then; None when we never asked for that."""
    if push.asked is None or topic != push.topic:
        return None
    given = timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else LEASE
    lease = min(LONGEST, max(SHORTEST, given))
    return replace(
        push,
        state="on",
        asked=None,
        until=now + max(given, SHORTEST),
        again=now + lease * (1 - EARLY),
        attempts=0,
        reason="",
    )


def denied(push: Push, topic: str, reason: str, now: datetime) -> Push | None:
    """When the hub refuses, at once or later (§5.2); None when it is not about our topic."""
    if topic != push.topic:
        return None
    said = f"it refuses: {shorten(clean(reason), 200)}" if clean(reason) else "it refuses, and does not say why"
    return replace(
        push,
        state="off",
        asked=None,
        until=None,
        again=now + LAST_RETRY,
        attempts=max(SURE, push.attempts),
        reason=said,
    )


def genuine(secret: str, body: bytes, header: str) -> bool:
    """Whether the hub signed these bytes (§7); compared in constant time."""
    name, _, given = header.strip().partition("=")
    if name.lower() not in ALGORITHMS or not given.isascii():
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, name.lower())).hexdigest()
    return hmac.compare_digest(expected, given.strip().lower())


def trouble(push: Push) -> bool:
    """Whether operators are to be told."""
    return push.state == "off" and push.attempts >= SURE


def over(push: Push) -> bool:
    """Whether operators were told of a trouble that is over."""
    return push.state == "on" and push.told


def told(push: Push) -> Push:
    """Once they are told how it is now."""
    return replace(push, told=push.state == "off")


def line(feed: Feed, push: Push) -> str:
    """What they are told."""
    host = urlsplit(push.hub).hostname or push.hub
    if over(push):
        return f"{feed.name} ({feed.id}) is told by its hub {host} again."
    return (
        f"{feed.name} ({feed.id}) is not told by its hub {host}: {push.reason}. "
        "It is polled as before, so nothing is lost but time; the hub is asked again by itself, at most a day apart."
    )


def notice(worse: tuple[str, ...], better: tuple[str, ...], coverage_line: str) -> tuple[str, ...]:
    """The operators' message, in the form of `blindness.notice`."""
    title = " · ".join(
        f"{counted(len(lines), 'hub')} {what}"
        for lines, what in ((worse, "in trouble"), (better, "out of trouble"))
        if lines
    )
    return (title, *worse, *better, coverage_line)
