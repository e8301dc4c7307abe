"""Which reports tell one event: an entry joins an open story it resembles, or starts its own."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from bot.core import sisters, traits
from bot.core.detection import text_of
from bot.core.likeness import Lengths, Likeness, Pair
from bot.core.shelf import Shelf
from bot.core.traits import Traits
from bot.model import Entry, Filing, Story, Verdict

WINDOW = timedelta(hours=96)
"""How far from a story's first report another report of the same event may lie."""

LATE = timedelta(days=7)
"""How much later a weekly newsletter may tell it."""

_WHOLE_STORY = 0.7
"""How much the mean over a story's reports counts beside its closest one: it keeps chains from growing, in which each
report resembles the next and the last none of the first."""

COMPARED = 12
"""Reports of one story an entry is compared with."""

REUNITED = -0.1
"""The mean log-odds over all pairs, less that of joining, from which two stories are one event after all."""

_OTHERWISE = 0.5
"""The share of pairs that may tell other acts when two stories are put together."""

_SUREST = ("confirmed", "reported", "rumoured")
_TIERS = ("primary", "press", "analysis", "newsletter", "industry", "aggregator")


def assign(entry: Entry, verdict: Verdict, shelf: Shelf, likeness: Likeness) -> Filing:
    """The story the entry joins, the most alike of those it does not contradict, and why in a sentence."""
    if (same := _of_its_page(entry, shelf)) and _near(entry, same):
        return Filing(entry, same, f"the same page as the report of {_teller(_at(same, entry.link))}")
    lengths, passed = Lengths(), ""
    found = []
    for story in (each for each in shelf.near(entry) if _near(entry, each)):
        if apart := _sister(entry, story):
            passed = passed or apart
        elif match := _match(entry, verdict, story, shelf, likeness, lengths):
            found.append(match)
    if not found:
        return Filing(entry, None, passed or "no open story resembles it")
    score, story, closest = max(found, key=lambda match: match[0])
    if score < 0:
        why = f"the nearest story is too different ({_percent(score)} likely the same event): “{closest.title}”"
        return Filing(entry, None, passed or why)
    said = f"{_percent(score)} likely the same event as “{closest.title}” ({_teller(closest)})"
    return Filing(entry, story, said + _because(traits.of(entry), closest))


@dataclass(frozen=True, slots=True)
class Reunion:
    """Two open stories that turned out to tell one event: the older with the reports of both, and the one that is gone."""

    story: Story
    gone: Story
    why: str


def reunited(entry: Entry, story: Story, shelf: Shelf, likeness: Likeness) -> Reunion | None:
    """With this entry in it, does the story tell the event of another open one? The most alike of those it does."""
    found = [
        (score, other)
        for other in shelf.near(entry)
        if other.id != story.id
        and not (story.pinned or other.pinned)
        and _near(entry, other)
        and (score := _both(story, other, shelf, likeness)) is not None
        and score >= REUNITED
    ]
    if not found:
        return None
    score, other = max(found, key=lambda match: match[0])
    kept, gone = sorted((story, other), key=lambda each: each.id)
    return Reunion(_united(kept, gone), gone, f"{_percent(score)} likely the same event as “{other.headline}”")


def joined(filing: Filing, verdict: Verdict) -> Story:
    """The story as it is with the entry in it; one of its own has the entry's number."""
    if filing.story is None:
        return Story((filing.entry,), verdict, filing.entry.when, filing.entry.id)
    reports = ranked((*filing.story.entries, filing.entry))
    return replace(filing.story, entries=reports, verdict=merge(filing.story, filing.entry, verdict))


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
        stage=_done(first.stage) or _done(second.stage) or first.stage or second.stage,
        topics=_joined(first.topics, second.topics),
        certainty=min(first.certainty, second.certainty, key=_SUREST.index),
        beside=first.beside or second.beside,
        tagged=first.tagged,
    )


def _done(stage: str) -> str:
    """Where one report tells what was done, another's plan is over."""
    return "" if stage == "rumoured" else stage


def ranked(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The reports of a story, the primary one first: by tier, then by time; what was retracted comes last."""
    return tuple(sorted(entries, key=_order))


def _united(story: Story, other: Story) -> Story:
    return replace(
        story,
        entries=ranked((*story.entries, *other.entries)),
        verdict=merge(story, other.entries[0], other.verdict),
        told=story.told or other.told,
    )


def _of_its_page(entry: Entry, shelf: Shelf) -> Story | None:
    """The story told by its very page. Items of one feed that have one address are those of a register or a changelog."""
    same = shelf.same_page(entry.link)
    register = same and any(report.link == entry.link and report.feed == entry.feed for report in same.entries)
    return None if register else same


def _near(entry: Entry, story: Story) -> bool:
    return _apart(entry, min(story.entries, key=lambda report: report.when)) <= WINDOW


def _apart(one: Entry, other: Entry) -> timedelta:
    """Between their publication, less what a newsletter may be late."""
    late = LATE if "newsletter" in (one.tier, other.tier) else timedelta(0)
    return max(timedelta(0), abs(one.when - other.when) - late)


def _match(
    entry: Entry, verdict: Verdict, story: Story, shelf: Shelf, likeness: Likeness, lengths: Lengths
) -> tuple[float, Story, Entry] | None:
    """The log-odds that the entry tells the story's event, and its closest report; None for a contradiction."""
    reports = story.entries[:COMPARED]
    apart = elsewhere(verdict, story.verdict)
    if apart or _contradicted(traits.of(entry), tuple(traits.of(report) for report in reports)):
        return None
    scores = [likeness(pair) for pair in pairs(entry, story, apart, shelf, likeness, lengths)]
    best = max(scores)
    return (1 - _WHOLE_STORY) * best + _WHOLE_STORY * sum(scores) / len(scores), story, reports[scores.index(best)]


def _sister(entry: Entry, story: Story) -> str:
    """That it tells of somebody, or something, else in the form of one of the story's reports; "" where it does not."""
    told = ((sisters.of(entry, report), report) for report in story.entries[:COMPARED])
    apart, report = next((one for one in told if one[0]), ("", entry))
    return f"another act told by {_teller(entry)} in the same form ({apart}) as “{report.title}”" if apart else ""


def _contradicted(mine: Traits, reports: tuple[Traits, ...]) -> bool:
    """Other figures than any report, or most of them tell another act, or the act of another."""
    if any(mine.figures_differ(other) for other in reports):
        return True
    return sum(-1 if _others(mine, other) else mine.acts_agree(other) for other in reports) < 0


def _others(mine: Traits, other: Traits) -> bool:
    return mine.actors_differ(other) or mine.targets_differ(other)


def pairs(
    entry: Entry, story: Story, apart: bool, shelf: Shelf, likeness: Likeness, lengths: Lengths
) -> tuple[Pair, ...]:
    """The entry beside each report of the story, among these open stories; `apart`: they were tagged with other places."""
    return tuple(
        Pair(
            one=traits.of(entry),
            other=traits.of(report),
            apart=_apart(entry, report),
            elsewhere=apart,
            same_outlet=sisters.same_outlet(entry, report),
            meaning=partial(likeness.same_meaning, text_of(entry), text_of(report)),
            general=likeness.general,
            here=shelf.worth,
            lengths=lengths,
        )
        for report in story.entries[:COMPARED]
    )


def _both(story: Story, other: Story, shelf: Shelf, likeness: Likeness) -> float | None:
    """The mean log-odds that the reports of both tell one event; None for a contradiction."""
    if elsewhere(story.verdict, other.verdict) or any(_sister(report, other) for report in story.entries[:COMPARED]):
        return None
    mine = [traits.of(report) for report in story.entries[:COMPARED]]
    theirs = [traits.of(report) for report in other.entries[:COMPARED]]
    both = [(one, two) for one in mine for two in theirs]
    if any(one.figures_differ(two) for one, two in both):
        return None
    if sum(-1 if _others(one, two) else one.acts_agree(two) for one, two in both) < -_OTHERWISE * len(both):
        return None
    lengths = Lengths()
    scores = [
        likeness(pair)
        for report in story.entries[:COMPARED]
        for pair in pairs(report, other, False, shelf, likeness, lengths)
        if pair.apart <= WINDOW
    ]
    return sum(scores) / len(scores) if scores else None


def _percent(log_odds: float) -> str:
    return f"{1 / (1 + math.exp(-log_odds)):.0%}"


def _at(story: Story, link: str) -> Entry:
    return next(report for report in story.entries if report.link == link)


def elsewhere(one: Verdict, other: Verdict) -> bool:
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
    theirs = traits.of(closest)
    return f", both tell the same act ({mine.act})" if mine.acts_agree(theirs) > 0 else ""


def _teller(entry: Entry) -> str:
    return entry.outlet or entry.feed


def _order(entry: Entry) -> tuple[bool, int, float]:
    return entry.amended == "retracted", _TIERS.index(entry.tier), entry.when.timestamp()


def _joined(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
