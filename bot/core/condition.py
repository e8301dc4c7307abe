"""How all of it is, worst first: what does not work, then the numbers; operators read why, everybody else only that."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core import blindness, readiness, report
from bot.core.text import counted
from bot.model import Census, Channel, ChannelHealth, Delay, Feed, Memory, PlatformHealth

MOST_TROUBLED = 10
WHO_KNOWS = "does not work just now; whoever runs RegPulse can see why"


def near(here: Channel, channels: tuple[ChannelHealth, ...]) -> tuple[ChannelHealth, ...]:
    """Those that somebody there may know of: of their own workspace or server, or their own channel."""

    def own(other: Channel) -> bool:
        return other == here or bool(here.space and (other.platform, other.space) == (here.platform, here.space))

    return tuple(one for one in channels if own(one.channel))


def status(
    platforms: tuple[PlatformHealth, ...],
    channels: tuple[ChannelHealth, ...],
    feeds: tuple[Feed, ...],
    memories: Mapping[str, Memory],
    census: Census,
    now: datetime,
    troubles: tuple[str, ...] = (),
    *,
    here: Channel | None = None,
) -> str:
    """What does not work first, each with its reason; then the numbers.

    All of it for operators. `here` is where somebody else asks, who is told what concerns them: not why a platform does not
    work, nor of other people's places, of single rows, or how much there is in all.
    """
    if here:
        channels = near(here, channels)
    failing = [feed for feed in feeds if report.troubled(feed, memories.get(feed.id))]
    lines = [
        f"✗ {one.platform}: {WHO_KNOWS if here else one.reason} ({report.ago(one.since, now)})"
        for one in platforms
        if not one.ok
    ]
    lines += [f"✗ {trouble}" for trouble in troubles]
    lines += () if here else _unreadable(census.unreadable)
    lines += [_channel(one, now) for one in channels[:MOST_TROUBLED]]
    if len(channels) > MOST_TROUBLED:
        lines.append(f"… and {counted(len(channels) - MOST_TROUBLED, 'more channel')} in trouble")
    lines += [report.source(feed, memories.get(feed.id), now) for feed in failing[:MOST_TROUBLED]]
    if len(failing) > MOST_TROUBLED:
        lines.append(f"… and {counted(len(failing) - MOST_TROUBLED, 'more feed')} in trouble: sources")
    past = bool(readiness.stopped(census.last_turn, now))
    connected = "• {}: was connected ({})" if past else "✓ {}: connected ({})"
    lines += [connected.format(one.platform, report.ago(one.since, now)) for one in platforms if one.ok]
    whole = not failing and not past and all(report.was_asked(memories.get(feed.id)) for feed in feeds)
    lines.append(f"{'✓' if whole else '•'} {blindness.coverage(feeds, memories)}")
    lines += [] if here else [_outbox(census, now)]
    lines.append(_kept(census, everything=not here))
    if census.delays:
        lines.append(_delays(census.delays))
    turn = f"last turn {report.ago(census.last_turn, now)}" if census.last_turn else "no turn has finished yet"
    return "\n".join([*lines, f"• {turn}"])


def _unreadable(places: tuple[str, ...]) -> tuple[str, ...]:
    if not places:
        return ()
    more = f" and {len(places) - MOST_TROUBLED} more" if len(places) > MOST_TROUBLED else ""
    named = f"{', '.join(places[:MOST_TROUBLED])}{more}"
    return (f"✗ {counted(len(places), 'row')} of the database cannot be read, and all else goes on: {named}",)


def _kept(census: Census, *, everything: bool) -> str:
    news = (
        counted(census.entries, "entry", "entries"),
        counted(census.stories, "story", "stories"),
        counted(census.briefs, "brief"),
    )
    if not everything:
        return f"• {', '.join(news)}"
    size = f"; the database takes {census.bytes / 1e6:,.1f} MB" if census.bytes else ""
    return f"• {', '.join((*news, counted(census.subscriptions, 'subscription')))}{size}"


def _delays(delays: tuple[Delay, ...]) -> str:
    seen = sorted(delay.seen for delay in delays)
    published = sorted(delay.published for delay in delays if delay.published is not None)
    which = "the last alert" if len(delays) == 1 else f"the last {len(delays)} alerts"
    line = f"• of {which}: after being seen {_spread(seen)}"
    return f"{line}; after being published {_spread(published)}" if published else line


def _spread(ages: list[timedelta]) -> str:
    """The nearest rank (an age that occurred), not an average of two."""
    if len(ages) == 1:
        return _length(ages[0])
    half, most = (ages[max(0, math.ceil(len(ages) * share) - 1)] for share in (0.5, 0.95))
    return f"half within {_length(half)}, 95% within {_length(most)}"


def _length(age: timedelta) -> str:
    if age < timedelta(minutes=2):
        return f"{max(0, round(age.total_seconds()))} s"
    if age < timedelta(hours=2):
        return f"{round(age / timedelta(minutes=1))} min"
    return f"{round(age / timedelta(hours=1))} h" if age < timedelta(days=2) else f"{age.days} days"


def _channel(one: ChannelHealth, now: datetime) -> str:
    trouble = {
        "refused": "a message was not delivered",
        "parked": "closed to us, and what is to be told there waits",
        "held": "a message is held, look there",
        "doubt": "a message is in doubt",
    }
    whole = "server" if one.channel.platform == "discord" else "workspace"
    place = f"channel {one.channel.id}" if one.channel.id else f"{whole} {one.channel.space}"
    where = f"{one.channel.platform} {place}"
    return f"✗ {where}: {trouble.get(one.state, one.state)}: {one.reason} ({report.ago(one.at, now)})"


_STATES = {
    "gathered": "waiting for a digest or the end of quiet hours",
    "pending": "to be sent",
    "sending": "being sent",
    "doubt": "in doubt",
}


def _outbox(census: Census, now: datetime) -> str:
    counts = ", ".join(f"{number:,} {_STATES.get(state, state)}" for state, number in sorted(census.deliveries.items()))
    waiting = (
        f"; the oldest to be sent is from {report.ago(census.oldest_pending, now)}" if census.oldest_pending else ""
    )
    return f"• outbox: {counts or 'empty'}{waiting}"
