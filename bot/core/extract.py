"""Chooses a story's points from its reports' own sentences: a lead, up to three takeaways, what to watch."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core import sentences
from bot.core.brief import MOST_POINTS, NO_MORE
from bot.core.text import fold, words
from bot.model import Brief, Claim, Entry, Evidence, Story

FEWEST_WORDS = 6
MOST_WORDS = 55
LOOKED_AT = 60
"""Sentences of one report that may be chosen; what matters stands in a report's first page."""

SAME = 0.55
"""Shared words from which a sentence only repeats another."""

_CONNECTIVE = re.compile(
    r"^(?:However|Meanwhile|Moreover|Furthermore|Additionally|In addition|Separately|Also|Unfortunately|Consequently|Basically),\s+"
)
_PERSONAL = re.compile(r"\b(?:I|[Mm]y|[Ww]e|[Oo]ur|[Mm]e|[Uu]s)\b(?!\.)")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z’'. -]{2,30}(?:, [A-Z][\w. ]{2,25})?\s*)?(?:\([A-Z][\w /]{1,20}\)\s*)?[—–-]+\s+(?=[A-Z“\"])"
)
_DANGLING = re.compile(
    r"^(?:It|He|She|They|We|You|I|This|That|These|Those|Such|His|Her|Their|Its|Our|My|There|Here|But|And|Or|So|Yet|Instead|Then"
    r"|Still|Nor|Both|Another|Others?|Which|Who|Where|When asked|As such|For example|For instance|As a result|Therefore|Thus"
    r"|Similarly|Likewise|Indeed|In fact|Finally|Second|Secondly|Third|Thirdly|Overall|Plus|Note|See|Watch|Listen|Read|Click"
    r"|The former|The latter|In other words|That said|In contrast|By contrast|On the other hand|In particular|Despite this|Well|In this|In that|In the (?:case|example|same)|As I|After that|Since then|Until then)\b",
)
_BOILERPLATE = re.compile(
    r"appeared first on|read (?:more|the full|our)|subscri|sign up|signed up for|newsletter|getty|image credit|photo(?:graph)? by"
    r"|\(?reporting by|editing by|all rights reserved|©|click (?:here|on)|cookie|follow us|share this|contributed to this"
    r"|is a (?:senior |staff )?(?:reporter|writer|editor|journalist)|this (?:article|story|post|piece|episode|week['’]s)|podcast"
    r"|advertis|sponsor|continue reading|listen to|watch the|join us|register|free trial|unsubscribe|comments? (?:are|is) closed"
    r"|view in browser|table of contents|learn more|find out|here['’]s (?:what|how|why)|in case you missed|stay tuned",
    re.I,
)
_ADDRESSED = re.compile(
    r"ignore (?:all |any |the )?(?:previous|prior|above)|disregard|system prompt|as an ai\b"
    r"|language model[,:]|you are (?:now|an?)\b|instructions?:|assistant:|user:|</?\w+>|\[/?inst|do not summari[sz]e|dear reader|you (?:must|should|can|will|may)\b",
    re.I,
)
_FOREIGN = re.compile(r"https?:|www\.|@\w|<|>|\[…\]|\[\.\.\.\]|…$|\.\.\.$|#\w")
_CUES = re.compile(
    r"\b(must|requires?|required|deadline|fines?|penalt(?:y|ies)|by \d|from \d|until|takes? effect"
    r"|enter(?:s|ed)? into force|applies|apply|prohibit\w*|ban(?:s|ned)?|sign(?:s|ed)|adopt(?:s|ed)|passed|vot(?:e|ed)|ruled|orders?|ordered|opened|investigat\w+"
    r"|sue[sd]?|lawsuit|obligations?|compl(?:y|iance)|thresholds?|days|months|million|billion|percent|%|exempt\w*|liab\w+"
    r"|enforce\w*)\b",
    re.I,
)
_AHEAD = re.compile(
    r"\b(will|expected|due|deadline|next (?:week|month|year|step)|takes? effect|scheduled|plans to|set to|until|by|vote|hearing"
    r"|consultation|comments?)\b",
    re.I,
)
_DATE = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?"
    r"|oct|nov|dec)\.? \d{1,2}|\b\d{1,2}(?:st|nd|rd|th)? (?:january|february|march|april|may|june|july|august|september|october"
    r"|november|december)|\b20\d\d\b|\bnext (?:week|month|year)\b|\bwithin \d+|\b(?:monday|tuesday|wednesday|thursday|friday)\b",
    re.I,
)
_STOP = frozenset(
    "a an the and or but of in on at to for from by with as is are was were be been has have had it its that this".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be published as it stands."""

    entry: int
    rank: int
    """0 for the primary report."""
    position: int
    start: int
    end: int
    text: str
    words: frozenset[str]


def fill(brief: Brief, story: Story) -> Brief:
    """The framed brief with its claims; each is one sentence of one report, word for word."""
    found = tuple(candidate for rank, entry in enumerate(story.entries[:8]) for candidate in _candidates(entry, rank))
    headline = _content(brief.headline)
    dek = _lead(found, headline)
    points = _points(found, headline, dek)
    watch = _watch(found, headline, (*dek, *points))
    note = "" if len(points) == MOST_POINTS else NO_MORE
    return replace(brief, dek=_claims(dek), takeaways=_claims(points), watch=_claims(watch), note=note)


# Candidates


def _candidates(entry: Entry, rank: int) -> Iterable[Candidate]:
    for position, sentence in enumerate(sentences.split(entry.source)[:LOOKED_AT]):
        start = sentence.start + _lead_in(sentence.text)
        text = entry.source[start : sentence.end]
        if _publishable(text[:1].upper() + text[1:] if start > sentence.start else text):
            yield Candidate(entry.id, rank, position, start, sentence.end, text, _content(text))


def _lead_in(text: str) -> int:
    """How many characters of dateline and connective stand before what the sentence says."""
    cut = 0
    for pattern in (_DATELINE, _CONNECTIVE):
        if found := pattern.match(text[cut:]):
            cut += found.end()
    return cut


def _publishable(text: str) -> bool:
    count = len(text.split())
    cjk = bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text))
    if not (FEWEST_WORDS <= count <= MOST_WORDS or (cjk and 12 <= len(text) <= 200)):
        return False
    if not re.search(r"[.!。！”\"’)]$", text) or "?" in text:
        return False
    return _balanced(text) and not (
        _DANGLING.match(text)
        or _BOILERPLATE.search(text)
        or _ADDRESSED.search(text)
        or _FOREIGN.search(text)
        or _PERSONAL.search(_QUOTED.sub("", text))
        or text[0].islower()
    )


def _balanced(text: str) -> bool:
    return (
        text.count('"') % 2 == 0
        and text.count("“") == text.count("”")
        and text.count("(") == text.count(")")
        and text.count("‘") <= text.count("’")
    )


def _content(text: str) -> frozenset[str]:
    found = (fold(word).removesuffix("'s") for word in words(text))
    return frozenset(word[:-1] if len(word) > 4 and word.endswith("s") else word for word in found if word not in _STOP)


# Choosing


def _lead(found: tuple[Candidate, ...], headline: frozenset[str]) -> tuple[Candidate, ...]:
    """Of the primary report's first sentences, the one that says most of what the headline says, and more."""
    first = [one for one in found if one.rank == 0][:3] or list(found[:3])
    fresh = [one for one in first if not _only_repeats(one, headline)]
    return tuple(
        sorted(
            fresh, key=lambda one: (-_shared(one.words, headline) + 0.12 * one.position + _lengthy(one), one.position)
        )[:1]
    )


def _only_repeats(candidate: Candidate, headline: frozenset[str]) -> bool:
    return len(candidate.words - headline) < 3


def _lengthy(candidate: Candidate) -> float:
    return max(0.0, (len(candidate.text.split()) - 40) * 0.02)


def _points(
    found: tuple[Candidate, ...], headline: frozenset[str], dek: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    """The best sentences that do not repeat each other, in the order of the source (maximal marginal relevance)."""
    chosen: list[Candidate] = []
    said = [*(one.words for one in dek)]
    worth = {one: _worth(one, found, headline) for one in found if one not in dek and not _only_repeats(one, headline)}
    while worth and len(chosen) < MOST_POINTS:
        best = max(worth, key=lambda one: worth[one] - _nearest(one, said))
        del worth[best]
        if all(_alike(best.words, other) < SAME for other in said):
            chosen.append(best)
            said.append(best.words)
    return tuple(sorted(chosen, key=lambda one: (one.rank, one.position)))


def _worth(candidate: Candidate, found: tuple[Candidate, ...], headline: frozenset[str]) -> float:
    others = [one.words for one in found if one.entry != candidate.entry] or [one.words for one in found[:20]]
    central = sum(_alike(candidate.words, other) for other in others[:40]) / max(1, len(others[:40]))
    cues = min(3, len(_CUES.findall(candidate.text)))
    return (
        1.0 / (1 + 0.12 * candidate.position)
        + 1.5 * central
        + 0.6 * _shared(candidate.words, headline)
        + 0.25 * cues
        + (0.2 if _DATE.search(candidate.text) else 0.0)
        - (0.4 if _QUOTED.search(candidate.text) and not cues else 0.0)
        - _lengthy(candidate)
    )


def _nearest(candidate: Candidate, said: list[frozenset[str]]) -> float:
    return max((_alike(candidate.words, other) for other in said), default=0.0)


def _watch(
    found: tuple[Candidate, ...], headline: frozenset[str], used: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    """One sentence that looks ahead to a date, not said yet."""
    ahead = [
        one
        for one in found
        if one not in used
        and _AHEAD.search(one.text)
        and _DATE.search(one.text)
        and all(_alike(one.words, other.words) < SAME for other in used)
        and not _only_repeats(one, headline)
    ]
    return tuple(ahead[:1])


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _shared(candidate: frozenset[str], headline: frozenset[str]) -> float:
    return len(candidate & headline) / max(1, len(headline))


def _claims(chosen: tuple[Candidate, ...]) -> tuple[Claim, ...]:
    return tuple(
        Claim(one.text[0].upper() + one.text[1:], (Evidence(one.entry, one.start, one.end, one.text),))
        for one in chosen
    )
