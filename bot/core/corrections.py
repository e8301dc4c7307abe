"""When a publisher changes what a brief stands on: what counts as a correction, and what becomes of the brief."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from bot.core import notices, sentences
from bot.core.brief import MOST_POINTS, NO_MORE
from bot.core.check import unproved
from bot.core.notices import CORRECTED, RETRACTED, Sign
from bot.core.text import clean, fold, shorten, words
from bot.model import Brief, Claim, Correction, Entry, Evidence

LIKE = 0.6
"""Share of words from which one sentence is another, changed."""

NEAREST = 5
"""Sentences at most, of those like one that is gone, that are asked whether they were another before."""

LONGEST = 240
"""Characters of either side that are shown."""

STANDS = 0.6
"""Share of a report's sentences that must be served again, under its headline, for it to stand again after a retraction."""

MOST_KEPT = 9
"""Corrections that a brief carries, beside those by which something is not told: a live page may correct itself at every look
for a month."""

_COUNT = re.compile(
    r"(?:\b([^\W\d_]+)\.? )?(?<![\w.,$€£#/–-])(\d{1,3}(?:,\d{3})*|\d+) ((?:[^\W\d_]+ )?[^\W\d_]+s)\b", re.I
)
_LEFT_OUT = "\0"
"""Stands in no headline."""

_NUMBERED = frozenset(
    (
        "article", "articles", "art", "section", "no", "number", "nr", "decision", "regulation", "directive", "bill", "title",
        "chapter", "part", "annex", "version", "act", "sb", "ab", "hb", "hr", "by", "until", "january", "february", "march",
        "april", "may", "june", "july", "august", "september", "october", "november", "december",
    )
)  # fmt: skip
"""What a number behind it names or dates."""

_UNITS = frozenset(
    (
        "million", "millions", "billion", "billions", "trillion", "mln", "bn", "percent", "euros", "dollars", "pounds", "francs",
        "days", "weeks", "months", "years", "hours", "minutes", "points",
    )
)  # fmt: skip
"""What measures, against what counts."""

_MATTERS = frozenset({"number", "date", "negation", "modal", "stage"})
"""Rules of the check by which a changed sentence says something else."""

# A headline is reworded all the time, and orders that become duties are no correction.
_FIGURES = frozenset({"number", "date"})
_DENIES = frozenset({"negation"})
_WEAKENS = frozenset({"negation", "modal"})


@dataclass(frozen=True, slots=True)
class Change:
    """What a publisher changed: `was` and `now` are the same where it took that back, and empty where all of the report
    stands again; `quotes` are words of a brief that do not hold for it."""

    retracted: bool
    was: str
    now: str
    quotes: tuple[str, ...]
    told: bool = True
    """Whether the brief is told by this report: by its headline, or by words of it. If not, it takes back nothing there."""

    @property
    def undone(self) -> bool:
        return self.was == self.now and not self.retracted


RESTORED = Change(False, "", "", ())
"""A report that stands again."""


def between(old: Entry, new: Entry, brief: Brief) -> tuple[Change, ...]:
    """What the entry as it is served now takes back of what was told of it, or says again. A rewording or an addition is none.

    An entry that a feed no longer shows has only grown old. What was said of it before is not said again: a report is
    retracted once, in whatever words it is told of at the next look, until it stands again.
    """
    named: tuple[Evidence | Correction, ...] = (*_evidence(brief), *brief.corrections)
    told = _leads(old, brief) or any(one.entry == old.id for one in named)
    changes = (replace(change, told=told and change.told) for change in _changed(old, new, brief))
    return tuple(one for one in changes if one.told or one.retracted or one.undone or one.quotes)


def retraction(old: Entry, new: Entry) -> Change | None:
    """Whether a report of which nothing was told yet is retracted, or stands again."""
    if notice := _notice(RETRACTED, old, new):
        return None if old.amended == "retracted" else Change(True, old.title, notice, (), told=False)
    again = old.amended == "retracted" and _stands_again(old, new)
    return replace(RESTORED, told=False) if again else None


def _leads(entry: Entry, brief: Brief) -> bool:
    return entry.id == brief.lead if brief.lead else entry.outlet == brief.sources[0].outlet


def _changed(old: Entry, new: Entry, brief: Brief) -> tuple[Change, ...]:
    proofs = (*_evidence(brief), *_held_against_others(brief))
    quotes = tuple(dict.fromkeys(proof.quote for proof in proofs if proof.entry == old.id))
    before = [one for one in brief.corrections if one.entry == old.id and not one.instead_of]
    retracted = old.amended == "retracted" or any(one.retracted for one in before)
    if notice := _notice(RETRACTED, old, new):
        return () if retracted else (Change(True, old.title, notice, quotes),)
    if retracted and not _stands_again(old, new):
        return ()
    told = {one.was: one.now for one in before if one.was and not one.retracted}
    restored = (RESTORED,) if retracted else ()
    changes = (*restored, *_reworded(old, new, quotes, told), *_retitled(old, new, told.get(old.title, old.title)))
    if not changes and old.amended == "corrected" and not before and (old.title, old.text) == (new.title, new.text):
        return (Change(False, old.title, old.title, (), told=False),)  # nothing was said of it here
    if changes:
        return changes
    notice = _notice(CORRECTED, old, new, {one.now for one in before})
    return (Change(False, "", notice, ()),) if notice else ()


def _stands_again(old: Entry, new: Entry) -> bool:
    """Whether a report that bears no notice of its retraction any more is served as before: one that only says nothing of it,
    or is taken off, is not; nor is one that speaks of a retraction in other words than a notice's."""
    if notices.of_retraction(new.title, new.source) > notices.of_retraction(old.title, old.source):
        return False
    said = [clean(sentence.text) for sentence in sentences.split(old.source)]
    served = clean(new.source)
    again = sum(text in served for text in said)
    return fold(old.title) == fold(new.title) and again >= STANDS * len(said)


def _reworded(old: Entry, new: Entry, quotes: tuple[str, ...], told: dict[str, str]) -> Iterator[Change]:
    """Of each sentence a brief stands on, or stood, what is said in its place now and was not told."""
    for quote in dict.fromkeys((*quotes, *(was for was in told if was != old.title))):
        now = _now(quote, told.get(quote, quote), old.source, new.source)
        if now == quote:
            yield Change(False, quote, quote, ())
        elif now:
            yield Change(False, quote, now, (quote,))


def _now(quote: str, told: str, before: str, source: str) -> str:
    """The sentence in the quote's place, the quote itself perhaps, where readers were `told` otherwise; else ""."""
    if clean(told) in clean(source):
        return ""
    if clean(quote) in clean(source):
        return quote
    now = _rewritten(quote, before, source) or _rewritten(told, before, source)
    return now if now and (told == quote or _says_otherwise(told, now)) else ""


def _retitled(old: Entry, new: Entry, told: str) -> Iterator[Change]:
    if new.title == told:
        return
    if new.title == old.title:
        yield Change(False, old.title, old.title, ())
    elif retitled(told, new.title) and not (_counts_on(old.title, new.title) and _counts_on(told, new.title)):
        yield Change(False, old.title, new.title, ())


def recounted(old: Entry, new: Entry, brief: Brief) -> Brief:
    """The brief under its report's headline of now, where that only counts on: “12 regulators” in the place of 11."""
    if brief.headline == new.title or not _counts_on(old.title, new.title):
        return brief
    if brief.headline != old.title and not _counts_on(old.title, brief.headline):
        return brief
    return replace(brief, headline=new.title, plain=recounted(old, new, brief.plain) if brief.plain else None)


def _counts_on(was: str, now: str) -> bool:
    """Whether two headlines differ in counts alone, none of which fell: a live page, not a correction."""
    (form, counts), (other, more) = _less_counts(was), _less_counts(now)
    alike = form == other and len(counts) == len(more)
    return alike and counts != more and all(one <= two for one, two in zip(counts, more, strict=True))


def _less_counts(title: str) -> tuple[str, tuple[int, ...]]:
    """The headline without its counts of things and people, and those."""
    counts: list[int] = []

    def left_out(found: re.Match[str]) -> str:
        before, number, things = found.groups("")
        if fold(before) in _NUMBERED or _UNITS & set(fold(things).split()):
            return found[0]
        counts.append(int(number.replace(",", "")))
        return f"{before} {_LEFT_OUT} {things}"

    return fold(_COUNT.sub(left_out, title)), tuple(counts)


def retitled(was: str, now: str) -> bool:
    """Whether one headline is the other, changed in what it says."""
    return _alike(was, now) and _differ(was, now, each=_FIGURES, alone=_DENIES)


def _evidence(brief: Brief) -> Iterator[Evidence]:
    """Of its claims, also of those that were taken back."""
    for claim in (*brief.dek, *brief.takeaways, *brief.watch, *(one for part in brief.long for one in part.sentences)):
        yield from claim.evidence
    for other in filter(None, (brief.whole, brief.plain)):
        yield from _evidence(other)


def _held_against_others(brief: Brief) -> Iterator[Evidence]:
    for one in brief.differences:
        yield from (*one.one.evidence, *one.other.evidence)


def _notice(sign: Sign, old: Entry, new: Entry, told: Container[str] = ()) -> str:
    """The sentence in which the publisher says so, where it did not before and it was not told."""
    before = f"{old.title}\n{old.source}"
    said = notices.found(sign, new.title, new.source)
    return next((text for text in said if text not in before and text not in told), "")


def _rewritten(quote: str, before: str, source: str) -> str:
    """The sentence that stands in the quote's place now and says something else; "" for none.

    One that stood there `before`, or is more like another that did, is not what the quote became.
    """
    if clean(quote) in clean(source):
        return ""
    stood = clean(before)
    fresh = (sentence.text for sentence in sentences.split(source) if clean(sentence.text) not in stood)
    near = sorted(((like, text) for text in fresh if (like := _likeness(quote, text)) >= LIKE), reverse=True)
    others = [one.text for one in sentences.split(before) if clean(quote) not in clean(one.text)]
    its = (text for like, text in near[:NEAREST] if all(_likeness(other, text) <= like for other in others))
    best = next(its, "")
    return best if best and _says_otherwise(quote, best) else ""


def _says_otherwise(was: str, now: str) -> bool:
    return _differ(was, now, each=_MATTERS, alone=_WEAKENS)


def _alike(one: str, other: str) -> bool:
    return _likeness(one, other) >= LIKE


def _likeness(one: str, other: str) -> float:
    first, second = ([fold(word) for word in words(text)] for text in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _differ(was: str, now: str, *, each: frozenset[str], alone: frozenset[str]) -> bool:
    """By the rules `each`, does each say what the other does not; by those `alone`, does one of them?"""
    ahead, back = ({rule for rule, _ in unproved(one, (other,), cased=True)} for one, other in ((now, was), (was, now)))
    return bool(ahead & back & each) or bool(alone & (ahead | back))


def applied(brief: Brief, correction: Correction) -> Brief:
    """The brief with word of it, and with what holds after it. Who reviewed it did not review this."""
    said = (*_unchanged_by(correction, brief.corrections), correction)
    return holding(replace(brief, corrections=said, plain=applied(brief.plain, correction) if brief.plain else None))


def holding(brief: Brief) -> Brief:
    """Of its claims, those which hold by its corrections, some of them again."""
    retracted = {one.entry for one in brief.corrections if one.retracted}
    gone = {(one.entry, one.was) for one in brief.corrections if not one.undone and not one.instead_of}
    whole = brief.whole or replace(brief, plain=None, review=None, disclosure="", corrections=())

    def holds(claim: Claim) -> bool:
        return not any(proof.entry in retracted or (proof.entry, proof.quote) in gone for proof in claim.evidence)

    def kept(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(filter(holds, claims))

    long = tuple(replace(part, sentences=kept(part.sentences)) for part in whole.long)
    dek, points, watch = kept(whole.dek), kept(whole.takeaways), kept(whole.watch)
    if (dek, points, watch, long) == (brief.dek, brief.takeaways, brief.watch, brief.long):
        return brief
    return replace(
        brief,
        dek=dek,
        takeaways=points,
        watch=watch,
        long=tuple(part for part in long if part.sentences),
        note=whole.note if len(points) in (len(whole.takeaways), MOST_POINTS) else whole.note or NO_MORE,
        whole=whole,
    )


def _unchanged_by(new: Correction, before: tuple[Correction, ...]) -> tuple[Correction, ...]:
    """Without what was said of the same words, or of the whole report, and of notices only the newest."""

    def is_over(one: Correction) -> bool:
        if one.stands and new.restored:
            return one.instead_of == new.outlet
        if one.entry != new.entry or one.instead_of or new.instead_of:
            return False
        if one.retracted or one.restored:
            return new.retracted or new.restored
        return bool(one.was) and not new.retracted and one.was == new.was

    left = [one for one in before if not is_over(one)]
    plain = [one for one in left if not one.retracted and not one.instead_of]
    loose = [one for one in plain if one.undone or not one.was]
    gone = loose[: max(0, len(plain) + 1 - MOST_KEPT)]
    return tuple(one for one in left if one not in gone)


def mark(brief: Brief) -> str:
    """What stands before its headline: "Retracted" where that is of who retracted its report."""
    if brief.retracted:
        return "Retracted"
    changes = [one for one in brief.corrections if not one.undone]
    return "" if not changes else "Still reported" if changes[-1].stands else "Corrected"


def heading(correction: Correction) -> str:
    """What stands before its line."""
    if correction.retracted:
        return "Retracted"
    return "Still reported" if correction.stands else "Stands again" if correction.restored else "Corrected"


def said(correction: Correction) -> str:
    """One line for a reader."""
    if correction.stands:
        now = shorten(correction.now, LONGEST)
        return f"{correction.outlet} reports it, and this is told by its report now. It says: “{now}”"
    if correction.instead_of:
        return (
            f"{correction.outlet} published its own report, seen {correction.at:%d %b %Y, %H:%M} UTC, and this is told by it"
            f" now. {correction.instead_of} said: “{shorten(correction.was, LONGEST)}”"
            f" {correction.outlet} says: “{shorten(correction.now, LONGEST)}”"
        )
    seen, now = f"seen {correction.at:%d %b %Y, %H:%M} UTC", shorten(correction.now, LONGEST)
    if correction.restored:
        return f"{correction.outlet} took back its retraction, {seen}: its report stands again."
    if correction.undone:
        return f"{correction.outlet} took back its correction, {seen}. It says again: “{now}”"
    head = f"{correction.outlet} {'retracted' if correction.retracted else 'corrected'} its report, {seen}."
    if correction.retracted or not correction.was:
        return f"{head} It says: “{now}”"
    return f"{head} It said: “{shorten(correction.was, LONGEST)}” It now says: “{now}”"
