"""Which reports tell one event: an entry joins an open story it resembles, or starts its own."""

import re
from datetime import timedelta
from functools import lru_cache

from bot.core.text import fold, words
from bot.model import Entry, Filing, Story, Verdict

WINDOW = timedelta(hours=72)
"""Reports of one event appear within this time of each other."""

ALIKE = 0.42
"""Resemblance from which two reports are taken to tell one event; leans to splitting, for a second alert costs less
than a lost event."""

SAME_TITLE = 0.85
LEAD = 300

_TIERS = ("primary", "press", "analysis", "newsletter", "industry", "aggregator")

_STOP = frozenset(
    fold(
        "a an the and or but of in on at to for from by with without about into over after before under as is are "
        "was were be been being has have had do does did will would can could may might should must not no its it "
        "his her their our your this that these those than then now new says said say how why what when where who "
        "which more most first up out off amid against via per vs just also still get gets make makes us u.s ai "
        "artificial intelligence"
    ).split()
)
_NUMBER = re.compile(r"\d")
_BILL = re.compile(r"\b(?:SB|AB|HB|HR|HF|SF|LD|PL|EO|S|H\.R\.|S\.B\.|A\.B\.|H\.B\.|Bill)[ .\-]*(\d{1,5})\b")
_MONEY = re.compile(r"[$€£]\s?(\d[\d.,]*)\s?(million|billion|bn|m|b)?\b", re.I)


def assign(entry: Entry, verdict: Verdict, open_stories: tuple[Story, ...]) -> Filing:
    """The story the entry joins, the most alike of those it does not contradict, and why in a sentence."""
    best: tuple[float, Story, Entry] | None = None
    for story in open_stories:
        for report in story.entries:
            if entry.link and entry.link == report.link and entry.id != report.id:
                return Filing(entry, story, f"the same page as the report of {report.outlet}")
        likeness, closest = _likeness(entry, story)
        if likeness >= ALIKE and (best is None or likeness > best[0]) and not _conflict(entry, verdict, closest, story):
            best = (likeness, story, closest)
    if best is None:
        return Filing(entry, None, "no open story tells this event")
    likeness, story, closest = best
    return Filing(entry, story, f"{likeness:.0%} alike to “{closest.title}” ({closest.outlet}), within 72 hours")


def _likeness(entry: Entry, story: Story) -> tuple[float, Entry]:
    """How like the story's reports it is on the whole, and the most alike of them.

    The mean guards against chains, in which each report resembles the next and the last none of the first.
    """
    near = [report for report in story.entries if abs(entry.when - report.when) <= WINDOW]
    if not near:
        return 0.0, story.entries[0]
    found = [(alike(entry, report), report) for report in near]
    best, closest = max(found, key=lambda pair: pair[0])
    mean = sum(likeness for likeness, _ in found) / len(found)
    return 0.5 * best + 0.5 * mean, closest


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


def alike(one: Entry, other: Entry) -> float:
    """Resemblance of two reports, 0 to 1: shared words of titles and leads, names and numbers counting double."""
    titles = _overlap(_weights(one.title), _weights(other.title))
    if titles >= SAME_TITLE:
        return titles
    if not one.text or not other.text:
        return titles
    leads = _overlap(_weights(f"{one.title} {one.text[:LEAD]}"), _weights(f"{other.title} {other.text[:LEAD]}"))
    return max(titles, 0.5 * titles + 0.5 * leads)


@lru_cache(maxsize=20_000)
def _weights(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words(text):
        folded = fold(word).removesuffix("'s")
        if folded in _STOP or len(folded) < 2:
            continue
        stem = folded[:-1] if len(folded) > 4 and folded.endswith("s") else folded
        found[stem] = 2.0 if word[0].isupper() or _NUMBER.search(word) else 1.0
    return found


def _overlap(one: dict[str, float], other: dict[str, float]) -> float:
    """Shared weight over the mean of both weights (Dice)."""
    total = sum(one.values()) + sum(other.values())
    if not total:
        return 0.0
    return sum(weight + other[word] for word, weight in one.items() if word in other) / total


def _conflict(entry: Entry, verdict: Verdict, report: Entry, story: Story) -> bool:
    """Whether the two cannot be one event: other bills, other instruments, other sums."""
    mine, theirs = f"{entry.title} {entry.text[:LEAD]}", f"{report.title} {report.text[:LEAD]}"
    return (
        _differ(set(_BILL.findall(mine)), set(_BILL.findall(theirs)))
        or _differ(set(_MONEY.findall(entry.title)), set(_MONEY.findall(report.title)))
        or _differ(set(verdict.instruments), set(story.verdict.instruments))
    )


def _differ(one: set[object], other: set[object]) -> bool:
    return bool(one and other and not one & other)


def _order(entry: Entry) -> tuple[int, float]:
    return _TIERS.index(entry.tier), entry.when.timestamp()


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
