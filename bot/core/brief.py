"""What a brief may say: its frame, and the check that no writer can bypass."""

from dataclasses import replace
from datetime import datetime

from bot.core import context, differences
from bot.core.check import Fault, faults, invented
from bot.core.vocabulary import Vocabulary
from bot.model import Brief, Claim, Entry, Source, Story

__all__ = ["MOST_POINTS", "NO_MORE", "Fault", "check", "checked", "faults", "frame", "retold"]

MOST_POINTS = 3
NO_MORE = "The report gives no more than this."
WORDS_A_MINUTE = 220


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
        minutes=_minutes(first.source),
        writer=writer,
        written=now,
        published=first.published,
        note=NO_MORE,
        differences=differences.between(story.entries),
        context=context.lines(story.verdict, vocabulary, now.date()),
        lead=first.id,
    )


def _minutes(text: str) -> int:
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))


def _sources(entries: tuple[Entry, ...]) -> tuple[Source, ...]:
    """One line an outlet, the primary report first."""
    by_outlet: dict[str, Source] = {}
    for entry in entries:
        by_outlet.setdefault(entry.outlet, Source(entry.outlet, entry.tier, entry.title, entry.link))
    return tuple(by_outlet.values())


def retold(brief: Brief, story: Story) -> Brief:
    """The brief with every outlet that tells the story by now, and where they differ. What else it says and links to
    stays as it was published, but for what stands on a report that is no longer of this story.

    Who retracted its report is none of those that tell it; what was corrected differs from nothing by its old words.
    """
    mine = brief.sources[0].outlet
    first = tuple(source for source in _sources(story.entries) if source.outlet == mine)
    others = tuple(source for source in _sources(story.standing) if source.outlet != mine)
    reports = {entry.id for entry in story.entries}

    def of_it(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(claim for claim in claims if {proof.entry for proof in claim.evidence} <= reports)

    return replace(
        brief,
        sources=(*(first or brief.sources[:1]), *others),
        dek=of_it(brief.dek),
        takeaways=of_it(brief.takeaways),
        watch=of_it(brief.watch),
        long=tuple(replace(one, sentences=kept) for one in brief.long if (kept := of_it(one.sentences))),
        differences=differences.between([entry for entry in story.standing if not entry.amended]),
        whole=retold(brief.whole, story) if brief.whole else None,
    )


# The check


def checked(brief: Brief, story: Story) -> Brief:
    """The brief without the claims that fail the check; nothing else may be published."""

    def sound(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        return tuple(claim for claim in claims if not faults(claim, story))

    points = sound(brief.takeaways)[:MOST_POINTS]
    moves = (
        replace(one, sentences=tuple(claim for claim in one.sentences if not _long_faults(claim, story)))
        for one in brief.long
    )
    long = tuple(one for one in moves if one.sentences)
    body = " ".join(claim.text for one in long for claim in one.sentences)
    return replace(
        brief,
        dek=sound(brief.dek)[:1],
        takeaways=points,
        watch=sound(brief.watch)[:1],
        long=long,
        minutes=_minutes(body) if body else brief.minutes,
        differences=tuple(one for one in brief.differences if sound((one.one, one.other)) == (one.one, one.other)),
        note=brief.note or NO_MORE if len(points) < MOST_POINTS else "",
    )


def check(brief: Brief, story: Story) -> tuple[Fault, ...]:
    """Every fault of every claim."""
    short = (*brief.dek, *brief.takeaways, *brief.watch)
    differing = (claim for one in brief.differences for claim in (one.one, one.other))
    long = (claim for one in brief.long for claim in one.sentences)
    return (
        *(fault for claim in (*short, *differing) for fault in faults(claim, story)),
        *(fault for claim in long for fault in _long_faults(claim, story)),
    )


def _long_faults(claim: Claim, story: Story) -> tuple[Fault, ...]:
    """In the long brief a sentence without evidence is commentary: it may bring no figure and no name of its own."""
    return faults(claim, story) if claim.evidence else invented(claim, story)
