"""What a language model's draft adds to a brief, and how its part is disclosed."""

from dataclasses import replace
from datetime import datetime

from bot.core import brief as briefs
from bot.core.addressed import addressed
from bot.core.answer import Draft
from bot.core.brief import MOST_POINTS, NO_MORE
from bot.core.moves import MOVES
from bot.core.text import fold, words
from bot.model import Brief, Claim, Origin, Paragraph, Review, Story

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
        long=_whole(draft.long, plain.long),
        note="" if len(points) == MOST_POINTS else NO_MORE,
        disclosure=UNREVIEWED,
        writer=writer,
        origin=origin,
        plain=plain,
    )


def _whole(drafted: tuple[Paragraph, ...], extracted: tuple[Paragraph, ...]) -> tuple[Paragraph, ...]:
    """Each move by the draft, else by the extract."""
    found = {one.move: one for one in (*extracted, *drafted)}
    return tuple(found[move] for move in MOVES if move in found)


def checked(brief: Brief, story: Story) -> Brief:
    """The brief as `core.brief.checked` leaves it, the plain one in it too, and nothing that speaks to a machine."""
    plain = _for_readers(briefs.checked(brief.plain, story)) if brief.plain else None
    return replace(_for_readers(briefs.checked(brief, story)), plain=plain)


def _for_readers(brief: Brief) -> Brief:
    points = _kept(brief.takeaways)
    paragraphs = (replace(one, sentences=_kept(one.sentences)) for one in brief.long)
    return replace(
        brief,
        dek=_kept(brief.dek),
        takeaways=points,
        watch=_kept(brief.watch),
        long=tuple(one for one in paragraphs if one.sentences),
        differences=tuple(one for one in brief.differences if len(_kept((one.one, one.other))) == 2),
        note=brief.note or (NO_MORE if len(points) < MOST_POINTS else ""),
    )


def _kept(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    return tuple(claim for claim in claims if not addressed(claim.text))


def _repeats(claim: Claim, other: Claim) -> bool:
    for one in claim.evidence:
        for proof in other.evidence:
            if one.entry == proof.entry and one.start < proof.end and proof.start < one.end:
                return True
    mine, theirs = ({fold(word) for word in words(each.text) if len(word) > 3} for each in (claim, other))
    return len(mine & theirs) > SAME * max(1, min(len(mine), len(theirs)))


def without_model(brief: Brief) -> Brief:
    """The brief in its sources' own words, with all that became known of the story since."""
    if brief.plain is None:
        return brief
    return replace(brief.plain, sources=brief.sources, earlier=brief.earlier, part_of=brief.part_of)


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
