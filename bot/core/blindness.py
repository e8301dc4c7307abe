"""Where we hear nothing though there may be news: which sources, why, since when, and what operators are told of it.

Two looks, well apart, come before anything is called blind. Nothing here switches a source off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.core import cadence
from bot.core.text import counted
from bot.model import Card, Cause, Feed, Memory, Trouble

LOOKS = 2

APART = timedelta(hours=1)
"""Between the first of the looks and the last."""

WEATHER = timedelta(hours=6)
"""The same for a server that does not answer: most outages are over by then."""

MOST_LINES = 20
MOST_NAMED = 8

_SAID: Mapping[Cause, str] = {
    "unreachable": "cannot be reached",
    "blocked": "blocks us",
    "not there": "is not there",
    "not a feed": "serves no feed",
    "silent": "is silent",
    "frozen": "is frozen",
    "moved": "is at another site",
}
_REMEDIES: Mapping[Cause, str] = {
    "unreachable": "It is asked again by itself, at most a day apart.",
    "blocked": "Open it in a browser; a contact in [http] may help, or a word with the publisher.",
    "not there": "Look for its new address and correct it in feeds.toml.",
    "not a feed": "Look for its new address and correct it in feeds.toml.",
    "silent": "Look whether its site has newer items.",
    "frozen": "Look whether its site has newer items and another feed.",
    "moved": "It is still heard. Look whether the new site is theirs, then put its address into feeds.toml.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What operators do not know yet: a source's trouble, or None when it is over; and what they were told before."""

    feed: Feed
    now: Trouble | None
    before: Trouble | None


def site(url: str) -> str:
    """The part of an address that one owner holds: two labels, three under a country's own second level."""
    labels = (urlsplit(url).hostname or "").removesuffix(".").split(".")
    seconds = ("ac", "co", "com", "edu", "gc", "go", "gov", "leg", "ne", "net", "or", "org")
    return ".".join(labels[-3:] if len(labels[-1]) == 2 and labels[-2:-1] and labels[-2] in seconds else labels[-2:])


def trouble(feed: Feed, memory: Memory | None) -> Trouble | None:
    """Why nothing new may reach us from this source; None while all is well, or not yet sure."""
    if memory is None or memory.polled_at is None:
        return None
    if memory.failures:
        return _failing(memory, memory.polled_at)
    return _quiet(memory) or _elsewhere(feed, memory)


def _failing(memory: Memory, polled_at: datetime) -> Trouble | None:
    since, cause = memory.failing_since or polled_at, memory.cause or "unreachable"
    apart = WEATHER if cause == "unreachable" else APART
    sure = memory.failures >= LOOKS and polled_at - since >= apart
    return Trouble(cause, since, memory.reason) if sure else None


def _quiet(memory: Memory) -> Trouble | None:
    first, last = memory.baseline_at, memory.ok_at
    if not first or not last or last - first < APART:
        return None
    newest, allowed = max(memory.heard, default=first), cadence.patience(memory.heard)
    if last - newest <= allowed:
        return None
    if memory.changed_at and memory.changed_at - newest > allowed:
        return Trouble("frozen", newest, f"it is served anew, and its newest item is still of {newest:%d %b %Y}")
    return Trouble("silent", newest, f"nothing new for more than {allowed.days} days, which is unusual for it")


def _elsewhere(feed: Feed, memory: Memory) -> Trouble | None:
    since, last = memory.elsewhere_since, memory.ok_at
    if not memory.elsewhere or not since or not last or last - since < APART:
        return None
    return Trouble("moved", since, f"{site(feed.url)} redirects to {memory.elsewhere}")


def changes(feeds: tuple[Feed, ...], memories: Mapping[str, Memory], told: Mapping[str, Trouble]) -> tuple[Change, ...]:
    """What to tell: each trouble once, and once when it is over. `told` is what was told and is not over, by feed id.

    While a source fails and it is not sure yet, what was told of it stands. One cause of blindness that follows
    another is no news; a source that was only moved and now is blind is.
    """
    found = []
    for feed in feeds:
        memory, before = memories.get(feed.id), told.get(feed.id)
        now = trouble(feed, memory)
        unsure = now is None and memory is not None and memory.failures > 0
        same = (now is None) == (before is None) and (now is None or before is None or now.blind == before.blind)
        if not unsure and not same:
            found.append(Change(feed, now, before))
    return tuple(found)


def notice(changed: tuple[Change, ...], coverage_line: str) -> tuple[str, ...]:
    """The operators' message: its title, a line for each change, those in trouble first, and what is left to hear."""
    worse = [change for change in changed if change.now]
    better = [change for change in changed if not change.now]
    title = " · ".join(
        f"{counted(len(part), 'source')} {what}"
        for part, what in ((worse, "in trouble"), (better, "out of trouble"))
        if part
    )
    lines = [*map(_line, worse), *map(_line, better)]
    cut = [f"… and {len(lines) - MOST_LINES} more: sources"] if len(lines) > MOST_LINES else []
    return (title, *lines[:MOST_LINES], *cut, coverage_line)


def _line(change: Change) -> str:
    name = f"{change.feed.name} ({change.feed.id})"
    if change.now:
        return f"{name} {said(change.now)}: {change.now.reason}. {_REMEDIES[change.now.cause]} {change.feed.url}"
    before = change.before
    if before and not before.blind:
        return f"{name} is no longer at another site."
    return f"{name} is heard again." + (f" Before: {_briefly(before)}." if before else "")


def said(one: Trouble) -> str:
    """ "blocks us since 3 Oct 2026"."""
    return f"{_SAID[one.cause]} since {_day(one.since)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def card(text: tuple[str, ...], number: int, late: datetime | None = None) -> Card:
    """The operators' message as platforms show it; the number tells it from others when one is in doubt.

    One that comes `late` says of when it is.
    """
    title, *lines, coverage_line = text
    notes = (f"Of {late:%d %b %H:%M} UTC, told late", mark(number)) if late else (mark(number),)
    return Card(title=title, category="For operators", points=tuple(lines), source=coverage_line, notes=notes)


def mark(number: int) -> str:
    """ "Notice 12"."""
    return f"Notice {number}"


def coverage(feeds: tuple[Feed, ...], memories: Mapping[str, Memory]) -> str:
    """ "42 of 44 sources healthy; blind: Herald (silent since 3 Oct 2026)", for digests, `sources` and `status`."""
    found = {feed.id: trouble(feed, memories.get(feed.id)) for feed in feeds}
    blind = [feed for feed in feeds if (one := found[feed.id]) and one.blind]
    named = [f"{feed.name} ({_briefly(found[feed.id])})" for feed in blind[:MOST_NAMED]]
    more = [f"{len(blind) - MOST_NAMED} more"] if len(blind) > MOST_NAMED else []
    new = sum(not _asked(memories.get(feed.id)) for feed in feeds)
    failing = sum(found[feed.id] is None and _fails(memories.get(feed.id)) for feed in feeds)
    held = [feed.id for feed in feeds if feed not in blind and _holds(memories.get(feed.id))]
    more_held = [f"{len(held) - MOST_NAMED} more"] if len(held) > MOST_NAMED else []
    parts = [
        f"{len(feeds) - len(blind) - failing - new - len(held)} of {counted(len(feeds), 'source')} healthy",
        f"blind: {', '.join([*named, *more])}" if blind else "",
        f"held: {', '.join([*held[:MOST_NAMED], *more_held])}" if held else "",
        f"{failing} failing for now" if failing else "",
        f"{new} not asked yet" if new else "",
    ]
    return "; ".join(part for part in parts if part)


def _briefly(one: Trouble | None) -> str:
    return f"{one.cause} since {_day(one.since)}" if one else ""


def _asked(memory: Memory | None) -> bool:
    return memory is not None and memory.polled_at is not None


def _fails(memory: Memory | None) -> bool:
    return memory is not None and memory.failures > 0


def _holds(memory: Memory | None) -> bool:
    """One that fails beside it is counted as failing."""
    return memory is not None and memory.held is not None and not memory.failures
