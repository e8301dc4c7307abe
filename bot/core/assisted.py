"""What a language model's draft adds to a brief, and how its part is disclosed."""

from dataclasses import replace
from datetime import datetime

from bot.core import brief as briefs
from bot.core.addressed import addressed
from bot.core.answer import Draft
from bot.core.brief import MOST_POINTS, NO_MORE, check
from bot.core.text import fold, words
from bot.model import Brief, Claim, Origin, Review, Story

UNREVIEWED = "AI-assisted, unreviewed."

SETTING, OFF = "model", "off"
"""A channel's setting with this value gets briefs in their sources' own words."""

SAME = 0.6
"""Share of its words that a sentence may have in common with another before it only repeats it."""


def composed(plain: Brief, draft: Draft, origin: Origin, *, writer: str) -> Brief:
    """The draft's sound claims, item by item completed from the brief in the sources' own words."""
    dek = draft.dek or plain.dek
    points = list(draft.takeaways)
    for claim in plain.takeaways:
        if len(points) < MOST_POINTS and not any(_repeats(claim, other) for other in (*dek, *points)):
            points.append(claim)
    watch = draft.watch or tuple(claim for claim in plain.watch if not any(_repeats(claim, other) for other in points))
    return replace(
        plain,
        dek=dek,
        takeaways=tuple(points),
        watch=watch,
        long=draft.long,
        note="" if len(points) == MOST_POINTS else NO_MORE,
        disclosure=UNREVIEWED,
        writer=writer,
        origin=origin,
        plain=plain,
    )


def checked(brief: Brief, story: Story) -> Brief:
    """For what `core.brief.checked` has been through: the long brief without the sentences that fail the check, the plain
    brief checked like any other, and nothing in any of them that speaks to a machine."""
    frame = replace(brief, dek=(), takeaways=(), watch=(), long=(), plain=None)

    def sound(sentence: Claim) -> bool:
        return not addressed(sentence.text) and (
            not sentence.evidence or not check(replace(frame, dek=(sentence,)), story)
        )

    paragraphs = (replace(one, sentences=tuple(filter(sound, one.sentences))) for one in brief.long)
    return replace(
        _for_readers(brief),
        long=tuple(one for one in paragraphs if one.sentences),
        plain=_for_readers(briefs.checked(brief.plain, story)) if brief.plain else None,
    )


def _for_readers(brief: Brief) -> Brief:
    dek, points, watch = (
        tuple(claim for claim in claims if not addressed(claim.text))
        for claims in (brief.dek, brief.takeaways, brief.watch)
    )
    return replace(
        brief, dek=dek, takeaways=points, watch=watch, note=brief.note or (NO_MORE if len(points) < MOST_POINTS else "")
    )


def _repeats(claim: Claim, other: Claim) -> bool:
    for one in claim.evidence:
        for proof in other.evidence:
            if one.entry == proof.entry and one.start < proof.end and proof.start < one.end:
                return True
    mine, theirs = ({fold(word) for word in words(each.text) if len(word) > 3} for each in (claim, other))
    return len(mine & theirs) > SAME * max(1, min(len(mine), len(theirs)))


def without_model(brief: Brief) -> Brief:
    """The brief in its sources' own words, with every outlet that tells the story by now."""
    return replace(brief.plain, sources=brief.sources) if brief.plain else brief


def reviewed(brief: Brief, reviewer: str, now: datetime) -> Brief:
    """The brief as one that a person stands for."""
    said = f"AI-assisted, reviewed by {reviewer}, {now:%d %b %Y, %H:%M} UTC."
    return replace(brief, review=Review(reviewer, now), disclosure=said)


def provenance(brief: Brief) -> str:
    """The whole sentence behind the disclosure; "" where no model had a part."""
    if brief.origin is None:
        return ""
    outlets = ", ".join(dict.fromkeys(source.outlet for source in brief.sources[:3]))
    return (
        f"Drafted by {brief.origin.model} from reporting by {outlets}, {brief.written:%d %b %Y, %H:%M} UTC; each claim was "
        f"checked against the words it quotes. Prompt {brief.origin.prompt}, input {brief.origin.input[:12]}."
    )
