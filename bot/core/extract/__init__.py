"""Chooses what a brief says from its reports' own sentences: a lead, up to three takeaways, what to watch."""

from collections.abc import Iterable
from dataclasses import replace

from bot.core.brief import NO_MORE
from bot.core.extract import body, candidates
from bot.core.extract.choosing import MOST_POINTS, choose
from bot.model import Brief, Evidence, Story

MOST_REPORTS = 8


def fill(brief: Brief, story: Story) -> Brief:
    """The framed brief with its claims; each is one sentence of one report, word for word but for clauses left out.

    What a better report disputes is shown as disputed, and is no claim of ours.
    """
    disputed = [one.other.evidence for one in brief.differences]
    found = [
        one
        for rank, entry in enumerate(story.entries[:MOST_REPORTS])
        for one in candidates.of(entry, rank)
        if not any(_overlap(one.quotes, said) for said in disputed)
    ]
    chosen = choose(found, brief.headline, story.entries[0].when.date())
    return replace(
        brief,
        dek=tuple(one.claim for one in chosen.lead),
        takeaways=tuple(one.claim for one in chosen.points),
        watch=tuple(one.claim for one in chosen.watch),
        long=body.paragraphs(found, (*chosen.lead, *chosen.points, *chosen.watch)),
        note="" if len(chosen.points) == MOST_POINTS else NO_MORE,
    )


def _overlap(quotes: Iterable[Evidence], said: Iterable[Evidence]) -> bool:
    return any(
        one.entry == other.entry and one.start < other.end and other.start < one.end for one in quotes for other in said
    )
