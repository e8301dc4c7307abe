"""How the bot's own doings read: feeds, channels, deliveries and the trail of a story, a line each, worst first."""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from datetime import datetime, timedelta

from bot.core import audience, blindness, cadence, catalogue, query, rhythm
from bot.core.corrections import said
from bot.core.missing import missing
from bot.core.text import counted, shorten
from bot.errors import UserError
from bot.model import (
    UNJUDGED,
    Channel,
    Correction,
    Decision,
    Delivery,
    Entry,
    Feed,
    Held,
    Judged,
    Memory,
    Story,
    Subscription,
)

MOST_LINES = 40
HOW = "How it came about:"
LONG = 300
"""Characters of a reason in the trail: a phone's screen."""


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


def _due(at: datetime, now: datetime) -> str:
    return "at the next turn" if at <= now else ago(at, now)


def stamp(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M} UTC"


def trail(entry: Entry, decisions: Iterable[Decision], *, under: str = "") -> tuple[str, ...]:
    """Where an entry comes from and what was decided about it, in order; `under` is the headline it stands below."""
    dated = f", dated {stamp(entry.published)}" if entry.published else ", undated"
    titled = "" if entry.title == under else f"“{shorten(entry.title, 200)}”, "
    return (
        f"{titled}{entry.outlet} (feed {entry.feed}){dated}",
        *(
            f"{one.step.capitalize()} {stamp(one.at)}: {one.outcome}"
            + (f" ({shorten(one.why, LONG)})" if one.why else "")
            for one in decisions
        ),
    )


def tagged(story: Story) -> str:
    """What each tag of the story stands on."""
    return f"Tagged {'; '.join(story.verdict.tagged) or 'with nothing: no word of it names a place, an instrument or an act'}"


def in_no_story(judged: Judged) -> str:
    """Why an entry was filed under no story."""
    if judged.standing == "forgotten":
        return f"Not sent anywhere: {judged.why}."
    if judged.verdict == UNJUDGED and judged.standing == "new":
        return "Not judged yet: RegPulse itself failed on it. It is tried again within the hour."
    if judged.verdict == UNJUDGED:
        return "Not judged yet: it was in the feed when RegPulse first read it. What was there is judged bit by bit."
    if not judged.verdict.relevant:
        return "Not sent anywhere: it was not found to be about AI regulation."
    if judged.standing == "held":
        feed = judged.entry.feed
        return f"Not sent yet: held with the other new items of its feed. To let them through: sources release {feed}"
    return "Not sent yet: the next turn files it."


def verdict_of(subscription: Subscription, text: query.Text) -> str:
    """What this subscription makes of the story."""
    called = f"“{subscription.name}”, " if subscription.name else ""
    name = f"Subscription {subscription.id}, {called}{subscription.query}"
    try:
        wanted = query.parse(subscription.query)
    except UserError as error:
        return f"{name}: cannot be read any more. {error}"
    words = query.matched(wanted, text)
    if words and subscription.stages_only and not text.find((query.MOVE,)):
        return f"{name}: does not match (it asks for changes of stage only, and this is none)"
    if not words:
        return f"{name}: does not match ({missing(wanted, text)})"
    if muted := audience.muted_by(subscription, text):
        return f"{name}: silenced, because “{muted}” is muted here"
    return f"{name}: matches{_because(words)}"


def _because(words: tuple[str, ...]) -> str:
    """Nothing where everything was asked for."""
    return f", because of {', '.join(words)}" if words and words != (query.EVERYTHING,) else ""


def delivery(sent: Delivery, now: datetime, muted: str = "", down: str = "") -> str:
    """How far an alert to this channel is; `muted` is a word of its story that the channel does not want any more, and
    `down` says that its platform cannot be spoken to.
    """
    because = _because(sent.because)
    mentioned = ", mentioning whom its subscription names" if sent.mention and not sent.thread else ""
    match sent.state:
        case "gathered":
            waits = sent.timing or "in a digest that is on its way"
            if muted:
                return f"Waits here{because}: {waits}. {_left_out(muted)}"
            return f"To be sent here{because}: {waits}"
        case "sent":
            how = ", in a digest" if sent.digest else f"; it {sent.timing}" if sent.timing else ""
            lost = f"; {sent.reason}" if sent.reason else ""
            return f"Sent here {stamp(sent.attempted or sent.created)}{because}{how}{mentioned}{lost}"
        case "pending" | "sending":
            reasons = [reason for reason in (sent.timing, sent.reason) if reason]
            reason = f" ({'; '.join(reasons)})" if reasons else ""
            if down and sent.state == "pending":
                return " ".join(filter(None, (f"Waits here{because}{reason}: {down}", muted and _left_out(muted))))
            if muted and sent.state == "pending":
                return f"Waits here{because}{reason}, next try {_due(sent.due, now)}. {_left_out(muted)}"
            return f"On its way here{because}{reason}, next try {_due(sent.due, now)}{_too_late(muted)}"
        case "refused":
            return f"Not delivered here: {sent.reason}"
        case _:
            return f"May or may not have been posted here: {sent.reason}"


def _left_out(muted: str) -> str:
    return f"It is left out then, for “{muted}” is muted here. To hear it after all: unmute {query.quoted(muted)}"


def _too_late(muted: str) -> str:
    return f"; “{muted}” was muted too late to stop it" if muted else ""


def elsewhere(others: Iterable[Delivery]) -> str:
    """To how many other channels a story went, and what became of it in those it did not go to."""
    states: dict[Channel, set[str]] = {}
    for one in others:
        states.setdefault(one.channel, set()).add(one.state)
    counts = Counter(next(said for said, any_of in _ELSEWHERE.items() if found & any_of) for found in states.values())
    parts = [f"{said} {counts[said]}" for said in _ELSEWHERE if counts[said]]
    if not parts:
        return ""
    parts[0] += " other channel" if parts[0].endswith(" 1") else " other channels"
    *most, last = parts
    return f"It {', '.join(most)} and {last}." if most else f"It {last}."


_ELSEWHERE = {
    "went to": {"sent"},
    "waits for": {"pending", "gathered", "sending"},
    "may have reached": {"doubt", "held"},
    "was refused by": {"refused"},
}


def not_here(
    story: Story,
    subscriptions: tuple[Subscription, ...],
    text: query.Text,
    decisions: Collection[Decision],
    *,
    others: Iterable[Delivery],
    here: str = "this channel",
) -> str:
    """Why there is no alert `here`, as the channel is called."""
    told = min((one.at for one in decisions if one.step == "routed"), default=None)
    matching = [subscription for subscription in subscriptions if audience.heard(subscription, text)]
    if not story.told:
        return (
            "Not sent: it was in the feeds before RegPulse listened, too old to be told as new, a copy of what its outlet "
            "said before, taken by an editor out of a story that was told already, or it may have been told before a "
            "backup was put back."
        )
    if not story.standing:
        whose = " and ".join(dict.fromkeys(entry.outlet for entry in story.entries))
        return f"Not sent here: {whose} retracted its report before it was told here."
    if not subscriptions:
        why = f"{here} has no subscription"
    elif muted := audience.silenced(subscriptions, text):
        why = f"“{muted}” is muted here"
    elif not matching and not audience.asked_for(story, subscriptions):
        why = f"it is only near AI regulation, and no subscription of {here} says {query.INCLUDE_ADJACENT}"
    elif not matching:
        why = f"no subscription of {here} asks for it"
    elif told is None:
        return "Not sent yet: its brief is being written."
    elif all(subscription.created > told for subscription in matching):
        why = f"it was told {stamp(told)}, before {here} asked for it"
    else:
        why = "as things stood when it was told, it did not match"
        if any(one.step == "left out" for one in decisions):
            why += ", or a word of it was muted here when its turn came"
    return " ".join(filter(None, (f"Not sent here: {why}.", elsewhere(others))))


# Health


def sources(
    feeds: tuple[Feed, ...],
    memories: Mapping[str, Memory],
    now: datetime,
    *,
    page: int,
    words: str = "",
    trusted: Container[str] = (),
) -> tuple[str, bool]:
    """A page of the feeds in which these words stand, those in trouble first; and whether there are more.

    `trusted` are those whose hub has proved to tell us at once.
    """
    found = catalogue.matching(feeds, words)
    rows = sorted(found, key=lambda feed: (not troubled(feed, memories.get(feed.id)), feed.id))
    shown = rows[(page - 1) * MOST_LINES : page * MOST_LINES]
    lines = [f"{blindness.coverage(found, memories)}."] if page == 1 and found else []
    lines += [source(feed, memories.get(feed.id), now, pushed=feed.id in trusted) for feed in shown]
    left = len(rows) - page * MOST_LINES
    if left > 0:
        lines.append(f"… and {left} more: {' '.join(filter(None, ('sources', words, f'page:{page + 1}')))}")
    if not lines and page == 1:
        lines = [f"No source says “{shorten(words, 60)}”. All of them: sources" if words else "There is no source yet."]
    return "\n".join(lines) or "There are no more.", left > 0


def was_asked(memory: Memory | None) -> bool:
    return memory is not None and memory.polled_at is not None


def troubled(feed: Feed, memory: Memory | None) -> bool:
    return bool(memory and memory.held) or _fails(feed, memory)


def _fails(feed: Feed, memory: Memory | None) -> bool:
    return bool((memory and memory.reason) or blindness.trouble(feed, memory))


def source(feed: Feed, memory: Memory | None, now: datetime, *, pushed: bool = False) -> str:
    if memory is None or not was_asked(memory):
        return f"• {feed.id} ({feed.name}): not asked yet"
    upcoming = f", next try {_due(memory.next_poll, now)}" if memory.next_poll else ""
    heard = f"last heard {ago(memory.ok_at, now)}" if memory.ok_at else "never heard"
    if memory.held and not _fails(feed, memory):
        return _held(feed, memory.held)
    held = f"{_held(feed, memory.held)}\n" if memory.held else ""
    if trouble := blindness.trouble(feed, memory):
        return f"{held}✗ {feed.id} ({feed.name}) {blindness.said(trouble)}: {trouble.reason}; {heard}{upcoming}"
    if memory.reason:
        return f"{held}✗ {feed.id} ({feed.name}): {memory.reason}; {heard}{upcoming}"
    asked = rhythm.said(rhythm.of(feed, memory, pushed=pushed))
    return f"✓ {feed.id} ({feed.name}): {heard}{upcoming}, asked {asked}{_speaks(memory, now)}"


def _held(feed: Feed, held: Held) -> str:
    since = f"{counted(held.entries, 'item')} held since {stamp(held.since)}"
    return f"✗ {feed.id} ({feed.name}): {since}: {held.why}. Look at them, then: sources release {feed.id}"


def _speaks(memory: Memory, now: datetime) -> str:
    """How old its newest item is, and how often there is one."""
    newest = f"; newest item {ago(memory.heard[-1], now)}" if memory.heard else ""
    habit = cadence.habit(memory.heard)
    return f"{newest}, usually {habit}" if habit else newest


def corrections(found: tuple[tuple[int, Correction], ...]) -> str:
    """The newest first."""
    if not found:
        return "No publisher has corrected or retracted what was sent."
    return "\n".join(f"Story {story}: {said(correction)}" for story, correction in found)


def settings(*, model: bool) -> str:
    """What a channel chose, and how to choose otherwise."""
    if model:
        return (
            "Briefs here may be drafted by a language model, where the operator runs one; each says so.\n"
            "For extracts only: settings model off"
        )
    return "Briefs here are extracts of the sources, no AI.\nTo allow drafts by a language model: settings model on"
