"""Which reports tell one event: an entry joins an open story it resembles, or starts its own."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.core.likeness import (
    SAME_COPY,
    Rarity,
    Traits,
    actors_differ,
    acts_agree,
    alike,
    figures_differ,
    targets_differ,
    traits,
)
from bot.model import Entry, Filing, Story, Verdict

WINDOW = timedelta(hours=96)
"""How far from a story's first report another report of the same event may lie."""

ALIKE = 0.28
"""Resemblance from which a report joins. Leans to splitting: a second alert costs less than a lost event."""

_WHOLE_STORY = 0.7
"""How much the mean over a story's reports counts beside its closest one: it keeps chains from growing, in which each
report resembles the next and the last none of the first."""

_EACH_DAY = 0.05
_FEWEST_SHARED = 2

_TIERS = ("primary", "press", "analysis", "newsletter", "industry", "aggregator")


def assign(entry: Entry, verdict: Verdict, open_stories: tuple[Story, ...]) -> Filing:
    """The story the entry joins, the most alike of those it does not contradict, and why in a sentence."""
    near = [story for story in open_stories if abs(entry.when - _first(story)) <= WINDOW]
    if _names_a_page(entry.link):
        for story in near:
            for report in story.entries:
                if entry.link == report.link:
                    return Filing(entry, story, f"the same page as the report of {_teller(report)}")
    mine = _traits(entry)
    groups = [_group(story) for story in near]
    worth = Rarity(groups, mine.whole)
    found = [
        match
        for story, group in zip(near, groups, strict=True)
        if len(mine.title.keys() & group) >= _FEWEST_SHARED and (match := _match(entry, verdict, mine, story, worth))
    ]
    if not found:
        return Filing(entry, None, "no open story tells this event")
    likeness, story, closest = max(found, key=lambda match: match[0])
    return Filing(
        entry, story, f"{likeness:.0%} alike to “{closest.title}” ({_teller(closest)}){_because(mine, closest)}"
    )


def merge(story: Story, entry: Entry, verdict: Verdict) -> Verdict:
    """The story's verdict with the new report: the better source's tags come first."""
    first, second = (verdict, story.verdict) if _order(entry) < _order(story.entries[0]) else (story.verdict, verdict)
    return Verdict(
        label="positive" if "positive" in (first.label, second.label) else first.label,
        score=max(first.score, second.score),
        reasons=first.reasons,
        jurisdictions=_joined(first.jurisdictions, second.jurisdictions),
        instruments=_joined(first.instruments, second.instruments),
        type=first.type or second.type,
        stage=first.stage or second.stage,
        topics=_joined(first.topics, second.topics),
    )


def ranked(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The reports of a story, the primary one first: by tier, then by time."""
    return tuple(sorted(entries, key=_order))


def _names_a_page(link: str) -> bool:
    """A link to a site's front page names no report."""
    return bool(link.partition("://")[2].partition("/")[2].strip("/"))


def _match(
    entry: Entry, verdict: Verdict, mine: Traits, story: Story, worth: Rarity
) -> tuple[float, Story, Entry] | None:
    """How like the story the entry is, and its closest report; None when it is not, or cannot be the same event."""
    theirs = [_traits(report) for report in story.entries]
    found = [alike(mine, other, worth) for other in theirs]
    best = max(found)
    likeness = (1 - _WHOLE_STORY) * best + _WHOLE_STORY * sum(found) / len(found)
    days = min(abs(entry.when - report.when) for report in story.entries) / timedelta(days=1)
    if max(likeness, best if best >= SAME_COPY else 0.0) - _EACH_DAY * days < ALIKE:
        return None
    if any(figures_differ(mine, other) for other in theirs) or _elsewhere(verdict, story.verdict):
        return None
    if _contradicted(mine, theirs, copy=best >= SAME_COPY):
        return None
    return likeness, story, story.entries[found.index(best)]


def _contradicted(mine: Traits, theirs: list[Traits], *, copy: bool) -> bool:
    """Most of the story's reports tell another act, or the act of another; a copy may choose another verb."""
    votes = (
        -1 if actors_differ(mine, other) or targets_differ(mine, other) else max(acts_agree(mine, other), -1 + copy)
        for other in theirs
    )
    return sum(votes) < 0


def _elsewhere(one: Verdict, other: Verdict) -> bool:
    """Other places, or other instruments: neither is, or contains, one of the other's."""
    places = bool(one.jurisdictions and other.jurisdictions) and not any(
        _related(mine, theirs) for mine in one.jurisdictions for theirs in other.jurisdictions
    )
    return places or bool(one.instruments and other.instruments and not set(one.instruments) & set(other.instruments))


def _related(one: str, other: str) -> bool:
    """The same place, one inside the other, or the federal level of a state."""
    return f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-") or _federal(one, other)


def _federal(one: str, other: str) -> bool:
    return "US-FED" in (one, other) and one.startswith("US") and other.startswith("US")


def _because(mine: Traits, closest: Entry) -> str:
    theirs = _traits(closest)
    return f", both tell the same act ({mine.act})" if acts_agree(mine, theirs) > 0 else ""


def _group(story: Story) -> frozenset[str]:
    return frozenset(word for report in story.entries for word in _traits(report).title)


def _first(story: Story) -> datetime:
    return min(report.when for report in story.entries)


def _traits(entry: Entry) -> Traits:
    return traits(entry.title, entry.text)


def _teller(entry: Entry) -> str:
    return entry.outlet or entry.feed


def _order(entry: Entry) -> tuple[int, float]:
    return _TIERS.index(entry.tier), entry.when.timestamp()


def _joined(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
