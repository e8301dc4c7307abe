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

MOST_KEPT = 9
"""Corrections that a brief carries, beside retractions: a live page may correct itself at every look for a month."""

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
    """What a publisher changed; `quotes` are the words of a brief that no longer hold."""

    retracted: bool
    was: str
    now: str
    quotes: tuple[str, ...]
    told: bool = True
    """Whether the brief is told by this report: by its headline, or by words of it. If not, it takes back nothing there."""


def between(old: Entry, new: Entry, brief: Brief) -> Change | None:
    """Whether the entry as it is served now takes back what was told of it. A rewording or an addition does not.

    An entry that a feed no longer shows has only grown old. What was said of it before is not said again: a report is
    retracted once, in whatever words it is told of at the next look.
    """
    told = _leads(old, brief) or any(proof.entry == old.id for proof in _evidence(brief))
    change = _changed(old, new, brief)
    return replace(change, told=told) if change and (told or change.retracted or change.quotes) else None


def retraction(old: Entry, new: Entry) -> Change | None:
    """Whether a report of which nothing was told yet is retracted."""
    notice = "" if old.amended == "retracted" else _notice(RETRACTED, old, new)
    return Change(True, old.title, notice, (), told=False) if notice else None


def _leads(entry: Entry, brief: Brief) -> bool:
    return entry.id == brief.lead if brief.lead else entry.outlet == brief.sources[0].outlet


def _changed(old: Entry, new: Entry, brief: Brief) -> Change | None:
    proofs = (*_evidence(brief), *_held_against_others(brief))
    quotes = tuple(dict.fromkeys(proof.quote for proof in proofs if proof.entry == old.id))
    before = [one for one in brief.corrections if one.entry == old.id]
    if notice := _notice(RETRACTED, old, new):
        known = old.amended == "retracted" or any(one.retracted for one in before)
        return None if known else Change(True, old.title, notice, quotes)
    changed = {quote: now for quote in quotes if (now := _rewritten(quote, old.source, new.source))}
    if changed:
        was, now = next(iter(changed.items()))
        return Change(False, was, now, tuple(changed))
    told = {one.now for one in before}
    if new.title not in told and retitled(old.title, new.title) and not _counts_on(old.title, new.title):
        return Change(False, old.title, new.title, ())
    notice = _notice(CORRECTED, old, new, told)
    return Change(False, "", notice, ()) if notice else None


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
    for claim in (*brief.dek, *brief.takeaways, *brief.watch, *(one for part in brief.long for one in part.sentences)):
        yield from claim.evidence
    if brief.plain:
        yield from _evidence(brief.plain)


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
    return best if best and _differ(quote, best, each=_MATTERS, alone=_WEAKENS) else ""


def _alike(one: str, other: str) -> bool:
    return _likeness(one, other) >= LIKE


def _likeness(one: str, other: str) -> float:
    first, second = ([fold(word) for word in words(text)] for text in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _differ(was: str, now: str, *, each: frozenset[str], alone: frozenset[str]) -> bool:
    """By the rules `each`, does each say what the other does not; by those `alone`, does one of them?"""
    ahead, back = ({rule for rule, _ in unproved(one, (other,), cased=True)} for one, other in ((now, was), (was, now)))
    return bool(ahead & back & each) or bool(alone & (ahead | back))


def applied(brief: Brief, correction: Correction, quotes: tuple[str, ...]) -> Brief:
    """The brief without what no longer holds, and with word of it. Who reviewed it did not review this."""

    def holds(claim: Claim) -> bool:
        return not any(proof.entry == correction.entry and proof.quote in quotes for proof in claim.evidence)

    def kept(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(filter(holds, claims))

    long = (replace(part, sentences=kept(part.sentences)) for part in brief.long)
    return replace(
        brief,
        dek=kept(brief.dek),
        takeaways=kept(brief.takeaways),
        watch=kept(brief.watch),
        long=tuple(part for part in long if part.sentences),
        note=brief.note if len(kept(brief.takeaways)) == MOST_POINTS else brief.note or NO_MORE,
        corrections=(*_unchanged_by(correction, brief.corrections), correction),
        plain=applied(brief.plain, correction, quotes) if brief.plain else None,
    )


def _unchanged_by(new: Correction, before: tuple[Correction, ...]) -> tuple[Correction, ...]:
    """Without what was said of the same words, and of what was corrected ever again only the newest."""
    plain = [one for one in before if not one.retracted and not one.instead_of]
    gone = plain[: -MOST_KEPT + 1] + [one for one in plain if one.was and (one.entry, one.was) == (new.entry, new.was)]
    return tuple(one for one in before if one not in gone)


def mark(brief: Brief) -> str:
    """What stands before its headline: "Retracted" where that is of who retracted its report."""
    if brief.retracted:
        return "Retracted"
    last = brief.corrections[-1:]
    return "Still reported" if last and last[0].stands else "Corrected" if last else ""


def heading(correction: Correction) -> str:
    """What stands before its line."""
    return "Retracted" if correction.retracted else "Still reported" if correction.stands else "Corrected"


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
    did = "retracted" if correction.retracted else "corrected"
    head = f"{correction.outlet} {did} its report, seen {correction.at:%d %b %Y, %H:%M} UTC."
    if correction.retracted or not correction.was:
        return f"{head} It says: “{shorten(correction.now, LONGEST)}”"
    return f"{head} It said: “{shorten(correction.was, LONGEST)}” It now says: “{shorten(correction.now, LONGEST)}”"
