"""Whose report a brief is told by: the official one of a page leads, however late it comes, and none that was retracted."""

from dataclasses import replace
from datetime import datetime

from bot.core import corrections, traits
from bot.core.check import unproved
from bot.model import Brief, Correction, Entry, Story

_CLAIMS = frozenset({"number", "date", "negation", "modal", "stage"})
"""Rules of the check by which an official report does not bear a headline out."""

_BORNE = 0.6
"""The share of a headline's words that an official report must have, to be a report of what it says."""


def heard(story: Story) -> Story:
    """The story with the reports a brief may be told by: none that was retracted while others stand; and what others say
    of a page whose owner speaks is not its words."""
    story = replace(story, entries=story.standing or story.entries)
    first = story.entries[0]
    if first.tier != "primary":
        return story
    pages = _official_pages(story)
    kept = (
        report
        for report in story.entries
        if report.tier == "primary" or not (report.link in pages or _contradicts(first, report.title))
    )
    return replace(story, entries=tuple(kept))


def late(brief: Brief, story: Story) -> bool:
    """Is it to be told by another report now: as its own was retracted while another stands, or as the official one of the
    very page it links to has joined since, or one that contradicts its headline?"""
    first = story.entries[0]
    if brief.retracted and story.standing:
        return True
    if first.tier != "primary" or first.amended == "retracted" or brief.sources[0].tier == "primary":
        return False
    return brief.link in _official_pages(story) or _contradicts(first, brief.headline)


def anew(old: Brief, new: Brief, story: Story, now: datetime, *, told: bool) -> Brief:
    """The new brief in the old one's place; with word of it where readers were `told` what the official report is not, or
    by a report that was retracted."""
    first, before = story.entries[0], old.sources[0]
    was = "" if old.retracted else old.headline
    said = Correction(first.id, first.outlet, False, was, first.title, now, instead_of=before.outlet)
    added = (said,) if old.retracted or not _bears_out(first, old.headline) else ()
    before_it = (one for one in old.corrections if not (one.retracted and one.entry == first.id))  # that report stands
    placed = replace(new, story=old.story, part_of=old.part_of, corrections=(*before_it, *added) if told else ())
    plain = replace(new.plain, story=old.story, corrections=placed.corrections) if new.plain else None
    return corrections.holding(replace(placed, plain=corrections.holding(plain) if plain else None))


def _official_pages(story: Story) -> set[str]:
    return {report.link for report in story.standing if report.tier == "primary" and report.link}


def _contradicts(official: Entry, headline: str) -> bool:
    mine, theirs = traits.of(official), traits.of(replace(official, title=headline, text=""))
    return mine.acts_agree(theirs) < 0 or mine.figures_differ(theirs) or corrections.retitled(headline, official.title)


def _bears_out(official: Entry, headline: str) -> bool:
    if _contradicts(official, headline):
        return False
    words = traits.of(replace(official, title=headline, text="")).title
    shared = sum(word in traits.of(official).whole for word in words)
    faults = unproved(headline, (f"{official.title}. {official.source}",), cased=True)
    return shared >= _BORNE * len(words) and not any(rule in _CLAIMS for rule, _ in faults)
