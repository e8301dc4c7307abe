"""How the bot's own doings read: feeds, channels, deliveries and the trail of a story, a line each, worst first."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.core import audience, query
from bot.core.text import shorten
from bot.errors import UserError
from bot.model import (
    Census,
    ChannelHealth,
    Decision,
    Delivery,
    Feed,
    Memory,
    PlatformHealth,
    Story,
    Subscription,
)

MOST_LINES = 40


def ago(then: datetime, now: datetime) -> str:
    """ "12 min ago", "in 3 h"."""
    gap = abs(now - then)
    if gap < timedelta(minutes=1):
        return "just now" if then <= now else "in a moment"
    if gap < timedelta(hours=2):
        text = f"{gap // timedelta(minutes=1)} min"
    elif gap < timedelta(days=2):
        text = f"{gap // timedelta(hours=1)} h"
    else:
        text = f"{gap.days} days"
    return f"{text} ago" if then <= now else f"in {text}"


def stamp(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M} UTC"


# Why


def trail(decisions: Iterable[Decision]) -> Iterable[str]:
    """What was decided about an entry, in order."""
    for decision in decisions:
        yield f"{decision.step.capitalize()} {stamp(decision.at)}: {decision.outcome} ({decision.why})"


def verdict_of(subscription: Subscription, text: query.Text) -> str:
    """What this subscription makes of the story."""
    name = f"Subscription {subscription.id}, {subscription.query}"
    if muted := audience.muted_by(subscription, text):
        return f"{name}: silenced, because “{muted}” is muted here"
    try:
        words = query.matched(query.parse(subscription.query), text)
    except UserError as error:
        return f"{name}: cannot be read any more. {error}"
    return f"{name}: matches, because of {', '.join(words)}" if words else f"{name}: does not match"


def delivery(sent: Delivery, now: datetime) -> str:
    """How far an alert to this channel is."""
    because = f", because of {', '.join(sent.because)}" if sent.because else ""
    match sent.state:
        case "sent":
            return f"Sent here {stamp(sent.attempted or sent.created)}{because}"
        case "pending" | "sending":
            reason = f" ({sent.reason})" if sent.reason else ""
            return f"On its way here{because}{reason}, next try {ago(sent.due, now)}"
        case "refused":
            return f"Not delivered here: {sent.reason}"
        case _:
            return f"May or may not have been posted here: {sent.reason}"


def not_here(story: Story, *, others: int) -> str:
    if not story.told:
        return "Not sent: it was in the feeds before RegPulse listened, or too old to be told as new."
    elsewhere = f"; it went to {others} other channel{'s' if others > 1 else ''}" if others else ""
    return f"Not sent here{elsewhere}."


def tried(matching: tuple[Story, ...]) -> str:
    """What a subscription would have sent."""
    if not matching:
        return "In the last 30 days it would have sent nothing."
    heads = [f"• {shorten(story.headline, 100)}" for story in matching[:3]]
    noun = "story" if len(matching) == 1 else "stories"
    return "\n".join([f"In the last 30 days it would have sent {len(matching)} {noun}, among them:", *heads])


# Health


def sources(feeds: tuple[Feed, ...], memories: Mapping[str, Memory], now: datetime) -> str:
    """Every feed, those in trouble first."""
    rows = sorted(feeds, key=lambda feed: (not _reason(memories.get(feed.id)), feed.id))
    bad = sum(bool(_reason(memories.get(feed.id))) for feed in feeds)
    lines = [f"{len(feeds)} sources, {len(feeds) - bad} without trouble."]
    lines += [_source(feed, memories.get(feed.id), now) for feed in rows[:MOST_LINES]]
    if len(rows) > MOST_LINES:
        lines.append(f"… and {len(rows) - MOST_LINES} more, all well or not yet asked.")
    return "\n".join(lines)


def _reason(memory: Memory | None) -> str:
    return memory.reason if memory else ""


def _source(feed: Feed, memory: Memory | None, now: datetime) -> str:
    if memory is None or memory.polled_at is None:
        return f"• {feed.id} ({feed.name}): not asked yet"
    upcoming = f", next try {ago(memory.next_poll, now)}" if memory.next_poll else ""
    heard = f"last heard {ago(memory.ok_at, now)}" if memory.ok_at else "never heard"
    if memory.reason and not memory.failures:
        return f"✗ {feed.id} ({feed.name}): held: {memory.reason}. To let them through: sources release {feed.id}"
    if memory.reason:
        return f"✗ {feed.id} ({feed.name}): {memory.reason}; {heard}{upcoming}"
    return f"✓ {feed.id} ({feed.name}): {heard}{upcoming}"


def status(
    platforms: tuple[PlatformHealth, ...],
    channels: tuple[ChannelHealth, ...],
    feeds: tuple[Feed, ...],
    memories: Mapping[str, Memory],
    census: Census,
    now: datetime,
) -> str:
    """What does not work first, each with its reason; then the numbers."""
    failing = [feed for feed in feeds if _reason(memories.get(feed.id))]
    lines = [f"✗ {one.platform}: {one.reason} ({ago(one.since, now)})" for one in platforms if not one.ok]
    lines += [f"✗ {one.channel}: {_channel_state(one)} {one.reason} ({ago(one.at, now)})" for one in channels[:10]]
    lines += [_source(feed, memories.get(feed.id), now) for feed in failing[:10]]
    if len(failing) > 10:
        lines.append(f"… and {len(failing) - 10} more feeds in trouble: sources")
    lines += [f"✓ {one.platform}: connected ({ago(one.since, now)})" for one in platforms if one.ok]
    lines.append(f"{'✓' if not failing else '•'} {len(feeds) - len(failing)} of {len(feeds)} feeds without trouble")
    lines.append(_outbox(census, now))
    lines.append(
        f"• {census.entries} entries, {census.stories} stories, {census.briefs} briefs, {census.subscriptions} subscriptions"
    )
    turn = f"last turn {ago(census.last_turn, now)}" if census.last_turn else "no turn has finished yet"
    return "\n".join([*lines, f"• {turn}"])


def _channel_state(channel: ChannelHealth) -> str:
    return {"refused": "refuses us:", "held": "a message is held, look there:", "doubt": "a message is in doubt:"}.get(
        channel.state, ""
    )


def _outbox(census: Census, now: datetime) -> str:
    counts = ", ".join(f"{number} {state}" for state, number in sorted(census.deliveries.items()))
    waiting = f"; the oldest waits since {ago(census.oldest_pending, now)}" if census.oldest_pending else ""
    return f"• outbox: {counts or 'empty'}{waiting}"
