"""How often to ask a source: by its own habit, its publisher's word, its tier and its hub; and why, in a few words."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.core import cadence
from bot.model import Feed, Memory, Tier

LEAST = timedelta(minutes=5)
"""No publisher is asked more often, whatever the configuration says; but 0 minutes means every turn."""

SPREAD = 0.1
"""Feeds of one interval are spread over ± this share of it, so that they do not come due together."""

AS_CONFIGURED = timedelta(days=7)
"""The pause of a source that is asked as often as configured. Others by the square root of theirs: that hears the most
for the same number of requests."""

OFTENER = 0.25
"""The share of the configured interval that a busy source is asked at."""

RARER: Mapping[Tier, float] = {
    "primary": 1.0, "press": 1.5, "analysis": 2.0, "newsletter": 3.0, "industry": 2.0, "aggregator": 2.0,
}  # fmt: skip
"""How many times the configured interval a quiet source may wait."""

BEHIND_A_HUB = timedelta(hours=6)
"""The interval of a source whose hub has proved to tell us at once."""

WINDOW = timedelta(hours=1)
BEFORE, BEHIND = timedelta(minutes=5), timedelta(minutes=15)
USUAL = 0.8
"""The share of a source's days whose news came within one hour of the day: then that hour is watched closely."""

DAYS = 10
"""Days from which on such an hour is believed."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hour:
    """When a source usually publishes, UTC: from `opens` after midnight, for so long, on these days of the week."""

    opens: timedelta
    lasts: timedelta
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a source is asked now, and why; "" where it is as configured."""

    every: timedelta
    why: str = ""
    hour: Hour | None = None
    """Then it is asked as often as `least`."""
    least: timedelta = LEAST


def of(feed: Feed, memory: Memory, *, pushed: bool = False) -> Rhythm:
    """`pushed`: whether its hub has proved to tell us at once."""
    configured = timedelta(minutes=feed.poll_minutes)
    if not configured:
        return Rhythm(configured, "at every turn, as configured")
    if pushed:
        return Rhythm(max(BEHIND_A_HUB, configured * RARER[feed.tier]), "its hub tells us at once")
    least = max(LEAST, min(timedelta(seconds=memory.hint), configured))
    wanted, why = configured, ""
    if pause := cadence.pause(memory.heard):
        factor = min(RARER[feed.tier], max(OFTENER, (pause / AS_CONFIGURED) ** 0.5))
        wanted, why = configured * factor, "by its habit"
    if wanted < least:
        why = "its publisher asks for no more" if least > LEAST else "no source is asked more often"
    return Rhythm(max(least, wanted), why, hour(memory.heard), least)


def next_look(feed: Feed, memory: Memory, now: datetime, *, pushed: bool = False) -> datetime:
    """After a good answer. The first wait is cut short, so that sources met together do not stay together."""
    one, share = of(feed, memory, pushed=pushed), _share(feed)
    if not one.every:
        return now
    early: float = 0.5 + share / 2 if memory.baseline_at is None else 1.0
    usual = now + max(one.least, one.every * (1 - SPREAD + 2 * SPREAD * share) * early)
    if one.hour is None:
        return usual
    opens = _opening(one.hour, now)
    return min(usual, max(now + one.least, opens + one.least * share))


def hour(heard: tuple[datetime, ...]) -> Hour | None:
    """The hour in which nearly all its news came; None without one. Midnight is the date of who gives no time."""
    moments = [moment for moment in heard if moment.time() != time(0)]
    if len(moments) < DAYS:
        return None
    clock = sorted(_clock(moment) for moment in moments)
    twice = [*clock, *(at + _DAY for at in clock)]  # a window may reach past midnight
    held = {start: bisect_right(twice, start + WINDOW) - bisect_left(twice, start) for start in clock}
    start = max(held, key=lambda start: held[start])
    if held[start] < USUAL * len(moments):
        return None
    within = [moment for moment in moments if (_clock(moment) - start) % _DAY <= WINDOW]
    lasts = max((_clock(moment) - start) % _DAY for moment in within)
    opens = (start - BEFORE) % _DAY
    days = frozenset((moment - (_clock(moment) - start) % _DAY - BEFORE).weekday() for moment in within)
    return Hour(opens, BEFORE + lasts + BEHIND, days)


def said(one: Rhythm) -> str:
    """ "every 45 min (by its habit), oftener 08:50–09:30 UTC"."""
    if not one.every:
        return one.why
    minutes = round(one.every / timedelta(minutes=1))
    text = f"every {minutes} min" if minutes < 120 else f"every {round(minutes / 60)} h"
    text += f" ({one.why})" if one.why else ""
    if one.hour and one.every > one.least:
        text += f", oftener {_written(one.hour.opens)}–{_written(one.hour.opens + one.hour.lasts)} UTC"
    return text


def _opening(one: Hour, now: datetime) -> datetime:
    """Of the window that is open, or else of the next."""
    midnight = now - _clock(now)
    for days in range(-1, 8):
        opens = midnight + timedelta(days=days) + one.opens
        if opens.weekday() in one.days and now < opens + one.lasts:
            return opens
    return now + timedelta(days=8)


def _clock(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


def _written(clock: timedelta) -> str:
    minutes = clock % _DAY // timedelta(minutes=1)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _share(feed: Feed) -> float:
    """From 0 to 1, the same for ever for one feed."""
    return int.from_bytes(hashlib.sha256(feed.id.encode()).digest()[:4]) / 0xFFFFFFFF
