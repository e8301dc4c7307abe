"""What of a feed document may be told as new: the silent baseline, the age limit and the flood breaker."""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.text import fold, names_a_page, words
from bot.model import Copies, Entry, Judged, Memory, Recall, Standing

FLOOD = 8
"""Fewer unseen items than this are never a flood."""

MOST = 0.5
"""The share of a document that must look new before its items' dates are questioned."""

SHORT = 15
"""Dated since the last look, so many items may replace a whole document soon after it: a morning's decisions."""

LONG = 40
"""So many cannot be honest news soon after the last good poll, whatever their dates say."""

NEARLY_ALL = 0.8
"""The share of a document that is looked at for that."""

REISSUED = 3
"""Fewer items than this that come again under another id and address may be a coincidence of titles."""

REWORDED = 3
"""Fewer new words than this are an editor's touch."""

COPIES = 5
"""So many of one item are stored; who issues it anew with every look must not fill the store."""

SOON = timedelta(hours=3)

NEWS_FOR = timedelta(days=3)
"""So long after it was heard something is news; nobody is alerted to it later, whatever kept it."""

OLD = "older than what is told as new"

MAYBE_TOLD = "heard with the first look after a backup was put back: it may have been told before"

NOTHING = Recall()
"""What is known of a feed never read before."""

SLACK = timedelta(hours=6)
"""Publishers date an item some hours before it appears, ..."""

DAY = timedelta(hours=38)
"""... or give the day only, in whichever zone: such a date names a full hour."""


@dataclass(frozen=True, slots=True)
class Sifted:
    """An unseen entry, what may be done with it, and why."""

    entry: Entry
    standing: Standing
    why: str


def is_news(heard: datetime, now: datetime) -> bool:
    """Of what was new when it was heard."""
    return now - heard <= NEWS_FOR


def sift(
    memory: Memory,
    entries: tuple[Entry, ...],
    recall: Recall,
    now: datetime,
    *,
    max_age: timedelta,
    total: int,
    shown: Container[str] = (),
) -> tuple[Sifted, ...]:
    """The unseen entries (their keys are unknown, and they are no known items under new ones) with their standing.

    `total` counts the document's entries; `shown` are the keys of stored items that it still has.

    Entries that come again, most of the document at once and each under a title this feed has shown, are left out: a
    publisher who issues all ids anew with every look must not fill the store.

    - "baseline": the feed was never read before.
    - "silent": it was, but a backup was put back since, and nobody knows what of it was told after that was made.
    - "held": most of the document suddenly looks new. That is at least FLOOD unseen items which are
        more than MOST of the document, most of them dated before the last good poll, undated, or with a title this feed
        has shown before (re-issued ids, a moved site, a stamped-over date); or
        more than NEARLY_ALL of it within SOON of the last good poll, and either more than LONG or more than SHORT with
        nothing left of what was there before: a feed puts its news before what it has, another's document has none of it.
        A press feed read again after a night has all new items, dated since: those are told.
    - "stale": dated longer ago than `max_age`, or a copy, under another id, address and date, of what this outlet said
        some weeks ago.
    - "new": all others. An undated item is new when it is unseen.
    """
    alike = Counter(entry.link for entry in entries)
    unseen = tuple(
        entry
        for entry in entries
        if entry.key not in recall.keys and _is_own(entry, recall, shown, shared=alike[entry.link] > 1)
    )
    if is_silent(memory):
        return tuple(Sifted(entry, "silent", MAYBE_TOLD) for entry in unseen)
    if memory.baseline_at is None:
        return tuple(Sifted(entry, "baseline", "in the feed when RegPulse first read it") for entry in unseen)
    unseen = _less_reissued(unseen, recall, total)
    flood = _flood(memory, total, unseen, recall, now)
    if flood:
        return tuple(Sifted(entry, "held", flood) for entry in unseen)
    return tuple(
        Sifted(entry, "stale", _said_before(recall.copies[entry.key]))
        if entry.key in recall.copies
        else _aged(entry, now, max_age)
        for entry in unseen
        if entry.key not in recall.copies or recall.copies[entry.key].number < COPIES
    )


def is_silent(memory: Memory) -> bool:
    """Whether this is the first look after a backup was put back, which forgets the feed's baseline and nothing else."""
    return memory.baseline_at is None and memory.ok_at is not None


def held_by_number(memory: Memory, judged: tuple[Judged, ...], now: datetime) -> tuple[Judged, ...]:
    """What is new of it held, where more than LONG would be told within SOON of the last good look.

    A long document may bring as much beside what it had, and dated so; no publisher has as much to tell.
    """
    last = memory.ok_at or memory.baseline_at
    relevant = sum(one.standing == "new" and one.verdict.relevant for one in judged)
    if relevant <= LONG or last is None or now - last >= SOON:
        return judged
    why = f"{relevant} items to be told at once, {_minutes(now - last)} min after the last good poll"
    return tuple(replace(one, standing="held", why=why) if one.standing == "new" else one for one in judged)


def _said_before(copies: Copies) -> str:
    return f"title and text are those of its item seen {copies.seen:%d %b %Y}"


def _less_reissued(unseen: tuple[Entry, ...], recall: Recall, total: int) -> tuple[Entry, ...]:
    """A title that several have ("Weekly digest") tells nothing of any of them."""
    titles = Counter(fold(entry.title) for entry in unseen)
    again = {title for title, number in titles.items() if number == 1 and title in recall.titles}
    if len(again) < REISSUED or len(again) <= MOST * total:
        return unseen
    return tuple(entry for entry in unseen if fold(entry.title) not in again)


def _is_own(entry: Entry, recall: Recall, shown: Container[str], *, shared: bool) -> bool:
    """Whether it is another item than those stored under its link; `shared`: others of the document have that link, too.

    A publisher who changes an item's id leaves its address, and the item under its old id is gone. Items of a register or
    a changelog all have the address of the page; they differ by id and title, and the older ones stay beside the new.
    """
    if not entry.link or entry.link not in recall.links:
        return True
    twins = recall.twins.get((entry.link, fold(entry.title)), ())
    if any(twin.text == entry.text for twin in twins):
        return False
    if twins:  # "Decision", "Decision": of a title that several have, none is another again
        return len(twins) > 1 or twins[0].key in shown
    return shared or entry.link not in recall.alone or recall.alone[entry.link] in shown or not names_a_page(entry.link)


def _flood(memory: Memory, total: int, unseen: tuple[Entry, ...], recall: Recall, now: datetime) -> str:
    """Why these look like a flood; "" when they do not."""
    last = memory.ok_at or memory.baseline_at
    if len(unseen) < FLOOD or last is None:
        return ""
    share = len(unseen) / total
    doubtful = sum(_doubtful(entry, last, recall) for entry in unseen)
    if share > MOST and doubtful > len(unseen) / 2:
        return f"{len(unseen)} of {total} items suddenly look new, {doubtful} of them with old dates or known titles"
    most = SHORT if len(unseen) == total else LONG
    if share > NEARLY_ALL and now - last < SOON and len(unseen) > most:
        return f"{len(unseen)} of {total} items suddenly look new, {_minutes(now - last)} min after the last good poll"
    return ""


def _minutes(time: timedelta) -> int:
    return round(time.total_seconds() / 60)


def _doubtful(entry: Entry, last: datetime, recall: Recall) -> bool:
    return entry.published is None or _before(entry.published, last) or fold(entry.title) in recall.titles


def _before(published: datetime, last: datetime) -> bool:
    return published < last - (SLACK if published.minute or published.second else DAY)


def _aged(entry: Entry, now: datetime, max_age: timedelta) -> Sifted:
    if entry.published is None:
        return Sifted(entry, "new", "undated, first seen now")
    if now - entry.published > max_age:
        days = round((now - entry.published) / timedelta(days=1), 1)
        return Sifted(entry, "stale", f"dated {days:g} days ago, {OLD}")
    return Sifted(entry, "new", "first seen now")


def is_rewritten(old: Entry, new: Entry) -> bool:
    """Whether so much of it is new that it may tell of something else than before."""
    said = set(words(fold(f"{new.title} {new.text}")))
    fresh = said - set(words(fold(f"{old.title} {old.text}")))
    return len(fresh) >= max(REWORDED, len(said) / 5)
