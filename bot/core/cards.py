"""What we say, before how it looks: alerts, lookups and evidence as cards of plain text."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core import assisted, context, corrections, importance
from bot.core.moves import MOVES
from bot.core.query import EVERYTHING, quoted
from bot.core.text import is_web, shorten, site
from bot.core.vocabulary import Vocabulary
from bot.model import Brief, Button, Card, Claim, Correction, Earlier, Entry, Pointer, Story

TIERS = {"primary": "official"}
"""How a tier reads, where its own name does not say it."""

LISTED = 12
MOST_BUTTONS = 5
_SITE = 60
_AMENDED = 3
"""Corrections an alert shows, the newest, and every retraction; `corrections` lists all."""

_HOLDS_NO_MORE = "What the message above said on the changed words no longer holds, even where it still stands there."
_HOLDS_AGAIN = "What the message above said at first holds again, even where it does not stand there."

QUOTED = 200
"""Characters of a sentence in which reports differ."""


def alert(
    brief: Brief, vocabulary: Vocabulary, *, because: tuple[str, ...] = (), mark: str = "", managed: bool = True
) -> Card:
    """The message a channel gets; on a page, which no channel stands behind, it is not `managed`."""
    return Card(
        title=brief.headline,
        link=brief.link,
        category=brief.category,
        where=where(brief.jurisdictions, vocabulary),
        amended=_amended(brief),
        lead=_said(brief.dek),
        points=tuple(claim.text for claim in brief.takeaways),
        watch=_said(brief.watch),
        source=source_line(brief),
        because=sent_because(because),
        sections=_differences(brief),
        context=_context(brief)[:1],
        earlier=_timeline(brief.earlier),
        notes=tuple(
            note
            for note in (
                _moved(brief),
                _shown(len(_amended(brief)), brief.corrections),
                brief.note,
                brief.disclosure,
            )
            if note
        ),
        buttons=_buttons(brief) if managed else (*_links(brief), *_review(brief)),
        published=brief.published,
        mark=corrections.mark(brief) or mark,
    )


def _amended(brief: Brief) -> tuple[tuple[str, str], ...]:
    newest = brief.corrections[-_AMENDED:]
    shown = (one for one in brief.corrections if one.retracted or one in newest)
    return tuple((corrections.heading(one), corrections.said(one)) for one in shown)


def _shown(number: int, corrected: Sequence[Correction]) -> str:
    """ "Of 5 corrections 3 are shown here. For all of them: corrections"."""
    of = len(corrected)
    return f"Of {of} corrections {number} are shown here. For all of them: corrections" if number < of else ""


def sent_because(words: tuple[str, ...]) -> str:
    """ "Sent because of: EU AI Act"."""
    if words == (EVERYTHING,):
        return "Sent because this channel asked for everything"
    return f"Sent because of: {', '.join(words)}" if words else ""


def correction(brief: Brief, since: datetime | None = None) -> Card:
    """The note under a message whose source was corrected `since`: what changed, and no more. A retraction comes before all
    else, with who reports it all the same, and then that a report stands again."""
    fresh = [one for one in brief.corrections if since is None or one.at >= since] or list(brief.corrections[-1:])
    told = _gravest(fresh)
    left = "" if any(one.retracted for one in told) else _shown(len(told), fresh)
    again = bool(told) and told[0].restored and brief.lead in (0, told[0].entry)
    return Card(
        title=brief.headline,
        link=brief.link,
        lead=corrections.said(told[0]) if told else "",
        points=tuple(map(corrections.said, told[1:])),
        notes=tuple(filter(None, (_HOLDS_AGAIN if told and all(one.undone for one in told) else _HOLDS_NO_MORE, left))),
        buttons=(Button("The whole story", f"story {brief.story}"),),
        mark=corrections.heading(told[0])
        if again
        else corrections.mark(replace(brief, corrections=told)) or "Corrected",
    )


def _gravest(fresh: list[Correction]) -> tuple[Correction, ...]:
    taken = next((one for one in reversed(fresh) if one.retracted), None)
    if taken:
        return taken, *(later for later in fresh[fresh.index(taken) + 1 :] if later.stands)
    return tuple(sorted(fresh, key=lambda one: (one.restored, one.at), reverse=True)[:_AMENDED])


def _buttons(brief: Brief) -> tuple[Button, ...]:
    """At most five, which is a row in Slack and in Discord: what proves it comes first, and `why` can be asked elsewhere."""
    number = brief.story
    more = (*_whole(brief), *_review(brief))
    why = (Button("Why this", f"why {number}"),) if len(more) < MOST_BUTTONS - 3 else ()
    opinions = (Button("Relevant", f"feedback {number} relevant"), Button("Not for us", f"feedback {number}"))
    return (Button("Evidence", f"evidence {number}"), *why, *opinions, *more)


def mute(because: tuple[str, ...]) -> tuple[Button, ...]:
    """Silences the first word a message was sent for."""
    word = next((word for word in because if word != EVERYTHING), "")
    return (Button(shorten(f"Mute “{word}”", 40), f"mute {quoted(word)}"),) if word else ()


def _links(brief: Brief) -> tuple[Button, ...]:
    links = (Button("Evidence", f"evidence {brief.story}"), Button("Permanent link", f"story {brief.story}"))
    return (*links, *(_whole(brief) if brief.part_of else ()))


def _timeline(events: tuple[Earlier, ...]) -> tuple[str, ...]:
    """ "Earlier on the EU AI Act: delayed → signed", and a line for each."""
    if not events:
        return ()
    change = f": {events[0].change}" if events[0].change else ""
    return (
        f"Earlier on {events[0].about}{change}",
        *(f"{one.when.day} {one.when:%b %Y}: {shorten(one.headline, 120)} (story {one.story})" for one in events),
    )


def _moved(brief: Brief) -> str:
    return f"The same event as story {brief.part_of}, and part of it since this was sent." if brief.part_of else ""


def _whole(brief: Brief) -> tuple[Button, ...]:
    """A button to all there is: the story this became part of, or the long brief where there is one."""
    if brief.part_of:
        return (Button(f"Story {brief.part_of}", f"story {brief.part_of}"),)
    return (Button("The whole story", f"story {brief.story}"),) if brief.long else ()


def _review(brief: Brief) -> tuple[Button, ...]:
    wanted = brief.origin and not brief.review
    return (Button("Mark as reviewed", f"review {brief.story}"),) if wanted else ()


def where(jurisdictions: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """The first two places by name."""
    return ", ".join(vocabulary.place(code) for code in jurisdictions[:2])


def source_line(brief: Brief) -> str:
    """ "Reuters · press · +2 outlets · 3 min read"."""
    outlets = tuple((source.outlet, source.tier) for source in brief.sources)
    return f"{_reported(outlets, brief.link)} · {brief.minutes} min read"


def _reported(outlets: tuple[tuple[str, str], ...], link: str) -> str:
    """The first outlet, its tier, and how many others. An aggregator's words stand beside a link to somebody else's page."""
    (name, kind), *_ = outlets
    others = len(dict(outlets)) - 1
    more = f" · +{others} outlet{'s' if others > 1 else ''}" if others else ""
    whose = f"'s words on a page of {shorten(site(link), _SITE)}" if kind == "aggregator" and is_web(link) else ""
    return f"{name} · {tier(kind)}{whose}{more}"


def _outlets(story: Story) -> tuple[tuple[str, str], ...]:
    return tuple((entry.outlet, entry.tier) for entry in story.standing or story.entries)


def _told_by(brief: Brief) -> tuple[tuple[str, str], ...]:
    return tuple((source.outlet, source.tier) for source in brief.sources[:1])


def tier(name: str) -> str:
    return TIERS.get(name, name)


def glance(story: Story, vocabulary: Vocabulary) -> Card:
    """One story of a list: enough to choose it by."""
    first = story.entries[0]
    return Card(
        title=first.title,
        link=first.link,
        category=vocabulary.type_names.get(story.verdict.type, "Policy"),
        where=where(story.verdict.jurisdictions, vocabulary),
        source=f"{_reported(_outlets(story), first.link)} · story {story.id}",
        buttons=(Button("Read the brief", f"story {story.id}"),),
        published=first.when,
        mark=taken_back(story),
    )


def story(brief: Brief, told: Story, vocabulary: Vocabulary, earlier: tuple[Earlier, ...] = ()) -> Card:
    """The brief with every report the story has by now, primary documents first, and what came before it."""
    named = (vocabulary.instrument(name) for name in told.verdict.instruments)
    instruments = [one.name for one in named if one and not any(one.name in line for line in brief.context)]
    return Card(
        title=brief.headline,
        link=brief.link,
        category=brief.category,
        where=where(brief.jurisdictions, vocabulary),
        amended=_amended(brief),
        lead=_said(brief.dek),
        points=tuple(claim.text for claim in brief.takeaways),
        watch=_said(brief.watch),
        source=f"{_reported((*_told_by(brief), *_outlets(told)), brief.link)} · {brief.minutes} min read",
        sections=(
            *((MOVES[one.move], " ".join(map(_commented, one.sentences))) for one in brief.long),
            *_differences(brief),
        ),
        context=_context(brief),
        earlier=_timeline(earlier),
        reports=_reports(told.entries),
        notes=tuple(
            note
            for note in (
                *(f"Instrument: {name}" for name in instruments[:3]),
                standing(told, vocabulary),
                _more(len(told.entries) - LISTED),
                _shown(len(_amended(brief)), brief.corrections),
                brief.note,
                assisted.provenance(brief),
                brief.disclosure,
            )
            if note
        ),
        buttons=(Button("Evidence", f"evidence {brief.story}"), Button("Why this", f"why {brief.story}")),
        published=brief.published,
        mark=corrections.mark(brief) or taken_back(told),
    )


def taken_back(told: Story) -> str:
    """ "Retracted" where every report of it was."""
    return "" if told.standing else "Retracted"


def standing(told: Story, vocabulary: Vocabulary) -> str:
    """ "Importance: high (in force; European Union; confirmed; 4 outlets tell it)"; and what it is beside the matter."""
    weighed = importance.of(told, vocabulary)
    beside = told.verdict.beside or "only near AI regulation"
    near = f"Adjacent: {beside}. " if told.verdict.label == "adjacent" else ""
    return f"{near}Importance: {weighed.level} ({'; '.join(weighed.reasons)})"


def _differences(brief: Brief) -> tuple[tuple[str, str], ...]:
    """Where reports do not agree, each with its words."""
    return tuple(
        (
            f"Reports differ on the {one.what}",
            f"{_quoting(one.outlets[0], one.one)} {_quoting(one.outlets[1], one.other)}",
        )
        for one in brief.differences
    )


def _context(brief: Brief) -> tuple[Pointer, ...]:
    return tuple(Pointer(*context.parted(line)) for line in brief.context)


def _quoting(outlet: str, claim: Claim) -> str:
    return f"{outlet}: “{shorten(claim.text, QUOTED)}”"


def _commented(sentence: Claim) -> str:
    return sentence.text if sentence.evidence else f"{sentence.text} (commentary)"


def _reports(entries: tuple[Entry, ...]) -> tuple[Pointer, ...]:
    """As many as are read, in the order by whose numbers an editor takes them out."""
    return tuple(
        Pointer(f"{one.outlet} ({tier(one.tier)}){f', {one.amended}' if one.amended else ''}: {one.title}", one.link)
        for one in entries[:LISTED]
    )


def _more(left: int) -> str:
    return f"… and {left} more report{'s' if left > 1 else ''}" if left > 0 else ""


def evidence(brief: Brief, entries: tuple[Entry, ...], tagged: tuple[str, ...] = ()) -> Card:
    """Each claim, where it stands in the alert, with the words it stands on, verbatim, and whose they are."""
    outlets = {entry.id: entry.outlet for entry in entries}
    long = [sentence for paragraph in brief.long for sentence in paragraph.sentences if _reworded(sentence)]
    claimed = any((brief.dek, brief.takeaways, brief.watch, long))

    def proved(claims: Iterable[Claim]) -> tuple[str, ...]:
        return tuple(_proof(claim, outlets) for claim in claims)

    return Card(
        title=brief.headline,
        link=brief.link,
        category="Evidence",
        lead=" ".join(proved(brief.dek)) if claimed else "This alert claims nothing beyond its headline.",
        points=proved(brief.takeaways),
        watch=" ".join(proved(brief.watch)),
        sections=tuple(("In the whole story", proof) for proof in proved(long)),
        notes=(
            "Quotes are exact, to the character, from the text stored when the brief was written.",
            *tagged,
            *filter(None, (assisted.provenance(brief),)),
            brief.disclosure,
        ),
    )


def _proof(claim: Claim, outlets: dict[int, str]) -> str:
    quotes = " … ".join(f"“{proof.quote}” ({outlets.get(proof.entry, 'source')})" for proof in claim.evidence)
    said = claim.text if _reworded(claim) else ""
    return f"{said} From: {quotes}" if said else quotes


def _reworded(claim: Claim) -> bool:
    return bool(claim.evidence) and all(claim.text != proof.quote for proof in claim.evidence)


def _said(claims: tuple[Claim, ...]) -> str:
    return claims[0].text if claims else ""
