"""What a brief may say: its frame, and the check that no writer can bypass."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.text import fold
from bot.core.vocabulary import Vocabulary
from bot.model import Brief, Claim, Entry, Evidence, Source, Story

MOST_POINTS = 3
NO_MORE = "The report gives no more than this."
WORDS_A_MINUTE = 220


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a claim is refused: the rule, the claim's text, and what is missing."""

    rule: str
    claim: str
    detail: str


# The frame


def frame(story: Story, vocabulary: Vocabulary, now: datetime, *, writer: str, disclosure: str) -> Brief:
    """A brief that says nothing yet: the story's headline, link, sources and place."""
    first = story.entries[0]
    return Brief(
        story=story.id,
        category=vocabulary.type_names.get(story.verdict.type, "Policy"),
        jurisdictions=story.verdict.jurisdictions,
        headline=first.title,
        link=next((entry.link for entry in story.entries if entry.link), ""),
        dek=(),
        takeaways=(),
        watch=(),
        sources=_sources(story.entries),
        disclosure=disclosure,
        minutes=max(1, round(len(first.source.split()) / WORDS_A_MINUTE)),
        writer=writer,
        written=now,
        published=first.published,
        note=NO_MORE,
    )


def _sources(entries: tuple[Entry, ...]) -> tuple[Source, ...]:
    """One line an outlet, the primary report first."""
    by_outlet: dict[str, Source] = {}
    for entry in entries:
        by_outlet.setdefault(entry.outlet, Source(entry.outlet, entry.tier, entry.title, entry.link))
    return tuple(by_outlet.values())


def retold(brief: Brief, story: Story) -> Brief:
    """The brief with every outlet that tells the story by now. What it says and links to stays as it was published,
    but for what stands on a report that is no longer of this story."""
    new = _sources(story.entries)
    first = tuple(source for source in new if source.outlet == brief.sources[0].outlet)
    others = tuple(source for source in new if source.outlet != brief.sources[0].outlet)
    reports = {entry.id for entry in story.entries}

    def of_it(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(claim for claim in claims if {proof.entry for proof in claim.evidence} <= reports)

    return replace(
        brief,
        sources=(*(first or brief.sources[:1]), *others),
        dek=of_it(brief.dek),
        takeaways=of_it(brief.takeaways),
        watch=of_it(brief.watch),
    )


# The check


def checked(brief: Brief, story: Story) -> Brief:
    """The brief without the claims that fail the check; nothing else may be published."""

    def sound(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(claim for claim in claims if not _faults(claim, story))

    points = sound(brief.takeaways)[:MOST_POINTS]
    note = brief.note or NO_MORE if len(points) < MOST_POINTS else ""
    return replace(brief, dek=sound(brief.dek)[:1], takeaways=points, watch=sound(brief.watch)[:1], note=note)


def check(brief: Brief, story: Story) -> tuple[Fault, ...]:
    """Every fault of every claim."""
    return tuple(fault for claim in (*brief.dek, *brief.takeaways, *brief.watch) for fault in _faults(claim, story))


def _faults(claim: Claim, story: Story) -> tuple[Fault, ...]:
    sources = {entry.id: entry.source for entry in story.entries}
    if not claim.evidence:
        return (Fault("evidence", claim.text, "there is none"),)
    for evidence in claim.evidence:
        if evidence.entry not in sources:
            return (Fault("entry", claim.text, f"entry {evidence.entry} is not of this story"),)
        if not _exact(evidence, sources[evidence.entry]):
            return (Fault("span", claim.text, f"{evidence.start}:{evidence.end} is not “{evidence.quote}”"),)
    proof = " … ".join(evidence.quote for evidence in claim.evidence)
    return tuple(Fault(rule, claim.text, detail) for rule, detail in _unproved(claim.text, proof))


def _exact(evidence: Evidence, source: str) -> bool:
    return 0 <= evidence.start < evidence.end <= len(source) and source[evidence.start : evidence.end] == evidence.quote


_NUMBER = re.compile(
    r"(?P<money>[$€£¥]|US\$)?\s?(?P<value>\d+(?:[.,]\d+)*)"
    r"\s?(?P<unit>%|percent\b|per cent\b|(?:thousand|million|billion|trillion|bn|m|k)\b)?",
    re.I,
)
_UNITS = {"percent": "%", "per cent": "%", "bn": "billion", "m": "million", "k": "thousand"}
_SPELT = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|ninety|hundreds?"
    r"|thousands?|millions?|billions?|dozens?|half|twice|double|triple|first|second|third)\b"
)
_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'&.-]*|\b\w*\d\w*")
_NEGATION = re.compile(r"\b(not|no|never|none|nor|neither|cannot|without|unlikely)\b|n['’]t\b")
_HEDGE = re.compile(
    r"\b(may|might|could|would|should|reportedly|alleged(?:ly)?|alleges?|accused|claims?|claimed|proposed?|proposes|proposal"
    r"|draft|plans?|planned|expected|considering|weighing|likely|possibl[ey]|potential(?:ly)?|seeks?|aims?|appears?|suggests?"
    r"|propos\w+|preliminary|provisional|voluntary|if|unless|some|about|around|up to|at least|more than|nearly|almost)\b"
)
_FORCE = re.compile(
    r"\b(will|must|shall|requires?|required|mandatory|banned|bans|prohibit\w*|adopted|enacted|signed|approved|passed|in force"
    r"|applies|ruled|confirmed|guilty|illegal|unlawful|always|all|every|only)\b"
)


def _unproved(text: str, proof: str) -> Iterable[tuple[str, str]]:
    """What the claim says that its evidence does not."""
    if missing := _numbers(text) - _numbers(proof):
        yield "number", ", ".join(sorted(missing))
    if missing := _spelt(text) - _spelt(proof):
        yield "number", ", ".join(sorted(missing))
    if missing := _names(text, proof):
        yield "name", ", ".join(sorted(missing))
    if _count(_NEGATION, text) != _count(_NEGATION, proof):
        yield "negation", "says no where the source does not, or the reverse"
    if missing := set(_count(_HEDGE, proof)) - set(_count(_HEDGE, text)):
        yield "hedge", f"the source says {', '.join(sorted(missing))}"
    if missing := set(_count(_FORCE, text)) - set(_count(_FORCE, proof)):
        yield "force", f"the source does not say {', '.join(sorted(missing))}"


def _numbers(text: str) -> set[str]:
    """Amounts with their currency and unit, "$10 million" and "10%" being neither of them 10."""
    found = set()
    for match in _NUMBER.finditer(text):
        unit = (match["unit"] or "").lower()
        value = match["value"].replace(",", "").rstrip(".")
        found.add(f"{match['money'] or ''}{value}{_UNITS.get(unit, unit)}")
    return found


def _spelt(text: str) -> set[str]:
    return set(_SPELT.findall(text.lower()))


def _names(text: str, proof: str) -> set[str]:
    """Capitalised words and codes that do not stand in the proof; the claim's own first word may be capitalised by us."""
    known = {fold(word) for word in re.findall(r"\w+", proof)}
    return {name for name in _NAME.findall(text) if not {fold(part) for part in re.findall(r"\w+", name)} <= known}


def _count(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(match.group().replace("’", "'") for match in pattern.finditer(text.lower()))
